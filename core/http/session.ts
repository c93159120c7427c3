/** Keeps a connection signed in: one sign-in at a time, renewed before it ages. */
import type { Session } from '../connector/contract.ts'
import { ConnectorError } from '../connector/errors.ts'

/** A session ready for use. */
export interface OpenSession {
  /** Ends in `/`. */
  readonly baseUrl: string
  readonly origin: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

/** Renewed so long before it ends, or at half of a shorter life. */
const MARGIN_MS = 60_000

/** Refused credentials are not tried again so soon: streams side by side share one refusal, and accounts are not locked. */
const REFUSAL_HOLDS_MS = 30_000

/** One per connection and process. */
export class SessionKeeper {
  #open: OpenSession | undefined
  #renewAt = Number.POSITIVE_INFINITY
  #signingIn: Promise<OpenSession> | undefined
  #refused: { readonly error: ConnectorError; readonly until: number } | undefined

  /** The session, by signing in if there is none. Whoever comes while that goes on waits for the same sign-in. */
  async get(signIn: () => Promise<Session>): Promise<OpenSession> {
    const current = this.current()
    if (current !== undefined) return current
    if (this.#refused !== undefined && Date.now() < this.#refused.until) throw this.#refused.error
    this.#signingIn ??= this.#signIn(signIn).finally(() => {
      this.#signingIn = undefined
    })
    return this.#signingIn
  }

  /** The session if it is still young enough to be used. */
  current(): OpenSession | undefined {
    return Date.now() < this.#renewAt ? this.#open : undefined
  }

  /** After the vendor refused `used`: a newer session, got by signing in unless somebody else just did. */
  async renew(used: OpenSession, signIn: () => Promise<Session>): Promise<OpenSession> {
    if (this.#open === used) this.#open = undefined
    return this.get(signIn)
  }

  async #signIn(signIn: () => Promise<Session>): Promise<OpenSession> {
    try {
      const session = await signIn()
      const open = opened(session)
      this.#renewAt = renewAt(session.expiresAt)
      this.#open = open
      this.#refused = undefined
      return open
    } catch (error) {
      if (error instanceof ConnectorError && error.kind === 'auth') {
        this.#refused = { error, until: Date.now() + REFUSAL_HOLDS_MS }
      }
      throw error
    }
  }
}

/** Whether signing in again brought the same: then repeating the request can only be refused again. */
export function sameSession(one: OpenSession, other: OpenSession): boolean {
  const entries = Object.entries(one.headers)
  return (
    one.baseUrl === other.baseUrl &&
    entries.length === Object.keys(other.headers).length &&
    entries.every(([name, value]) => other.headers[name] === value)
  )
}

function opened({ baseUrl, headers }: Session): OpenSession {
  const url = new URL(baseUrl)
  return {
    baseUrl: url.href.endsWith('/') ? url.href : `${url.href}/`,
    origin: url.origin,
    headers: lowerCase(headers),
  }
}

export function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function renewAt(expiresAt: string | undefined): number {
  const now = Date.now()
  const life = Date.parse(expiresAt ?? '') - now
  // Already over when it is new: the clocks differ, so only a refusal can tell.
  if (Number.isNaN(life) || life <= 0) return Number.POSITIVE_INFINITY
  return now + life - Math.min(MARGIN_MS, life / 2)
}
