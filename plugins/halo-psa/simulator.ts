/**
 * A SIMULATOR of Halo PSA for demonstrations and tests. It is not Halo and holds no real data: it answers out of a
 * fictional world, in the protocol, with the limits, errors and oddities that Halo's published API description and its
 * users' reports tell of.
 */
import type { StreamName } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest, Simulator, World } from '../../core/connector/simulator.ts'
import type { HaloSettings } from './settings.ts'
import { assetsOf } from './simulator/assets.ts'
import { customersOf, shift } from './simulator/customers.ts'
import { Hooks } from './simulator/hooks.ts'
import { forbidden, missing, noPath, Refusal, tooMany } from './simulator/refusals.ts'
import { type Route, routesOf } from './simulator/routes.ts'
import { levels, ticketsOf } from './simulator/tickets.ts'
import { type Application, Tokens } from './simulator/tokens.ts'

export interface HaloQuirks {
  /** Hosted behind a shared authorisation server: the tenant must be named. */
  readonly tenant?: string
  readonly tokenSeconds?: number
  /** A new token ends the ones before it. */
  readonly onlyNewestToken?: boolean
  /** `lastupdatefromdate` is ignored, as unknown parameters are. */
  readonly ignoresChanges?: boolean
  /** `/Status?type=asset` lists ticket statuses. */
  readonly statusesIgnoreType?: boolean
  /** An asset type the agent cannot see. */
  readonly unlistedType?: number
  /** Lists that come empty, with status 200, because the agent's role hides them: `Client`, `Asset` … */
  readonly hidden?: readonly string[]
  /** Lists carry no custom fields, only details do. */
  readonly sparseLists?: boolean
  /** Nobody has ticked events for new webhooks. */
  readonly withoutEvents?: boolean
  /** Requests before every further one is refused with 429, until `rest` is called. */
  readonly mostRequests?: number
}

export interface HaloSimulator extends Simulator<HaloSettings> {
  /** The window of the rate limit is over. */
  rest(): void
  /** What it serves below `api/`, e.g. `GET Client/{id}`. */
  readonly operations: readonly string[]
}

const instance = 'Paper Lantern IT (Halo PSA simulator)'
const application: Application = {
  clientId: 'b1b2b3b4-0000-4000-8000-000000000000',
  clientSecret: 'simulator-client-secret',
  scopes: ['read:customers', 'read:assets', 'edit:assets', 'read:tickets', 'admin:webhooks'],
}
const limited: Application = {
  clientId: 'c1c2c3c4-0000-4000-8000-000000000000',
  clientSecret: 'limited-client-secret',
  scopes: ['read:customers'],
}
/** Allowed everything there is, and nothing that is named singly. */
const mighty: Application = {
  clientId: 'd1d2d3d4-0000-4000-8000-000000000000',
  clientSecret: 'mighty-client-secret',
  scopes: ['all'],
}

export const mightyClient = { clientId: mighty.clientId, clientSecret: mighty.clientSecret, scopes: 'all' }

/** Halo PSA on top of `world`. */
export function simulate(world: World, quirks: HaloQuirks = {}): HaloSimulator {
  const { tenant, tokenSeconds = 3600, mostRequests = Number.POSITIVE_INFINITY } = quirks
  const filters = quirks.ignoresChanges !== true
  const tokens = new Tokens([application, limited, mighty], {
    tenant,
    lifeSeconds: tokenSeconds,
    onlyNewest: quirks.onlyNewestToken === true,
  })
  const customers = customersOf(world, filters)
  const assets = assetsOf(world, filters, quirks.unlistedType)
  const hooks = new Hooks(quirks.withoutEvents !== true)
  const routes = routesOf({
    world,
    customers,
    assets,
    tickets: ticketsOf(world),
    hooks,
    hidden: new Set(quirks.hidden),
    sparseLists: quirks.sparseLists === true,
    statusesIgnoreType: quirks.statusesIgnoreType === true,
  })
  const byPath = new Map(routes.map((route) => [`${route.method} ${route.path.toLowerCase()}`, route]))
  let requests = 0

  function settings(origin: string, { clientId, clientSecret }: Application): HaloSettings {
    return { resourceServer: `${origin}/api`, clientId, clientSecret }
  }

  function api(request: SimulatedRequest): SimulatedAnswer {
    const path = request.path.slice('/api/'.length)
    if (path.toLowerCase() === 'authinfo') {
      return { status: 200, body: { auth_url: `${request.origin}/auth`, tenant_id: tenant ?? '', name: instance } }
    }
    const may = tokens.grants(request)
    if (++requests > mostRequests) throw tooMany()
    const [head = '', id, ...rest] = path.split('/')
    const found: Route | undefined =
      rest.length > 0
        ? undefined
        : byPath.get(`${request.method} ${head.toLowerCase()}${id === undefined ? '' : '/{id}'}`)
    if (found === undefined) throw noPath()
    if (found.scope !== undefined && !may(found.scope)) throw forbidden()
    return found.serve(request, id ?? '')
  }

  const records: Readonly<
    Partial<Record<StreamName, readonly [name: string, detail: (id: number) => object | undefined]>>
  > = {
    companies: ['client', customers.client],
    contacts: ['user', customers.user],
    configurations: ['asset', assets.detail],
  }

  return {
    answer(request) {
      try {
        if (request.path === '/auth/token' && request.method === 'POST') return tokens.issue(request)
        if (request.path.startsWith('/api/')) return api(request)
        throw missing('Page')
      } catch (error) {
        if (error instanceof Refusal) return error.answer
        throw error
      }
    },
    settings: (origin) => settings(origin, application),
    wrongSettings: (origin) => ({ ...settings(origin, application), clientSecret: 'not-the-client-secret' }),
    limitedSettings: (origin) => ({
      settings: settings(origin, limited),
      missing: ['assets', 'assets-edit', 'tickets', 'webhooks'],
    }),
    *expected(stream) {
      if (stream === 'companyStatuses') yield* ['active', 'inactive']
      else if (stream === 'companyTypes') {
        for (const { id } of world.companyTypes.after(0)) yield* [`${id}`, `relationship-${id}`]
      } else if (stream === 'sites') {
        for (const { id, companyId } of world.sites.after(0)) if (world.companies.get(companyId)) yield `${id + shift}`
      } else if (stream === 'ticketPriorities') {
        for (const { id } of world.priorities.after(0)) for (const level of levels) yield `${level}-${id}`
      } else {
        const tables = {
          companies: world.companies,
          contacts: world.contacts,
          configurationTypes: world.configurationTypes,
          configurationStatuses: world.configurationStatuses,
          configurations: world.configurations,
          ticketBoards: world.boards,
          ticketStatuses: world.ticketStatuses,
        } as const
        const table = Object.entries(tables).find(([name]) => name === stream)?.[1]
        for (const { id } of table?.after(0) ?? []) yield `${stream === 'companies' ? id + shift : id}`
      }
    },
    deliveries(stream, sourceId, _action) {
      const [name, detail] = records[stream] ?? []
      if (name === undefined || detail === undefined) return []
      return hooks.deliveries(name, { ...detail(Number(sourceId)), id: Number(sourceId) })
    },
    rest() {
      requests = 0
    },
    operations: routes.map(({ method, path }) => `${method} ${path}`),
  }
}
