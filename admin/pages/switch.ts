/** The change from one PSA to another: the choice, the plan, the switch. Nothing is changed before the last. */
import type { CheckReport } from '../../core/connections/check.ts'
import type { SwitchPlan } from '../../core/connections/psa-switch.ts'
import { Problem } from '../problem.ts'
import type { PanelServices } from '../services.ts'
import { type ConnectorCard, cardOf } from './catalogue.ts'
import type { PanelPage } from './page.ts'
import { Plans } from './plans.ts'

export interface SwitchData {
  /** The PSA that is connected. */
  readonly from: { readonly id: number; readonly name: string } | null
  readonly catalogue: readonly ConnectorCard[]
  /** PSAs that were connected before, to go back to. */
  readonly earlier: readonly {
    readonly id: number
    readonly name: string
    readonly connector: string
    readonly connectorName: string
    readonly accountName: string | null
    /** Without its secrets, which were deleted. */
    readonly settings: Readonly<Record<string, unknown>>
  }[]
}

/** So many of them are named. */
export interface Named {
  readonly count: number
  readonly names: readonly string[]
}

export interface PlanView {
  /** Null while the new PSA is being read. */
  readonly check: CheckReport | null
  /** Records of the new PSA, so far. */
  readonly read: number
  /** This account was connected before: what was chosen there is chosen again. */
  readonly returning: boolean
  readonly companies: {
    readonly matched: number
    readonly fresh: number
    /** Ignored in the old PSA, and so in the new one. */
    readonly ignored: number
    readonly ambiguous: Named
    readonly left: Named
    /** What happens to new ones: the choice goes over from the old connection. */
    readonly imported: 'selected' | 'all'
  } | null
  readonly configurations: SwitchPlan['configurations'] | null
}

export interface Switched {
  readonly id: number
  /** What was left at the old vendor. */
  readonly left: string | null
}

const namesShown = 200

function named(all: readonly string[]): Named {
  return { count: all.length, names: all.slice(0, namesShown) }
}

export function switchPage(services: PanelServices): PanelPage {
  const { connections, catalogue, queue, psaSwitch } = services
  const plans = new Plans(psaSwitch)
  return {
    component: 'SwitchPage',
    capability: 'connections',
    read: async (): Promise<SwitchData> => {
      const psas = (await connections.list()).filter(({ kind }) => kind === 'psa')
      const from = psas.find(({ state }) => state !== 'disconnected')
      return {
        from: from ? { id: from.id, name: from.name } : null,
        catalogue: catalogue.all().flatMap((connector) => (connector.kind === 'psa' ? [cardOf(connector)] : [])),
        earlier: psas
          .filter(({ state, loaded }) => state === 'disconnected' && loaded)
          .map(({ id, name, connector, connectorName, accountName, settings }) => ({
            id,
            name,
            connector,
            connectorName,
            accountName,
            settings,
          })),
      }
    },
    actions: {
      plan: {
        capability: 'connections',
        run: async (input, by) => {
          const wish = {
            connector: input.text('connector'),
            name: input.text('name', 100),
            settings: input.object('settings'),
          }
          return { plan: plans.start(wish, by) }
        },
      },
      look: {
        capability: 'connections',
        run: async (input, by): Promise<PlanView> => {
          const { plan, read } = plans.look(input.text('plan'), by)
          if (!plan) return { check: null, read, returning: false, companies: null, configurations: null }
          const { check, returning, companies, configurations = null } = plan
          const { importCompanies: imported } = await connections.get(plan.from.id)
          return {
            check,
            read,
            returning,
            companies: companies
              ? { ...companies, ambiguous: named(companies.ambiguous), left: named(companies.left), imported }
              : null,
            configurations,
          }
        },
      },
      drop: {
        capability: 'connections',
        run: async (input, by) => plans.drop(input.text('plan'), by),
      },
      run: {
        capability: 'connections',
        run: (input, by): Promise<Switched> =>
          plans.carryOut(input.text('plan'), by, async ({ from }, wish) => {
            await stillFits(from.id)
            const { id, left = null } = await psaSwitch.run(wish, by)
            await queue.reschedule(from.id)
            await queue.reschedule(id)
            return { id, left }
          }),
      },
    },
  }

  /** What another person did meanwhile must not be undone by a plan that did not know of it. */
  async function stillFits(from: number): Promise<void> {
    const connected = (await connections.list()).find(({ kind, state }) => kind === 'psa' && state !== 'disconnected')
    if (connected?.id !== from)
      throw new Problem(
        409,
        'Another PSA is connected than the one the plan was made for. Nothing was changed; make it again.',
      )
  }
}
