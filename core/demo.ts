/**
 * `npm run demo`: the hub, with a simulator in place of a vendor. Everything else is real. Started again it
 * finds its data. `-- --psa <connector>` chooses the vendor
 * that is simulated; package.json names the usual one.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { readSettings } from '../config/settings.ts'
import { type SimulatorServer, serveSimulator } from './conformance/server.ts'
import { createWorld } from './conformance/world.ts'
import { type Connector, type Settings, type SimulatorModule, type StreamName, streams } from './connector/index.ts'
import type { Hub } from './hub.ts'
import { mappingKinds } from './mapping/kinds.ts'
import { startProcess } from './process.ts'
import type { RunStream } from './sync/runs.ts'

const say = (text = '') => process.stdout.write(`${text}\n`)
const by = { actor: 'system' } as const
const adminEmail = 'admin@demo.example'

async function simulatorOf(connector: Connector): Promise<SimulatorModule<Settings>> {
  return import(new URL(`../plugins/${connector.id}/simulator.ts`, import.meta.url).href)
}

/** On the port of last time, so that the stored connection finds it again; on another one if that is taken. */
async function serve(
  module: SimulatorModule<Settings>,
  dataDir: string,
  id: string,
): Promise<{ server: SimulatorServer; settings: Settings }> {
  const file = join(dataDir, `simulator-port-${id}`)
  const known = Number(await readFile(file, 'utf8').catch(() => '0'))
  const simulator = module.simulate(createWorld())
  const server = await serveSimulator(simulator, { port: known }).catch(() => serveSimulator(simulator))
  await writeFile(file, new URL(server.origin).port)
  return { server, settings: simulator.settings(server.origin) }
}

/** The admin of the demo; the password is told when it is made, and never again. */
async function admin(hub: Hub): Promise<string | undefined> {
  if (await hub.users.hasAdmin()) return undefined
  const password = randomBytes(9).toString('base64url')
  await hub.users.add({ email: adminEmail, name: 'Demo Admin', role: 'admin', password })
  return password
}

/** The demo's connection; made and tested at the first start, pointed at the simulator's port at later ones. */
async function connect(hub: Hub, connector: Connector, settings: Settings): Promise<number> {
  const all = await hub.connections.list()
  const known = all.find((each) => each.state !== 'disconnected' && each.connector === connector.id)
  if (known) {
    const moved = Object.entries(settings).some(
      ([name, value]) => !(name in known.secrets) && known.settings[name] !== value,
    )
    if (moved) await hub.connections.update(known.id, { settings }, by)
    return known.id
  }
  const other = all.find((each) => each.state !== 'disconnected' && each.kind === 'psa')
  if (other)
    throw new Error(
      `This data folder has the demo of ${other.connectorName}. Choose another DATA_DIR for ${connector.name}, or delete this one.`,
    )
  const { id } = await hub.connections.add(
    { connector: connector.id, name: `${connector.name} (simulator)`, settings },
    by,
  )
  await hub.connections.update(id, { importCompanies: 'all' }, by)
  const checked = await hub.connections.check(id)
  if (!checked.ok) throw new Error(`The simulator refused the connection: ${checked.message}`)
  await hub.queue.reschedule(id)
  return id
}

const columns = ['received', 'created', 'updated', 'unchanged', 'removed', 'rejected'] as const

function table(rows: readonly RunStream[]): string {
  const name = (stream: StreamName) => streams[stream].title
  const width = Math.max(...rows.map((row) => name(row.stream).length), 8)
  const head = `  ${''.padEnd(width)}${columns.map((column) => column.padStart(11)).join('')}`
  return [
    head,
    ...rows.map(
      (row) =>
        `  ${name(row.stream).padEnd(width)}${columns.map((column) => String(row[column]).padStart(11)).join('')}`,
    ),
  ].join('\n')
}

/** Syncs and shows how far it is; answers when the run has ended. */
async function sync(hub: Hub, connectionId: number, full: boolean, stopped: AbortSignal): Promise<void> {
  const [before] = await hub.runs.list({ connectionId, limit: 1 })
  await hub.queue.forceSync(connectionId, { full, requestedBy: 'demo' })
  while (!stopped.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    const [latest] = await hub.runs.list({ connectionId, limit: 1 })
    if (latest === undefined || latest.id === before?.id) continue
    const run = await hub.runs.get(latest.id)
    if (run === undefined) continue
    if (run.state === 'running' || run.state === 'waiting') {
      const now = run.streams
        .filter(({ state }) => state === 'running')
        .map(({ stream, received }) => `${streams[stream].title} ${received}`)
      if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K  ${run.received} records … ${now.join(', ')}`)
      continue
    }
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K')
    say(table(run.streams))
    say()
    const took = ((run.finishedAt?.getTime() ?? 0) - run.startedAt.getTime()) / 1000
    say(
      `  ${run.received} records in ${took.toFixed(1)} s: ${run.created} new, ${run.updated} changed, ${run.removed} gone. The run ${run.state}.`,
    )
    if (run.errorAdmin) say(`  ${run.errorAdmin}`)
    return
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { psa: { type: 'string', default: '' } } })
  const settings = readSettings({ LOG_LEVEL: 'error', ...process.env, DATA_DIR: process.env.DATA_DIR || './data/demo' })
  await mkdir(settings.dataDir, { recursive: true })
  say('Starting PostgreSQL and the hub …')
  const running = await startProcess(settings, pino({ level: settings.logLevel }))
  const { hub } = running
  const stopped = new AbortController()
  let server: SimulatorServer | undefined
  const stop = async () => {
    stopped.abort()
    await running.stop()
    await server?.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      say('\nStopping …')
      await stop()
      process.exit(0)
    })
  }
  try {
    const connector = hub.catalogue.get(values.psa)
    if (connector === undefined)
      throw new Error(
        `There is no connector "${values.psa}". There are: ${hub.catalogue
          .all()
          .map(({ id }) => id)
          .join(', ')}.`,
      )
    const module = await simulatorOf(connector)
    const served = await serve(module, settings.dataDir, connector.id)
    server = served.server
    say(`${connector.name} is simulated at ${server.origin}: a fictional MSP, nothing leaves this machine.`)
    const connectionId = await connect(hub, connector, served.settings)
    const first = (await hub.runs.list({ connectionId, limit: 1 })).length === 0
    say(first ? 'The first sync:' : 'The data of last time are here; a sync of all of it again:')
    await sync(hub, connectionId, true, stopped.signal)
    if (first) for (const kind of mappingKinds) await hub.mapping.values.createUnmapped(connectionId, kind, by)
    const password = await admin(hub)
    if (stopped.signal.aborted) return
    say()
    say(`The panel: ${running.address}/admin`)
    say(
      password === undefined
        ? `Log in as ${adminEmail}; the password was shown at the first start (forgotten? npm run hub -- user reset ${adminEmail}).`
        : `Log in as ${adminEmail} with the password ${password} (shown only now).`,
    )
    say('Ctrl-C stops everything.')
  } catch (error) {
    if (stopped.signal.aborted) return
    await stop()
    throw error
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
