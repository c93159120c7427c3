/**
 * The change from one PSA to another: first a plan, from reading the new one without storing anything; then the old
 * connection is disconnected with its data kept, and the new one takes its place.
 */
import { Refusal } from '../access/refusal.ts'
import type { RecordOf, Settings, SourceConnector, StreamName } from '../connector/index.ts'
import { adoptable } from '../mapping/adoption.ts'
import { type By, lockMapping, type Note } from '../mapping/decision.ts'
import { judged, matchLinks } from '../mapping/match.ts'
import type { Sql } from '../store/database.ts'
import type { CheckReport } from './check.ts'
import type { Connections } from './connections.ts'
import { type ConnectionParts, contexts } from './open.ts'
import { type ConnectionRow, loadConnections } from './rows.ts'
import { validateSettings } from './settings.ts'
import { disconnect, insertConnection, loadedConnector, type NewConnection } from './setup.ts'
import { refusing } from './violations.ts'
import { turnOffWebhooks } from './webhooks.ts'

/** What a switch would come to. */
export interface SwitchPlan {
  readonly from: { readonly id: number; readonly name: string }
  readonly check: CheckReport
  /** The account was connected before: what was chosen there is chosen again. */
  readonly returning: boolean
  /** Missing if the check failed. */
  readonly companies?: {
    readonly matched: number
    /** Source companies that more than one company could be, or the other way round: a person decides. */
    readonly ambiguous: readonly string[]
    /** In the new PSA only. */
    readonly fresh: number
    /** Ignored in the old PSA, and so in the new one. */
    readonly ignored: number
    /** Those of the old PSA without a counterpart in the new one: they stay, with their data. */
    readonly left: readonly string[]
  }
  /** Of the companies that are known or imported by themselves. */
  readonly configurations?: {
    /** Go on with their history: the same serial within the same company. */
    readonly matched: number
    readonly fresh: number
    readonly left: number
  }
}

interface SourceCompany {
  readonly sourceId: string
  readonly identifier: string | null
  readonly name: string
}

interface SourceConfiguration {
  readonly sourceId: string
  readonly companyId: string | null
  readonly serialNumber: string | null
}

interface Source {
  readonly connector: SourceConnector<Settings>
  readonly settings: Settings
  readonly signal: AbortSignal
  readonly onRead: ((records: number) => void) | undefined
  /** The connection to the same account whose selection is taken up again. */
  readonly earlier: ConnectionRow | undefined
}

/** A connection that is never committed. */
const rehearsed = -1

export class PsaSwitch {
  readonly #parts: ConnectionParts
  readonly #connections: Connections
  readonly #note: Note

  constructor(parts: ConnectionParts, connections: Connections, note: Note) {
    this.#parts = parts
    this.#connections = connections
    this.#note = note
  }

