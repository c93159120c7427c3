/** One connector in front of one simulator with a world of its own, over the hub's real client. */
import { setTimeout as delay } from 'node:timers/promises'
import { type ContextParts, createContext, createReadContext } from '../connections/context.ts'
import type { Connector, Context, ImportFilter, ReadContext, Settings } from '../connector/contract.ts'
import { ConnectorError } from '../connector/errors.ts'
import type { Json, StreamName } from '../connector/records.ts'
import type {
  SimulatedAnswer,
  SimulatedRequest,
  Simulator,
  SimulatorModule,
  World,
  WorldTable,
} from '../connector/simulator.ts'
import { HttpClients } from '../http/clients.ts'
import { EgressPolicy } from '../http/egress.ts'
import { secretsOf } from '../http/redact.ts'
import type { TimeLimits } from '../http/times.ts'
import { deepFreeze, observed, observedHttp } from './observed.ts'
import { Reader, type Reading } from './reading.ts'
import { type SimulatorServer, serveSimulator } from './server.ts'
import { SecretFinder, type Witness } from './witness.ts'
import { createWorld, type WorldSize } from './world.ts'

/** Nothing here waits longer than it has to; what the waiting is for is tested with the client itself. */
const quick: Partial<TimeLimits> = {
  connectMs: 5000,
  headersMs: 10_000,
  idleMs: 5000,
  deadlineMs: 15_000,
  triesMs: 30_000,
  backoffMs: 4,
  longestBackoffMs: 16,
  longestWaitMs: 15_000,
}

const userAgent = 'Tributary-conformance'

export interface LabOptions {
  readonly size?: WorldSize
  readonly times?: Partial<TimeLimits>
}

export interface LabParts extends LabOptions {
  readonly connector: Connector
  readonly module: SimulatorModule
  readonly witness: Witness
  readonly signal: AbortSignal
}

/** Stands between the server and the simulator; calls `next` for the simulator's own answer. */
export type Answering = (
  request: SimulatedRequest,
  next: () => SimulatedAnswer | Promise<SimulatedAnswer>,
) => SimulatedAnswer | Promise<SimulatedAnswer>

/** What one reading is to cover; everything may be left out. */
export interface Wish {
  readonly filter?: ImportFilter
  readonly customFields?: readonly string[]
  readonly companies?: readonly string[]
  readonly since?: string | undefined
  readonly checkpoint?: Json | undefined
  readonly state?: Json | undefined
  readonly signal?: AbortSignal
  /** Gives up after so many requests. */
  readonly mostRequests?: number
  /** Called with the number of pages so far, before the next is asked for. */
  readonly between?: (pages: number) => Promise<void> | void
}

/** How long a reading may go on after its signal before it counts as deaf. */
export const abortMs = 1000

export class Lab {
  readonly world: World
  readonly simulator: Simulator
  readonly server: SimulatorServer
  readonly settings: Settings
  readonly signal: AbortSignal
  /** Session headers, one entry per sign-in. */
  readonly signIns: { readonly headers: Readonly<Record<string, string>>; readonly expires: boolean }[] = []
  answering: Answering | undefined
  readonly #connector: Connector
  readonly #witness: Witness
  readonly #clients: HttpClients
  /** By settings. */
  readonly #finders = new Map<string, SecretFinder>()
  readonly #lookedThrough = new Set<StreamName>()
  #companies: readonly string[] | undefined

