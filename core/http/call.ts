/** From a connector's request to what goes over the wire, and on through redirects. */
import type { HttpAnswer, HttpRequest } from '../connector/contract.ts'
import { ConnectorError } from '../connector/errors.ts'
import { ENCODINGS } from './body.ts'
import { lowerCase, type OpenSession } from './session.ts'

type Method = NonNullable<HttpRequest['method']>

/** One request on the wire. */
export interface Hop {
  readonly method: Method
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A request made ready once, however often it is sent. */
export interface Call {
  readonly request: HttpRequest
  readonly method: Method
  readonly accept: 'json' | 'text'
  readonly anonymous: boolean
  /** May be sent again although the vendor may have acted on it. */
  readonly repeatable: boolean
  /** Headers that name no secret and may follow to any permitted origin. */
  readonly plain: Readonly<Record<string, string>>
  readonly own: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Throws `bug` where a relative URL has no session to be relative to. */
export function prepare(request: HttpRequest, userAgent: string): Call {
  if (request.anonymous && !ABSOLUTE.test(request.url)) {
    throw new ConnectorError('bug', 'The connector made a request without saying to which host.', {
      log: `Relative URL in an anonymous request: ${request.url.split('?', 1)[0]}`,
    })
  }
  const method = request.method ?? 'GET'
  const accept = request.accept ?? 'json'
  const { text, type } = written(request.body)
  return {
    request,
    method,
    accept,
    anonymous: request.anonymous === true,
    repeatable: request.repeatable ?? (method === 'GET' || method === 'PUT' || method === 'DELETE'),
    plain: {
      accept: accept === 'json' ? 'application/json' : '*/*',
      'accept-encoding': ENCODINGS,
      'user-agent': userAgent,
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    own: lowerCase(request.headers ?? {}),
    body: text,
  }
}

const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\//i

/** The request as this session sends it: a path belongs below the session's base URL, with a slash in front or without. */
export function firstHop(call: Call, session: OpenSession | undefined): Hop {
  const { method, body, plain, own, request } = call
  const base = ABSOLUTE.test(request.url) ? request.url : `${session?.baseUrl}${request.url.replace(/^\/+/, '')}`
  const url = withQuery(base, request.query)
  const ours = session !== undefined && URL.parse(url)?.origin === session.origin
  return { method, url, body, headers: { ...plain, ...(ours ? session.headers : {}), ...own } }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Where a redirect leads; undefined = the answer is none. Across origins only headers without secrets go along. A write
 * moved by 301 or 302 is not followed: browsers turn it into a read, and a write that was none would look like done.
 */
export function nextHop(call: Call, hop: Hop, answer: HttpAnswer): Hop | undefined {
  const { location } = answer.headers
  if (location === undefined || !REDIRECTS.has(answer.status)) return undefined
  if (hop.method !== 'GET' && answer.status < 303) return undefined
  const url = URL.parse(location, hop.url)?.href ?? location
  const headers = URL.parse(url)?.origin === URL.parse(hop.url)?.origin ? hop.headers : call.plain
  if (answer.status !== 303) return { ...hop, url, headers }
  return { method: 'GET', url, headers, body: undefined }
}

/** Spaces as `%20`: not every vendor reads `+` as one. */
function withQuery(url: string, query: HttpRequest['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  if (pairs.length === 0) return url
  const text = pairs
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&')
  return `${url}${url.includes('?') ? '&' : '?'}${text}`
}

function written(body: HttpRequest['body']): { text: string | undefined; type: string | undefined } {
  if (body === undefined) return { text: undefined, type: undefined }
  if (typeof body === 'string') return { text: body, type: undefined }
  if (body instanceof URLSearchParams) return { text: body.toString(), type: 'application/x-www-form-urlencoded' }
  return { text: JSON.stringify(body), type: 'application/json' }
}
