/** Sets a connection up and changes it. */
import { Refusal } from '../access/refusal.ts'
import type { Connector } from '../connector/index.ts'
import { requireFullPass } from '../mapping/children.ts'
import type { By, Note } from '../mapping/decision.ts'
import type { Sql } from '../store/database.ts'
import { type ConnectionChanges, changed, staleStreams } from './changes.ts'
import type { ConnectionParts } from './open.ts'
import { type ConnectionRow, loadConnection } from './rows.ts'
import { fieldsOf, splitSettings, validateSettings } from './settings.ts'
import { refusing } from './violations.ts'

export interface NewConnection {
  /** The connector's id. */
  readonly connector: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  /** The client company, for connectors that connect one tenant each. */
  readonly companyId?: number
}

/** Throws a `Refusal` if no such connector is loaded. */
export function loadedConnector(parts: ConnectionParts, id: string): Connector {
  const connector = parts.catalogue.get(id)
  if (connector === undefined) throw new Refusal(`There is no connector "${id}"; is its plugin loaded?`)
  return connector
}

/** Answers the new connection's id. */
export async function addConnection(parts: ConnectionParts, note: Note, wish: NewConnection, by: By): Promise<number> {
  const connector = loadedConnector(parts, wish.connector)
  return refusing(parts.database, () =>
    parts.database.transaction(async (sql) => {
      const id = await insertConnection(parts, sql, connector, wish)
      const detail = { connector: connector.id, name: wish.name.trim() }
      await note({ ...by, action: 'connection.add', target: `connection ${id}`, detail }, sql)
      return id
    }),
  )
}

/** Throws a `Refusal` (a `SettingsRefusal` for its settings). Answers the connection's id. */
export async function insertConnection(
  parts: ConnectionParts,
  sql: Sql,
  connector: Connector,
  wish: NewConnection,
): Promise<number> {
  const { plain, secrets } = splitSettings(connector, validateSettings(connector, wish.settings))
  const name = wish.name.trim()
  if (name === '') throw new Refusal('The connection needs a name.')
  if (connector.kind === 'identity' && wish.companyId === undefined)
    throw new Refusal(`Choose the company this ${connector.name} tenant belongs to.`)
  if (connector.kind !== 'identity' && wish.companyId !== undefined)
    throw new Refusal(`${connector.name} serves all companies; it is not connected for one.`)
  const company = await sql.query('select from companies where id = $1', [wish.companyId ?? null])
  if (wish.companyId !== undefined && company.rowCount === 0) throw new Refusal('This company is not there any more.')
  const { rows } = await sql.query<{ id: number }>(
    'insert into connections (connector, kind, name, settings, company_id) values ($1, $2, $3, $4, $5) returning id',
    [connector.id, connector.kind, name, JSON.stringify(plain), wish.companyId ?? null],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('The connection was not stored.')
  await parts.vault.write(id, secrets, sql)
  return id
}

/** Its secrets go, its runs stop; its data and mappings stay. */
export async function disconnect(parts: ConnectionParts, sql: Sql, id: number): Promise<void> {
  const { secretFields } = await loadConnection(sql, id, true)
  await sql.query(
    "update connections set state = 'disconnected', webhook_ids = '{}', webhook_url = null where id = $1",
    [id],
  )
  await parts.vault.write(id, Object.fromEntries(secretFields.map((name) => [name, null])), sql)
  await sql.query(
    "update sync_runs set cancel_requested = true where connection_id = $1 and state in ('running', 'waiting')",
    [id],
  )
}

export async function updateConnection(
  parts: ConnectionParts,
  note: Note,
  id: number,
  changes: ConnectionChanges,
  by: By,
): Promise<void> {
  const { database, vault } = parts
  const before = await loadConnection(database.pool, id)
  const connector = loadedConnector(parts, before.connector)
  const settings = changes.settings && (await mergeSettings(parts, connector, before, changes.settings))
  await refusing(database, () =>
    database.transaction(async (sql) => {
      const row = await loadConnection(sql, id, true)
      const after = changed(row, changes, connector)
      await sql.query(
        `update connections set name = $2, filter = $3, custom_fields = $4, disabled_streams = $5, breaker = $6,
           write_back = $7, schedule = $8, time_zone = $9, import_companies = $10 where id = $1`,
        [
          id,
          after.name,
          JSON.stringify(after.filter),
          JSON.stringify(after.customFields),
          after.disabledStreams,
          JSON.stringify(after.breaker),
          JSON.stringify(after.writeBack),
          after.schedule,
          after.timeZone,
          after.importCompanies,
        ],
      )
      if (settings) {
        // What was found out with other settings is not known of these.
        await sql.query(
          `update connections set settings = $2, check_result = null, checked_at = null,
             state = case when state = 'needs-sign-in' then 'active' else state end where id = $1`,
          [id, JSON.stringify(settings.plain)],
        )
        await vault.write(id, settings.secrets, sql)
      }
      await requireFullPass(sql, id, staleStreams(row, after))
      const detail = { changed: Object.keys(changes), settings: Object.keys(changes.settings ?? {}) }
      await note({ ...by, action: 'connection.update', target: `connection ${id}`, detail }, sql)
    }),
  )
}

/**
 * The stored settings with the given ones over them; a secret that is given empty, or not at all, stays.
 * `secrets` holds what the vault is to do: null for one that is to go.
 */
export async function mergeSettings(
  parts: ConnectionParts,
  connector: Connector,
  row: ConnectionRow,
  given: Readonly<Record<string, unknown>>,
): Promise<{
  readonly full: Readonly<Record<string, unknown>>
  readonly plain: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string | null>>
}> {
  const fields = fieldsOf(connector)
  const stored = await parts.vault.read(row.id)
  const before = Object.entries({ ...row.settings, ...stored }).filter(([name]) => Object.hasOwn(fields, name))
  const named = Object.entries(given).filter(
    ([name, value]) => value !== undefined && !(fields[name]?.secret && value === ''),
  )
  const full = validateSettings(connector, { ...Object.fromEntries(before), ...Object.fromEntries(named) })
  const { plain, secrets } = splitSettings(connector, full)
  const gone = Object.keys(stored).filter((name) => fields[name]?.secret && secrets[name] === undefined)
  return { full, plain, secrets: { ...secrets, ...Object.fromEntries(gone.map((name) => [name, null])) } }
}

/** Whether everything is there that the connector cannot do without. */
export function isComplete(connector: Connector, row: ConnectionRow): boolean {
  const set = [...Object.keys(row.settings), ...row.secretFields]
  return connector.settings.required.every((name) => set.includes(name))
}
