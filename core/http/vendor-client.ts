/** The contract's `Http`: a connector asks once, and what can go wrong on the way is dealt with here. */
import type { Connector, Context, Http, HttpAnswer, HttpRequest, Session, Settings } from '../connector/contract.ts'
import { ConnectorError } from '../connector/errors.ts'
import { type Call, firstHop, type Hop, nextHop, prepare } from './call.ts'
import type { Dispatchers } from './dispatchers.ts'
import type { EgressPolicy } from './egress.ts'
import { exchange, type RawAnswer } from './exchange.ts'
import { codeOf, refusalOfFailure } from './failures.ts'
import { type Slot, TooLongToWait } from './limiter.ts'
import { type Redactor, redactLine } from './redact.ts'
import { type Asked, errorOf, type Refusal, readAnswer, refusalOf } from './refusals.ts'
import { exhaustedMs } from './retry-after.ts'
import { type OpenSession, type SessionKeeper, sameSession } from './session.ts'
import type { Throttle } from './throttle.ts'
import type { TimeLimits } from './times.ts'
import { abortable, sleep } from './wait.ts'

/** The part of a pino logger that is used. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** What all requests of a connection share, whoever makes them. */
export interface Shared {
  readonly connector: Connector
  readonly settings: Settings
  /** Throws where the settings name no valid host. */
  readonly policy: () => EgressPolicy
  readonly limiter: Throttle
  readonly keeper: SessionKeeper
  readonly redactor: Redactor
  readonly dispatchers: Dispatchers
  readonly times: TimeLimits
  readonly log: Log
  readonly userAgent: string
  /** Aborts when the process ends. */
  readonly ending: AbortSignal
}

/** Who the requests are made for. */
export interface Caller {
  readonly signal: AbortSignal
  readonly report: Context<Settings>['report']
  /** A request begins to wait so many milliseconds (a second or more) because of the vendor's limits. */
  readonly onWait?: (milliseconds: number) => void
}

/** The contract's client, and the mask for texts that tell of it. */
export interface VendorHttp extends Http {
  redact(text: string): string
}

/** Tries of one request that fail for passing reasons; being told to wait is not a failure. */
const MOST_TRIES = 5
const MOST_REDIRECTS = 5

export class VendorClient implements VendorHttp {
  readonly redact: (text: string) => string
  readonly #shared: Shared
  readonly #caller: Caller
  readonly #signingIn: boolean

  /** `signingIn`: every request is anonymous. */
  constructor(shared: Shared, caller: Caller, signingIn = false) {
    this.#shared = shared
    this.#caller = caller
    this.#signingIn = signingIn
    this.redact = shared.redactor.redact
  }

