/** The composition root: the one place that knows which service is made of what. */
import 'reflect-metadata'
import type { Logger } from 'pino'
import { type DependencyContainer, instanceCachingFactory, container as root } from 'tsyringe'
import type { HubSettings } from '../config/settings.ts'
import { Audit } from './access/audit.ts'
import { LoginThrottle } from './access/login-throttle.ts'
import { OneTimeLinks } from './access/one-time-links.ts'
import { Sessions } from './access/sessions.ts'
import { Users } from './access/users.ts'
import { Webhooks } from './api/webhooks.ts'
import { Catalogue } from './connections/catalogue.ts'
import { Connections } from './connections/connections.ts'
import { PsaSwitch } from './connections/psa-switch.ts'
import { ConnectorError } from './connector/index.ts'
import { HttpClients, type HttpOptions } from './http/clients.ts'
import { networkOf } from './http/network.ts'
import { loadCatalogue } from './loader.ts'
import { CompanyMappings } from './mapping/companies.ts'
import { Mapping } from './mapping/mapping.ts'
import { ValueMappings } from './mapping/values.ts'
import { SyncQueue } from './queue/sync-queue.ts'
import { findKey } from './secrets/key.ts'
import { Vault } from './secrets/vault.ts'
import { Database } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded.ts'
import { migrate } from './store/migrate.ts'
import { SyncEngine } from './sync/engine.ts'
import { Review } from './sync/review.ts'
import { Runs } from './sync/runs.ts'
import { Tickets } from './tickets/tickets.ts'
import { versionOf } from './version.ts'
import { WriteBacks } from './writeback/writebacks.ts'

export interface Hub {
  readonly settings: HubSettings
  readonly version: string
  readonly log: Logger
  readonly database: Database
  readonly vault: Vault
  readonly catalogue: Catalogue
  readonly connections: Connections
  readonly psaSwitch: PsaSwitch
  readonly mapping: Mapping
  readonly engine: SyncEngine
  readonly runs: Runs
  readonly review: Review
  readonly queue: SyncQueue
  readonly tickets: Tickets
  readonly writeBacks: WriteBacks
  readonly webhooks: Webhooks
  readonly users: Users
  readonly sessions: Sessions
  readonly links: OneTimeLinks
  readonly throttle: LoginThrottle
  readonly audit: Audit
  /** Ends what the hub started: clients, database, embedded PostgreSQL. The queue is stopped by whom it was started. */
  close(): Promise<void>
}

function register(
  container: DependencyContainer,
  parts: { settings: HubSettings; log: Logger; key: Buffer; network: HttpOptions },
): void {
  const { settings, log, key } = parts
  const make = <T>(token: new (...parts: never[]) => T, factory: (container: DependencyContainer) => T) =>
    container.register<T>(token as new () => T, { useFactory: instanceCachingFactory(factory) })
  const note = (c: DependencyContainer) => {
    const audit = c.resolve(Audit)
    return audit.record.bind(audit)
  }

  make(Vault, (c) => new Vault(c.resolve(Database), key, settings.previousKey))
  make(HttpClients, () => new HttpClients(parts.network))
  make(Audit, (c) => new Audit(c.resolve(Database)))
  make(Users, (c) => new Users(c.resolve(Database)))
  make(Sessions, (c) => new Sessions(c.resolve(Database)))
  make(OneTimeLinks, (c) => new OneTimeLinks(c.resolve(Database), c.resolve(Users)))
  make(LoginThrottle, () => new LoginThrottle())
  const connectionParts = (c: DependencyContainer) => ({
    database: c.resolve(Database),
    vault: c.resolve(Vault),
    catalogue: c.resolve(Catalogue),
    clients: c.resolve(HttpClients),
  })
  make(Connections, (c) => new Connections(connectionParts(c), note(c)))
  make(PsaSwitch, (c) => new PsaSwitch(connectionParts(c), c.resolve(Connections), note(c)))
  make(ValueMappings, (c) => new ValueMappings(c.resolve(Database), note(c)))
  make(CompanyMappings, (c) => new CompanyMappings(c.resolve(Database), note(c)))
  make(Mapping, (c) => new Mapping(c.resolve(ValueMappings), c.resolve(CompanyMappings)))
  make(SyncEngine, (c) => {
    const connections = c.resolve(Connections)
    const mapping = c.resolve(Mapping)
    return new SyncEngine({
      database: c.resolve(Database),
      open: (id, options) => connections.openSource(id, options),
      afterStream: (id, stream, sql, run) => mapping.afterStream(id, stream, sql, run),
      needsSignIn: (id, admin) => connections.needsSignIn(id, admin),
    })
  })
  make(Runs, (c) => new Runs(c.resolve(Database)))
  make(Review, (c) => {
    const mapping = c.resolve(Mapping)
    return new Review(c.resolve(Database), (id, stream, sql, run) => mapping.afterStream(id, stream, sql, run))
  })
  make(SyncQueue, (c) => {
    const catalogue = c.resolve(Catalogue)
    return new SyncQueue({
      database: c.resolve(Database),
      engine: c.resolve(SyncEngine),
      scopeOf: (connector) => catalogue.get(connector)?.limits.scope ?? 'connection',
      settings,
      log,
    })
  })
  make(Tickets, (c) => new Tickets(c.resolve(Database), c.resolve(Connections), c.resolve(Catalogue)))
  make(WriteBacks, (c) => new WriteBacks(c.resolve(Database), c.resolve(Connections), c.resolve(Catalogue), note(c)))
  make(Webhooks, (c) => {
    const connections = c.resolve(Connections)
    const queue = c.resolve(SyncQueue)
    return new Webhooks({
      database: c.resolve(Database),
      vault: c.resolve(Vault),
      open: (id) => openForWebhook(connections, id),
      enqueue: (id, hints) => queue.touch(id, hints),
    })
  })
}

