/** A connection opened: connector, settings with secrets, and a client, behind the contexts a connector is handed. */
import {
  type Connector,
  ConnectorError,
  type Context,
  type Json,
  type ReadContext,
  type ReportLine,
  type Settings,
  type SourceConnector,
  type StreamName,
} from '../connector/index.ts'
import type { ConnectionHttp, HttpClients } from '../http/clients.ts'
import type { Database, Sql } from '../store/database.ts'
import type { Catalogue } from './catalogue.ts'
import { type ContextParts, createContext, createReadContext } from './context.ts'
import type { ConnectionRow } from './rows.ts'
import { fieldsOf, validateSettings } from './settings.ts'

/** What the vault does for connections. */
export interface SecretStore {
  read(connectionId: number): Promise<Readonly<Record<string, string>>>
  /** Sets fields; null deletes one; fields not named stay. */
  write(connectionId: number, values: Readonly<Record<string, string | null>>, sql?: Sql): Promise<void>
}

/** What everything about connections works with. */
export interface ConnectionParts {
  readonly database: Database
  readonly vault: SecretStore
  readonly catalogue: Catalogue
  readonly clients: Pick<HttpClients, 'open'>
}

export interface OpenOptions {
  readonly signal: AbortSignal
  /** Gets the lines for the log; of a stream if it is read. Without it they are dropped. */
  readonly report?: (line: ReportLine, stream?: StreamName) => void
  /** The vendor makes us wait until then. */
  readonly onWait?: (until: Date) => void
}

export interface ReadOptions {
  readonly stream: StreamName
  /** Source ids of the companies in scope, ascending. */
  readonly companies: readonly string[]
  readonly since?: string | undefined
  readonly checkpoint?: Json | undefined
  readonly state?: Json | undefined
}

export interface OpenConnection<C extends Connector = Connector> {
  readonly row: ConnectionRow
  readonly connector: C
  /** With secrets. */
  readonly settings: Settings
  context(): Context<Settings>
  readContext(options: ReadOptions): ReadContext<Settings>
  /** Ends the requests under way. */
  close(): void
}

/** Throws a `config` error if the plugin is not there. */
export function connectorOf(catalogue: Catalogue, id: string): Connector {
  const connector = catalogue.get(id)
  if (connector !== undefined) return connector
  throw new ConnectorError('config', `The connector "${id}" is not loaded; see the list of plugins for the reason.`)
}

/** The settings with their secrets; only what the connector declares. Throws a `config` error if they do not fit. */
export async function fullSettings(
  parts: ConnectionParts,
  connector: Connector,
  row: ConnectionRow,
): Promise<Settings> {
  const stored = Object.entries({ ...row.settings, ...(await parts.vault.read(row.id)) })
  try {
    return validateSettings(
      connector,
      Object.fromEntries(stored.filter(([name]) => Object.hasOwn(fieldsOf(connector), name))),
    )
  } catch (error) {
    // A newer connector may want settings that the connection does not have yet.
    const problem = error instanceof Error ? error.message : String(error)
    throw new ConnectorError('config', `The settings of ${row.name} do not fit: ${problem}`)
  }
}

export async function openConnection(
  parts: ConnectionParts,
  row: ConnectionRow,
  options: OpenOptions,
): Promise<OpenConnection> {
  const connector = connectorOf(parts.catalogue, row.connector)
  const settings = await fullSettings(parts, connector, row)
  const http = parts.clients.open({ key: String(row.id), connector, settings })
  return { row, connector, settings, ...contexts(connector, settings, http, options, row) }
}

/** The contexts of an opened client; `row` says what was selected. */
export function contexts(
  connector: Connector,
  settings: Settings,
  http: ConnectionHttp,
  options: OpenOptions,
  row?: ConnectionRow,
): Pick<OpenConnection, 'context' | 'readContext' | 'close'> {
  const { signal, onWait } = options
  const partsFor = (stream?: StreamName): ContextParts<Settings> => {
    const report = (line: ReportLine) => options.report?.(line, stream)
    const caller = {
      signal,
      report,
      ...(onWait && { onWait: (milliseconds: number) => onWait(new Date(Date.now() + milliseconds)) }),
    }
    return { connector, settings, http: http.http(caller), signal, report }
  }
  return {
    context: () => createContext(partsFor()),
    readContext: ({ stream, ...reading }) =>
      createReadContext(partsFor(stream), {
        ...reading,
        filter: row?.filter ?? {},
        customFields: row?.customFields[stream] ?? [],
      }),
    close: () => http.close(),
  }
}

/** Throws a `config` error for a connector that has no streams. */
export function asSource(open: OpenConnection): OpenConnection<SourceConnector<Settings>> {
  const { connector } = open
  if (connector.kind !== 'warranty') return { ...open, connector }
  open.close()
  throw new ConnectorError('config', `${open.row.name} answers warranty questions; there is nothing to sync.`)
}