  constructor(parts: LabParts, served: { world: World; simulator: Simulator; server: SimulatorServer }) {
    this.world = served.world
    this.simulator = served.simulator
    this.server = served.server
    this.signal = parts.signal
    this.#witness = parts.witness
    this.settings = deepFreeze(structuredClone(served.simulator.settings(served.server.origin)))
    this.#connector = this.#watched(parts.connector)
    const log = (fields: object, message: string) =>
      this.#witness.said('a log line', { message, ...fields }, this.#finder())
    this.#clients = new HttpClients({
      log: { debug: log, info: log, warn: log },
      userAgent,
      times: { ...quick, ...parts.times },
    })
  }

  async close(): Promise<void> {
    await this.#clients.close()
    await this.server.close()
  }

  /** Takes away all faults and whatever stands before the simulator. */
  undisturbed(): void {
    this.server.clearFaults()
    this.answering = undefined
  }

  /** Grows with every change to the world. */
  get worldVersion(): number {
    const tables: readonly unknown[] = Object.values(this.world)
    return tables.reduce<number>((sum, table) => sum + (isTable(table) ? table.version : 0), 0)
  }

  context(settings = this.settings, signal = this.signal): Context<Settings> {
    return observed(createContext(this.#parts(settings, signal)), this.#witness, this.#finder(settings))
  }

  readContext(wish: Wish = {}, settings = this.settings): ReadContext<Settings> {
    const { filter = {}, customFields = [], companies = [], since, checkpoint, state } = wish
    const reading = { filter, customFields, companies, since, checkpoint, state }
    const ctx = createReadContext(this.#parts(settings, wish.signal ?? this.signal), deepFreeze(reading))
    return observed(ctx, this.#witness, this.#finder(settings))
  }

  /** Reads a stream to its end; a failure is in the answer, not thrown. */
  async read(stream: StreamName, wish: Wish = {}, settings = this.settings): Promise<Reading> {
    if (this.#connector.kind === 'warranty') throw new Error('A warranty connector has no streams.')
    const reader = this.#connector.streams[stream]
    if (reader === undefined) throw new Error(`There is no stream ${stream}.`)
    const companies = wish.companies ?? (stream === 'companies' ? [] : await this.companies())
    const giveUp = new AbortController()
    const signal = AbortSignal.any([wish.signal ?? this.signal, giveUp.signal])
    const ctx = this.readContext({ ...wish, companies, signal }, settings)
    const finder = this.#finder(settings)
    const most = this.server.total + (wish.mostRequests ?? Number.POSITIVE_INFINITY)
    const watch = setInterval(() => {
      if (this.server.total > most) giveUp.abort()
    }, 5)
    try {
      const reading = await new Reader(stream, this.server, wish.between).read(reader.read(ctx))
      if (reading.failure !== undefined) this.#witness.threw(`an error of ${stream}`, reading.failure, finder)
      this.#lookThrough(stream, reading, finder)
      return { ...reading, endless: giveUp.signal.aborted }
    } finally {
      clearInterval(watch)
    }
  }

  /** Records once, for they are many and the same every time; what is stored beside them always. */
  #lookThrough(stream: StreamName, { pages }: Omit<Reading, 'endless'>, finder: SecretFinder): void {
    for (const { page, checkpoint = '' } of pages) {
      this.#witness.said(
        `a page of ${stream}`,
        this.#lookedThrough.has(stream) ? { ...page, records: [] } : page,
        finder,
      )
      this.#witness.said(`a checkpoint of ${stream}`, checkpoint, finder)
    }
    if (pages.length > 0) this.#lookedThrough.add(stream)
  }

  /** Calls anything else of the connector; what it throws is looked at on its way. */
  async call<T>(where: string, run: (ctx: Context<Settings>) => Promise<T>, ctx = this.context()): Promise<T> {
    try {
      const value = await run(ctx)
      this.#witness.said(`what ${where} answers`, value, this.#finder(ctx.settings))
      return value
    } catch (error) {
      this.#witness.threw(`an error of ${where}`, error, this.#finder(ctx.settings))
      throw error
    }
  }

  /** Runs and aborts once `ready` holds; answers how it ended, or undefined if it had not after a second. */
  async aborted<T>(
    run: (signal: AbortSignal) => Promise<T>,
    ready: () => boolean,
  ): Promise<{ readonly value: T } | { readonly error: unknown } | undefined> {
    const stop = new AbortController()
    const outcome = run(AbortSignal.any([this.signal, stop.signal])).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    const over = Promise.withResolvers<undefined>()
    for (let done = false; !done && !ready() && !this.signal.aborted; ) {
      done = await Promise.race([outcome.then(() => true), delay(2, false)])
    }
    stop.abort(new ConnectorError('transient', 'Stopped by the kit.'))
    const timer = setTimeout(() => over.resolve(undefined), abortMs)
    return Promise.race([outcome, over.promise]).finally(() => clearTimeout(timer))
  }

  /** Source ids of all companies, in the order the hub hands them out. */
  async companies(): Promise<readonly string[]> {
    if (this.#companies !== undefined) return this.#companies
    if (this.#connector.kind === 'warranty' || this.#connector.streams.companies === undefined) return []
    const { records } = await this.read('companies')
    this.#companies = [...records.keys()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    return this.#companies
  }

  /** After the world changed. */
  forgetCompanies(): void {
    this.#companies = undefined
  }

  #finder(settings = this.settings): SecretFinder {
    const key = JSON.stringify(settings)
    const known = this.#finders.get(key)
    if (known !== undefined) return known
    const finder = new SecretFinder(secretsOf(this.#connector.settings.properties, settings))
    this.#finders.set(key, finder)
    return finder
  }

  /** Windows would make the battery wait; a sign-in is looked at like everything else. */
  #watched(connector: Connector): Connector {
    return {
      ...connector,
      limits: { ...connector.limits, windows: [], perEndpoint: [] },
      signIn: async (ctx) => {
        const finder = this.#finder(ctx.settings)
        try {
          const session = await connector.signIn(observed(ctx, this.#witness, finder))
          finder.addSession(session.headers)
          this.signIns.push({ headers: session.headers, expires: session.expiresAt !== undefined })
          return session
        } catch (error) {
          this.#witness.threw('an error of signIn', error, finder)
          throw error
        }
      },
    }
  }

  #parts(settings: Settings, signal: AbortSignal): ContextParts<Settings> {
    const policy = new EgressPolicy(this.#connector, settings)
    const connection = this.#clients.open({ key: JSON.stringify(settings), connector: this.#connector, settings })
    const http = connection.http({ signal, report: () => {} })
    return {
      connector: this.#connector,
      settings,
      signal,
      report: () => {},
      http: observedHttp(http, policy, this.#witness),
    }
  }
}

export async function openLab(parts: LabParts): Promise<Lab> {
  const world = createWorld(parts.size)
  const simulator = parts.module.simulate(world)
  let lab: Lab | undefined
  const server = await serveSimulator({
    answer: (request) => {
      if (request.headers['user-agent'] !== userAgent) parts.witness.strays.add(`${request.method} ${request.path}`)
      const next = () => simulatorsAnswer(simulator, request, parts.witness)
      return lab?.answering === undefined ? next() : lab.answering(request, next)
    },
  })
  lab = new Lab(parts, { world, simulator, server })
  return lab
}

async function simulatorsAnswer(
  simulator: Simulator,
  request: SimulatedRequest,
  witness: Witness,
): Promise<SimulatedAnswer> {
  try {
    return await simulator.answer(request)
  } catch (error) {
    witness.simulatorErrors.add(`${request.method} ${request.path}: ${error instanceof Error ? error.message : error}`)
    throw error
  }
}

function isTable(value: unknown): value is WorldTable<{ id: number; updatedAt: string }> {
  return typeof value === 'object' && value !== null && 'version' in value && 'put' in value
}
