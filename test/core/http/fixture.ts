/** A connector and a client for it, as small as they can be. */
import type { Test } from 'tap'
import type { Connector, HttpRequest, Limits, ReportLine, Settings } from '../../../core/connector/index.ts'
import { ConnectorError } from '../../../core/connector/index.ts'
import { type ConnectionHttp, HttpClients, type HttpOptions } from '../../../core/http/clients.ts'
import type { VendorHttp } from '../../../core/http/vendor-client.ts'

export const SECRET = 'p4ss"w/rd+ähm and more'

/** Signs in with a static token unless told otherwise; calls only the host of its `url` setting. */
export function acme(overrides: Partial<Connector> = {}): Connector {
  const base: Connector = {
    contract: 1,
    id: 'acme',
    name: 'Acme PSA',
    docs: 'https://docs.acme.example/',
    kind: 'psa',
    settings: {
      type: 'object',
      required: ['url', 'token'],
      properties: {
        url: { type: 'string', title: 'Address', format: 'uri' },
        token: { type: 'string', title: 'Token', secret: true },
      },
    },
    hosts: ({ url }) => [new URL(String(url)).host],
    limits: { concurrency: 8, windows: [], scope: 'connection' },
    permissions: [],
    signIn: async ({ settings }) => ({
      baseUrl: `${settings.url}/api/`,
      headers: { Authorization: `Bearer ${Buffer.from(String(settings.token)).toString('base64')}` },
    }),
    check: async () => ({ account: '1', permissions: [] }),
    streams: {},
  }
  return { ...base, ...overrides } as Connector
}

export function limits(windows: Limits['windows'], more: Partial<Limits> = {}): { limits: Limits } {
  return { limits: { concurrency: 8, windows, scope: 'connection', ...more } }
}

export interface Opened {
  readonly clients: HttpClients
  readonly connection: ConnectionHttp
  readonly http: VendorHttp
  readonly report: ReportLine[]
  readonly logged: object[]
  readonly waits: number[]
  readonly ending: AbortController
  /** Another connection of the same process. */
  another(key: string, settings?: Settings): VendorHttp
}

/** Back-offs are a millisecond unless `times` says otherwise, so that tests do not wait. */
export function open(t: Test, url: string, connector = acme(), options: Partial<HttpOptions> = {}): Opened {
  const logged: object[] = []
  const report: ReportLine[] = []
  const waits: number[] = []
  const ending = new AbortController()
  const write = (fields: object, message: string) => {
    logged.push({ ...fields, message })
  }
  const clients = new HttpClients({
    log: { debug: write, info: write, warn: write },
    userAgent: 'Tributary/test',
    ...options,
    times: { backoffMs: 1, ...options.times },
  })
  t.teardown(() => clients.close())
  const settings = { url, token: SECRET }
  const connect = (key: string, own: Settings) => clients.open({ key, connector, settings: own })
  const caller = {
    signal: ending.signal,
    report: (line: ReportLine) => void report.push(line),
    onWait: (milliseconds: number) => void waits.push(milliseconds),
  }
  const connection = connect('one', settings)
  return {
    clients,
    connection,
    http: connection.http(caller),
    report,
    logged,
    waits,
    ending,
    another: (key, own = settings) => connect(key, own).http(caller),
  }
}

/** The error a request ends with; fails the test if it does not. */
export async function refusal(http: VendorHttp, request: HttpRequest | string): Promise<ConnectorError> {
  try {
    await http.request(typeof request === 'string' ? { url: request } : request)
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('The request succeeded')
}
