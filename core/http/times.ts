/** How long things may take, in milliseconds. */
export interface TimeLimits {
  /** Name look-up, TCP and TLS. */
  readonly connectMs: number
  /** From the request to the first line of the answer. */
  readonly headersMs: number
  /** Between two pieces of the body. */
  readonly idleMs: number
  /** One request with everything above: ends an answer that drips for ever. */
  readonly deadlineMs: number
  /** All tries of one request together, without the waiting the vendor asked for. */
  readonly triesMs: number
  /** The first back-off is a random share of it, each further one of the double. */
  readonly backoffMs: number
  readonly longestBackoffMs: number
  /** Waiting the vendor asked for; above it the run is parked rather than a worker held. */
  readonly longestWaitMs: number
}

export const timeLimits: TimeLimits = {
  connectMs: 10_000,
  headersMs: 60_000,
  idleMs: 30_000,
  deadlineMs: 120_000,
  triesMs: 300_000,
  backoffMs: 1000,
  longestBackoffMs: 30_000,
  longestWaitMs: 600_000,
}
