/** The web role on a database of its own, with a small panel behind the guard. */
import { randomBytes } from 'node:crypto'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { PassThrough } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import type { Test } from 'tap'
import { Audit } from '../../../core/access/audit.ts'
import { LoginThrottle } from '../../../core/access/login-throttle.ts'
import { OneTimeLinks } from '../../../core/access/one-time-links.ts'
import type { Role } from '../../../core/access/roles.ts'
import { SessionCookie } from '../../../core/access/session-cookie.ts'
import { Sessions } from '../../../core/access/sessions.ts'
import { Users } from '../../../core/access/users.ts'
import { type WebhookParts, Webhooks } from '../../../core/api/webhooks.ts'
import { Vault } from '../../../core/secrets/vault.ts'
import { buildServer, type WebServices } from '../../../core/server.ts'
import type { Database } from '../../../core/store/database.ts'
import { testDatabase } from '../../database.ts'

export const password = 'correct horse battery'
const key = randomBytes(32)

export interface Started {
  readonly app: FastifyInstance
  readonly database: Database
  readonly vault: Vault
  readonly services: WebServices
  /** Everything logged so far, at level trace. */
  log(): string
  /** A new user of this role, logged in: the `cookie` header. */
  cookieOf(role: Role): Promise<string>
}

export interface StartOptions {
  readonly settings?: Partial<WebServices['settings']>
  readonly webhooks?: Partial<Pick<WebhookParts, 'open' | 'enqueue'>>
  readonly panel?: (scope: FastifyInstance, database: Database) => Promise<void>
  /** A migrated one of the test's own; without it a fresh one. */
  readonly database?: Database
}

export async function start(t: Test, options: StartOptions = {}): Promise<Started> {
  const database = options.database ?? (await testDatabase(t))
  const vault = new Vault(database, key)
  await vault.open()
  const users = new Users(database)
  const sessions = new Sessions(database)
  const sink = new PassThrough()
  const lines: string[] = []
  sink.on('data', (chunk) => lines.push(String(chunk)))
  const services: WebServices = {
    settings: { host: '127.0.0.1', trustedProxies: [], allowedClients: [], ...options.settings },
    log: pino({ level: 'trace' }, sink),
    database,
    users,
    sessions,
    links: new OneTimeLinks(database, users),
    throttle: new LoginThrottle(),
    audit: new Audit(database),
    webhooks: new Webhooks({
      database,
      vault,
      open: async () => undefined,
      enqueue: async () => {},
      ...options.webhooks,
    }),
  }
  const app = await buildServer(services, async (scope) => options.panel?.(scope, database))
  t.teardown(() => app.close())
  const cookie = new SessionCookie(options.settings?.publicUrl?.startsWith('https:') ?? false)
  return {
    app,
    database,
    vault,
    services,
    log: () => lines.join(''),
    cookieOf: async (role) => {
      const email = `${role}-${randomBytes(4).toString('hex')}@hub.test`
      const user = await users.add({ email, name: role, role, password })
      return `${cookie.name}=${await sessions.start(user.id)}`
    },
  }
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const agent = new Agent({ keepAlive: true })

/** One request over a real socket; the path goes out exactly as given. */
export function send(
  app: FastifyInstance,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  const port = portOf(app)
  return new Promise((resolve, reject) => {
    const { method = 'GET', body } = options
    // Node leaves the length out for DELETE.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const headers = { ...length, ...options.headers }
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent })
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** The port the app listens on. */
export function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('The app does not listen.')
  return address.port
}

/** A form, as a page of the hub itself sends it. */
export function form(fields: Record<string, string>, headers: Record<string, string> = {}) {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      accept: 'text/html',
      ...headers,
    },
    payload: new URLSearchParams(fields).toString(),
  } as const
}