  /**
   * Tests and reads the new PSA and compares; nothing is stored. Throws a `Refusal` if there is no PSA to switch from.
   * `onRead` is told of each page how many records it had.
   */
  async plan(
    wish: Pick<NewConnection, 'connector' | 'settings'>,
    signal: AbortSignal,
    onRead?: (records: number) => void,
  ): Promise<SwitchPlan> {
    const old = await this.#active()
    const connector = this.#psa(wish.connector)
    const check = await this.#connections.checkSettings(wish.connector, wish.settings)
    const from = { id: old.id, name: old.name }
    const earlier = await this.#earlier(connector.id, check.account)
    const returning = earlier !== undefined
    if (!check.ok) return { from, check, returning }
    const settings = validateSettings(connector, wish.settings)
    const source = { connector, settings, signal, onRead, earlier }
    const scene = { old, connector, account: check.account, companies: await this.#companies(source) }
    const { companies, scope } = await this.#rehearse(scene, (sql) => companiesAfter(sql, old))
    const read = await this.#configurations(source, scope)
    const configurations = await this.#rehearse(scene, (sql) => configurationsAfter(sql, read))
    return { from, check, returning, companies, configurations }
  }

  /**
   * Switches, all or nothing; sync the new connection whole next. Answers its id, and what was left at the old vendor.
   */
  async run(wish: NewConnection, by: By): Promise<{ readonly id: number; readonly left?: string }> {
    const { database } = this.#parts
    const old = await this.#active()
    const connector = this.#psa(wish.connector)
    const check = await this.#connections.checkSettings(wish.connector, wish.settings)
    if (!check.ok) throw new Refusal(`${wish.name} cannot be used, so nothing was changed: ${check.message}`)
    const others = (await loadConnections(database)).filter(
      ({ id, state }) => id !== old.id && state !== 'disconnected',
    )
    if (others.some(({ name }) => name.toLowerCase() === wish.name.trim().toLowerCase()))
      throw new Refusal(
        `Another connection is called ${wish.name.trim()}, so nothing was changed; choose another name.`,
      )
    const earlier = await this.#earlier(connector.id, check.account)
    // While the old one's secrets are still there.
    const left = old.webhookUrl === null ? undefined : await turnOffWebhooks(this.#parts, old)
    const id = await refusing(database, () =>
      database.transaction(async (sql) => {
        await disconnect(this.#parts, sql, old.id)
        const added = await insertConnection(this.#parts, sql, connector, wish)
        await sql.query(
          `update connections n set predecessor_id = o.id, import_companies = o.import_companies, breaker = o.breaker,
             schedule = o.schedule, time_zone = o.time_zone
           from connections o where n.id = $1 and o.id = $2`,
          [added, old.id],
        )
        await sql.query(
          `update connections n set filter = e.filter, custom_fields = e.custom_fields, disabled_streams = e.disabled_streams,
             write_back = e.write_back
           from connections e where n.id = $1 and e.id = $2`,
          [added, earlier?.id ?? null],
        )
        const detail = { from: old.name, to: wish.name, connector: connector.id }
        await this.#note({ ...by, action: 'connection.switch', target: `connection ${added}`, detail }, sql)
        return added
      }),
    )
    await this.#connections.check(id)
    return { id, ...(left !== undefined && { left }) }
  }

  /** The latest connection to the account, if it was connected before. */
  async #earlier(connector: string, account: string | undefined): Promise<ConnectionRow | undefined> {
    const rows = await loadConnections(this.#parts.database)
    return rows
      .filter((row) => row.state === 'disconnected' && row.connector === connector && row.account === account)
      .sort((one, other) => other.id - one.id)[0]
  }

  async #active(): Promise<ConnectionRow> {
    const rows = await loadConnections(this.#parts.database)
    const active = rows.find((row) => row.kind === 'psa' && row.state !== 'disconnected')
    if (active === undefined) throw new Refusal('There is no PSA to switch from; add the new one as a connection.')
    return active
  }

  #psa(id: string): SourceConnector<Settings> {
    const connector = loadedConnector(this.#parts, id)
    if (connector.kind !== 'psa') throw new Refusal(`${connector.name} is no PSA.`)
    return connector
  }

  async *#read<K extends StreamName>(
    { connector, settings, signal, onRead, earlier }: Source,
    stream: K,
    companies: readonly string[],
  ): AsyncGenerator<RecordOf<K>> {
    const http = this.#parts.clients.open({ key: 'switch', connector, settings })
    try {
      const reader = connector.streams[stream]
      if (reader === undefined) return
      const context = contexts(connector, settings, http, { signal }, earlier).readContext({ stream, companies })
      for await (const page of reader.read(context)) {
        onRead?.(page.records.length)
        yield* page.records
      }
    } finally {
      http.close()
    }
  }

  async #companies(source: Source): Promise<readonly SourceCompany[]> {
    const companies: SourceCompany[] = []
    for await (const { sourceId, identifier, name } of this.#read(source, 'companies', []))
      companies.push({ sourceId, identifier: identifier ?? null, name })
    return companies
  }

  /** Those of the companies in scope, and those without a company: as a sync takes them. */
  async #configurations(source: Source, scope: readonly string[]): Promise<readonly SourceConfiguration[]> {
    const wanted = new Set(scope)
    const configurations: SourceConfiguration[] = []
    for await (const record of this.#read(source, 'configurations', scope)) {
      const companyId = record.companyId ?? null
      if (companyId !== null && !wanted.has(companyId)) continue
      configurations.push({ sourceId: record.sourceId, companyId, serialNumber: record.serialNumber ?? null })
    }
    return configurations
  }

  /** Does what the switch and the first sync would do with the companies, lets `look` see, and takes it back. */
  async #rehearse<T>(
    scene: {
      readonly old: ConnectionRow
      readonly connector: SourceConnector<Settings>
      readonly account: string | undefined
      readonly companies: readonly SourceCompany[]
    },
    look: (sql: Sql) => Promise<T>,
  ): Promise<T> {
    const { old, connector, account, companies } = scene
    return this.#parts.database.rehearse(async (sql) => {
      await lockMapping(sql)
      await sql.query("update connections set state = 'disconnected' where id = $1", [old.id])
      await sql.query(
        `insert into connections (id, connector, kind, name, state, settings, account, predecessor_id, import_companies)
         overriding system value
         select $1, $2, 'psa', 'plan', 'disconnected', '{}', $3, id, import_companies from connections where id = $4`,
        [rehearsed, connector.id, account ?? null, old.id],
      )
      await sql.query(
        `insert into company_links (connection_id, source_id, identifier, name, content_hash)
         select $1, source_id, identifier, name, gen_random_uuid()
         from unnest($2::text[], $3::text[], $4::text[]) as c(source_id, identifier, name) where name <> ''
         on conflict do nothing`,
        [
          rehearsed,
          companies.map(({ sourceId }) => sourceId),
          companies.map(({ identifier }) => identifier),
          companies.map(({ name }) => name),
        ],
      )
      await matchLinks(sql, rehearsed)
      return look(sql)
    })
  }
}

