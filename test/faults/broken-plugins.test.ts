/**
 * Broken plugins: ones that cannot be loaded, and ones that misbehave once they are. The hub starts, names the plugin
 * and the reason, and everything else goes on.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pino } from 'pino'
import sinon from 'sinon'
import t, { type Test } from 'tap'
import { readSettings } from '../../config/settings.ts'
import { serveSimulator } from '../../core/conformance/server.ts'
import { createWorld } from '../../core/conformance/world.ts'
import { tryOut } from '../../core/connections/check.ts'
import type { Connector } from '../../core/connector/index.ts'
import { HttpClients } from '../../core/http/clients.ts'
import { openHub } from '../../core/hub.ts'
import { loadCatalogue, register } from '../../core/loader.ts'
import { simulate } from '../core/conformance/acme/simulator.ts'
import { acme, settings } from '../core/connections/fixture.ts'
import { lab, many } from '../core/sync/lab.ts'
import { testDatabase } from '../database.ts'

const good = resolve('test/core/conformance/acme')

/** Plugin folders with these `index.ts`. */
async function plugins(t: Test, sources: Record<string, string>): Promise<Record<string, string>> {
  const root = t.testdir({})
  const folders: Record<string, string> = {}
  for (const [name, source] of Object.entries(sources)) {
    const folder = join(root, name)
    await mkdir(folder)
    await writeFile(join(folder, 'index.ts'), source)
    folders[name] = folder
  }
  return folders
}

const manifest = (id: string) => `({
  contract: 1, id: '${id}', name: 'Of a third party', kind: 'documentation', docs: 'https://third.example/',
  settings: { type: 'object', required: [], properties: {} }, hosts: () => [], permissions: [],
  limits: { concurrency: 1, windows: [], scope: 'connection' },
  signIn: async () => ({ baseUrl: 'https://third.example/', headers: {} }),
  check: async () => ({ account: '1', permissions: [] }), streams: {},
})`

const broken: Record<string, [source: string, message: RegExp]> = {
  'throws-at-import': ['throw new Error("I do not feel like it today.")', /^I do not feel like it today\.$/],
  'throws-no-error': ['throw undefined', /undefined/],
  'has-an-enum': ['enum Colour { Red }\nexport default async () => {}', /enum/i],
  'has-a-typo': ['export default async ( => {}', /./],
  'imports-what-is-not-there': ["import './missing.ts'\nexport default async () => {}", /missing\.ts/],
  'has-no-default': ['export const plugin = 1', /no default export/],
  rejects: ['export default async () => { throw new Error("No connector for you.") }', /No connector for you/],
  'has-a-bad-manifest': [
    `export default async (app) => app.connectors.add({ id: 'Bad Id', name: '' })`,
    /does not fit the contract[\s\S]*kind/,
  ],
  'has-an-unmarked-secret': [
    `const connector = ${manifest('leaky')}\nconnector.settings.properties.token = { type: 'string', title: 'Token' }\nexport default async (app) => app.connectors.add(connector)`,
    /token is named like a secret/,
  ],
  'wants-another-contract': [
    `export default async (app) => app.connectors.add({ ...${manifest('later')}, contract: 99 })`,
    /contract/,
  ],
  'takes-another-id': [
    `export default async (app) => app.connectors.add(${manifest('connectwise-psa')})`,
    /There is a connector "connectwise-psa" already/,
  ],
}

t.test('plugins that cannot be loaded are named with their reason, and the others are there', async (t) => {
  const folders = await plugins(t, Object.fromEntries(Object.entries(broken).map(([name, [source]]) => [name, source])))
  const nowhere = join(t.testdirName, 'nowhere')
  const catalogue = await loadCatalogue([...Object.values(folders), nowhere, '@nobody/has-published-this', good])
  for (const [name, [, message]] of Object.entries(broken)) {
    t.match(
      catalogue.broken.find(({ source }) => source === folders[name]),
      { message },
      name,
    )
  }
  t.match(
    catalogue.broken.find(({ source }) => source === nowhere),
    { message: /has no index\.ts or index\.js/ },
  )
  t.match(
    catalogue.broken.find(({ source }) => source.startsWith('@nobody')),
    { message: /Cannot find package/ },
  )
  t.equal(catalogue.get('acme')?.name, 'Acme CRM', 'the good one behind them is loaded')
  t.equal(catalogue.get('connectwise-psa')?.name, 'ConnectWise PSA', 'our own is still our own')
  t.equal(catalogue.get('leaky'), undefined)
})

t.test('a plugin that never finishes registering is given up', async (t) => {
  const { endless = '' } = await plugins(t, { endless: 'export default () => new Promise(() => {})' })
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  t.teardown(() => clock.restore())
  const outcome = register(join(endless, 'index.ts'), { connectors: { add() {} } }).catch((error: unknown) => error)
  while (clock.countTimers() === 0) await setImmediate()
  await clock.tickAsync(10_000)
  t.match(await outcome, { message: /did not finish registering within 10 seconds/ })
})

