/** The people who may log in. */
import type { Database, Sql } from '../store/database.ts'
import { checkPassword, hashPassword, verifyPassword } from './passwords.ts'
import { Refusal } from './refusal.ts'
import type { AuthenticatedUser, Role } from './roles.ts'

export interface User extends AuthenticatedUser {
  readonly disabled: boolean
  /** Without one, only a set-password link or single sign-on lets them in. */
  readonly hasPassword: boolean
  readonly lastLoginAt: Date | null
  readonly createdAt: Date
}

export interface NewUser {
  readonly email: string
  readonly name: string
  readonly role: Role
  /** Missing: they get a set-password link. */
  readonly password?: string
}

const columns = `id, email, name, role, disabled_at is not null as disabled, password_hash is not null as "hasPassword",
  last_login_at as "lastLoginAt", created_at as "createdAt"`

// Shared with the first-admin link: who counts admins holds it until the transaction ends.
const adminsLock = 8_214_002

function checkEmail(email: string): string {
  const trimmed = email.trim()
  if (trimmed.length > 254 || !/^[^\s@]+@[^\s@]+$/.test(trimmed))
    throw new Refusal(`${JSON.stringify(email.slice(0, 80))} is no e-mail address.`)
  return trimmed
}

function checkName(name: string): string {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > 100) throw new Refusal('The name must have 1 to 100 characters.')
  return trimmed
}

export class Users {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds a user; refuses an e-mail address that is taken, in whatever case, and a weak password. */
  async add(user: NewUser, sql: Sql = this.#database.pool): Promise<User> {
    const email = checkEmail(user.email)
    const name = checkName(user.name)
    if (user.password !== undefined) checkPassword(user.password, email)
    const { rows } = await sql.query<User>(
      `insert into users (email, name, role, password_hash) values ($1, $2, $3, $4)
       on conflict (lower(email)) do nothing returning ${columns}`,
      [email, name, user.role, user.password === undefined ? null : await hashPassword(user.password)],
    )
    if (rows[0] === undefined) throw new Refusal(`There is a user with the e-mail address ${email} already.`)
    return rows[0]
  }

  async get(id: number): Promise<User | undefined> {
    return this.#database.row<User>(`select ${columns} from users where id = $1`, [id])
  }

  async find(email: string): Promise<User | undefined> {
    return this.#database.row<User>(`select ${columns} from users where lower(email) = lower($1)`, [email.trim()])
  }

  async list(): Promise<readonly User[]> {
    return this.#database.rows<User>(`select ${columns} from users order by lower(email)`)
  }

  async count(): Promise<number> {
    return (await this.#database.row<{ count: number }>('select count(*) from users'))?.count ?? 0
  }

  /** Whether anybody can manage users. */
  async hasAdmin(sql: Sql = this.#database.pool): Promise<boolean> {
    const { rowCount } = await sql.query("select 1 from users where role = 'admin' and disabled_at is null limit 1")
    return (rowCount ?? 0) > 0
  }

  /** Nobody else changes who is an admin until the transaction ends. */
  async lockAdmins(sql: Sql): Promise<void> {
    await sql.query('select pg_advisory_xact_lock($1)', [adminsLock])
  }

  /**
   * The user, if the password is right and they may log in. An unknown address, a disabled user and a
   * wrong password take the same time and look the same.
   */
  async verify(email: string, password: string): Promise<AuthenticatedUser | undefined> {
    const row = await this.#database.row<AuthenticatedUser & { hash: string | null }>(
      `select id, email, name, role, case when disabled_at is null then password_hash end as hash
       from users where lower(email) = lower($1)`,
      [email.trim()],
    )
    const matches = await verifyPassword(row?.hash ?? null, password)
    if (row === undefined || !matches) return undefined
    return { id: row.id, email: row.email, name: row.name, role: row.role }
  }

  /** Sets a password and ends all sessions of the user. */
  async resetPassword(id: number, password: string, sql?: Sql): Promise<void> {
    if (sql === undefined) return this.#database.transaction((own) => this.resetPassword(id, password, own))
    const { rows } = await sql.query<{ email: string }>('select email from users where id = $1', [id])
    if (rows[0] === undefined) throw new Refusal('There is no such user.')
    checkPassword(password, rows[0].email)
    await sql.query('update users set password_hash = $2, updated_at = now() where id = $1', [
      id,
      await hashPassword(password),
    ])
    await sql.query('delete from sessions where user_id = $1', [id])
  }

  /** Counts from the user's next request on. Refuses to leave the hub without an admin. */
  async setRole(id: number, role: Role): Promise<void> {
    await this.#change(id, 'role = $2', role)
  }

  /** Out at the next request; sessions end now. Refuses the last admin. */
  async disable(id: number): Promise<void> {
    await this.#change(id, 'disabled_at = coalesce(disabled_at, now())')
  }

  async enable(id: number): Promise<void> {
    await this.#change(id, 'disabled_at = null')
  }

  async #change(id: number, assignment: string, ...values: unknown[]): Promise<void> {
    await this.#database.transaction(async (sql) => {
      await this.lockAdmins(sql)
      const before = await this.hasAdmin(sql)
      const { rows } = await sql.query<{ disabled: boolean }>(
        `update users set ${assignment}, updated_at = now() where id = $1 returning disabled_at is not null as disabled`,
        [id, ...values],
      )
      if (rows[0] === undefined) throw new Refusal('There is no such user.')
      if (before && !(await this.hasAdmin(sql)))
        throw new Refusal('This is the last admin. Make somebody else an admin first.')
      if (rows[0].disabled) await sql.query('delete from sessions where user_id = $1', [id])
    })
  }
}
