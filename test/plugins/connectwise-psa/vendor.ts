/**
 * A ConnectWise PSA in a few lines for the connector's own tests: the test says what is answered and sees what
 * was asked. Answers other than 2xx become errors the way the hub's client makes them.
 */
import type { Context, HttpAnswer, HttpRequest, Page, ReadContext, Session } from '../../../core/connector/contract.ts'
import { ConnectorError, kindOfStatus } from '../../../core/connector/errors.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import type { ConnectWiseSettings } from '../../../plugins/connectwise-psa/settings.ts'
import { collect, failure } from '../connected.ts'

export { collect, failure }

export interface Asked {
  readonly method: string
  readonly url: URL
  /** Below the API root, or the whole address of an anonymous request. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly anonymous: boolean
}

export interface Told {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export type Answer = (asked: Asked) => Told | Promise<Told>

export const settings: ConnectWiseSettings = {
  site: 'na.myconnectwise.net',
  companyId: 'Acme',
  publicKey: 'pub',
  privateKey: 'priv',
  clientId: '0a0a0a0a-0000-4000-8000-000000000000',
}

const session: Session = { baseUrl: 'https://api-na.myconnectwise.net/v2025_1/apis/3.0/', headers: {} }

export interface Vendor {
  readonly ctx: ReadContext<ConnectWiseSettings>
  readonly asked: Asked[]
  readonly reported: string[]
  /** The same vendor, read another way. */
  with(read: Partial<ReadContext<ConnectWiseSettings>>): ReadContext<ConnectWiseSettings>
}

export function vendor(answer: Answer, own: Partial<ConnectWiseSettings> = {}): Vendor {
  const asked: Asked[] = []
  const reported: string[] = []
  const http = {
    async request(request: HttpRequest): Promise<HttpAnswer> {
      const seen = read(request)
      asked.push(seen)
      const told = await answer(seen)
      const result: HttpAnswer = { status: told.status ?? 200, headers: told.headers ?? {}, body: told.body }
      if (result.status < 300) return result
      const fault = connectWise.faults?.(result)
      const kind = fault?.kind ?? kindOfStatus(result.status)
      throw new ConnectorError(kind, fault?.admin ?? `${kind} ${result.status}`, {
        ...(fault?.log === undefined ? {} : { log: fault.log }),
        retryAfterSeconds: fault?.retryAfterSeconds,
        status: result.status,
      })
    },
  }
  const base: Context<ConnectWiseSettings> = {
    settings: { ...settings, ...own },
    http,
    signal: new AbortController().signal,
    report: (line) => reported.push(`${line.level} ${line.code}`),
    error: (kind, admin, log) => new ConnectorError(kind, admin, log === undefined ? {} : { log }),
  }
  const ctx: ReadContext<ConnectWiseSettings> = {
    ...base,
    filter: {},
    customFields: [],
    companies: [],
    async *ahead(items, fetch) {
      for await (const item of items) yield await fetch(item)
    },
  }
  return { ctx, asked, reported, with: (more) => ({ ...ctx, ...more }) }
}

function read(request: HttpRequest): Asked {
  const url = new URL(request.url, session.baseUrl)
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  const below = url.href.startsWith(session.baseUrl) && !request.anonymous
  return {
    method: request.method ?? 'GET',
    url,
    path: below ? url.pathname.slice(new URL(session.baseUrl).pathname.length) : `${url.origin}${url.pathname}`,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers ?? {},
    body: request.body,
    anonymous: request.anonymous === true,
  }
}

/** Answers lists like ConnectWise: forward-only by `pageId`, counts, `id=`; everything else is not there. */
export function lists(tables: Readonly<Record<string, readonly object[]>>): Answer {
  return ({ path, query, headers }) => {
    if (path.endsWith('/count')) {
      const rows = tables[path.slice(0, -'/count'.length)]
      return rows ? { body: { count: rows.length } } : notThere
    }
    const rows = tables[path]
    if (!rows) return notThere
    const only = /(?:^| )id=(\d+)/.exec(query.conditions ?? '')?.[1]
    const after = headers['pagination-type'] === 'forward-only' ? Number(query.pageId) : 0
    const matching = rows.filter((row) => (only ? idOf(row) === Number(only) : idOf(row) > after))
    const size = Number(query.pageSize ?? 25)
    const more = matching.length > size
    return {
      body: structuredClone(matching.slice(0, size)),
      headers: more ? { link: `<${path}?pageId=1>; rel="next"` } : {},
    }
  }
}

export const notThere: Told = { status: 404, body: { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' } }

function idOf(row: object): number {
  return 'id' in row && typeof row.id === 'number' ? row.id : 0
}

/** All records of a read. */
export async function records<K extends StreamName>(read: AsyncIterable<Page<K>>): Promise<RecordOf<K>[]> {
  return (await collect(read)).flatMap((page) => page.records)
}

/** A record's screen at ConnectWise. */
export function screen(record: string, id: number): string {
  return `https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails?recordType=${record}&companyName=Acme&recid=${id}`
}
