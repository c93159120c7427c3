/**
 * `npm run demo`: the hub, with a simulator in place of a PSA. Everything else is real. Started again it finds its
 * data. `-- --psa <connector>` chooses the PSA that is simulated; package.json names the usual one.
 */
import { randomBytes } from 'node:crypto'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Logger, pino } from 'pino'
import { type HubSettings, readSettings } from '../config/settings.ts'
import { say, table } from './cli/output.ts'
import { type SimulatorServer, serveSimulator } from './conformance/server.ts'
import { createWorld, type WorldSize } from './conformance/world.ts'
import {
  type Connector,
  type Settings,
  type Simulator,
  type SimulatorModule,
  streamNames,
  streams,
} from './connector/index.ts'
import type { Hub } from './hub.ts'
import { loadCatalogue } from './loader.ts'
import { mappingKinds } from './mapping/kinds.ts'
import { startProcess } from './process.ts'
import type { RunStream } from './sync/runs.ts'

const by = { actor: 'system' } as const
const adminEmail = 'admin@demo.example'

/** As much as every vendor hands out to the last detail in one sync, and within a minute. */
const size: WorldSize = { companies: 40, contacts: 1_000, configurations: 1_200 }

export interface DemoOptions {
  /** The PSA, as the catalogue has it. */
  readonly connector: Connector
  readonly settings: HubSettings
  readonly log: Logger
  readonly size: WorldSize
  /** A line for the person who watches. */
  readonly say: (line: string) => void
  /** What is going on right now, in place of what it said before; empty when nothing is. */
  readonly progress?: (text: string) => void
}

export interface Demo {
  readonly hub: Hub
  readonly simulator: SimulatorServer
  readonly connectionId: number
  /** Of the panel. */
  readonly address: string
  /** The sync that every start begins with has ended, or was stopped. */
  readonly synced: Promise<void>
  stop(): Promise<void>
}

function simulatorFile(id: string): URL {
  return new URL(`../plugins/${id}/simulator.ts`, import.meta.url)
}

