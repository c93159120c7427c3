/** What a connector is handed: the contract's `ctx`, made from a connection's parts. */
import type {
  Connector,
  Context,
  Http,
  ImportFilter,
  ReadContext,
  ReportLine,
  SettingField,
  Settings,
} from '../connector/contract.ts'
import { ConnectorError } from '../connector/errors.ts'
import type { Json } from '../connector/records.ts'
import { Redactor, redactLine, secretsOf } from '../http/redact.ts'
import { ahead } from './ahead.ts'

/** The parts of a connection, opened. */
export interface ContextParts<S extends Settings> {
  readonly connector: Pick<Connector<S>, 'settings' | 'limits'>
  /** Validated, secrets decrypted. */
  readonly settings: S
  /** A client that knows the session's secrets masks them as well. */
  readonly http: Http & { redact?(text: string): string }
  readonly signal: AbortSignal
  readonly report: (line: ReportLine) => void
}

/** What one reading of a stream is to cover. */
export interface Reading {
  readonly filter: ImportFilter
  readonly customFields: readonly string[]
  readonly companies: readonly string[]
  readonly since?: string | undefined
  readonly checkpoint?: Json | undefined
  readonly state?: Json | undefined
}

/** For `check`, `choices`, write-back, tickets and warranties. Reports and errors leave it without secrets. */
export function createContext<S extends Settings>(parts: ContextParts<S>): Context<S> {
  const { connector, settings, http, signal, report } = parts
  const fields: Readonly<Record<string, SettingField>> = connector.settings.properties
  const own = new Redactor(secretsOf(fields, settings))
  const redact = (text: string) => own.redact(http.redact?.(text) ?? text)
  return {
    settings,
    http,
    signal,
    report: (line) => report(redactLine(line, redact)),
    error: (kind, admin, log) => new ConnectorError(kind, redact(admin), { log: redact(log ?? admin) }),
  }
}

/** For reading a stream. */
export function createReadContext<S extends Settings>(parts: ContextParts<S>, reading: Reading): ReadContext<S> {
  const { filter, customFields, companies, since, checkpoint, state } = reading
  const { concurrency } = parts.connector.limits
  return {
    ...createContext(parts),
    filter,
    customFields,
    companies,
    ...(since === undefined ? {} : { since }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(state === undefined ? {} : { state }),
    ahead: (items, fetch) => ahead(items, fetch, concurrency, parts.signal),
  }
}
