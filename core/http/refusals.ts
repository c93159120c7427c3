/** What an answer that is no success means: its kind, its words, and whether to try again. */
import type { Connector, HttpAnswer } from '../connector/contract.ts'
import { ConnectorError, type ErrorKind, kindOfStatus } from '../connector/errors.ts'
import type { RawAnswer } from './exchange.ts'
import { NotJson, parseJson } from './json.ts'
import { retryAfterMs } from './retry-after.ts'

/** One failed try. */
export interface Refusal {
  readonly kind: ErrorKind
  readonly admin: string
  readonly log: string
  readonly status?: number
  /** Milliseconds, if the vendor named a time. */
  readonly retryAfter: number | undefined
  readonly signInAgain: boolean
  /** The vendor certainly did nothing, so even a write may be sent again. */
  readonly untouched: boolean
  readonly cause?: unknown
}

/** What was asked, for messages: never the query, which may carry personal data. */
export interface Asked {
  readonly method: string
  readonly host: string
  readonly path: string
}

/** How much of a vendor's error text the log keeps. */
const EXCERPT = 300

/** The answer in the form asked for, or why it is none. Redirects are left to the caller. */
export function readAnswer(
  connector: Connector,
  accept: 'json' | 'text',
  asked: Asked,
  { status, headers, text }: RawAnswer,
): HttpAnswer | Refusal {
  const good = status >= 200 && status < 300
  let body: unknown = text
  let wrong: NotJson | undefined
  try {
    // Vendors explain their refusals in JSON even where the answer would have been a text.
    if (accept === 'json' || !good) body = parseJson(text)
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    wrong = error
  }
  const answer = { status, headers, body }
  if (status >= 300 && status < 400) return answer
  return refusalOf(connector, asked, answer, good ? wrong : undefined) ?? answer
}

/** Undefined = the answer is a success. The connector's own reading goes first. */
export function refusalOf(
  connector: Connector,
  asked: Asked,
  answer: HttpAnswer,
  wrong?: NotJson,
): Refusal | undefined {
  const { status } = answer
  const good = status >= 200 && status < 300
  const fault = connector.faults?.(answer)
  if (fault === undefined && wrong !== undefined) return notJson(connector.name, asked, answer, wrong)
  if (fault === undefined && good) return undefined
  const kind = fault?.kind ?? kindOfStatus(status)
  const own = (fault?.retryAfterSeconds ?? 0) * 1000
  const named = own > 0 ? own : retryAfterMs(answer.headers)
  return {
    kind,
    admin: fault?.admin ?? adminWords(connector.name, kind, asked, status),
    log: fault?.log ?? `${label(asked)} answered ${status}${good ? '' : excerpt(answer.body)}`,
    status,
    retryAfter: kind === 'rate-limit' || kind === 'transient' ? named : undefined,
    signInAgain: fault === undefined ? status === 401 : fault.signInAgain === true,
    untouched: false,
  }
}

function notJson(name: string, asked: Asked, { status, body }: HttpAnswer, { why, message }: NotJson): Refusal {
  const title = typeof body === 'string' ? /<title[^>]*>([^<]{0,200})/i.exec(body)?.[1]?.trim() : undefined
  const page = title === undefined ? '' : `, a web page titled "${title}"`
  return {
    kind: why === 'cut' ? 'transient' : 'vendor',
    admin:
      why === 'cut'
        ? `The connection to ${name} broke off in the middle of an answer. The hub tries again by itself.`
        : `${asked.host} answered with something that is not data of ${name}${page}. Check the address in the connection's settings: it must be that of the API, and no sign-in page or proxy may stand before it.`,
    log: `${label(asked)} answered ${status}: ${message}${page}`,
    status,
    retryAfter: undefined,
    signInAgain: false,
    untouched: false,
  }
}

function adminWords(name: string, kind: ErrorKind, asked: Asked, status: number): string {
  const request = `${asked.method} ${asked.path}`
  if (status >= 300 && status < 400) {
    return `${asked.host} sends ${request} on to another address (${status}) without end or without need. Check the address in the connection's settings.`
  }
  switch (kind) {
    case 'auth':
      return `${name} refused the sign-in (${status}). Check the credentials in the connection's settings, renew them if they have expired, and save.`
    case 'permission':
      return `${name} does not permit ${request} (${status}). Grant the missing right there; the connection's check names it.`
    case 'not-found':
      return `${name} has nothing at ${asked.path} (${status}). If this happens to every request, check the address in the connection's settings.`
    case 'rate-limit':
      return `${name} asks for a pause before further requests (${status}). Nothing to do: the hub goes on by itself.`
    case 'transient':
      return `${name} has trouble of its own (${status}). The hub tries again by itself; if it lasts, look at the vendor's status page.`
    default:
      return `${name} refused ${request} (${status}). The run's log has its answer.`
  }
}

function excerpt(body: unknown): string {
  if (body === null || body === undefined) return ''
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return `: ${text.slice(0, EXCERPT).replace(/\s+/g, ' ')}`
}

/** For log messages. */
export function label({ method, host, path }: Asked): string {
  return `${method} ${host}${path}`
}

/** The error a `Refusal` becomes once nothing more is tried; every text passes through `redact`. */
export function errorOf(refusal: Refusal, redact: (text: string) => string): ConnectorError {
  const { retryAfter, status, cause } = refusal
  return new ConnectorError(refusal.kind, redact(refusal.admin), {
    log: redact(refusal.log),
    status,
    retryAfterSeconds: retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000),
    ...(cause === undefined ? {} : { cause }),
  })
}
