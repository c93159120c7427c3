/**
 * The contract between the hub and a connector. A connector is a plain object that satisfies
 * `SourceConnector` or `WarrantyConnector`; it needs nothing of the hub at run time
 * (`import type` is erased). `core/connector/README.md` is the author's guide.
 */
import type { ErrorKind } from './errors.ts'
import type { Json, RecordOf, Scalar, StreamName } from './records.ts'

/** Raised when a connector written for the old shape would no longer run. */
export const contractVersion = 1

/**
 * A connection's settings as the connector sees them. Declare your own as a `type`, not an
 * `interface` (an interface has no index signature and would not fit here).
 */
export type Settings = Readonly<Record<string, unknown>>

// ── The manifest ────────────────────────────────────────────────────────────────────────────────

/** One setting, in JSON Schema words (2020-12) plus `secret` and `choices`. */
export interface SettingField {
  readonly type: 'string' | 'integer' | 'boolean' | 'array'
  readonly title: string
  readonly description?: string
  readonly examples?: readonly Scalar[]
  readonly default?: Scalar
  readonly enum?: readonly string[]
  readonly format?: 'uri' | 'hostname' | 'email' | 'uuid'
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  /** For `array`. */
  readonly items?: { readonly type: 'string' }
  /** Kept by the vault, never sent back, masked everywhere. */
  readonly secret?: true
  /** The panel offers what `choices(ctx, field)` answers. */
  readonly choices?: true
}

export interface SettingsSchema<S extends Settings> {
  readonly type: 'object'
  readonly required: readonly (keyof S & string)[]
  readonly properties: { readonly [K in keyof S & string]-?: SettingField }
}

export interface RateWindow {
  readonly requests: number
  readonly seconds: number
}

export interface Limits {
  /** Requests in flight at the same time. */
  readonly concurrency: number
  /** Every window holds at once; a request waits until all have room. */
  readonly windows: readonly RateWindow[]
  /**
   * Beside `windows`: every window holds for each endpoint by itself, that is for a path with its ids (whole numbers,
   * GUIDs) struck out, whatever the method.
   */
  readonly perEndpoint?: readonly RateWindow[]
  /** Whom the vendor counts: each connection for itself, or this installation as a whole. */
  readonly scope: 'connection' | 'app'
  /** Response headers that tell what is left, if the vendor sends any. */
  readonly headers?: {
    readonly remaining: string
    readonly reset: string
    /** `seconds` from now, or `epoch` seconds. */
    readonly resetIn: 'seconds' | 'epoch'
  }
}

/** A right the vendor must grant, in the vendor's own words. */
export interface Permission {
  readonly id: string
  /** What works with it, e.g. "configurations", "write-back". */
  readonly capability: string
  /** The vendor's words, e.g. "Companies > Configurations: Inquire All". */
  readonly right: string
  /** Where to click. */
  readonly where: string
  /** Without it the connection cannot work at all; else only the capability is off. */
  readonly required: boolean
}

export interface PermissionCheck {
  readonly permission: string
  readonly state: 'ok' | 'missing' | 'excessive' | 'unknown'
  readonly message: string
}

export interface Checked {
  /** The vendor's id of the account: one account, one connection. */
  readonly account: string
  /** What the panel prints beside it: name, version, region. */
  readonly accountName?: string
  readonly permissions: readonly PermissionCheck[]
}

export interface Choice {
  readonly value: string
  readonly label: string
}

// ── Talking to the vendor ───────────────────────────────────────────────────────────────────────

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** A path, resolved against the session's base URL, or an absolute URL on a declared host. */
  readonly url: string
  readonly query?: Readonly<Record<string, Scalar | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** An object or array goes out as JSON; a URLSearchParams as a form; a string as it is. */
  readonly body?: Json | URLSearchParams | object
  /** `json` (default) refuses anything else; `text` hands it over as it is. */
  readonly accept?: 'json' | 'text'
  /** A write that may safely be repeated. GET, PUT and DELETE are; POST and PATCH only if this says so. */
  readonly repeatable?: boolean
  /** Send without the session's base URL and headers (sign-in itself, signing keys). */
  readonly anonymous?: boolean
}

export interface HttpAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON, or text. Integers beyond 2^53 arrive as strings. */
  readonly body: unknown
}

/**
 * The vendor-facing client. Rate limits, retries, token renewal, time limits, the egress policy and
 * redaction are inside; a promise that resolves is a 2xx answer, everything else throws a
 * `ConnectorError`.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpAnswer>
}

/** What every request of a connection needs; made by `signIn`, kept per connection, renewed when it ages. */
export interface Session {
  /** Ends in `/`. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** Instant; renewed a minute before. */
  readonly expiresAt?: string
}

