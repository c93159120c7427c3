/** A change at the vendor, told by a webhook, is in the hub: every PSA that has them, over real HTTP and a real queue. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { readSettings } from '../../config/settings.ts'
import { serveSimulator } from '../../core/conformance/server.ts'
import { createWorld } from '../../core/conformance/world.ts'
import type { Connector, SimulatorModule } from '../../core/connector/index.ts'
import { loadCatalogue } from '../../core/loader.ts'
import { startProcess } from '../../core/process.ts'
import { until } from '../core/queue/stage.ts'
import { testDatabase } from '../database.ts'
import { directory } from '../setup/cluster.ts'

const by = { actor: 'system' } as const
const takers = (await loadCatalogue([]))
  .all()
  .filter((connector): connector is Connector & { kind: 'psa' } => connector.kind === 'psa')
  .filter(({ webhooks }) => webhooks?.streams.includes('companies'))
t.ok(takers.length >= 5, 'Autotask, ConnectWise, Halo, ServiceNow, Syncro')

for (const { id, name, webhooks } of takers) {
  t.test(`${name}: a company that is renamed is renamed in the hub`, async (t) => {
    const database = await testDatabase(t)
    const world = createWorld({ companies: 4, contacts: 0, configurations: 0, tickets: 0 })
    const { simulate }: SimulatorModule = await import(`../../plugins/${id}/simulator.ts`)
    const simulator = simulate(world)
    const server = await serveSimulator(simulator)
    t.teardown(() => server.close())
    const settings = readSettings({
      DATABASE_URL: database.url,
      PORT: '0',
      TRIBUTARY_KEY: randomBytes(32).toString('hex'),
      // One bundle for all test files of a run.
      TRIBUTARY_PANEL_DIR: join(directory, 'panel'),
    })
    const { hub, address = '', stop } = await startProcess(settings, pino({ level: 'silent' }))
    t.teardown(stop)

    const connection = await hub.connections.add(
      { connector: id, name, settings: simulator.settings(server.origin) },
      by,
    )
    await hub.connections.update(connection.id, { importCompanies: 'all' }, by)
    t.match(await hub.connections.check(connection.id), { ok: true })
    const run = (trigger: string) =>
      until(() =>
        database.row<{ state: string; error: string | null }>(
          "select state, error_admin as error from sync_runs where trigger = $1 and state not in ('running', 'waiting')",
          [trigger],
        ),
      )
    await hub.queue.forceSync(connection.id, { streams: ['companies'] })
    t.match(await run('force'), { state: /succeeded|warning/ })

    const on = await hub.connections.turnOnWebhooks(connection.id, address, by)
    t.equal(on.address === null, webhooks?.register !== undefined, 'told only where a person must enter it')
    if (on.address !== null) simulator.enterWebhook?.(on.address)

    const [sourceId = ''] = [...simulator.expected('companies')].slice(1)
    const stored = () =>
      database.row<{ name: string; company: string }>(
        `select l.name, c.name as company from company_links l join companies c on c.id = l.company_id
         where l.connection_id = $1 and l.source_id = $2`,
        [connection.id, sourceId],
      )
    const before = await stored()
    const row = [...world.companies.after(0)].find((company) => company.name === before?.name)
    if (row === undefined) throw new Error(`The world has no ${before?.name}.`)
    world.companies.put({ ...row, name: 'Renamed At The Vendor', updatedAt: new Date().toISOString() })
    const deliveries = simulator.deliveries?.('companies', sourceId, 'updated') ?? []
    t.ok(deliveries.length > 0)
    for (const { url, headers, body } of deliveries) {
      const elsewhere = new URL(url)
      elsewhere.pathname += 'x'
      t.equal((await fetch(elsewhere, { method: 'POST', headers, body })).status, 401, 'another address')
      t.equal((await fetch(url, { method: 'POST', headers, body })).status, 202)
    }
    t.match(await run('webhook'), { state: 'succeeded', error: null })
    t.match(await stored(), { name: 'Renamed At The Vendor', company: 'Renamed At The Vendor' })

    const left = await hub.connections.turnOffWebhooks(connection.id, by)
    t.equal(left === undefined, webhooks?.register !== undefined)
    const [{ url, headers, body } = { url: '', headers: {}, body: '' }] = deliveries
    t.equal((await fetch(url, { method: 'POST', headers, body })).status, 401, 'turned off, nothing is accepted')
  })
}
