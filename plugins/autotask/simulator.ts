/**
 * A SIMULATOR of Autotask PSA for demonstrations and tests. It is not Autotask and holds no real data: it answers out
 * of a fictional world, in the protocol, with the limits, errors and oddities that Autotask's help pages, its published
 * API description and users' reports tell of.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { StreamName } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest, Simulator, World } from '../../core/connector/simulator.ts'
import type { AutotaskSettings } from './settings.ts'
import { Api } from './simulator/api.ts'
import { companyId, worldCompanyId } from './simulator/clients.ts'
import type { Right } from './simulator/entities.ts'
import { manufacturerUdf, purchaseDateUdf } from './simulator/hardware.ts'
import { pascalCased } from './simulator/pascal-case.ts'
import { noSuchPath, Refusal, unauthorized } from './simulator/refusals.ts'
import { Traffic } from './simulator/traffic.ts'

export interface AutotaskQuirks {
  /** Answers as the published description writes them: `CompanyName` instead of `companyName`. */
  readonly pascal?: boolean
  /** The API user has the vendor's own level, which may do everything. */
  readonly systemLevel?: boolean
  /** A zone where the collection takes no PATCH. */
  readonly noPatch?: boolean
  /** Has no webhooks for configuration items, like older versions. */
  readonly fewerWebhooks?: boolean
  /** Requests of other integrations in the last hour. */
  readonly usedElsewhere?: number
  /** Takes so long for an answer, so that requests meet. */
  readonly answerMs?: number
}

export interface AutotaskSimulator extends Simulator<AutotaskSettings> {
  /** The database moves to another zone: the old one answers 401 from now on. */
  move(): void
  /** Requests of other integrations in the last hour, from now on. */
  useElsewhere(requests: number): void
  /** The API user loses rights from now on. */
  take(...rights: readonly Right[]): void
  /** Names of the entities it serves. */
  readonly entities: readonly string[]
}

const user = { userName: 'paperlantern.api@SIMULATOR.EXAMPLE', secret: 'simulator-secret-4711' }
const limitedUser = { userName: 'limited.api@SIMULATOR.EXAMPLE', secret: 'simulator-secret-0815' }
const integrationCode = 'SIMULATORTRACKINGIDENTIFIER'

const lacking: readonly Right[] = ['configurations', 'tickets', 'configurations-edit', 'webhooks']

const tenant = 123_456

/** Autotask on top of `world`. */
export function simulate(world: World, quirks: AutotaskQuirks = {}): AutotaskSimulator {
  const api = new Api(world, user.userName, quirks)
  const traffic = new Traffic(quirks.usedElsewhere ?? 0)
  const taken: Right[] = []
  let zone = 5

  const root = () => `/zone${zone}/ATServicesRest/`

  function zoneInformation({ query, origin }: SimulatedRequest): SimulatedAnswer {
    const named = query.get('user')
    // A user nobody knows is no 404 here.
    if (named !== user.userName && named !== limitedUser.userName) return { status: 500 }
    return {
      status: 200,
      body: {
        zoneName: `America East ${zone} (SIMULATOR)`,
        url: `${origin}${root()}`,
        webUrl: `${origin}/ww${zone}/`,
        ci: tenant,
      },
    }
  }

  function callerOf({ headers }: SimulatedRequest): { lacks: readonly Right[]; everything: boolean } {
    const is = (one: typeof user) => headers.username === one.userName && headers.secret === one.secret
    if (headers.apiintegrationcode !== integrationCode || (!is(user) && !is(limitedUser))) throw unauthorized()
    const everything = quirks.systemLevel === true
    return { lacks: [...(is(limitedUser) ? lacking : []), ...taken], everything }
  }

  async function serve(request: SimulatedRequest): Promise<SimulatedAnswer> {
    const path = request.path.toLowerCase()
    const [, looked] = /^\/atservicesrest\/(.*)$/.exec(path) ?? []
    if (looked === 'v1.0/zoneinformation') return zoneInformation(request)
    if (looked === 'versioninformation') return { status: 200, body: { apiVersions: ['1.0'] } }
    const [, number, rest] = /^\/zone(\d+)\/atservicesrest\/v1\.0\/(.*)$/.exec(path) ?? []
    if (rest === undefined) throw noSuchPath()
    if (Number(number) !== zone) throw unauthorized()
    if (rest === 'zoneinformation') return zoneInformation(request)
    const caller = callerOf(request)
    if (rest === 'thresholdinformation') {
      traffic.count()
      return { status: 200, body: traffic.information() }
    }
    traffic.count()
    traffic.assertRoom()
    const steps = rest.split('/')
    const leave = traffic.enter(steps[0] ?? '')
    try {
      if (quirks.answerMs !== undefined) await delay(quirks.answerMs)
      return api.serve(request, steps, caller, `${request.origin}${root()}V1.0/`)
    } finally {
      leave()
    }
  }

  const settingsWith = (origin: string, own: Partial<AutotaskSettings>): AutotaskSettings => ({
    ...user,
    integrationCode,
    purchaseDateField: purchaseDateUdf,
    manufacturerField: manufacturerUdf,
    lookUpHost: origin,
    ...own,
  })

  return {
    async answer(request) {
      try {
        const answer = await serve(request)
        return quirks.pascal ? { ...answer, body: pascalCased(answer.body) } : answer
      } catch (error) {
        if (error instanceof Refusal) return error.answer
        throw error
      }
    },
    settings: (origin) => settingsWith(origin, {}),
    wrongSettings: (origin) => settingsWith(origin, { secret: 'not-the-secret' }),
    limitedSettings: (origin) => ({ settings: settingsWith(origin, limitedUser), missing: lacking }),
    *expected(stream) {
      if (stream === 'companies') for (const { id } of world.companies.after(0)) yield String(companyId(id))
      else yield* api.expected(stream)
    },
    deliveries(stream: StreamName, sourceId, action) {
      const id = Number(sourceId)
      const exists = stream !== 'companies' || world.companies.get(worldCompanyId(id)) !== undefined
      return api.deliveries(stream, id, exists ? action : 'deleted')
    },
    move() {
      zone++
    },
    useElsewhere(requests) {
      traffic.usedElsewhere = requests
    },
    take(...rights) {
      taken.push(...rights)
    },
    entities: api.names,
  }
}
