/** ConnectWise PSA's connector against its simulator, for tests. */
import type { Test } from 'tap'
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import type { Page, ReadContext } from '../../../core/connector/contract.ts'
import type { StreamName } from '../../../core/connector/records.ts'
import type { World } from '../../../core/connector/simulator.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import type { ConnectWiseSettings } from '../../../plugins/connectwise-psa/settings.ts'
import {
  type ConnectWiseQuirks,
  type ConnectWiseSimulator,
  simulate,
} from '../../../plugins/connectwise-psa/simulator.ts'
import { type Connected, collect, connected, type Parts } from '../connected.ts'

export interface Simulated extends Connected<ConnectWiseSettings> {
  readonly world: World
  readonly simulator: ConnectWiseSimulator
}

/** `exchanged` gets every request with its answer. */
export async function simulated(
  t: Test,
  size: WorldSize = {},
  quirks: ConnectWiseQuirks = {},
  exchanged?: Parts<ConnectWiseSettings>['exchanged'],
): Promise<Simulated> {
  const world = createWorld(size)
  const simulator = simulate(world, quirks)
  return { world, simulator, ...(await connected(t, { connector: connectWise, simulator, world, exchanged })) }
}

/** Every page of a stream. */
export async function pagesOf<K extends StreamName>(
  stream: K,
  ctx: ReadContext<ConnectWiseSettings>,
): Promise<Page<K>[]> {
  const reader = connectWise.streams[stream]
  if (reader === undefined) throw new Error(`The connector has no stream ${stream}`)
  return collect(reader.read(ctx))
}
