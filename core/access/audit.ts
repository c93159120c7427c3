/** Who did what, and when. Rows are only ever added. */
import type { Database, Sql } from '../store/database.ts'
import type { AuthenticatedUser } from './roles.ts'

type Value = string | number | boolean | null

export interface AuditEntry {
  /** A user, or what acts without one. */
  readonly actor: AuthenticatedUser | 'system' | 'cli' | 'anonymous'
  /** A stable word, e.g. `login`, `connection.changed`. */
  readonly action: string
  /** What it was done to, e.g. `user 3`. */
  readonly target?: string
  readonly detail?: Readonly<Record<string, Value | readonly Value[]>>
  /** Where the request came from. */
  readonly address?: string
}

const secretName = /pass|secret|token|key|credential|authorization|cookie/i
const longest = 500

function safe(name: string, value: Value | readonly Value[]): unknown {
  if (secretName.test(name)) return '[hidden]'
  return typeof value === 'string' ? value.slice(0, longest) : value
}

export class Audit {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds a row; fields of `detail` that are named like a secret are hidden. `sql`: inside the caller's transaction. */
  async record(entry: AuditEntry, sql: Sql = this.#database.pool): Promise<void> {
    const user = typeof entry.actor === 'string' ? undefined : entry.actor
    const detail = Object.fromEntries(
      Object.entries(entry.detail ?? {}).map(([name, value]) => [name, safe(name, value)]),
    )
    await sql.query(
      'insert into audit_log (user_id, actor, action, target, detail, address) values ($1, $2, $3, $4, $5, $6)',
      [
        user?.id ?? null,
        user?.email ?? entry.actor,
        entry.action,
        entry.target?.slice(0, longest) ?? null,
        entry.detail === undefined ? null : JSON.stringify(detail),
        entry.address ?? null,
      ],
    )
  }
}
