/**
 * Sessions, kept in PostgreSQL. The browser holds 32 random bytes, the database only their hash; who
 * the user is and what they may do is read anew at every request.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../store/database.ts'
import type { AuthenticatedUser } from './roles.ts'

/** Without a request for so long, a session ends. */
const idle = '2 hours'
/** However busy, a session ends after so long. */
const absolute = '12 hours'

/** What the database knows of a token that a browser or a link holds. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

export class Sessions {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** A new session after a log-in; `former`, whatever the browser brought along, is dead. Answers the new token. */
  async start(userId: number, former?: string): Promise<string> {
    const token = newToken()
    await this.#database.transaction(async (sql) => {
      await sql.query('delete from sessions where expires_at < now() or token_hash = $1', [hashToken(former ?? '')])
      await sql.query(
        `insert into sessions (token_hash, user_id, data, expires_at) values ($1, $2, '{}', now() + $3::interval)`,
        [hashToken(token), userId, idle],
      )
      await sql.query('update users set last_login_at = now() where id = $1', [userId])
    })
    return token
  }

  /** Whose session it is, as the user is now; undefined when it ended or the user was disabled. */
  async find(token: string): Promise<AuthenticatedUser | undefined> {
    const hash = hashToken(token)
    const row = await this.#database.row<AuthenticatedUser & { stale: boolean }>(
      `select u.id, u.email, u.name, u.role, s.expires_at < now() + $2::interval - interval '1 minute' as stale
       from sessions s join users u on u.id = s.user_id
       where s.token_hash = $1 and s.expires_at > now() and s.created_at + $3::interval > now() and u.disabled_at is null`,
      [hash, idle, absolute],
    )
    if (row === undefined) return undefined
    // Once a minute is enough; a panel that polls would write all the time.
    if (row.stale)
      await this.#database.run(
        `update sessions set expires_at = least(now() + $2::interval, created_at + $3::interval) where token_hash = $1`,
        [hash, idle, absolute],
      )
    return { id: row.id, email: row.email, name: row.name, role: row.role }
  }

  async end(token: string): Promise<void> {
    await this.#database.run('delete from sessions where token_hash = $1', [hashToken(token)])
  }
}
