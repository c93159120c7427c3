/** A source in memory, a connection to it and an engine, for tests of the engine alone. */
import type { Test } from 'tap'
import {
  ConnectorError,
  type Page,
  type ReadContext,
  type RecordOf,
  type SourceConnector,
  type Stream,
  type StreamName,
} from '../../../core/connector/index.ts'
import type { Database } from '../../../core/store/database.ts'
import { SyncEngine } from '../../../core/sync/engine.ts'
import type { RunRequest, RunResult } from '../../../core/sync/request.ts'
import type { OpenSource, SyncConnection, SyncServices } from '../../../core/sync/services.ts'
import { testDatabase } from '../../database.ts'

type Settings = Readonly<Record<string, unknown>>
export type Loose = { readonly sourceId: string } & Readonly<Record<string, unknown>>

export interface Source {
  readonly records: Map<StreamName, Map<string, Loose>>
  pageSize: number
  deletes: 'none' | 'reported' | 'by-absence'
  /** Per stream: fields whose absence means that they are empty. */
  readonly leftOutWhenEmpty: Map<StreamName, readonly string[]>
  /** Called before each page leaves; may throw, wait, or change the page. */
  beforePage: (
    stream: StreamName,
    number: number,
    ctx: ReadContext<Settings>,
  ) => Promise<Page<StreamName> | undefined> | Page<StreamName> | undefined
  readonly reads: { stream: StreamName; since: string | undefined; checkpoint: unknown }[]
}

export interface Lab {
  readonly database: Database
  readonly source: Source
  readonly connectionId: number
  readonly engine: SyncEngine
  readonly services: SyncServices
  readonly connection: { -readonly [K in keyof SyncConnection]: SyncConnection[K] }
  put(stream: StreamName, ...records: Loose[]): void
  remove(stream: StreamName, ...sourceIds: string[]): void
  run(request?: Partial<RunRequest>, signal?: AbortSignal): Promise<RunResult>
  counts(runId: number, stream: StreamName): Promise<Record<string, unknown> | undefined>
}

