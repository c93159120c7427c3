/** The connector under test, and what a rule can do with it. */
import type { Connector, Settings, SourceConnector, WarrantyConnector } from '../connector/contract.ts'
import { type StreamName, streamNames } from '../connector/records.ts'
import type { SimulatorModule } from '../connector/simulator.ts'
import { type Lab, type LabOptions, openLab } from './lab.ts'
import type { Reading } from './reading.ts'
import { Witness } from './witness.ts'
import type { WorldSize } from './world.ts'

/** One promise of the contract. `run` throws a sentence that says what to change, or `NotApplicable`. */
export interface Rule {
  readonly id: string
  readonly promise: string
  run(subject: Subject): Promise<void>
}

/** The rule has nothing to hold against this connector; the message says why. */
export class NotApplicable extends Error {}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export const smallWorld = { companies: 12, contacts: 120, configurations: 300, tickets: 60 } as const

/** Tried one after another until the long lists take three pages. Vendors' pages hold 25 to 1,000 rows. */
const longerWorlds = [300, 700, 2_100] as const

/** Problems one rule names before it says "and more". */
const mostProblems = 4

export class Subject {
  readonly connector: Connector
  readonly folder: string | undefined
  readonly witness = new Witness()
  /** Aborts when the rule at work has used up its time. */
  signal = new AbortController().signal
  readonly #module: SimulatorModule | undefined
  readonly #labs: Lab[] = []
  #long: Promise<WorldSize> | undefined

  constructor(connector: Connector, module: SimulatorModule | undefined, folder: string | undefined) {
    this.connector = connector
    this.folder = folder
    this.#module = module
  }

  /** A fresh world, simulator and client; closed when the rule is over. */
  async open(options: LabOptions = {}): Promise<Lab> {
    if (this.#module === undefined) throw new NotApplicable('no simulator.ts')
    const { connector, witness, signal } = this
    const lab = await openLab({ connector, module: this.#module, witness, signal, size: smallWorld, ...options })
    this.#labs.push(lab)
    return lab
  }

  async closeLabs(): Promise<void> {
    await Promise.all(this.#labs.splice(0).map((lab) => lab.close()))
  }

  source(): SourceConnector<Settings> {
    if (this.connector.kind === 'warranty') throw new NotApplicable('not for a warranty connector')
    return this.connector
  }

  warranty(): WarrantyConnector<Settings> {
    if (this.connector.kind !== 'warranty') throw new NotApplicable('only for a warranty connector')
    return this.connector
  }

  /** In an order in which each comes after what it depends on. */
  streams(): readonly StreamName[] {
    const { streams } = this.source()
    return streamNames.filter((name) => streams[name] !== undefined)
  }

  /** A plain reading, against which the others are held. */
  async plain(lab: Lab, stream: StreamName): Promise<Reading> {
    const reading = await lab.read(stream)
    if (reading.failure !== undefined) throw new NotApplicable(`${stream} cannot be read; see reading.complete`)
    return reading
  }

  /** Runs for each stream and throws all problems at once. Not applicable if it is for none. */
  async eachStream(run: (stream: StreamName) => Promise<void>): Promise<void> {
    const problems: string[] = []
    let applied = false
    let reason = 'no streams'
    for (const stream of this.streams()) {
      try {
        await run(stream)
        applied = true
      } catch (error) {
        this.signal.throwIfAborted()
        if (error instanceof NotApplicable) reason = error.message
        else problems.push(`${stream}: ${messageOf(error)}`)
      } finally {
        // What went wrong with one stream must not be in the way of the next.
        for (const lab of this.#labs) lab.undisturbed()
      }
    }
    if (problems.length > 0) throw new Error(listed(problems))
    if (!applied) throw new NotApplicable(reason)
  }

  /** A world in which the long lists take at least three pages, as far as the vendor's page size lets us. */
  long(): Promise<WorldSize> {
    this.#long ??= this.#findLong()
    return this.#long
  }

  async #findLong(): Promise<WorldSize> {
    let size: WorldSize = smallWorld
    for (const count of longerWorlds) {
      size = { ...smallWorld, contacts: count, configurations: count }
      const lab = await this.open({ size })
      let enough = true
      for (const stream of this.streams()) {
        const { pages, records } = await lab.read(stream)
        if (records.size >= count / 2 && pages.length < 3) enough = false
      }
      if (enough) break
    }
    return size
  }
}

export function listed(problems: readonly string[]): string {
  const shown = problems.slice(0, mostProblems)
  if (problems.length > mostProblems) shown.push(`… and ${problems.length - mostProblems} more`)
  return shown.join('\n')
}
