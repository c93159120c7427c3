/** What the benches share: a database, a vendor process, the engine on top of both, and medians. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, createReadContext } from '../../core/connections/context.ts'
import type { Settings, SourceConnector, StreamName } from '../../core/connector/index.ts'
import { HttpClients } from '../../core/http/clients.ts'
import { loadCatalogue } from '../../core/loader.ts'
import { Database } from '../../core/store/database.ts'
import { startEmbeddedPostgres } from '../../core/store/embedded.ts'
import { migrate } from '../../core/store/migrate.ts'
import { SyncEngine } from '../../core/sync/engine.ts'
import type { OpenSource, SyncServices } from '../../core/sync/services.ts'

export interface BulkRequest {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string
}

export interface Vendor {
  readonly origin: string
  readonly settings: Settings
  /** Request start times (epoch ms) since the last call, and the most that were open at once. */
  stats(): Promise<{ starts: number[]; peak: number }>
  /** The requests that brought the large answers so far. */
  bulk(): Promise<BulkRequest[]>
  /** Empties the tape. */
  forget(): Promise<void>
  latency(latencyMs: number): Promise<void>
  stop(): void
}

/** `module`: a simulator's file, relative to this folder. Answers are kept and sent again with `tape`. */
export async function startVendor(module: string, configurations: number, tape = true): Promise<Vendor> {
  const child: ChildProcess = fork(new URL('vendor.ts', import.meta.url), [
    module,
    String(configurations),
    '0',
    tape ? '1' : '0',
  ])
  // The channel's messages are what vendor.ts sends.
  const [{ origin, settings }] = (await once(child, 'message')) as [{ origin: string; settings: Settings }]
  const ask = async <T>(question: string | object): Promise<T> => {
    const answer = once(child, 'message')
    child.send(question)
    return (await answer)[0] as T
  }
  return {
    origin,
    settings,
    stats: () => ask('stats'),
    bulk: () => ask('bulk'),
    forget: () => ask('forget'),
    latency: (latencyMs) => ask({ latencyMs }),
    stop: () => void child.kill(),
  }
}

export interface Bench {
  readonly database: Database
  stop(): Promise<void>
}

/** A PostgreSQL as a server would run it: fsync on, WAL as it is. */
export async function startBench(): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-bench-'))
  const embedded = await startEmbeddedPostgres(directory, [
    'shared_buffers=1GB',
    'max_wal_size=8GB',
    'checkpoint_timeout=30min',
  ])
  const database = new Database(embedded.url)
  await migrate(database)
  return {
    database,
    async stop() {
      await database.close()
      await embedded.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export async function connectorOf(id: string): Promise<SourceConnector<Settings>> {
  const connector = (await loadCatalogue([])).get(id)
  if (connector === undefined || connector.kind === 'warranty') throw new Error(`There is no source connector ${id}.`)
  // Quotas are the vendor's, not what is measured.
  return { ...connector, limits: { ...connector.limits, windows: [], perEndpoint: [] } }
}

export interface Subject {
  readonly connectionId: number
  readonly engine: SyncEngine
  readonly close: () => Promise<void>
}

/** The engine as the hub has it, on `connector` and the vendor; companies are imported as they come. */
export async function subject(
  database: Database,
  connector: SourceConnector<Settings>,
  settings: Settings,
): Promise<Subject> {
  await database.run("update connections set state = 'disconnected' where state <> 'disconnected'")
  const row = await database.row<{ id: number }>(
    "insert into connections (connector, kind, name, settings) values ($1, $2, 'bench ' || clock_timestamp(), '{}') returning id",
    [connector.id, connector.kind],
  )
  const connectionId = row?.id ?? 0
  const clients = new HttpClients({ log: { debug() {}, info() {}, warn() {} }, userAgent: 'tributary-bench' })
  const services: SyncServices = {
    database,
    open: async (_id, { signal, report }): Promise<OpenSource> => {
      const connection = clients.open({ key: String(connectionId), connector, settings })
      const http = connection.http({ signal, report })
      const parts = (stream?: StreamName) => ({
        connector,
        settings,
        http,
        signal,
        report: (line: Parameters<typeof report>[0]) => report(line, stream),
      })
      return {
        row: {
          id: connectionId,
          companyId: null,
          disabledStreams: [],
          filter: {},
          customFields: {},
          breaker: { share: 0.25, count: 50 },
          importCompanies: 'all',
        },
        connector,
        context: () => createContext(parts()),
        readContext: ({ stream, ...reading }) =>
          createReadContext(parts(stream), { filter: {}, customFields: [], ...reading }),
        close: () => connection.close(),
      }
    },
    afterStream: async (id, stream, sql) => {
      if (stream !== 'companies') return []
      await sql.query(
        `with made as (insert into companies (name, external_id) select name, source_id from company_links where connection_id = $1 and company_id is null returning id, external_id)
         update company_links l set company_id = made.id, link_state = 'linked' from made where l.connection_id = $1 and l.source_id = made.external_id`,
        [id],
      )
      return []
    },
    needsSignIn: async () => {},
  }
  return { connectionId, engine: new SyncEngine(services), close: () => clients.close() }
}

export async function walBytes(database: Database, work: () => Promise<unknown>): Promise<number> {
  const before = await database.row<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
  await work()
  const row = await database.row<{ bytes: string }>(
    'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn) as bytes',
    [before?.lsn],
  )
  return Number(row?.bytes)
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