/** A vendor's own reading of an answer that is not 2xx (or of a 2xx that means "no"). */
export interface Fault {
  readonly kind: ErrorKind
  readonly admin?: string
  readonly log?: string
  readonly retryAfterSeconds?: number
  /** Sign in again and, if base URL or headers changed, repeat the request once. 401 does so by itself. */
  readonly signInAgain?: true
}

/** One line for the run log. `code` is stable and greppable; `message` is for people. */
export interface ReportLine {
  readonly level: 'info' | 'warning' | 'error'
  readonly code: string
  readonly message: string
  readonly sourceId?: string
}

export interface Context<S extends Settings> {
  /** Validated, secrets decrypted. */
  readonly settings: Readonly<S>
  readonly http: Http
  readonly signal: AbortSignal
  report(line: ReportLine): void
  /** Makes the error to throw; `admin` says what to do, `log` what happened. */
  error(kind: ErrorKind, admin: string, log?: string): Error
}

// ── Streams ─────────────────────────────────────────────────────────────────────────────────────

/** Source ids the admin chose; an empty or missing list means all. */
export interface ImportFilter {
  readonly companyTypes?: readonly string[]
  readonly companyStatuses?: readonly string[]
  readonly configurationTypes?: readonly string[]
  readonly configurationStatuses?: readonly string[]
}

export interface ReadContext<S extends Settings> extends Context<S> {
  readonly filter: ImportFilter
  /** Custom field ids chosen for this stream. */
  readonly customFields: readonly string[]
  /** Source ids of the companies in scope, ascending: some vendors list things per company only. */
  readonly companies: readonly string[]
  /** Incremental: what changed at or after this instant (overlap already taken off). */
  readonly since?: string
  /** Go on behind the page that carried it. */
  readonly checkpoint?: Json
  /** What the last complete pass left in its last page. */
  readonly state?: Json
  /**
   * Fetches for each item, several at once within the vendor's limits, and yields the results in the
   * order of the items. Bounded, so memory stays flat.
   */
  ahead<T, R>(items: Iterable<T> | AsyncIterable<T>, fetch: (item: T) => Promise<R>): AsyncIterable<R>
}

export interface Page<K extends StreamName> {
  readonly records: readonly RecordOf<K>[]
  /** Source ids the vendor reports as deleted. */
  readonly removals?: readonly string[]
  /** Only where a restart may safely resume behind this page. */
  readonly checkpoint?: Json
  /** On the last page: what the next pass gets as `ctx.state`. */
  readonly state?: Json
  /** How many records the vendor announced for the whole pass, if it does. */
  readonly total?: number
  /**
   * On the last page: why this pass cannot show the whole list, for the admin. What it did not show is not gone, and
   * the stream ends with a warning. For a list that cannot be read on at all, throw instead.
   */
  readonly partial?: string
}

export interface CustomField {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly options?: readonly string[]
}

export interface Stream<K extends StreamName, S extends Settings> {
  /** `by-absence`: what a completed full pass did not yield is gone. */
  readonly deletes: 'none' | 'reported' | 'by-absence'
  read(ctx: ReadContext<S>): AsyncIterable<Page<K>>
  /**
   * Fields that this vendor leaves out of a record when they are empty: undefined means empty there, and the hub
   * stores null. Without it undefined means "not sent", and what is stored stays.
   */
  readonly leftOutWhenEmpty?: readonly (keyof RecordOf<K> & string)[]
  /** One record by id, after a webhook; null = not there (any more). */
  readOne?(ctx: ReadContext<S>, sourceId: string): Promise<RecordOf<K> | null>
  /** Understands `ctx.since`; the hub takes the overlap off for clock skew and late commits. */
  readonly incremental?: { readonly overlapSeconds: number }
  /** What the admin may select. */
  customFields?(ctx: Context<S>): Promise<readonly CustomField[]>
}

// ── Beyond streams ──────────────────────────────────────────────────────────────────────────────

export interface Ticket {
  readonly sourceId: string
  readonly summary: string
  readonly board?: string | null
  readonly boardId?: string | null
  readonly status?: string | null
  readonly priority?: string | null
  readonly type?: string | null
  readonly contact?: string | null
  readonly assignee?: string | null
  readonly closed?: boolean | null
  readonly createdAt?: string | null
  readonly updatedAt?: string | null
  readonly url?: string | null
}

export interface TicketNote {
  readonly sourceId: string
  readonly text: string
  readonly kind: 'description' | 'note' | 'resolution'
  /** Not for the client's eyes. */
  readonly internal: boolean
  readonly author?: string | null
  readonly createdAt?: string | null
}

export interface TicketDetail extends Ticket {
  readonly notes: readonly TicketNote[]
}

/** Live only: nothing of it is stored. */
export interface TicketSource<S extends Settings> {
  list(
    ctx: Context<S>,
    query: { readonly companyId: string; readonly closed?: boolean; readonly limit: number },
  ): Promise<readonly Ticket[]>
  get(ctx: Context<S>, sourceId: string): Promise<TicketDetail>
}