function stream<K extends StreamName>(source: Source, name: K): Stream<K, Settings> {
  return {
    get deletes() {
      return source.deletes
    },
    incremental: { overlapSeconds: 60 },
    get leftOutWhenEmpty() {
      return (source.leftOutWhenEmpty.get(name) ?? []) as readonly (keyof RecordOf<K> & string)[]
    },
    async *read(ctx) {
      source.reads.push({ stream: name, since: ctx.since, checkpoint: ctx.checkpoint })
      const after = typeof ctx.checkpoint === 'string' ? ctx.checkpoint : ''
      const all = [...(source.records.get(name)?.values() ?? [])]
        .filter((record) => record.sourceId > after)
        .filter(
          (record) => ctx.since === undefined || typeof record.updatedAt !== 'string' || record.updatedAt >= ctx.since,
        )
        .sort((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
      for (let number = 0; number * source.pageSize < all.length || number === 0; number++) {
        ctx.signal.throwIfAborted()
        const records = all.slice(number * source.pageSize, (number + 1) * source.pageSize)
        const checkpoint = records.at(-1)?.sourceId
        // The records of the tests are loose on purpose: the engine has to cope with bad ones.
        const page = { records: records as unknown as RecordOf<K>[], ...(checkpoint !== undefined && { checkpoint }) }
        yield ((await source.beforePage(name, number, ctx)) as Page<K> | undefined) ?? page
      }
    },
    readOne: async (_ctx, sourceId) => (source.records.get(name)?.get(sourceId) as RecordOf<K> | undefined) ?? null,
  }
}

/** A lab with a database and a connection of its own. Companies are imported as they come. */
export async function lab(
  t: Test,
  options: { streams?: readonly StreamName[]; database?: Database } = {},
): Promise<Lab> {
  const database = options.database ?? (await testDatabase(t))
  const inserted = await database.row<{ id: number }>(
    "insert into connections (connector, kind, name, settings) values ('lab', 'psa', 'Lab', '{}') returning id",
  )
  return attach(database, inserted?.id ?? 0, options.streams)
}

/** A lab on a connection that exists. */
export function attach(
  database: Database,
  connectionId: number,
  names: readonly StreamName[] = ['companies', 'configurations'],
): Lab {
  const source: Source = {
    records: new Map(),
    pageSize: 10,
    deletes: 'by-absence',
    leftOutWhenEmpty: new Map(),
    beforePage: () => undefined,
    reads: [],
  }
  const connector: SourceConnector<Settings> = {
    contract: 1,
    id: 'lab',
    name: 'Lab',
    kind: 'psa',
    docs: 'https://lab.example',
    settings: { type: 'object', required: [], properties: {} },
    hosts: () => [],
    limits: { concurrency: 1, windows: [], scope: 'connection' },
    permissions: [],
    signIn: async () => ({ baseUrl: 'https://lab.example/', headers: {} }),
    check: async () => ({ account: 'lab', permissions: [] }),
    streams: Object.fromEntries(names.map((name) => [name, stream(source, name)])),
  }
  const connection: Lab['connection'] = {
    id: connectionId,
    companyId: null,
    disabledStreams: [],
    filter: {},
    customFields: {},
    breaker: { share: 0.25, count: 5 },
    importCompanies: 'all',
  }
  const services: SyncServices = {
    database,
    open: async (_id, { signal, report }): Promise<OpenSource> => {
      const base = (name?: StreamName) => ({
        settings: {},
        http: { request: () => Promise.reject(new Error('The lab has no HTTP.')) },
        signal,
        report: (line: Parameters<typeof report>[0]) => report(line, name),
        error: (kind: ConnectorError['kind'], admin: string, log?: string) =>
          new ConnectorError(kind, admin, log === undefined ? {} : { log }),
      })
      return {
        row: connection,
        connector,
        context: () => base(),
        readContext: ({ stream: name, companies, since, checkpoint, state }) => ({
          ...base(name),
          filter: {},
          customFields: [],
          companies,
          ...(since !== undefined && { since }),
          ...(checkpoint !== undefined && { checkpoint }),
          ...(state !== undefined && { state }),
          async *ahead(items, fetch) {
            for await (const item of items) yield await fetch(item)
          },
        }),
        close: () => {},
      }
    },
    afterStream: async (id, name, sql) => {
      if (name !== 'companies') return []
      await sql.query(
        `insert into companies (name) select name from company_links l where l.connection_id = $1 and l.company_id is null`,
        [id],
      )
      await sql.query(
        `update company_links l set company_id = c.id, link_state = 'linked' from companies c where l.connection_id = $1 and l.company_id is null and c.name = l.name`,
        [id],
      )
      return []
    },
    needsSignIn: async (id) => {
      await database.run("update connections set state = 'needs-sign-in' where id = $1", [id])
    },
  }
  const engine = new SyncEngine(services)
  return {
    database,
    source,
    connectionId,
    engine,
    services,
    connection,
    put(name, ...records) {
      const table = source.records.get(name) ?? new Map()
      for (const record of records) table.set(record.sourceId, record)
      source.records.set(name, table)
    },
    remove(name, ...sourceIds) {
      for (const sourceId of sourceIds) source.records.get(name)?.delete(sourceId)
    },
    async run(request = {}, signal = new AbortController().signal) {
      const result = await engine.run(
        { connectionId, mode: 'apply', pass: 'full', trigger: 'force', ...request },
        { signal, limitMinutes: 5 },
      )
      if ('busy' in result) throw new Error(`busy with ${result.busy}`)
      return result
    },
    counts: (runId, name) =>
      database.row('select * from sync_run_streams where run_id = $1 and stream = $2', [runId, name]),
  }
}

/** `count` records `c001`, `c002`, … with what `extra` says. */
export function many(count: number, extra: (n: number) => Readonly<Record<string, unknown>> = () => ({})): Loose[] {
  return Array.from({ length: count }, (_, index) => {
    const sourceId = `c${String(index + 1).padStart(4, '0')}`
    return { sourceId, name: `Record ${sourceId}`, ...extra(index + 1) }
  })
}
