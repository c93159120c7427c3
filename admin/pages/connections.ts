/** All connections, and the way to a new one. */
import type { PanelServices } from '../services.ts'
import { type ConnectorCard, cardOf } from './catalogue.ts'
import { type ConnectionBrief, overview } from './overview.ts'
import type { PanelPage } from './page.ts'

export interface ConnectionsData {
  readonly connections: readonly ConnectionBrief[]
  readonly catalogue: readonly ConnectorCard[]
  /** Plugins that could not be loaded, and why. */
  readonly broken: readonly { readonly source: string; readonly message: string }[]
  /** The one PSA there may be, if there is one. */
  readonly psa: string | null
  /** For connections that belong to one company. */
  readonly companies: readonly { readonly id: number; readonly name: string }[]
}

export function connectionsPage(services: PanelServices): PanelPage {
  const { connections, catalogue, queue, database } = services
  return {
    component: 'ConnectionsPage',
    capability: 'look',
    read: async (): Promise<ConnectionsData> => {
      const all = await overview(services, await connections.list())
      return {
        connections: all,
        catalogue: catalogue.all().map(cardOf),
        broken: catalogue.broken,
        psa: all.find(({ kind, state }) => kind === 'psa' && state !== 'disconnected')?.name ?? null,
        companies: await database.rows<{ id: number; name: string }>(
          'select id, name from companies where removed_at is null order by lower(name), id limit 2000',
        ),
      }
    },
    actions: {
      check: {
        capability: 'connections',
        run: (input) => connections.checkSettings(input.text('connector'), input.object('settings')),
      },
      add: {
        capability: 'connections',
        run: async (input, by) => {
          const added = await connections.add(
            {
              connector: input.text('connector'),
              name: input.text('name', 100),
              settings: input.object('settings'),
              ...(input.has('companyId') && { companyId: input.id('companyId') }),
            },
            by,
          )
          // The test before was of settings, this one is of the connection: its account and rights are kept.
          await connections.check(added.id)
          await queue.reschedule(added.id)
          return { id: added.id }
        },
      },
    },
  }
}
