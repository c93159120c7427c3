/** A connector, the hub's own client and the connector's simulator behind a real server, put together for tests. */
import type { Test } from 'tap'
import { type SimulatorServer, serveSimulator } from '../../core/conformance/server.ts'
import { createReadContext, type Reading } from '../../core/connections/context.ts'
import type {
  Connector,
  Page,
  ReadContext,
  ReportLine,
  Settings,
  SourceConnector,
} from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import type { RecordOf, StreamName } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest, Simulator, World } from '../../core/connector/simulator.ts'
import { HttpClients } from '../../core/http/clients.ts'
import type { TimeLimits } from '../../core/http/times.ts'

export interface Connected<S extends Settings> {
  readonly server: SimulatorServer
  /** What was reported, as `level code`. */
  readonly reported: string[]
  /** A context as the hub makes it; `settings` other than the valid ones make another connection. */
  context(reading?: Partial<Reading>, settings?: S): ReadContext<S>
  /** Every page of a stream. */
  pages<K extends StreamName>(stream: K, reading?: Partial<Reading>, settings?: S): Promise<Page<K>[]>
  /** Every record of a stream. */
  records<K extends StreamName>(stream: K, reading?: Partial<Reading>, settings?: S): Promise<RecordOf<K>[]>
}

export interface Parts<S extends Settings> {
  readonly connector: SourceConnector<S>
  readonly simulator: Simulator<S>
  readonly world: World
  /** Gets every request with its answer. */
  readonly exchanged?: ((request: SimulatedRequest, answer: SimulatedAnswer) => void) | undefined
  /** Makes another answer of the simulator's. */
  readonly altered?: ((request: SimulatedRequest, answer: SimulatedAnswer) => SimulatedAnswer) | undefined
  readonly times?: Partial<TimeLimits>
}

/** Serves the simulator until the test ends. */
export async function connected<S extends Settings>(t: Test, parts: Parts<S>): Promise<Connected<S>> {
  const { connector, simulator, world, exchanged, altered, times } = parts
  const server = await serveSimulator({
    async answer(request) {
      const own = await simulator.answer(request)
      const answer = altered?.(request, own) ?? own
      exchanged?.(request, answer)
      return answer
    },
  })
  t.teardown(() => server.close())
  const quiet = () => {}
  const clients = new HttpClients({
    log: { debug: quiet, info: quiet, warn: quiet },
    userAgent: 'Tributary/test',
    times: { backoffMs: 1, ...times },
  })
  t.teardown(() => clients.close())
  const reported: string[] = []
  const report = ({ level, code }: ReportLine) => void reported.push(`${level} ${code}`)
  // What the hub knows of every connector, whatever its settings.
  const known: Connector = connector
  const context: Connected<S>['context'] = (reading = {}, settings = simulator.settings(server.origin)) => {
    const signal = new AbortController().signal
    const http = clients.open({ key: JSON.stringify(settings), connector: known, settings }).http({ signal, report })
    const companies = [...world.companies.after(0)].map(({ id }) => String(id))
    const everything: Reading = { filter: {}, customFields: [], companies }
    return createReadContext({ connector, settings, http, signal, report }, { ...everything, ...reading })
  }
  const pages: Connected<S>['pages'] = async (stream, reading, settings) => {
    const reader = connector.streams[stream]
    if (reader === undefined) throw new Error(`The connector has no stream ${stream}`)
    return collect(reader.read(context(reading, settings)))
  }
  return {
    server,
    reported,
    context,
    pages,
    records: async (stream, reading, settings) =>
      (await pages(stream, reading, settings)).flatMap((page) => page.records),
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What a promise fails with; a promise that does not fail fails the test. */
export async function failure(promise: Promise<unknown>): Promise<ConnectorError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('it did not fail')
}
