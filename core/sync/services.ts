/** What the engine is given: a way to open a connection, and what follows a stream. */
import type { Context, ReadContext, ReportLine, SourceConnector, StreamName } from '../connector/index.ts'
import type { Database, Sql } from '../store/database.ts'
import type { Breaker } from './sweep.ts'

type Settings = Readonly<Record<string, unknown>>

/** What the engine needs to know of a connection. */
export interface SyncConnection {
  readonly id: number
  readonly companyId: number | null
  readonly disabledStreams: readonly string[]
  readonly filter: ReadContext<Settings>['filter']
  readonly customFields: Readonly<Record<string, readonly string[]>>
  readonly breaker: Breaker
  readonly importCompanies: 'selected' | 'all'
}

export interface ReadOptions {
  readonly stream: StreamName
  readonly companies: readonly string[]
  readonly since?: string | undefined
  readonly checkpoint?: ReadContext<Settings>['checkpoint'] | undefined
  readonly state?: ReadContext<Settings>['state'] | undefined
}

/** A connection ready to be read: connector, settings, secrets and client behind one context. */
export interface OpenSource {
  readonly row: SyncConnection
  readonly connector: SourceConnector<Settings>
  context(): Context<Settings>
  readContext(options: ReadOptions): ReadContext<Settings>
  close(): void
}

export interface OpenOptions {
  readonly signal: AbortSignal
  readonly report: (line: ReportLine, stream?: StreamName) => void
  /** The vendor makes us wait until then. */
  readonly onWait: (until: Date) => void
}

export interface SyncServices {
  readonly database: Database
  /** Opens a connection for a sync. Throws a ConnectorError of kind `config` if it cannot be used. */
  readonly open: (connectionId: number, options: OpenOptions) => Promise<OpenSource>
  /** Runs inside the transaction that closes the stream's pass: maps, matches, imports. Answers lines for the run log. */
  readonly afterStream: (
    connectionId: number,
    stream: StreamName,
    sql: Sql,
    run: { readonly importAll: boolean },
  ) => Promise<readonly ReportLine[]>
  /** The vendor refused the sign-in. */
  readonly needsSignIn: (connectionId: number, admin: string) => Promise<void>
}