/** The connection a delivery is for; undefined if it takes none. */
async function openForWebhook(connections: Connections, id: number) {
  try {
    const open = await connections.openSource(id, { signal: AbortSignal.timeout(10_000) })
    const { webhooks } = open.connector
    if (webhooks !== undefined) return { webhooks, context: open.context(), close: open.close }
    open.close()
    return undefined
  } catch (error) {
    if (error instanceof ConnectorError) return undefined
    throw error
  }
}

/**
 * Opens the hub: PostgreSQL (its own one without DATABASE_URL), key, migrations, connectors, services. Throws a
 * sentence if something does not fit. Whoever opens it closes it; a `guest` (the command line) leaves an embedded
 * PostgreSQL running that a hub may be using.
 */
export async function openHub(settings: HubSettings, log: Logger, { guest = false } = {}): Promise<Hub> {
  const { key, notice } = await findKey(settings)
  if (notice !== undefined) log.warn(notice)
  const embedded = settings.databaseUrl === undefined ? await startEmbeddedPostgres(settings.dataDir) : undefined
  if (embedded)
    log.warn(
      `Using a PostgreSQL of its own in ${settings.dataDir}: for evaluation, not for production. Set DATABASE_URL for that.`,
    )
  const database = new Database(settings.databaseUrl ?? embedded?.url ?? '')
  const container = root.createChildContainer()
  const close = async () => {
    if (container.isRegistered(HttpClients)) await container.resolve(HttpClients).close()
    await database.close()
    if (!(guest && embedded?.foundRunning)) await embedded?.stop()
  }
  try {
    await database.checkVersion()
    const migrated = await migrate(database)
    if (migrated.length > 0) log.info({ migrations: migrated }, 'The database was brought up to date.')
    container.registerInstance(Database, database)
    container.registerInstance(Catalogue, await loadCatalogue(settings.plugins))
    const version = await versionOf()
    register(container, { settings, log, key, network: await networkOf(settings, log, version) })
    await container.resolve(Vault).open()
    for (const { source, message } of container.resolve(Catalogue).broken)
      log.error({ plugin: source }, `A plugin could not be loaded: ${message}`)
    return {
      settings,
      version,
      log,
      database,
      vault: container.resolve(Vault),
      catalogue: container.resolve(Catalogue),
      connections: container.resolve(Connections),
      psaSwitch: container.resolve(PsaSwitch),
      mapping: container.resolve(Mapping),
      engine: container.resolve(SyncEngine),
      runs: container.resolve(Runs),
      review: container.resolve(Review),
      queue: container.resolve(SyncQueue),
      tickets: container.resolve(Tickets),
      writeBacks: container.resolve(WriteBacks),
      webhooks: container.resolve(Webhooks),
      users: container.resolve(Users),
      sessions: container.resolve(Sessions),
      links: container.resolve(OneTimeLinks),
      throttle: container.resolve(LoginThrottle),
      audit: container.resolve(Audit),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
