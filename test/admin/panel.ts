/** The panel as it is: every service real, behind the real guard, on a database of its own. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { preparePanel } from '../../admin/index.ts'
import { Audit } from '../../core/access/audit.ts'
import { LoginThrottle } from '../../core/access/login-throttle.ts'
import { OneTimeLinks } from '../../core/access/one-time-links.ts'
import type { Role } from '../../core/access/roles.ts'
import { Sessions } from '../../core/access/sessions.ts'
import { Users } from '../../core/access/users.ts'
import { Webhooks } from '../../core/api/webhooks.ts'
import { Catalogue } from '../../core/connections/catalogue.ts'
import { Connections } from '../../core/connections/connections.ts'
import { PsaSwitch } from '../../core/connections/psa-switch.ts'
import type { Connector } from '../../core/connector/index.ts'
import { HttpClients } from '../../core/http/clients.ts'
import { CompanyMappings } from '../../core/mapping/companies.ts'
import { Mapping } from '../../core/mapping/mapping.ts'
import { ValueMappings } from '../../core/mapping/values.ts'
import { SyncQueue } from '../../core/queue/sync-queue.ts'
import { Vault } from '../../core/secrets/vault.ts'
import { buildServer } from '../../core/server.ts'
import type { Database } from '../../core/store/database.ts'
import { SyncEngine } from '../../core/sync/engine.ts'
import { Review } from '../../core/sync/review.ts'
import { Runs } from '../../core/sync/runs.ts'
import { testDatabase } from '../database.ts'
import { directory } from '../setup/cluster.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  /** The tests know what they asked for. */
  readonly json: ReturnType<typeof JSON.parse>
}

export interface Panel {
  readonly app: FastifyInstance
  readonly database: Database
  readonly users: Users
  readonly connections: Connections
  readonly mapping: Mapping
  readonly engine: SyncEngine
  readonly queue: SyncQueue
  /** The session of a user with this role. */
  token(role: Role): Promise<string>
  get(path: string, role?: Role | null): Promise<Answer>
  post(path: string, body: object, role?: Role | null): Promise<Answer>
  /** An action of one of our own pages. */
  act(page: string, action: string, values?: object, role?: Role): Promise<Answer>
}

/** `worker`: the queue takes jobs as well. */
export async function startPanel(
  t: Test,
  options: { readonly connectors?: readonly Connector[]; readonly worker?: boolean; readonly publicUrl?: string } = {},
): Promise<Panel> {
  const database = await testDatabase(t)
  const log = pino({ level: 'silent' })
  const vault = new Vault(database, randomBytes(32))
  await vault.open()
  const catalogue = new Catalogue()
  for (const connector of options.connectors ?? []) catalogue.add(connector)
  const clients = new HttpClients({ log, userAgent: 'test' })
  const audit = new Audit(database)
  const note = audit.record.bind(audit)
  const parts = { database, vault, catalogue, clients }
  const connections = new Connections(parts, note)
  const mapping = new Mapping(new ValueMappings(database, note), new CompanyMappings(database, note))
  const engine = new SyncEngine({
    database,
    open: (id, open) => connections.openSource(id, open),
    afterStream: (...what) => mapping.afterStream(...what),
    needsSignIn: (id, admin) => connections.needsSignIn(id, admin),
  })
  const queue = new SyncQueue({
    database,
    engine,
    scopeOf: () => 'connection',
    settings: { nightly: '02:00', timeZone: 'UTC', runLimitMinutes: 60, workerConcurrency: 2 },
    log,
  })
  await queue.start({ worker: options.worker ?? false })
  const users = new Users(database)
  const sessions = new Sessions(database)
  const panel = {
    database,
    // One bundle for all test files of a run.
    bundleFolder: join(directory, 'panel'),
    version: '0.0.0-test',
    publicUrl: options.publicUrl,
    catalogue,
    connections,
    psaSwitch: new PsaSwitch(parts, connections, note),
    runs: new Runs(database),
    review: new Review(database, (...what) => mapping.afterStream(...what)),
    queue,
    mapping,
    audit,
  }
  const app = await buildServer(
    {
      settings: { host: '127.0.0.1', publicUrl: undefined, trustedProxies: [], allowedClients: [] },
      log,
      database,
      webhooks: new Webhooks({
        database,
        vault,
        open: async (id) => {
          const { connector, context, close } = await connections.openSource(id, {
            signal: AbortSignal.timeout(10_000),
          })
          return connector.webhooks && { webhooks: connector.webhooks, context: context(), close }
        },
        enqueue: (id, hints) => queue.touch(id, hints),
      }),
      users,
      sessions,
      links: new OneTimeLinks(database, users),
      throttle: new LoginThrottle(),
      audit,
    },
    await preparePanel(panel),
  )
  t.teardown(async () => {
    await app.close()
    await queue.stop(2000)
    await clients.close()
  })

  const tokens = new Map<Role, Promise<string>>()
  const token = (role: Role): Promise<string> => {
    const found = tokens.get(role) ?? newToken(role)
    tokens.set(role, found)
    return found
  }
  const newToken = async (role: Role): Promise<string> => {
    const user = await users.add({
      email: `${role}@example.com`,
      name: `The ${role}`,
      role,
      password: 'correct horse battery',
    })
    return sessions.start(user.id)
  }
  const ask = async (method: 'GET' | 'POST', path: string, body: object | undefined, role: Role | null) => {
    const response = await app.inject({
      method,
      url: path,
      headers: { accept: 'application/json', 'sec-fetch-site': 'same-origin' },
      ...(role && { cookies: { tributary: await token(role) } }),
      ...(body && { payload: body }),
    })
    const type = String(response.headers['content-type'])
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      json: type.includes('json') ? response.json() : undefined,
    }
  }
  return {
    app,
    database,
    users,
    connections,
    mapping,
    engine,
    queue,
    token,
    get: (path, role = 'admin') => ask('GET', path, undefined, role),
    post: (path, body, role = 'admin') => ask('POST', path, body, role),
    act: (page, action, values = {}, role = 'admin') =>
      ask('POST', `/admin/api/pages/${page}`, { action, ...values }, role),
  }
}
