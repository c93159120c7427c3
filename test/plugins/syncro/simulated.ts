/** Syncro's connector against its simulator, for tests. */
import type { Test } from 'tap'
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import { isRow } from '../../../core/connector/parse.ts'
import type { SimulatedAnswer, SimulatedRequest, World } from '../../../core/connector/simulator.ts'
import { syncro } from '../../../plugins/syncro/connector.ts'
import type { SyncroSettings } from '../../../plugins/syncro/settings.ts'
import { customerId } from '../../../plugins/syncro/simulator/clients.ts'
import { type SyncroQuirks, type SyncroSimulator, simulate } from '../../../plugins/syncro/simulator.ts'
import { type Connected, connected, type Parts } from '../connected.ts'

export interface Simulated extends Connected<SyncroSettings> {
  readonly world: World
  readonly simulator: SyncroSimulator
  /** Source ids of all companies. */
  readonly companies: readonly string[]
  /** Valid settings, and what is given. */
  settings(own?: Partial<SyncroSettings>): SyncroSettings
  /** Requests to a path below `api/v1/`, in the order they came. */
  asked(path: string): readonly SimulatedRequest[]
}

export type More = Pick<Parts<SyncroSettings>, 'exchanged' | 'altered' | 'times'>

/** Limits would make tests wait; they are the client's, and tested with it. */
const unlimited = { ...syncro, limits: { ...syncro.limits, windows: [] } }

export async function simulated(
  t: Test,
  size: WorldSize = {},
  quirks: SyncroQuirks = {},
  more: More = {},
): Promise<Simulated> {
  const world = createWorld(size)
  const simulator = simulate(world, quirks)
  const parts = await connected(t, { connector: unlimited, simulator, world, ...more })
  return {
    ...parts,
    world,
    simulator,
    companies: [...world.companies.after(0)].map(({ id }) => String(customerId(id))),
    settings: (own = {}) => ({ ...simulator.settings(parts.server.origin), ...own }),
    asked: (path) => parts.server.requests.filter((request) => request.path === `/api/v1/${path}`),
  }
}

export type Body = Readonly<Record<string, unknown>>

/** The objects of a list in a body. */
export function rowsIn(body: Body, key: string): readonly Body[] {
  const list = body[key]
  return Array.isArray(list) ? list.filter(isRow) : []
}

/** An object in a body. */
export function objectIn(body: Body, key: string): Body {
  const value = body[key]
  return isRow(value) ? value : {}
}

/** Answers requests to a path below `api/v1/` otherwise. */
export function instead(path: string, change: (body: Body, request: SimulatedRequest) => unknown): More {
  return {
    altered: (request, answer): SimulatedAnswer =>
      request.path === `/api/v1/${path}` && answer.status < 300
        ? { ...answer, body: change(JSON.parse(JSON.stringify(answer.body)), request) }
        : answer,
  }
}
