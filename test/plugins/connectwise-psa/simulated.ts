/** The connector, the hub's own client and the simulator behind a real server, put together for tests. */
import type { Test } from 'tap'
import { type SimulatorServer, serveSimulator } from '../../../core/conformance/server.ts'
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import { createReadContext, type Reading } from '../../../core/connections/context.ts'
import type { Connector, Page, ReadContext } from '../../../core/connector/contract.ts'
import type { StreamName } from '../../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest, World } from '../../../core/connector/simulator.ts'
import { HttpClients } from '../../../core/http/clients.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import type { ConnectWiseSettings } from '../../../plugins/connectwise-psa/settings.ts'
import {
  type ConnectWiseQuirks,
  type ConnectWiseSimulator,
  simulate,
} from '../../../plugins/connectwise-psa/simulator.ts'

export interface Simulated {
  readonly world: World
  readonly simulator: ConnectWiseSimulator
  readonly server: SimulatorServer
  /** A context as the hub makes it; `settings` other than the valid ones make another connection. */
  context(reading?: Partial<Reading>, settings?: ConnectWiseSettings): ReadContext<ConnectWiseSettings>
}

/** `exchanged` gets every request with its answer. */
export async function simulated(
  t: Test,
  size: WorldSize = {},
  quirks: ConnectWiseQuirks = {},
  exchanged?: (request: SimulatedRequest, answer: SimulatedAnswer) => void,
): Promise<Simulated> {
  const world = createWorld(size)
  const simulator = simulate(world, quirks)
  const server = await serveSimulator({
    async answer(request) {
      const answer = await simulator.answer(request)
      exchanged?.(request, answer)
      return answer
    },
  })
  t.teardown(() => server.close())
  const quiet = () => {}
  const clients = new HttpClients({
    log: { debug: quiet, info: quiet, warn: quiet },
    userAgent: 'Tributary/test',
    times: { backoffMs: 1 },
  })
  t.teardown(() => clients.close())
  // `Connector` is what the hub knows of every connector, whatever its settings.
  const connector: Connector = connectWise
  return {
    world,
    simulator,
    server,
    context(reading = {}, settings = simulator.settings(server.origin)) {
      const signal = new AbortController().signal
      const report = quiet
      const http = clients.open({ key: settings.publicKey, connector, settings }).http({ signal, report })
      const companies = [...world.companies.after(0)].map(({ id }) => String(id))
      const everything: Reading = { filter: {}, customFields: [], companies }
      return createReadContext(
        { connector: connectWise, settings, http, signal, report },
        { ...everything, ...reading },
      )
    },
  }
}

/** Every page of a stream. */
export async function pagesOf<K extends StreamName>(
  stream: K,
  ctx: ReadContext<ConnectWiseSettings>,
): Promise<Page<K>[]> {
  const reader = connectWise.streams[stream]
  if (reader === undefined) throw new Error(`The connector has no stream ${stream}`)
  const pages: Page<K>[] = []
  for await (const page of reader.read(ctx)) pages.push(page)
  return pages
}
