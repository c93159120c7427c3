/** The vendor-facing HTTP of the process: one set of sockets, limits and sessions for all connections. */
import type { Connector, Settings } from '../connector/contract.ts'
import { ConnectorError } from '../connector/errors.ts'
import { Dispatchers, type NetworkOptions } from './dispatchers.ts'
import { EgressPolicy } from './egress.ts'
import { Redactor, secretsOf } from './redact.ts'
import { SessionKeeper } from './session.ts'
import { Throttle } from './throttle.ts'
import { type TimeLimits, timeLimits } from './times.ts'
import { type Caller, type Log, type Shared, VendorClient, type VendorHttp } from './vendor-client.ts'

export interface HttpOptions extends NetworkOptions {
  readonly log: Log
  readonly userAgent: string
  /** Other than the usual time limits. */
  readonly times?: Partial<TimeLimits>
}

export interface Opening {
  /** The connection's id. */
  readonly key: string
  readonly connector: Connector
  /** Validated, secrets decrypted. */
  readonly settings: Settings
}

interface Kept {
  readonly shared: Shared
  readonly settings: string
  users: number
  idleSince: number
}

/** A session outlives its last user by so much, so that a page opened every minute does not sign in every minute. */
const KEPT_IDLE_MS = 900_000

export class HttpClients {
  readonly #options: HttpOptions
  readonly #times: TimeLimits
  readonly #dispatchers: Dispatchers
  readonly #limiters = new Map<string, Throttle>()
  readonly #kept = new Map<string, Kept>()
  readonly #ending = new AbortController()

  constructor(options: HttpOptions) {
    this.#options = options
    this.#times = { ...timeLimits, ...options.times }
    this.#dispatchers = new Dispatchers(options, this.#times)
  }

  /**
   * The HTTP of one connection. Opened twice with the same settings it shares the session; with other settings it
   * begins anew. Limits are shared in any case: by connection or by connector, as the vendor counts.
   */
  open({ key, connector, settings }: Opening): ConnectionHttp {
    this.#sweep()
    const id = `${connector.id}/${key}`
    const text = JSON.stringify(settings)
    let kept = this.#kept.get(id)
    if (kept === undefined || kept.settings !== text || kept.shared.connector !== connector) {
      const shared = this.#share(id, connector, settings)
      kept = { shared, settings: text, users: 0, idleSince: 0 }
      this.#kept.set(id, kept)
    }
    const mine = kept
    mine.users++
    return new ConnectionHttp(mine.shared, () => {
      mine.users--
      mine.idleSince = performance.now()
    })
  }

  /** Ends everything at once. */
  async close(): Promise<void> {
    this.#ending.abort(ended())
    this.#kept.clear()
    await this.#dispatchers.close()
  }

  #share(id: string, connector: Connector, settings: Settings): Shared {
    let policy: EgressPolicy | undefined
    return {
      connector,
      settings,
      policy: () => {
        policy ??= new EgressPolicy(connector, settings)
        return policy
      },
      limiter: this.#limiter(connector.limits.scope === 'app' ? connector.id : id, connector),
      keeper: new SessionKeeper(),
      redactor: new Redactor(secretsOf(connector.settings.properties, settings)),
      dispatchers: this.#dispatchers,
      times: this.#times,
      log: this.#options.log,
      userAgent: this.#options.userAgent,
      ending: this.#ending.signal,
    }
  }

  /** Kept for good: what the vendor counted stays counted when a connection is closed and opened again. */
  #limiter(scope: string, connector: Connector): Throttle {
    const known = this.#limiters.get(scope)
    if (known !== undefined) return known
    const limiter = new Throttle(connector.limits, this.#times.longestWaitMs)
    this.#limiters.set(scope, limiter)
    return limiter
  }

  #sweep(): void {
    const now = performance.now()
    for (const [id, { users, idleSince }] of this.#kept) {
      if (users === 0 && now - idleSince > KEPT_IDLE_MS) this.#kept.delete(id)
    }
  }
}

/** One opened connection. */
export class ConnectionHttp {
  readonly #shared: Shared
  readonly #release: () => void
  readonly #closing = new AbortController()

  constructor(shared: Shared, release: () => void) {
    this.#shared = shared
    this.#release = release
  }

  /** The client for one run or call; its requests end when `signal` aborts or the connection closes. */
  http(caller: Caller): VendorHttp {
    const signal = AbortSignal.any([caller.signal, this.#closing.signal, this.#shared.ending])
    return new VendorClient(this.#shared, { ...caller, signal })
  }

  /** Ends the requests under way. */
  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(ended())
    this.#release()
  }
}

function ended(): ConnectorError {
  return new ConnectorError(
    'transient',
    'The connection was closed while it was in use. The hub tries again by itself.',
  )
}