export type WritableField = 'warrantyExpiration' | 'purchaseDate' | 'manufacturer'
export type Writable = { readonly [F in WritableField]?: string | null }

export interface WriteOutcome {
  /** `unchanged`: the source had it already. `conflict`: the source no longer holds what the hub expects. */
  readonly outcome: 'written' | 'unchanged' | 'conflict' | 'not-found'
  /** The fields as the source holds them after the call. */
  readonly current: Writable
  readonly message?: string
}

/** What can be pushed. The connector reads first, stops on conflict, sends only what changes, reads the reply. */
export interface WriteBack<S extends Settings> {
  readonly configurations: {
    readonly fields: readonly WritableField[]
    write(ctx: Context<S>, sourceId: string, change: Writable, expected: Writable): Promise<WriteOutcome>
  }
}

export interface WebhookDelivery {
  /** The body exactly as received. */
  readonly raw: Uint8Array
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
}

export interface WebhookHint {
  readonly stream: StreamName
  readonly sourceId: string
}

export interface WebhookSource<S extends Settings> {
  readonly streams: readonly StreamName[]
  /**
   * Makes the registrations at `url` complete (idempotent, other people's are left alone); returns the vendor's ids.
   * Both or neither: without them an admin enters the address at the vendor, by `steps`.
   */
  register?(ctx: Context<S>, url: string): Promise<readonly string[]>
  /** Removes every registration that points to `url`. */
  unregister?(ctx: Context<S>, url: string): Promise<void>
  /** What a person does at the vendor, in the vendor's words: all of it, or what `register` cannot do. */
  readonly steps?: readonly string[]
  /**
   * True only if the raw bytes are proven to come from the vendor. The hub asks only about deliveries that came to the
   * connection's own address, which nobody can guess: where a vendor signs nothing, that is all the proof there is.
   */
  verify(ctx: Context<S>, delivery: WebhookDelivery): Promise<boolean>
  /** What to read again; called only after `verify`. `id` names the delivery, to accept duplicates once. */
  touched(delivery: WebhookDelivery): { readonly id?: string; readonly hints: readonly WebhookHint[] }
}

interface ConnectorBase<S extends Settings> {
  readonly contract: typeof contractVersion
  /** The folder's name. */
  readonly id: string
  readonly name: string
  /** The vendor's API documentation. */
  readonly docs: string
  readonly settings: SettingsSchema<S>
  /** Every host the connector will call, e.g. `api.example.com`, `*.example.com`, `localhost:8443`. */
  hosts(settings: S): readonly string[]
  readonly limits: Limits
  readonly permissions: readonly Permission[]
  /** Gets the session; `ctx.http` is anonymous here. */
  signIn(ctx: Context<S>): Promise<Session>
  /** Overrides the table from HTTP status to kind; undefined = the table stands. */
  faults?(answer: HttpAnswer): Fault | undefined
  /** Read-only. */
  check(ctx: Context<S>): Promise<Checked>
  choices?(ctx: Context<S>, field: keyof S & string): Promise<readonly Choice[]>
}

export interface SourceConnector<S extends Settings> extends ConnectorBase<S> {
  readonly kind: 'psa' | 'documentation' | 'identity'
  readonly streams: { readonly [K in StreamName]?: Stream<K, S> }
  readonly tickets?: TicketSource<S>
  readonly writeBack?: WriteBack<S>
  readonly webhooks?: WebhookSource<S>
  /** The filters the vendor's API applies itself. */
  readonly filters?: readonly (keyof ImportFilter)[]
}

export interface Device {
  readonly serialNumber: string
  readonly productNumber?: string
  readonly manufacturer: string
}

export interface Entitlement {
  readonly name: string
  readonly kind: 'warranty' | 'subscription' | 'service' | 'other'
  readonly startsOn?: string | null
  readonly endsOn?: string | null
}

export interface WarrantyAnswer {
  readonly device: Device
  readonly outcome: 'found' | 'not-found' | 'error'
  readonly purchaseDate?: string | null
  readonly entitlements?: readonly Entitlement[]
  /** Where the answer comes from and how far it can be trusted. */
  readonly grade: 'official' | 'public' | 'estimated'
  readonly message?: string
}

export interface WarrantyConnector<S extends Settings> extends ConnectorBase<S> {
  readonly kind: 'warranty'
  /** Makers it answers for, as they write themselves. */
  readonly makers: readonly string[]
  lookup(ctx: Context<S>, devices: readonly Device[]): AsyncIterable<WarrantyAnswer>
}

export type Connector<S extends Settings = Settings> = SourceConnector<S> | WarrantyConnector<S>

/** What a plugin's `index.ts` gets: `export default async (app: ConnectorHost) => app.connectors.add(acme)`. */
export interface ConnectorHost {
  readonly connectors: { add(connector: Connector): void }
}
