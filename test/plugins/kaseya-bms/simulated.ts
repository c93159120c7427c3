/** Kaseya's connector against its simulator, for tests. */
import type { Test } from 'tap'
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import type { Reading } from '../../../core/connections/context.ts'
import type { Page } from '../../../core/connector/contract.ts'
import type { SimulatedAnswer, SimulatedRequest, World } from '../../../core/connector/simulator.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import type { KaseyaSettings } from '../../../plugins/kaseya-bms/settings.ts'
import { type KaseyaQuirks, type KaseyaSimulator, simulate } from '../../../plugins/kaseya-bms/simulator.ts'
import { type Connected, connected, type Parts } from '../connected.ts'

export interface Simulated extends Connected<KaseyaSettings> {
  readonly world: World
  readonly simulator: KaseyaSimulator
  /** Requests whose path fits, in the order they came. */
  asked(path: RegExp, method?: string): readonly SimulatedRequest[]
  /** Every page of the configurations. */
  assets(reading?: Partial<Reading>): Promise<readonly Page<'configurations'>[]>
}

export type More = Pick<Parts<KaseyaSettings>, 'exchanged' | 'altered'> & {
  /** Holds the limits as they are declared. */
  readonly limited?: true
  /** One that is there already. */
  readonly world?: World
}

export const detailPath = /\/hardwareasset\/\d+$/
export const listPath = /\/hardwareasset\/searchselect$/

/** Limits would make tests wait; they are the client's, and tested with it. */
const unlimited = { ...kaseyaBms, limits: { ...kaseyaBms.limits, perEndpoint: [] } }

export async function simulated(
  t: Test,
  size: WorldSize = {},
  quirks: KaseyaQuirks = {},
  { limited, world = createWorld(size), ...more }: More = {},
): Promise<Simulated> {
  const simulator = simulate(world, quirks)
  const connector = limited ? kaseyaBms : unlimited
  const parts = await connected(t, { connector, simulator, world, ...more })
  return {
    ...parts,
    world,
    simulator,
    asked: (path, method = 'GET') =>
      parts.server.requests.filter((request) => request.method === method && path.test(request.path)),
    assets: (reading) => parts.pages('configurations', reading),
  }
}

/** Answers requests whose path fits otherwise. */
export function instead(path: RegExp, change: (result: unknown, request: SimulatedRequest) => object): More {
  return {
    altered: (request, answer): SimulatedAnswer => {
      if (!path.test(request.path) || answer.status >= 300) return answer
      const body = JSON.parse(JSON.stringify(answer.body))
      return { ...answer, body: { ...body, ...change(body.result, request) } }
    },
  }
}
