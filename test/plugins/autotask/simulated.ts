/** Autotask's connector against its simulator, for tests. */
import type { Test } from 'tap'
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import type { SimulatedAnswer, World } from '../../../core/connector/simulator.ts'
import { autotask } from '../../../plugins/autotask/connector.ts'
import type { AutotaskSettings } from '../../../plugins/autotask/settings.ts'
import { type AutotaskQuirks, type AutotaskSimulator, simulate } from '../../../plugins/autotask/simulator.ts'
import { type Connected, connected, type Parts } from '../connected.ts'

export interface Simulated extends Connected<AutotaskSettings> {
  readonly world: World
  readonly simulator: AutotaskSimulator
  /** Settings without the two user-defined fields, and with what is given. */
  plain(own?: Partial<AutotaskSettings>): AutotaskSettings
  /** Asks the API as anybody could, with the right headers; `path` is below `V1.0/`. */
  ask(method: string, path: string, body?: unknown): Promise<SimulatedAnswer>
}

export type Row = Readonly<Record<string, unknown>>

export async function simulated(
  t: Test,
  size: WorldSize = {},
  quirks: AutotaskQuirks = {},
  more: Pick<Parts<AutotaskSettings>, 'exchanged' | 'altered' | 'times'> = {},
): Promise<Simulated> {
  const world = createWorld(size)
  const simulator = simulate(world, quirks)
  const parts = await connected(t, { connector: autotask, simulator, world, ...more })
  const settings = simulator.settings(parts.server.origin)
  return {
    ...parts,
    world,
    simulator,
    plain(own = {}) {
      const { userName, secret, integrationCode, lookUpHost = '' } = settings
      return { userName, secret, integrationCode, lookUpHost, ...own }
    },
    async ask(method, path, body) {
      const address = path.startsWith('http') ? path : `${parts.server.origin}/zone5/ATServicesRest/V1.0/${path}`
      const answer = await fetch(address, {
        method,
        headers: {
          UserName: settings.userName,
          Secret: settings.secret,
          ApiIntegrationCode: settings.integrationCode,
          'Content-Type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: /^[[{]/.test(text) ? JSON.parse(text) : text }
    },
  }
}

/** The body of a request the simulator saw. */
export function bodyOf(request: { readonly body: string } | undefined): Row {
  return request === undefined || request.body === '' ? {} : JSON.parse(request.body)
}
