/** From each PSA to each other, in one database, along a walk that takes every step once: nothing may get lost on the way. */
import t from 'tap'
import { serveSimulator } from '../../../core/conformance/server.ts'
import { createWorld } from '../../../core/conformance/world.ts'
import { Connections } from '../../../core/connections/connections.ts'
import { PsaSwitch } from '../../../core/connections/psa-switch.ts'
import type { Settings, SimulatorModule } from '../../../core/connector/index.ts'
import { HttpClients } from '../../../core/http/clients.ts'
import { loadCatalogue } from '../../../core/loader.ts'
import { bench, by, syncing } from './fixture.ts'

const psas = (await loadCatalogue([])).all().filter(({ kind }) => kind === 'psa')
const world = createWorld({ companies: 8, contacts: 20, configurations: 40, tickets: 0 })
// Names that differ in case and spaces only are for a person to tell apart; test/core/mapping/match.test.ts holds that.
const names = new Set<string>()
for (const company of world.companies.after(0)) {
  const name = company.name.replace(/\s+/g, ' ').trim()
  world.companies.put({ ...company, name: names.has(name.toLowerCase()) ? `${name} ${company.id}` : name })
  names.add(name.toLowerCase())
}
const parts = await bench(t, psas)
const { database } = parts
const note = async () => {}
const { mapping } = syncing(database, parts.connections)

/** Services with limits of their own: on this walk a vendor is visited more often in a minute than in a year. */
function services() {
  const clients = new HttpClients({ log: { debug() {}, info() {}, warn() {} }, userAgent: 'test' })
  t.teardown(() => clients.close())
  const connections = new Connections({ ...parts, clients }, note)
  const { engine } = syncing(database, connections)
  return { connections, engine, psaSwitch: new PsaSwitch({ ...parts, clients }, connections, note) }
}

const settings = new Map<string, Settings>()
for (const { id } of psas) {
  const module: SimulatorModule = await import(new URL(`../../../plugins/${id}/simulator.ts`, import.meta.url).href)
  const simulator = module.simulate(world)
  const server = await serveSimulator(simulator)
  t.teardown(() => server.close())
  settings.set(id, simulator.settings(server.origin))
}

/** Every ordered pair once, each step beginning where the last one ended (Hierholzer). */
function walk(names: readonly string[]): string[] {
  const open = new Map(names.map((name) => [name, names.filter((other) => other !== name)]))
  const stack = names.slice(0, 1)
  const path: string[] = []
  while (stack.length > 0) {
    const next = open.get(stack.at(-1) ?? '')?.pop()
    if (next !== undefined) stack.push(next)
    else path.unshift(stack.pop() ?? '')
  }
  return path
}

async function sync({ engine }: ReturnType<typeof services>, connectionId: number): Promise<void> {
  const result = await engine.run(
    {
      connectionId,
      mode: 'apply',
      pass: 'full',
      trigger: 'force',
      streams: ['companyStatuses', 'companies', 'configurations'],
    },
    { signal: AbortSignal.timeout(60_000), limitMinutes: 1 },
  )
  if ('busy' in result || !['succeeded', 'warning'].includes(result.state)) throw new Error(JSON.stringify(result))
}

/** The hub's id of each configuration that can be told by its serial, and of each company. */
async function identities() {
  const configurations = await database.rows<{ key: string; id: number; connection_id: number }>(
    `select c.name || ' ' || g.serial_normalized as key, min(g.id) as id, min(g.connection_id) as connection_id
     from configurations g join companies c on c.id = g.company_id
     where g.removed_at is null and g.serial_normalized is not null
     group by 1 having count(*) = 1 order by 1`,
  )
  const companies = await database.rows<{ name: string; id: number }>(
    'select name, id from companies where removed_at is null order by id',
  )
  return { configurations, companies }
}

const path = walk(psas.map(({ id }) => id))
const [firstId = ''] = path
const start = services()
const { connections } = start
const first = await connections.add({ connector: firstId, name: firstId, settings: settings.get(firstId) ?? {} }, by)
await connections.update(first.id, { importCompanies: 'all' }, by)
await connections.check(first.id)
await sync(start, first.id)
await mapping.values.createUnmapped(first.id, 'companyStatuses', by)
const before = await identities()
// Something for the history to keep.
await database.run(
  "insert into record_changes (stream, record_id, field, before, after) select 'configurations', id, 'notes', '\"old\"', '\"older\"' from configurations",
)
const history =
  (await database.row<{ count: number }>("select count(*) from record_changes where field = 'notes'"))?.count ?? 0

t.test('a second PSA is refused while one is active', async (t) => {
  const other = path[1] ?? ''
  await t.rejects(
    connections.add({ connector: other, name: other, settings: settings.get(other) ?? {} }, by),
    /one PSA/i,
  )
})

t.test('a switch that cannot work changes nothing', async (t) => {
  const other = path[1] ?? ''
  const module: SimulatorModule = await import(new URL(`../../../plugins/${other}/simulator.ts`, import.meta.url).href)
  const simulator = module.simulate(world)
  const server = await serveSimulator(simulator)
  await t.rejects(
    start.psaSwitch.run({ connector: other, name: other, settings: simulator.wrongSettings(server.origin) }, by),
    /nothing was changed/,
  )
  await server.close()
  t.match(await connections.get(first.id), { state: 'active' })

  // Found out only when it is stored: the old connection must still be there with its secrets.
  const unnamed = { connector: other, name: ' ', settings: settings.get(other) ?? {} }
  await t.rejects(services().psaSwitch.run(unnamed, by), /needs a name/)
  t.match(await connections.get(first.id), { state: 'active' })
  t.match(await connections.check(first.id), { ok: true })
})

for (const [index, next] of path.slice(1).entries()) {
  const from = path[index] ?? ''
  t.test(`${from} → ${next}`, async (t) => {
    const wish = { connector: next, name: `${next} ${index}`, settings: settings.get(next) ?? {} }
    const here = services()
    const rows = () =>
      database.rows<{ id: number; connection_id: number }>(
        'select id, connection_id from configurations where removed_at is null',
      )
    const earlier = new Map((await rows()).map((row) => [row.id, row.connection_id]))
    const plan = await here.psaSwitch.plan(wish, AbortSignal.timeout(60_000))
    t.match(plan, { from: { name: String }, check: { ok: true } })
    const { id } = await here.psaSwitch.run(wish, by)
    await sync(here, id)
    const now = await rows()
    const ours = now.filter((row) => row.connection_id === id)
    t.match(
      plan.configurations,
      {
        matched: ours.filter((row) => earlier.has(row.id)).length,
        fresh: ours.filter((row) => !earlier.has(row.id)).length,
        left: now.filter((row) => row.connection_id === plan.from.id).length,
      },
      'what the plan said is what came',
    )
    t.match(plan.companies, { matched: before.companies.length, ambiguous: [], fresh: 0, ignored: 0, left: [] })
    const after = await identities()
    t.same(after.companies, before.companies, 'every company, once')
    const found = new Map(after.configurations.map((row) => [row.key, row]))
    for (const { key, id: row } of before.configurations) t.match(found.get(key), { id: row, connection_id: id }, key)
    t.match(
      await database.row(
        "select count(*) from record_changes c where field = 'notes' and exists (select 1 from configurations g where g.id = c.record_id)",
      ),
      { count: history },
    )
  })
}
