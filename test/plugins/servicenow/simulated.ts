/** ServiceNow's connector against its simulator, for tests. */
import type { Test } from 'tap'
import { createWorld, type WorldSize } from '../../../core/conformance/world.ts'
import type { World } from '../../../core/connector/simulator.ts'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import type { ServiceNowSettings } from '../../../plugins/servicenow/settings.ts'
import { type ServiceNowQuirks, type ServiceNowSimulator, simulate } from '../../../plugins/servicenow/simulator.ts'
import { type Connected, connected, type Parts } from '../connected.ts'

export interface Simulated extends Connected<ServiceNowSettings> {
  readonly world: World
  readonly simulator: ServiceNowSimulator
  /** The valid settings, changed. */
  settings(own?: Partial<ServiceNowSettings>): ServiceNowSettings
}

export const small = { companies: 25, contacts: 400, configurations: 600, tickets: 60 }

export async function simulated(
  t: Test,
  size: WorldSize = small,
  quirks: ServiceNowQuirks = {},
  more: Pick<Parts<ServiceNowSettings>, 'exchanged' | 'altered' | 'times'> = {},
): Promise<Simulated> {
  const world = createWorld(size)
  const simulator = simulate(world, quirks)
  const made = await connected(t, { connector: serviceNow, simulator, world, ...more })
  return {
    world,
    simulator,
    ...made,
    settings: (own = {}) => ({ ...simulator.settings(made.server.origin), ...own }),
  }
}
