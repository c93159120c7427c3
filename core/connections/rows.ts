/** A connection as the database has it, without its secrets. */
import { Refusal } from '../access/refusal.ts'
import type { Connector, ErrorKind, ImportFilter, PermissionCheck, WritableField } from '../connector/index.ts'
import type { Database, Sql } from '../store/database.ts'

export type ConnectionState = 'active' | 'paused' | 'needs-sign-in' | 'disconnected'

/** How many of a stream's rows one pass may create or remove before the rest is withheld: more than both. */
export interface Breaker {
  /** 0 to 1. */
  readonly share: number
  readonly count: number
}

/** How the last test of the connection went. */
export interface CheckResult {
  /** The connection can be used; single rights may be missing all the same. */
  readonly ok: boolean
  /** What to do, if it cannot be used. */
  readonly message?: string
  readonly kind?: ErrorKind
  readonly permissions: readonly PermissionCheck[]
}

export interface ConnectionRow {
  readonly id: number
  /** The connector's id. */
  readonly connector: string
  readonly kind: Connector['kind']
  readonly name: string
  readonly state: ConnectionState
  /** Without the secrets. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly filter: ImportFilter
  /** Chosen custom field ids by stream. */
  readonly customFields: Readonly<Record<string, readonly string[]>>
  readonly disabledStreams: readonly string[]
  readonly breaker: Breaker
  /** What may be pushed to the source. */
  readonly writeBack: { readonly configurations?: readonly WritableField[] }
  /** The one company the connection belongs to, if it does. */
  readonly companyId: number | null
  readonly importCompanies: 'selected' | 'all'
  /** Cron expression; null = with the nightly syncs. */
  readonly schedule: string | null
  /** Null = the hub's. */
  readonly timeZone: string | null
  /** The vendor's id of the account; known after the first good check. */
  readonly account: string | null
  readonly accountName: string | null
  readonly checkedAt: Date | null
  readonly checkResult: CheckResult | null
  readonly webhookIds: readonly string[]
  /** The hub's public URL at the time the webhooks were registered. */
  readonly webhookUrl: string | null
  /** Names of the secrets the vault keeps for it. */
  readonly secretFields: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const select = `select id, connector, kind, name, state, settings, filter, custom_fields as "customFields",
  disabled_streams as "disabledStreams", breaker, write_back as "writeBack", company_id as "companyId",
  import_companies as "importCompanies", schedule, time_zone as "timeZone", account, account_name as "accountName",
  checked_at as "checkedAt", check_result as "checkResult", webhook_ids as "webhookIds", webhook_url as "webhookUrl",
  array(select field from connection_secrets where connection_id = connections.id) as "secretFields",
  created_at as "createdAt", updated_at as "updatedAt"
  from connections`

/** The connected ones first, by name. */
export async function loadConnections(database: Database): Promise<readonly ConnectionRow[]> {
  return database.rows<ConnectionRow>(`${select} order by state = 'disconnected', lower(name), id`)
}

/** Throws a `Refusal` if there is none. */
export async function loadConnection(sql: Sql, id: number, lock = false): Promise<ConnectionRow> {
  // `no key`: rows that only point here (a run that starts) need not wait.
  const { rows } = await sql.query<ConnectionRow>(`${select} where id = $1 ${lock ? 'for no key update' : ''}`, [id])
  if (rows[0] === undefined) throw new Refusal('This connection is not there.')
  return rows[0]
}