async function companiesAfter(sql: Sql, old: ConnectionRow) {
  const { rows } = await sql.query<{ source_id: string; name: string; link_state: string }>(
    'select source_id, name, link_state from company_links where connection_id = $1 order by lower(name), id',
    [rehearsed],
  )
  const of = (state: string) => rows.filter(({ link_state }) => link_state === state)
  const left = await sql.query<{ name: string }>(
    `with ${judged} select c.name from companies c
     where c.removed_at is null
       and exists (select from company_links l where l.company_id = c.id and l.connection_id = $2 and l.removed_at is null)
       and not exists (select from company_links l where l.company_id = c.id and l.connection_id = $1)
       and c.id not in (select company_id from judged)
     order by lower(c.name), c.id`,
    [rehearsed, old.id],
  )
  const imported = [...of('linked'), ...(old.importCompanies === 'all' ? of('unmapped') : [])]
  return {
    companies: {
      matched: of('linked').length,
      ambiguous: of('ambiguous').map(({ name }) => name),
      fresh: of('unmapped').length,
      ignored: of('ignored').length,
      left: left.rows.map(({ name }) => name),
    },
    scope: imported.map(({ source_id }) => source_id).sort((a, b) => a.length - b.length || (a < b ? -1 : 1)),
  }
}

async function configurationsAfter(sql: Sql, read: readonly SourceConfiguration[]) {
  const inserted = await sql.query(
    `insert into configurations (connection_id, source_id, company_source_id, serial_number, name, company_id, content_hash)
     select $1, r.source_id, r.company_source_id, r.serial_number, 'plan', l.company_id, gen_random_uuid()
     from unnest($2::text[], $3::text[], $4::text[]) as r(source_id, company_source_id, serial_number)
     left join company_links l on l.connection_id = $1 and l.source_id = r.company_source_id
     on conflict do nothing`,
    [
      rehearsed,
      read.map(({ sourceId }) => sourceId),
      read.map(({ companyId }) => companyId),
      read.map(({ serialNumber }) => serialNumber),
    ],
  )
  const { matched, left } = await adoptable(sql, rehearsed, 'configurations')
  return { matched, fresh: (inserted.rowCount ?? 0) - matched, left }
}
