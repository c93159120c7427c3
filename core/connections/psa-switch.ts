/**
 * The change from one PSA to another: first a plan, from reading the new one without storing anything; then the old
 * connection is disconnected with its data kept, and the new one takes its place.
 */
import { Refusal } from '../access/refusal.ts'
import type { RecordOf, Settings, SourceConnector, StreamName } from '../connector/index.ts'
import type { By, Note } from '../mapping/decision.ts'
import type { CheckReport } from './check.ts'
import type { Connections } from './connections.ts'
import { type ConnectionParts, contexts } from './open.ts'
import { type ConnectionRow, loadConnections } from './rows.ts'
import { validateSettings } from './settings.ts'
import { loadedConnector, type NewConnection } from './setup.ts'

/** What a switch would come to. */
export interface SwitchPlan {
  readonly from: { readonly id: number; readonly name: string }
  readonly check: CheckReport
  /** Missing if the check failed. */
  readonly companies?: {
    readonly matched: number
    /** Source companies that more than one company could be, or the other way round: a person decides. */
    readonly ambiguous: readonly string[]
    /** In the new PSA only. */
    readonly fresh: number
    /** The hub's, without a counterpart in the new PSA: they stay, with their data. */
    readonly left: readonly string[]
  }
  readonly configurations?: {
    /** Go on with their history: the same serial within the same company. */
    readonly matched: number
    readonly fresh: number
    readonly left: number
  }
}

/** Names of companies are compared without case and surplus spaces, as in the mapping. */
const plain = (name: string) => name.trim().replace(/\s+/g, ' ').toLowerCase()
const serialOf = (serial: string) => serial.toUpperCase().replace(/[^A-Z0-9]/g, '')

interface Known {
  readonly id: number
  readonly name: string
  readonly external_id: string | null
}

export class PsaSwitch {
  readonly #parts: ConnectionParts
  readonly #connections: Connections
  readonly #note: Note

  constructor(parts: ConnectionParts, connections: Connections, note: Note) {
    this.#parts = parts
    this.#connections = connections
    this.#note = note
  }

  /** Tests and reads the new PSA and compares; nothing is stored. Throws a `Refusal` if there is no PSA to switch from. */
  async plan(wish: Pick<NewConnection, 'connector' | 'settings'>, signal: AbortSignal): Promise<SwitchPlan> {
    const old = await this.#active()
    const connector = this.#psa(wish.connector)
    const check = await this.#connections.checkSettings(wish.connector, wish.settings)
    const from = { id: old.id, name: old.name }
    if (!check.ok) return { from, check }
    const settings = validateSettings(connector, wish.settings)
    const { companies, companyOf } = await this.#compareCompanies(connector, settings, signal)
    const configurations = await this.#compareConfigurations(connector, settings, companyOf, old.id, signal)
    return { from, check, companies, configurations }
  }

  /** Switches; sync the new connection whole next. Answers its id, and what was left at the old vendor. */
  async run(wish: NewConnection, by: By): Promise<{ readonly id: number; readonly left?: string }> {
    const old = await this.#active()
    this.#psa(wish.connector)
    const check = await this.#connections.checkSettings(wish.connector, wish.settings)
    if (!check.ok) throw new Refusal(`${wish.name} cannot be used, so nothing was changed: ${check.message}`)
    const left = await this.#connections.remove(old.id, by)
    const { id } = await this.#connections.add(wish, by)
    await this.#parts.database.transaction(async (sql) => {
      await sql.query(
        `update connections n set predecessor_id = o.id, import_companies = o.import_companies, breaker = o.breaker,
           schedule = o.schedule, time_zone = o.time_zone
         from connections o where n.id = $1 and o.id = $2`,
        [id, old.id],
      )
      await this.#note(
        { ...by, action: 'connection.switch', target: `connection ${id}`, detail: { from: old.name, to: wish.name } },
        sql,
      )
    })
    await this.#connections.check(id)
    return { id, ...(left !== undefined && { left }) }
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
    connector: SourceConnector<Settings>,
    settings: Settings,
    stream: K,
    companies: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<RecordOf<K>> {
    const http = this.#parts.clients.open({ key: 'switch', connector, settings })
    try {
      const reader = connector.streams[stream]
      if (reader === undefined) return
      const context = contexts(connector, settings, http, { signal }).readContext({ stream, companies })
      for await (const page of reader.read(context)) yield* page.records
    } finally {
      http.close()
    }
  }

  async #compareCompanies(connector: SourceConnector<Settings>, settings: Settings, signal: AbortSignal) {
    const known = await this.#parts.database.rows<Known>(
      'select id, name, external_id from companies where removed_at is null',
    )
    const byName = Map.groupBy(known, ({ name }) => plain(name))
    const byId = new Map(
      known.flatMap((company) => (company.external_id === null ? [] : [[company.external_id, company] as const])),
    )
    const claims: { source: RecordOf<'companies'>; candidates: readonly Known[] }[] = []
    for await (const source of this.#read(connector, settings, 'companies', [], signal)) {
      const sure = byId.get(source.sourceId) ?? byId.get(source.identifier ?? '')
      claims.push({ source, candidates: sure ? [sure] : (byName.get(plain(source.name)) ?? []) })
    }
    const claimed = Map.groupBy(
      claims.filter(({ candidates }) => candidates.length === 1),
      ({ candidates }) => candidates[0]?.id,
    )
    const companyOf = new Map<string, number>()
    const ambiguous: string[] = []
    let fresh = 0
    for (const { source, candidates } of claims) {
      const [only] = candidates
      if (only === undefined) fresh++
      else if (candidates.length > 1 || (claimed.get(only.id)?.length ?? 0) > 1) ambiguous.push(source.name)
      else companyOf.set(source.sourceId, only.id)
    }
    const taken = new Set(companyOf.values())
    const left = known
      .filter(({ id, name }) => !taken.has(id) && !ambiguous.some((other) => plain(other) === plain(name)))
      .map(({ name }) => name)
    return { companies: { matched: companyOf.size, ambiguous, fresh, left }, companyOf }
  }

  async #compareConfigurations(
    connector: SourceConnector<Settings>,
    settings: Settings,
    companyOf: ReadonlyMap<string, number>,
    oldId: number,
    signal: AbortSignal,
  ) {
    const rows = await this.#parts.database.rows<{ key: string | null; count: number }>(
      `select company_id || ' ' || serial_normalized as key, count(*) as count from configurations
       where connection_id = $1 and removed_at is null group by 1`,
      [oldId],
    )
    const total = rows.reduce((sum, { count }) => sum + count, 0)
    const old = new Set(rows.flatMap(({ key, count }) => (key !== null && count === 1 ? key : [])))
    const counts = new Map<string, number>()
    let read = 0
    for await (const record of this.#read(connector, settings, 'configurations', [...companyOf.keys()], signal)) {
      read++
      const company = companyOf.get(record.companyId ?? '')
      const serial = serialOf(record.serialNumber ?? '')
      if (company === undefined || serial === '') continue
      const key = `${company} ${serial}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const matched = [...counts].filter(([key, count]) => count === 1 && old.has(key)).length
    return { matched, fresh: read - matched, left: total - matched }
  }
}