/** The PSAs that can be simulated. */
async function simulated(): Promise<readonly Connector[]> {
  const psas = (await loadCatalogue([])).all().filter(({ kind }) => kind === 'psa')
  const found = await Promise.all(
    psas.map(({ id }) =>
      access(simulatorFile(id)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return psas.filter((_, index) => found[index])
}

/** A simulator has no screens: who follows a link out of the panel is told so. */
function withScreens({ name }: Connector, simulator: Simulator): Pick<Simulator, 'answer'> {
  const headers = { 'content-type': 'text/html; charset=utf-8' }
  const page = `<!doctype html><title>${name}</title><h1>${name} would open here</h1><p>With a real connection this link shows the record in ${name}. In the demo ${name} is simulated and has no screens.</p>`
  return {
    answer: (request) =>
      request.headers.accept?.includes('text/html') ? { status: 200, headers, body: page } : simulator.answer(request),
  }
}

/** On the port of last time: a vendor's account may be its address, and another account's records are not taken. */
async function serve(connector: Connector, dataDir: string, size: WorldSize) {
  const module: SimulatorModule<Settings> = await import(simulatorFile(connector.id).href)
  const simulator = module.simulate(createWorld(size))
  const file = join(dataDir, `simulator-port-${connector.id}`)
  const port = Number(await readFile(file, 'utf8').catch(() => '0'))
  const server = await serveSimulator(withScreens(connector, simulator), { port }).catch((cause: unknown) => {
    throw new Error(
      `Port ${port}, where the data in ${dataDir} expect the simulator, is in use. Stop what uses it, or delete ${dataDir}.`,
      { cause },
    )
  })
  await writeFile(file, new URL(server.origin).port)
  return { server, settings: simulator.settings(server.origin) }
}

/** Tells how to log in; the password when the admin is made, and never again. */
async function logIn(hub: Hub): Promise<string> {
  if (await hub.users.hasAdmin())
    return `Log in as ${adminEmail}; the password was shown at the first start (forgotten? DATA_DIR=${hub.settings.dataDir} npm run hub -- user reset ${adminEmail}).`
  const password = randomBytes(9).toString('base64url')
  await hub.users.add({ email: adminEmail, name: 'Demo Admin', role: 'admin', password })
  return `Log in as ${adminEmail} with the password ${password} (shown only now).`
}

/** The demo's connection, made and tested at the first start. */
async function connect(hub: Hub, connector: Connector, settings: Settings): Promise<number> {
  const psa = (await hub.connections.list()).find(({ state, kind }) => state !== 'disconnected' && kind === 'psa')
  if (psa?.connector === connector.id) return psa.id
  if (psa)
    throw new Error(
      `${hub.settings.dataDir} has the demo of ${psa.connectorName}. Choose another DATA_DIR for ${connector.name}, or delete this one.`,
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

/** Stream by stream, what others depend on first. */
function counts(run: readonly RunStream[]): string {
  const rows = streamNames.flatMap((stream) => run.filter((row) => row.stream === stream))
  const lines = table(
    ['', ...columns],
    rows.map((row) => [streams[row.stream].title, ...columns.map((column) => row[column])]),
  )
  return lines.replace(/^/gm, '  ')
}

/** Syncs everything and shows how far it is, until the run has ended. */
async function sync(demo: Omit<Demo, 'synced' | 'stop'>, options: DemoOptions, stopped: AbortSignal): Promise<void> {
  const { hub, simulator, connectionId } = demo
  const { connector, say, progress = () => {} } = options
  const ended = (run: { readonly finishedAt: Date | null }) => run.finishedAt !== null
  const before = await hub.runs.list({ connectionId })
  const first = !before.some(ended)
  if (!first) say('The data of last time are here; a sync of all of it again:')
  else say(before.length === 0 ? 'The first sync:' : 'The first sync was interrupted; it goes on:')
  const requestsBefore = simulator.total
  let limitTold = false
  await hub.queue.forceSync(connectionId, { full: true, requestedBy: 'demo' })
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    if (stopped.aborted) return
    const [latest] = await hub.runs.list({ connectionId, limit: 1 })
    // One that was interrupted goes on under its number.
    if (latest === undefined || before.some((run) => run.id === latest.id && ended(run))) continue
    const run = await hub.runs.get(latest.id)
    if (run === undefined) continue
    if (run.finishedAt === null) {
      const limit = connector.limits.windows.find(
        ({ requests, seconds }) => seconds >= 60 && simulator.total > requests / 2,
      )
      if (limit && !limitTold) {
        progress('')
        say(
          `  ${connector.name} is sent no more than ${limit.requests} requests in ${limit.seconds} seconds; the hub spreads them out. The panel can be used meanwhile.`,
        )
        limitTold = true
      }
      progress(`  ${run.received} records … ${underWay(run, connector).join(', ')}`)
      continue
    }
    progress('')
    say(counts(run.streams))
    say('')
    const took = (run.finishedAt.getTime() - run.startedAt.getTime()) / 1000
    say(
      `  ${run.received} records with ${simulator.total - requestsBefore} requests in ${took.toFixed(1)} s: ${run.created} new, ${run.updated} changed, ${run.removed} gone. The run ${run.state}.`,
    )
    if (run.errorAdmin) say(`  ${run.errorAdmin}`)
    if (first) for (const kind of mappingKinds) await hub.mapping.values.createUnmapped(connectionId, kind, by)
    return
  }
}

type Run = NonNullable<Awaited<ReturnType<Hub['runs']['get']>>>

function underWay(run: Run, { name }: Connector): string[] {
  const reading = run.streams
    .filter(({ state }) => state === 'running')
    .map(({ stream, received }) => `${streams[stream].title} ${received}`)
  const until = run.waitingUntil
  return until !== null && until.getTime() > Date.now()
    ? [...reading, `waiting for the limit of ${name} until ${until.toLocaleTimeString('en-GB')}`]
    : reading
}

/** Starts the hub and the simulator; answers when the panel can be used, with the sync under way. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { connector, settings, log, size, say } = options
  const running = await startProcess(settings, log)
  const { hub, address = '' } = running
  const stopped = new AbortController()
  let simulator: SimulatorServer | undefined
  let synced: Promise<void> | undefined
  const stop = async () => {
    stopped.abort()
    await synced?.catch(() => {})
    await running.stop()
    await simulator?.close()
  }
  try {
    const served = await serve(connector, settings.dataDir, size)
    simulator = served.server
    const connectionId = await connect(hub, connector, served.settings)
    say(`${connector.name} is simulated at ${simulator.origin}: a fictional MSP, nothing leaves this machine.`)
    say(`The panel: ${address}/admin`)
    say(await logIn(hub))
    say('')
    const demo = { hub, simulator, connectionId, address }
    synced = sync(demo, options, stopped.signal)
    return { ...demo, synced, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The command line: one data folder for each PSA, unless DATA_DIR says otherwise. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { psa: { type: 'string', default: '' } } })
  const psas = await simulated()
  const connector = psas.find(({ id }) => id === values.psa)
  if (connector === undefined)
    throw new Error(`There is no demo of "${values.psa}". There are: ${psas.map(({ id }) => id).join(', ')}.`)
  const settings = readSettings({
    LOG_LEVEL: 'error',
    ...process.env,
    DATA_DIR: process.env.DATA_DIR || join('data', 'demo', connector.id),
    // What is made up does not belong into a database somebody keeps.
    DATABASE_URL: '',
  })
  const known = await access(settings.dataDir).then(
    () => true,
    () => false,
  )
  await mkdir(settings.dataDir, { recursive: true })
  say(`Starting PostgreSQL and the hub in ${settings.dataDir}${known ? '' : ', some ten seconds the first time'} …`)
  const terminal = process.stdout.isTTY === true
  const starting = startDemo({
    connector,
    settings,
    log: pino({ level: settings.logLevel }),
    size,
    say,
    ...(terminal && { progress: (text: string) => process.stdout.write(`\r\u001b[K${text}`) }),
  })
  let stopping = false
  // A terminal that was closed takes no more text; stopping goes on.
  process.stdout.on('error', () => {})
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, async () => {
      stopping = true
      say(`${terminal ? '\r\u001b[K' : ''}Stopping …`)
      await starting.then((demo) => demo.stop()).catch(() => {})
      process.exit(0)
    })
  }
  const demo = await starting
  await demo.synced.catch(async (error: unknown) => {
    if (stopping) return
    await demo.stop()
    throw error
  })
  if (stopping) return
  say('')
  say(`Look around at ${demo.address}/admin. Ctrl-C stops everything.`)
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
