/** A real connector against its simulator, through every service that opens a connection. */
import t from 'tap'
import { serveSimulator } from '../../../core/conformance/server.ts'
import { createWorld } from '../../../core/conformance/world.ts'
import { listSourceCompanies } from '../../../core/mapping/company-list.ts'
import { webhookTokenField } from '../../../core/secrets/vault.ts'
import type { RunRequest } from '../../../core/sync/request.ts'
import { Tickets } from '../../../core/tickets/tickets.ts'
import { listWriteBacks } from '../../../core/writeback/list.ts'
import { WriteBacks } from '../../../core/writeback/writebacks.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { simulate } from '../../../plugins/connectwise-psa/simulator.ts'
import { bench, by, syncing } from './fixture.ts'

const world = createWorld({ companies: 20, contacts: 60, configurations: 120, tickets: 60 })
const simulator = simulate(world)
const server = await serveSimulator(simulator)
t.teardown(() => server.close())
const { database, connections, catalogue, vault } = await bench(t, [connectWise])
const note = async () => {}
const { mapping, engine } = syncing(database, connections)

const good = simulator.settings(server.origin)
const { id } = await connections.add({ connector: connectWise.id, name: 'ConnectWise', settings: good }, by)

async function sync(request: Partial<RunRequest> = {}) {
  const result = await engine.run(
    { connectionId: id, mode: 'apply', pass: 'incremental', trigger: 'force', ...request },
    { signal: AbortSignal.timeout(60_000), limitMinutes: 1 },
  )
  return 'busy' in result ? 'busy' : result.state
}

const count = async (sql: string) => (await database.row<{ count: number }>(`select count(*) from ${sql}`))?.count ?? -1

await t.test('wrong credentials, then right ones', async (t) => {
  t.match(await connections.checkSettings(connectWise.id, simulator.wrongSettings(server.origin)), {
    ok: false,
    kind: 'auth',
  })
  const limited = simulator.limitedSettings(server.origin)
  const { permissions } = await connections.checkSettings(connectWise.id, limited.settings)
  const missing = permissions.filter((check) => check.state === 'missing').map((check) => check.permission)
  t.same(missing.sort(), [...limited.missing].sort())
  t.match(await connections.check(id), { ok: true, account: String })
  t.match(await connections.firewall(), [{ hosts: [new URL(server.origin).host] }])
})

await t.test('the first sync brings companies to decide on; imported, they bring everything', async (t) => {
  t.match(await sync(), /succeeded|warning/)
  const { counts } = await listSourceCompanies(database, id)
  t.equal(counts.unmapped, world.companies.size)
  t.equal(await count('companies'), 0)
  t.equal(await count('configurations where company_id is not null'), 0)

  for (const kind of ['companyTypes', 'companyStatuses', 'markets'] as const) {
    await mapping.values.createUnmapped(id, kind, by)
    t.equal((await mapping.values.list(id, kind, { unmapped: true })).rows.length, 0)
  }
  t.match(await mapping.companies.import(id, 'all-passing', by), { created: world.companies.size })
  t.match(await sync(), /succeeded|warning/)
  t.ok((await count('configurations where company_id is not null')) > 50)
  t.equal(await count('sites where company_id is null'), 0)
  t.equal(await count('companies where status_id is null'), 0)
  t.ok((await count('companies_company_types')) > 0)

  const before = await database.rows('select * from companies order by id')
  t.match(await sync({ pass: 'full' }), /succeeded|warning/)
  t.same(await database.rows('select * from companies order by id'), before, 'once more changes nothing')
})

await t.test('a change at the source arrives in the hub', async (t) => {
  const [company] = world.companies.after(0)
  if (company === undefined) throw new Error('No company.')
  world.companies.put({ ...company, name: 'Renamed by the PSA', phone: null, updatedAt: new Date().toISOString() })
  await sync()
  const [row] = await database.rows<{ name: string; phone: string | null }>(
    'select c.name, c.phone from companies c join company_links l on l.company_id = c.id where l.source_id = $1',
    [String(company.id)],
  )
  t.match(row, { name: 'Renamed by the PSA', phone: company.phone })
})

await t.test('tickets come live, with internal notes left out', async (t) => {
  const tickets = new Tickets(database, connections, catalogue)
  const ticket = [...world.tickets.after(0)].find((each) => each.notes.some(({ internal }) => internal))
  if (ticket === undefined) throw new Error('No ticket with an internal note.')
  const company = await database.row<{ company_id: number }>(
    'select company_id from company_links where source_id = $1',
    [String(ticket.companyId)],
  )
  const companyId = company?.company_id ?? 0
  const { tickets: list } = await tickets.list(companyId, { limit: 200 })
  t.ok(list.some((each) => each.sourceId === String(ticket.id)))
  const shown = await tickets.detail(companyId, String(ticket.id))
  const all = await tickets.detail(companyId, String(ticket.id), { internal: true })
  t.ok(shown.notes.length < all.notes.length)
  t.notOk(shown.notes.some((each) => each.internal))
})