  /** Rejects with a `ConnectorError`, or with the signal's reason when that aborts. */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    try {
      const { userAgent } = this.#shared
      return await this.#insist(prepare(this.#signingIn ? { ...request, anonymous: true } : request, userAgent))
    } catch (error) {
      const { signal } = this.#caller
      if (signal.aborted) throw signal.reason
      throw error instanceof ConnectorError ? error : this.#bug(error)
    }
  }

  /** Tries until there is an answer or no sense in trying. */
  async #insist(call: Call): Promise<HttpAnswer> {
    const { times, limiter, keeper, connector } = this.#shared
    let pauses = 0
    let paused = 0
    let failures = 0
    let spent = 0
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      const { session, slot } = await this.#place(call)
      const started = performance.now()
      const outcome = await this.#try(call, session, slot, attempt)
      spent += performance.now() - started
      if (!('kind' in outcome)) return outcome

      if (outcome.signInAgain && session !== undefined && !renewed) {
        renewed = true
        const fresh = await abortable(keeper.renew(session, this.#signIn), this.#caller.signal)
        // The same credentials again would only bring the account nearer to being locked.
        if (sameSession(session, fresh)) throw errorOf(outcome, this.redact)
        continue
      }
      if (outcome.kind !== 'rate-limit' && outcome.kind !== 'transient') throw errorOf(outcome, this.redact)

      const told = outcome.kind === 'rate-limit' || outcome.retryAfter !== undefined
      const wait = outcome.retryAfter ?? this.#backoff(told ? pauses++ : failures)
      if (told) {
        // A little later than asked, so that those who were told the same do not come back together.
        limiter.pause(call.request.url, wait + Math.random() * Math.min(1000, wait / 10))
        paused += wait
        if (paused > times.longestWaitMs) {
          // A vendor that never says how long has, by then, shown that it is not soon.
          const park = outcome.retryAfter ?? times.longestWaitMs
          throw errorOf({ ...outcome, kind: 'rate-limit', retryAfter: park }, this.redact)
        }
      } else spent += wait
      if (outcome.kind === 'transient') {
        failures++
        const again = call.repeatable || outcome.untouched
        if (!again || failures === MOST_TRIES || spent > times.triesMs) throw errorOf(outcome, this.redact)
      }
      this.#tell(connector.name, outcome, told, wait)
      if (!told) await sleep(wait, this.#caller.signal)
    }
  }

  #tell(name: string, outcome: Refusal, told: boolean, wait: number): void {
    const seconds = `${Math.max(1, Math.round(wait / 1000))} s`
    const message = told ? `${name} asks for a pause of ${seconds}.` : `${outcome.log}; next try in ${seconds}.`
    this.#caller.report({ level: 'info', code: told ? 'rate-limit' : 'retry', message: this.redact(message) })
  }

  /** Full jitter: a random share of the doubling step, so that many clients spread over it. */
  #backoff(step: number): number {
    const { backoffMs, longestBackoffMs } = this.#shared.times
    return Math.random() * Math.min(longestBackoffMs, backoffMs * 2 ** step)
  }

  /** A session, then a slot; once more if the session aged while waiting for the slot. */
  async #place(call: Call): Promise<{ session: OpenSession | undefined; slot: Slot }> {
    const { url } = call.request
    if (call.anonymous) return { session: undefined, slot: await this.#slot(url) }
    const { keeper } = this.#shared
    for (let again = true; ; again = false) {
      const session = await abortable(keeper.get(this.#signIn), this.#caller.signal)
      const slot = await this.#slot(url)
      if (keeper.current() === session || !again) return { session, slot }
      slot.release()
    }
  }

  async #slot(url: string): Promise<Slot> {
    const { limiter, connector } = this.#shared
    try {
      return await limiter.acquire(url, this.#caller.signal, this.#caller.onWait)
    } catch (error) {
      if (!(error instanceof TooLongToWait)) throw error
      const minutes = Math.ceil(error.milliseconds / 60_000)
      throw new ConnectorError(
        'rate-limit',
        `The limit of ${connector.name} is used up for the next ${minutes} minutes. Nothing to do: the hub goes on by itself.`,
        { log: error.message, retryAfterSeconds: Math.ceil(error.milliseconds / 1000) },
      )
    }
  }

  /** One try with the redirects it leads to; each takes a slot of its own, for the vendor counts each. */
  async #try(call: Call, session: OpenSession | undefined, slot: Slot, attempt: number): Promise<HttpAnswer | Refusal> {
    let hop = firstHop(call, session)
    let outcome = await this.#send(call, hop, slot, attempt)
    for (let hops = 1; !('kind' in outcome) && outcome.status >= 300; hops++) {
      const next = nextHop(call, hop, outcome)
      if (next === undefined || hops > MOST_REDIRECTS) {
        return refusalOf(this.#shared.connector, askedOf(hop), outcome) ?? outcome
      }
      hop = next
      outcome = await this.#send(call, hop, await this.#slot(hop.url), attempt)
    }
    return outcome
  }

  async #send(call: Call, hop: Hop, slot: Slot, attempt: number): Promise<HttpAnswer | Refusal> {
    const { connector, dispatchers, limiter, times } = this.#shared
    const { signal } = this.#caller
    const started = performance.now()
    try {
      const { url, typed } = this.#shared.policy().judge(hop.url)
      const asked = { method: hop.method, host: url.host, path: url.pathname }
      let raw: RawAnswer
      try {
        raw = await exchange(dispatchers.for(typed), hop, url, { signal, times, onHeaders: slot.answered })
      } catch (error) {
        if (signal.aborted) throw signal.reason
        this.#note(asked, codeOf(error), started, attempt)
        return refusalOfFailure(connector, asked, error)
      }
      this.#note(asked, raw.status, started, attempt)
      const pause = exhaustedMs(raw.headers, connector.limits.headers)
      if (pause !== undefined) limiter.pause(call.request.url, pause)
      return readAnswer(connector, call.accept, asked, raw)
    } finally {
      slot.release()
    }
  }

  /** The one log line of a request: nothing of the query, the headers or the bodies. */
  #note({ method, host, path }: Asked, status: number | string, started: number, attempt: number): void {
    const ms = Math.round(performance.now() - started)
    const fields = { method, host, path: this.redact(path), status, ms, attempt }
    const good = typeof status === 'number' && status < 400
    this.#shared.log[good ? 'debug' : 'warn'](fields, 'vendor request')
  }

  readonly #signIn = async (): Promise<Session> => {
    const { connector, settings, redactor, ending } = this.#shared
    const { report } = this.#caller
    const caller = { ...this.#caller, signal: ending }
    const context: Context<Settings> = {
      settings,
      http: new VendorClient(this.#shared, caller, true),
      signal: ending,
      report: (line) => report(redactLine(line, this.redact)),
      error: (kind, admin, log) => new ConnectorError(kind, this.redact(admin), { log: this.redact(log ?? admin) }),
    }
    try {
      const session = await connector.signIn(context)
      redactor.addHeaders(session.headers)
      return session
    } catch (error) {
      throw error instanceof ConnectorError ? error : this.#bug(error)
    }
  }

  #bug(error: unknown): ConnectorError {
    const thrown = error instanceof Error ? error : new Error(String(error))
    const stack = thrown.stack ?? thrown.message
    return new ConnectorError(
      'bug',
      `The connector for ${this.#shared.connector.name} failed in a way it should not. Report it to its author with the run's log.`,
      // The stack is what its author needs, but not at the price of a secret.
      { log: this.redact(thrown.message), ...(this.redact(stack) === stack ? { cause: thrown } : {}) },
    )
  }
}

function askedOf(hop: Hop): Asked {
  const url = new URL(hop.url)
  return { method: hop.method, host: url.host, path: url.pathname }
}
