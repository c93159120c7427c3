/**
 * A SIMULATOR of Kaseya BMS for demonstrations and tests. It is not BMS and holds no real data: it answers out of a
 * fictional world, in the protocol, with the limits, errors and oddities that Kaseya's published API description, help
 * pages and users' clients tell of.
 */
import type { StreamName } from '../../core/connector/records.ts'
import type {
  SimulatedAnswer,
  SimulatedRequest,
  Simulator,
  World,
  WorldRow,
  WorldTable,
} from '../../core/connector/simulator.ts'
import type { KaseyaSettings } from './settings.ts'
import { Refusal, refusal } from './simulator/answers.ts'
import { assetModule, contactModule } from './simulator/custom-fields.ts'
import { type Route, type RouteOptions, routesOf } from './simulator/routes.ts'
import { Sessions } from './simulator/sessions.ts'
import { camelCased } from './simulator/spelling.ts'
import { statuses } from './streams/fields.ts'

export interface KaseyaQuirks extends Partial<RouteOptions> {
  /** Answers as described, in PascalCase, instead of as seen. */
  readonly pascalCase?: boolean
  /** Sign-in takes multipart forms only, as described. */
  readonly multipartOnly?: boolean
  /** How long a token lives; 15 minutes if left out. */
  readonly tokenSeconds?: number
  /** Calls an hour for each endpoint, 1,500 with Kaseya; none if left out, for tests of the hub ask far more in no time. */
  readonly callsPerHour?: number
  /** A call too many is told with the status of a success. */
  readonly limitWithin200?: boolean
}

export interface KaseyaSimulator extends Simulator<KaseyaSettings> {
  /** All tokens end before their time. */
  endSessions(): void
  /** What it serves, e.g. `GET v2/crm/accounts/summary`. */
  readonly operations: readonly string[]
}

const tenant = 'Paper Lantern IT'
const user = { userName: 'tributary-api', password: 'simulator-password' }
/** Who may not read a list may not change its records either. */
const limited = {
  userName: 'limited-api',
  password: 'limited-password',
  lacks: ['hardware-assets', 'hardware-assets-modify', 'tickets'],
}
const modules = { assetModule, contactModule }
const hourMs = 3_600_000

/** Kaseya BMS on top of `world`. */
export function simulate(world: World, quirks: KaseyaQuirks = {}): KaseyaSimulator {
  const routes = routesOf(world, {
    mostPerPage: 100,
    ignoresActivity: false,
    inactiveMeansAll: false,
    singlesWrapped: false,
    administrator: false,
    ...quirks,
  })
  const byShape = Map.groupBy(routes, ({ path }) => shapeOf(path))
  const sessions = new Sessions(
    tenant,
    [{ ...user, lacks: [] }, limited],
    (quirks.tokenSeconds ?? 900) * 1000,
    quirks.multipartOnly === true,
  )
  const calls = new Map<string, number[]>()

  /** Whatever the method, a path is one endpoint. */
  function count(shape: string): void {
    if (quirks.callsPerHour === undefined) return
    const now = Date.now()
    const lately = (calls.get(shape) ?? []).filter((at) => at > now - hourMs)
    calls.set(shape, lately)
    if (lately.length >= quirks.callsPerHour) {
      const words = `API calls quota exceeded. Maximum ${quirks.callsPerHour} per hour.`
      throw quirks.limitWithin200 ? refusal(0, words) : new Refusal(429, words)
    }
    lately.push(now)
  }

  function serve(request: SimulatedRequest): SimulatedAnswer {
    const path = request.path.replace(/^\/+/, '')
    const shape = shapeOf(path)
    if (request.method === 'POST' && shape === 'v2/security/authenticate') return sessions.authenticate(request)
    const { lacks } = sessions.userOf(request)
    const found: readonly Route[] | undefined = byShape.get(shape)
    if (found === undefined) throw new Refusal(404, undefined)
    const route = found.find(({ method }) => method === request.method)
    if (route === undefined) throw new Refusal(405, undefined)
    count(shape)
    if (route.right !== undefined && lacks.includes(route.right))
      throw refusal(403, 'You do not have permission to perform this action.', 403)
    return route.serve(request, [...path.matchAll(/(?<=\/)\d+(?=\/|$)/g)].map(Number))
  }

  const spelled = ({ status, body, ...rest }: SimulatedAnswer): SimulatedAnswer => ({
    status,
    body: quirks.pascalCase ? body : camelCased(body),
    ...rest,
  })

  const tables: Readonly<Partial<Record<StreamName, WorldTable<WorldRow>>>> = {
    companyTypes: world.companyTypes,
    companies: world.companies,
    contacts: world.contacts,
    configurations: world.configurations,
    ticketBoards: world.boards,
    ticketPriorities: world.priorities,
    ticketStatuses: world.ticketStatuses,
  }

  return {
    answer(request) {
      try {
        return spelled(serve(request))
      } catch (error) {
        if (error instanceof Refusal) return spelled(error.answer)
        throw error
      }
    },
    settings: (origin) => ({ region: 'Other address', apiAddress: origin, tenant, ...user, ...modules }),
    wrongSettings: (origin) => ({
      region: 'Other address',
      apiAddress: origin,
      tenant,
      ...user,
      password: 'wrong-one',
    }),
    limitedSettings: (origin) => ({
      settings: {
        region: 'Other address',
        apiAddress: origin,
        tenant,
        userName: limited.userName,
        password: limited.password,
        ...modules,
      },
      missing: limited.lacks,
    }),
    *expected(stream) {
      if (stream === 'companyStatuses' || stream === 'configurationStatuses') {
        for (const { sourceId } of statuses) yield sourceId
      } else if (stream === 'configurationTypes') {
        const seen = new Set<number>()
        for (const { typeId } of world.configurations.after(0)) seen.add(typeId)
        for (const id of seen) yield String(id)
      } else if (stream === 'sites') {
        // They come with their accounts, and go with them.
        for (const site of world.sites.after(0)) if (world.companies.get(site.companyId)) yield String(site.id)
      } else {
        for (const { id } of tables[stream]?.after(0) ?? []) yield String(id)
      }
    },
    endSessions: () => sessions.endAll(),
    operations: ['POST v2/security/authenticate', ...routes.map(({ method, path }) => `${method} ${path}`)],
  }
}

/** The path with its numbers struck out. */
function shapeOf(path: string): string {
  return path.replaceAll(/(?<=\/)(\d+|\{id\})(?=\/|$)/g, '#')
}
