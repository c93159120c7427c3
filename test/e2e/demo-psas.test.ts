/** The demo of every PSA, on a small world and in this process. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { readSettings } from '../../config/settings.ts'
import { createWorld } from '../../core/conformance/world.ts'
import type { Connector, Settings, SimulatorModule, StreamName } from '../../core/connector/index.ts'
import { type Demo, startDemo } from '../../core/demo.ts'
import { loadCatalogue } from '../../core/loader.ts'
import { testDatabase } from '../database.ts'
import { directory } from '../setup/cluster.ts'

const size = { companies: 8, contacts: 40, configurations: 60, tickets: 60 }
const psas = (await loadCatalogue([])).all().filter(({ kind }) => kind === 'psa')

function psa(id: string): Connector {
  const found = psas.find((connector) => connector.id === id)
  if (found === undefined) throw new Error(`${id} is not loaded`)
  return found
}

/** A data folder with a database; answers what starts a demo there. */
async function installation(t: Test) {
  const database = await testDatabase(t)
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-demo-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const settings = readSettings({
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    PORT: '0',
    TRIBUTARY_KEY: randomBytes(32).toString('hex'),
    // One bundle for all test files of a run.
    TRIBUTARY_PANEL_DIR: join(directory, 'panel'),
  })
  const log = pino({ level: 'silent' })
  return async (connector: Connector, progress: (text: string) => void = () => {}) => {
    const lines: string[] = []
    const demo = await startDemo({ connector, settings, log, size, progress, say: (line) => lines.push(line) })
    t.teardown(() => demo.stop())
    return { demo, lines }
  }
}

/** Record counts of the last run, which ended well and had nothing to complain about. */
async function received(t: Test, { hub, connectionId }: Demo): Promise<Partial<Record<StreamName, number>>> {
  const [latest] = await hub.runs.list({ connectionId, limit: 1 })
  const run = await hub.runs.get(latest?.id ?? 0)
  t.match(run, { state: 'succeeded', errorAdmin: null, rejected: 0, withheld: 0 })
  const lines = await hub.runs.log(run?.id ?? 0)
  t.same(
    lines.filter(({ level }) => level !== 'info'),
    [],
    'nothing a newcomer must wonder about',
  )
  return Object.fromEntries(run?.streams.map((row) => [row.stream, row.received]) ?? [])
}

async function expected({ id, ...connector }: Connector): Promise<Partial<Record<StreamName, number>>> {
  const module: SimulatorModule<Settings> = await import(`../../plugins/${id}/simulator.ts`)
  const simulator = module.simulate(createWorld(size))
  const streams = connector.kind === 'warranty' ? [] : (Object.keys(connector.streams) as StreamName[])
  return Object.fromEntries(streams.map((stream) => [stream, [...simulator.expected(stream)].length]))
}

async function homePage({ hub, address }: Demo) {
  const user = await hub.users.find('admin@demo.example')
  const cookie = `tributary=${await hub.sessions.start(user?.id ?? 0)}`
  const answer = await fetch(`${address}/admin/api/dashboard`, { headers: { cookie, accept: 'application/json' } })
  return answer.json()
}

for (const connector of psas) {
  t.test(`${connector.name}: everything comes, nothing needs explaining, and a second start finds it`, async (t) => {
    const begin = await installation(t)
    const { demo, lines } = await begin(connector)
    t.match(lines.join('\n'), `${connector.name} is simulated at ${demo.simulator.origin}`)
    await demo.synced
    const counts = await expected(connector)
    t.same(await received(t, demo), counts)
    t.same(demo.simulator.errors, [])

    t.match(
      await homePage(demo),
      {
        connections: [{ simulator: true, state: 'active', missingPermissions: 0, problem: null }],
        decisions: { length: 0 },
      },
      'the home page shows the badge and asks for nothing',
    )
    const { database, tickets } = demo.hub
    const links = await database.rows<{ url: string }>(
      `select source_url as url from company_links union select source_url from sites
       union select source_url from contacts union select source_url from configurations`,
    )
    const leading = links.flatMap(({ url }) => (url === null ? [] : [url]))
    t.same(
      leading.filter((url) => !url.startsWith(`${demo.simulator.origin}/`)),
      [],
      'no link leads to a real vendor',
    )
    for (const url of leading.slice(0, 1)) {
      const screen = await fetch(url, { headers: { accept: 'text/html,*/*;q=0.8' } })
      t.match(await screen.text(), `${connector.name} is simulated and has no screens`)
    }
    // The largest client has most of everything.
    const largest = await database.row<{ id: number }>("select id from companies where name like 'Megalomart%'")
    t.not((await tickets.list(largest?.id ?? 0)).tickets.length, 0, 'there are tickets')
    await demo.stop()

    const again = await begin(connector)
    await again.demo.synced
    t.same(await received(t, again.demo), counts)
    t.match(again.lines.join('\n'), /data of last time are here.*: 0 new, 0 changed, 0 gone\. The run succeeded/s)
    await again.demo.stop()
  })
}

t.test('stopped in the middle of the first sync, it goes on with it', async (t) => {
  // At ten requests a second it cannot be through before it is stopped.
  const slow = psa('halo-psa')
  const begin = await installation(t)
  const reading = Promise.withResolvers<string>()
  const { demo } = await begin(slow, reading.resolve)
  await reading.promise
  await demo.stop()

  const { demo: next, lines } = await begin(slow)
  await next.synced
  t.match(lines.join('\n'), /The first sync was interrupted; it goes on:/)
  t.same(await received(t, next), await expected(slow))
  t.same((await homePage(next)).decisions, [])
})

t.test('what does not fit the data is said, and nothing is connected to them', async (t) => {
  const begin = await installation(t)
  const { demo } = await begin(psa('autotask'))
  await demo.synced
  await demo.stop()
  await t.rejects(begin(psa('servicenow')), /has the demo of Autotask PSA\. Choose another DATA_DIR for ServiceNow/)

  const squatter = createServer().listen(Number(new URL(demo.simulator.origin).port), '127.0.0.1')
  await once(squatter, 'listening')
  t.teardown(() => squatter.close())
  await t.rejects(begin(psa('autotask')), /Port \d+, where the data in .* expect the simulator, is in use/)
})