t.test('a check that never returns is answered after 30 seconds, whether it listens or not', async (t) => {
  const clients = new HttpClients({ log: { debug() {}, info() {}, warn() {} }, userAgent: 'test' })
  t.teardown(() => clients.close())
  const deaf: Connector = acme({ check: () => new Promise(() => {}) })
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  t.teardown(() => clock.restore())
  const report = tryOut({ clients }, deaf, settings, 'deaf')
  await clock.tickAsync(29_999)
  t.equal(clock.countTimers(), 1, 'still waiting')
  await clock.tickAsync(1)
  t.match(await report, { ok: false, kind: 'transient', message: /Acme PSA did not answer within 30 seconds/ })
})

t.test('a connector that throws anything at all is a bug with its name, not the end of the hub', async (t) => {
  const clients = new HttpClients({ log: { debug() {}, info() {}, warn() {} }, userAgent: 'test' })
  t.teardown(() => clients.close())
  for (const thrown of [new TypeError('x is not a function'), 'a text', undefined, null, { odd: true }]) {
    const throwing: Connector = acme({ check: () => Promise.reject(thrown) })
    t.match(await tryOut({ clients }, throwing, settings, 'x'), {
      ok: false,
      kind: 'bug',
      message: /connector for Acme PSA failed/,
    })
  }
})

t.test('a reading that ignores its signal does not hold the run', async (t) => {
  const here = await lab(t)
  here.put('companies', { sourceId: 'A', name: 'Alpha' })
  here.put('configurations', ...many(40, () => ({ companyId: 'A' })))
  const stored = async (count: number) => {
    for (let have = 0; have < count; await setImmediate())
      have = (await here.database.row<{ count: number }>('select count(*) from configurations'))?.count ?? 0
  }
  const stop = new AbortController()
  here.source.beforePage = (stream, number) => {
    if (stream !== 'configurations' || number !== 2) return undefined
    // Somebody stops the run while the connector waits for something that never comes.
    void stored(20).then(() => stop.abort())
    return new Promise(() => {})
  }
  const started = performance.now()
  const stopped = await here.run({}, stop.signal)
  t.ok(performance.now() - started < 5_000)
  t.not(stopped.state, 'succeeded')
  t.match(await here.database.row('select count(*) from configurations'), { count: 20 }, 'what was committed stays')
  here.source.beforePage = () => undefined
  t.equal((await here.run()).state, 'succeeded', 'and the next run goes on')
  t.match(await here.database.row('select count(*) from configurations where removed_at is null'), { count: 40 })
})

t.test('a page of giants is set aside record by record, and the rest is stored', async (t) => {
  const here = await lab(t)
  const giant = 'x'.repeat(3 * 1_048_576)
  here.source.pageSize = 40
  here.put('companies', { sourceId: 'A', name: 'Alpha' })
  here.put('configurations', ...many(40, (n) => ({ companyId: 'A', ...(n % 2 === 0 ? { notes: giant } : {}) })))
  const run = await here.run()
  t.equal(run.state, 'warning')
  t.match(await here.counts(run.runId, 'configurations'), { received: 40, created: 20, rejected: 20 })
  t.match(await here.database.row("select message from sync_log where code = 'record-rejected' limit 1"), {
    message: /larger than 1 MiB/,
  })
})

t.test('the hub starts, says which plugins are broken, and syncs beside one that hangs', async (t) => {
  const folders = await plugins(t, {
    gone: 'throw new Error("Gone.")',
    hangs: `const connector = ${manifest('hangs')}
      connector.streams.companies = { deletes: 'by-absence', read: async function* () { await new Promise(() => {}) } }
      export default async (app) => app.connectors.add(connector)`,
  })
  const database = await testDatabase(t)
  const logged: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) })
  const hub = await openHub(
    readSettings({
      DATABASE_URL: database.url,
      TRIBUTARY_KEY: '00'.repeat(32),
      TRIBUTARY_PLUGINS: [...Object.values(folders), good].join(','),
    }),
    log,
  )
  t.teardown(() => hub.close())
  t.match(
    hub.catalogue.broken.filter(({ source }) => source === folders.gone),
    [{ message: 'Gone.' }],
  )
  t.ok(logged.some((line) => line.includes(folders.gone ?? '') && line.includes('could not be loaded: Gone.')))

  const simulator = simulate(createWorld({ companies: 12 }))
  const server = await serveSimulator(simulator)
  t.teardown(() => server.close())
  const by = { actor: 'cli' } as const
  const hanging = await hub.connections.add({ connector: 'hangs', name: 'Hangs', settings: {} }, by)
  const acmeCrm = { connector: 'acme', name: 'Acme', settings: simulator.settings(server.origin) }
  const { id } = await hub.connections.add(acmeCrm, by)
  t.match(await hub.connections.check(id), { ok: true, account: 'acme-1' })
  const run = (connectionId: number, signal: AbortSignal) =>
    hub.engine.run({ connectionId, mode: 'apply', pass: 'full', trigger: 'force' }, { signal, limitMinutes: 5 })

  const stop = new AbortController()
  const stuck = run(hanging.id, stop.signal)
  t.match(await run(id, new AbortController().signal), { state: 'succeeded' })
  t.match(await database.row('select count(*) from company_links where connection_id = $1', [id]), { count: 12 })
  stop.abort()
  t.notMatch(await stuck, { state: 'succeeded' })
})
