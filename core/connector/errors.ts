/**
 * What can go wrong at a vendor, in eight kinds. The kind decides what the hub does; the two messages
 * say it to the admin (what to do) and to the log (what happened).
 *
 * | kind       | the hub …                                                    |
 * |------------|--------------------------------------------------------------|
 * | auth       | stops, marks the connection "needs sign-in", does not retry    |
 * | permission | fails the stream, goes on with the others                      |
 * | config     | stops; a setting must change                                   |
 * | rate-limit | waits as long as the vendor says; never skips                  |
 * | transient  | retries with back-off                                          |
 * | not-found  | the record or endpoint is not there                            |
 * | vendor     | the vendor answered something it should not; fails the stream  |
 * | bug        | the connector is wrong; fails the stream                       |
 */
export const errorKinds = [
  'auth',
  'permission',
  'config',
  'rate-limit',
  'transient',
  'not-found',
  'vendor',
  'bug',
] as const

export type ErrorKind = (typeof errorKinds)[number]

/** The default table from HTTP status to kind; a connector overrides it with `faults`. */
export function kindOfStatus(status: number): ErrorKind {
  if (status === 401) return 'auth'
  if (status === 403) return 'permission'
  if (status === 404 || status === 410) return 'not-found'
  if (status === 429) return 'rate-limit'
  if (status === 408 || status === 409 || status === 423 || status === 425 || status >= 500) return 'transient'
  return 'vendor'
}

/** An error a connector or the vendor-facing client throws; `message` is for the log, `admin` for people. */
export class ConnectorError extends Error {
  readonly kind: ErrorKind
  /** What the admin reads: what happened and what to do. Plain words, no secrets. */
  readonly admin: string
  /** Earliest moment a retry makes sense, if the vendor named one. */
  readonly retryAfterSeconds: number | undefined
  /** The HTTP status the vendor answered, if there was an answer. */
  readonly status: number | undefined

  constructor(
    kind: ErrorKind,
    admin: string,
    detail: { log?: string; cause?: unknown; retryAfterSeconds?: number | undefined; status?: number | undefined } = {},
  ) {
    super(detail.log ?? admin, detail.cause === undefined ? {} : { cause: detail.cause })
    this.name = 'ConnectorError'
    this.kind = kind
    this.admin = admin
    this.retryAfterSeconds = detail.retryAfterSeconds
    this.status = detail.status
  }
}
