/** Links that let somebody in once: to become the first admin, or to set a password. Stored as hashes. */
import type { Database, Sql } from '../store/database.ts'
import { Refusal } from './refusal.ts'
import type { AuthenticatedUser } from './roles.ts'
import { hashToken, newToken } from './sessions.ts'
import type { User, Users } from './users.ts'

type Purpose = 'first-admin' | 'set-password'

const lifetime: Readonly<Record<Purpose, string>> = { 'first-admin': '24 hours', 'set-password': '3 days' }

const dead =
  'This link does not work any more: it was used, it is too old, or a newer one replaced it. Ask for a new one.'

export class OneTimeLinks {
  readonly #database: Database
  readonly #users: Users

  constructor(database: Database, users: Users) {
    this.#database = database
    this.#users = users
  }

  /** The token of a link that makes the first admin, or undefined when there is an admin already. */
  async firstAdmin(): Promise<string | undefined> {
    if (await this.#users.hasAdmin()) return undefined
    return this.#issue('first-admin', null)
  }

  /** The token of a link that sets the user's password; earlier ones of the same user die. */
  async setPassword(userId: number): Promise<string> {
    const user = await this.#users.get(userId)
    if (user === undefined || user.disabled) throw new Refusal('There is no such user, or the user is disabled.')
    return this.#issue('set-password', userId)
  }

  /** Whether the first-admin page may be shown. Uses nothing up. */
  async offersFirstAdmin(token: string): Promise<boolean> {
    return (await this.#look(token, 'first-admin')) !== undefined && !(await this.#users.hasAdmin())
  }

  /** Whose password the link would set. Uses nothing up. */
  async offersPasswordOf(token: string): Promise<User | undefined> {
    const userId = (await this.#look(token, 'set-password'))?.user_id
    const user = typeof userId === 'number' ? await this.#users.get(userId) : undefined
    return user?.disabled ? undefined : user
  }

  /** Makes the first admin. A refused password or address leaves the link alive. */
  async useFirstAdmin(
    token: string,
    admin: { email: string; name: string; password: string },
  ): Promise<AuthenticatedUser> {
    return this.#database.transaction(async (sql) => {
      await this.#use(token, 'first-admin', sql)
      await this.#users.lockAdmins(sql)
      if (await this.#users.hasAdmin(sql)) throw new Refusal('There is an admin already. Ask them to add you.')
      return this.#users.add({ ...admin, role: 'admin' }, sql)
    })
  }

  /** Sets the password of the link's user. A refused password leaves the link alive. */
  async useSetPassword(token: string, password: string): Promise<AuthenticatedUser> {
    return this.#database.transaction(async (sql) => {
      const userId = await this.#use(token, 'set-password', sql)
      const { rows } = await sql.query<AuthenticatedUser>(
        'select id, email, name, role from users where id = $1 and disabled_at is null for update',
        [userId],
      )
      if (rows[0] === undefined) throw new Refusal(dead)
      await this.#users.resetPassword(rows[0].id, password, sql)
      return rows[0]
    })
  }

  async #issue(purpose: Purpose, userId: number | null): Promise<string> {
    const token = newToken()
    await this.#database.transaction(async (sql) => {
      await sql.query('delete from one_time_links where expires_at < now() or (purpose = $1 and user_id = $2)', [
        purpose,
        userId,
      ])
      await sql.query(
        'insert into one_time_links (token_hash, user_id, purpose, expires_at) values ($1, $2, $3, now() + $4::interval)',
        [hashToken(token), userId, purpose, lifetime[purpose]],
      )
    })
    return token
  }

  async #look(token: string, purpose: Purpose): Promise<{ user_id: number | null } | undefined> {
    return this.#database.row(
      'select user_id from one_time_links where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now()',
      [hashToken(token), purpose],
    )
  }

  async #use(token: string, purpose: Purpose, sql: Sql): Promise<number | null> {
    const { rows } = await sql.query<{ user_id: number | null }>(
      `update one_time_links set used_at = now()
       where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now() returning user_id`,
      [hashToken(token), purpose],
    )
    if (rows[0] === undefined) throw new Refusal(dead)
    return rows[0].user_id
  }
}