await t.test('a warranty date goes out once approved, and a foreign change stops it', async (t) => {
  await connections.update(id, { writeBack: { configurations: ['warrantyExpiration'] } }, by)
  const writeBacks = new WriteBacks(database, connections, catalogue, note)
  const record = await database.row<{ id: number; source_id: string }>(
    'select id, source_id from configurations where company_id is not null and removed_at is null order by id limit 1',
  )
  if (record === undefined) throw new Error('No configuration.')
  const send = async (warrantyExpiration: string) => {
    const [result] = await writeBacks.propose([{ recordId: record.id, change: { warrantyExpiration } }], by)
    if (result?.outcome !== 'proposed') throw new Error(JSON.stringify(result))
    await writeBacks.approve([result.id], by)
    return writeBacks.send(result.id)
  }
  t.match(await send('2031-05-31'), { state: 'written' })
  const stored = () => world.configurations.get(Number(record.source_id))
  t.equal(stored()?.warrantyExpiration?.slice(0, 10), '2031-05-31')

  const now = stored()
  if (now === undefined) throw new Error('Gone.')
  world.configurations.put({ ...now, warrantyExpiration: '2040-01-01', updatedAt: new Date().toISOString() })
  t.match(await send('2032-05-31'), { state: 'conflict' })
  t.equal(stored()?.warrantyExpiration?.slice(0, 10), '2040-01-01')
  t.match((await listWriteBacks(database)).rows, [{ state: 'conflict' }, { state: 'written' }])
})

await t.test('webhooks: an address of their own, registered once, taken away at the end', async (t) => {
  await t.rejects(connections.turnOnWebhooks(id, undefined, by), /TRIBUTARY_PUBLIC_URL/)
  const { ids, address } = await connections.turnOnWebhooks(id, 'https://hub.example/', by)
  t.equal(ids.length, connectWise.webhooks?.streams.length)
  t.equal(address, null, 'what is registered by the hub is nothing for people to copy')
  t.same((await connections.turnOnWebhooks(id, 'https://hub.example', by)).ids, ids)
  const [company] = world.companies.after(0)
  const [delivery] = simulator.deliveries?.('companies', String(company?.id), 'updated') ?? []
  const url = new URL(delivery?.url ?? '')
  const [, hooks, connection, token = ''] = url.pathname.split('/')
  t.same([url.origin, hooks, connection], ['https://hub.example', 'hooks', String(id)])
  t.ok(Buffer.from(token, 'base64url').length >= 32)
  t.equal((await vault.read(id))[webhookTokenField], token)
  t.notMatch(JSON.stringify(await connections.get(id)), token)

  const { ids: moved } = await connections.turnOnWebhooks(id, 'https://new.example', by)
  t.match(await connections.get(id), { webhookIds: moved, webhookUrl: 'https://new.example' })
  const deliveries = simulator.deliveries?.('companies', String(company?.id), 'updated') ?? []
  t.same(
    deliveries.map((each) => new URL(each.url).origin),
    ['https://new.example'],
    'the old address is gone',
  )
  t.not((await vault.read(id))[webhookTokenField], token, 'and with it the old token')

  t.equal(await connections.turnOffWebhooks(id, by), undefined)
  t.equal((await vault.read(id))[webhookTokenField], undefined)
  t.same(simulator.deliveries?.('companies', String(company?.id), 'updated'), [])
  t.match(await connections.get(id), { webhookIds: [], webhookUrl: null })
})

await t.test('disconnected, the vendor has no registrations any more; unreachable, the admin is told', async (t) => {
  await connections.turnOnWebhooks(id, 'https://hub.example', by)
  t.equal(await connections.remove(id, by), undefined)
  t.same(simulator.deliveries?.('companies', '1', 'updated'), [])

  const gone = await serveSimulator(simulator)
  await connections.update(id, { settings: simulator.settings(server.origin) }, by)
  await connections.resume(id, by)
  await connections.turnOnWebhooks(id, 'https://hub.example', by)
  await connections.update(id, { settings: { site: gone.origin, privateKey: 'wrong' } }, by)
  t.match(await connections.remove(id, by), /could not be taken away.*delete them there/)
  t.match(await connections.get(id), { state: 'disconnected', webhookIds: [] })
  await gone.close()
})
