/** Halo's connector against its simulator, for tests. */
import type { Test } from 'tap'
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import type { Settings } from '../../../core/connector/contract.ts'
import type { SimulatedAnswer, SimulatedRequest, World } from '../../../core/connector/simulator.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import type { HaloSettings } from '../../../plugins/halo-psa/settings.ts'
import { type HaloQuirks, type HaloSimulator, simulate } from '../../../plugins/halo-psa/simulator.ts'
import { type Connected, connected, type Parts } from '../connected.ts'

export interface Simulated extends Connected<HaloSettings> {
  readonly world: World
  readonly simulator: HaloSimulator
  /** Valid settings, and what is given. */
  settings(own?: Partial<HaloSettings>): HaloSettings
  /** Requests to a path below `api/`, in the order they came. */
  asked(path: string): readonly SimulatedRequest[]
}

export type More = Pick<Parts<HaloSettings>, 'exchanged' | 'altered' | 'times'>

/** Limits would make tests wait; they are the client's, and tested with it. */
const unlimited = { ...haloPsa, limits: { ...haloPsa.limits, windows: [] } }

export async function simulated(
  t: Test,
  size: WorldSize = {},
  quirks: HaloQuirks = {},
  more: More = {},
): Promise<Simulated> {
  const world = createWorld(size)
  const simulator = simulate(world, quirks)
  const parts = await connected(t, { connector: unlimited, simulator, world, ...more })
  // The hub keeps all of them; their ids are not those of the world.
  const whole: typeof parts.context = (reading, own) =>
    parts.context({ companies: [...simulator.expected('companies')], ...reading }, own)
  return {
    ...parts,
    context: whole,
    pages: (stream, reading, own) => parts.pages(stream, { companies: whole().companies, ...reading }, own),
    records: (stream, reading, own) => parts.records(stream, { companies: whole().companies, ...reading }, own),
    world,
    simulator,
    settings: (own = {}) => ({ ...simulator.settings(parts.server.origin), ...own }),
    asked: (path) => parts.server.requests.filter((request) => request.path === `/api/${path}`),
  }
}

/** Answers requests to a path below `api/` otherwise; the first `times` of them. */
export function instead(
  path: string,
  change: (body: Settings, request: SimulatedRequest) => unknown,
  times = Number.POSITIVE_INFINITY,
): More {
  let left = times
  return {
    altered: (request, answer): SimulatedAnswer =>
      request.path === `/api/${path}` && answer.status < 300 && left-- > 0
        ? { ...answer, body: change(JSON.parse(JSON.stringify(answer.body)), request) }
        : answer,
  }
}
