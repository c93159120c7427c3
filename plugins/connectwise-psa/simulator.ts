/**
 * A SIMULATOR of ConnectWise PSA for demonstrations and tests. It is not ConnectWise and holds no real
 * data: it answers out of a fictional world, in the protocol, with the limits, errors and oddities that
 * ConnectWise PSA's documentation, published API description and users' reports tell of.
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
import type { ConnectWiseSettings } from './settings.ts'
import { Callbacks } from './simulator/callbacks.ts'
import { Lists, type Resource } from './simulator/lists.ts'
import {
  addressTooLong,
  forbidden,
  noClientId,
  noEndpoint,
  Refusal,
  unauthorized,
  wrongMethod,
} from './simulator/refusals.ts'
import { resourcesOf } from './simulator/resources.ts'
import { type Right, Router, routesOf } from './simulator/routes.ts'

export interface ConnectWiseQuirks {
  /** Runs in the cloud with this release in its path, e.g. `v2025_1`; on premises if left out. */
  readonly release?: string
  /** Companies do not carry their types; these are in the associations only. */
  readonly typesApart?: boolean
  /** Configurations whose type has a required question cannot be patched without the questions. */
  readonly questionsRequired?: boolean
}

export interface ConnectWiseSimulator extends Simulator<ConnectWiseSettings> {
  /** Of an API member with more rights than the connector needs. */
  adminSettings(origin: string): ConnectWiseSettings
  /** The cloud moves to another release: from now on paths of the old one do not exist. */
  upgrade(release: string): void
  /** What it serves under `apis/3.0`, e.g. `GET company/companies/{id}`. */
  readonly operations: readonly string[]
}

const companyName = 'Paper Lantern IT (ConnectWise PSA simulator)'
const companyId = 'PaperLantern'
const stableCodebase = 'v4_6_release'
const maxAddress = 2_000

const keys = { publicKey: 'SimulatorPublic', privateKey: 'SimulatorPrivate' }
const limitedKeys = { publicKey: 'LimitedPublic', privateKey: 'LimitedPrivate' }

/** Of an API member whose role opens everything. */
const adminKeys = { publicKey: 'AdminPublic', privateKey: 'AdminPrivate' }

/** What a role made for the connector does not open. */
const notNeeded: readonly Right[] = ['members', 'project-tickets']

/** Who may not read a list may not edit its records either. */
const lacking: readonly Right[] = ['configurations', 'tickets', 'configurations-edit', 'callbacks']

function settingsWith(origin: string, own: Partial<ConnectWiseSettings>): ConnectWiseSettings {
  return { site: origin, companyId, ...keys, clientId: '5149a7ed-0000-4000-8000-000000000000', ...own }
}

function* idsOf(rows: Iterable<WorldRow>): Generator<string> {
  for (const { id } of rows) yield String(id)
}

/** ConnectWise PSA on top of `world`. */
export function simulate(world: World, quirks: ConnectWiseQuirks = {}): ConnectWiseSimulator {
  const cloud = quirks.release !== undefined
  let release = quirks.release ?? stableCodebase
  const resources = resourcesOf(world, quirks.typesApart !== true)
  const callbacks = new Callbacks(companyId)
  const info = () => ({
    version: 'v2026.1.99999',
    isCloud: cloud,
    serverTimeZone: 'Eastern Standard Time',
    licenseBits: [{ name: 'simulator', activeFlag: true }],
    cloudRegion: 'simulator',
    maxWorkFlowRecordsAllowed: 1000,
  })
  const routes = routesOf(world, resources, callbacks, new Lists(), {
    questionsRequired: quirks.questionsRequired === true,
    info,
  })
  const router = new Router(routes)

  function companyInfo(name: string, origin: string): SimulatedAnswer {
    // A company it does not know is no error, only null.
    if (name.toLowerCase() !== companyId.toLowerCase()) return { status: 200, body: null }
    const common = {
      CompanyName: companyName,
      Codebase: `${release}/`,
      VersionCode: 'v2026.1',
      VersionNumber: 'v4.6.99999',
      CompanyID: companyId,
    }
    // The cloud writes the flag as text; only there an address for the API is named.
    return {
      status: 200,
      body: cloud ? { ...common, IsCloud: 'True', SiteUrl: new URL(origin).host } : { ...common, IsCloud: false },
    }
  }

  /** The rights the caller lacks. */
  function authenticate({ headers }: SimulatedRequest): readonly Right[] {
    if (!headers.clientid) throw noClientId()
    const [scheme, encoded = ''] = (headers.authorization ?? '').split(' ')
    const given = scheme?.toLowerCase() === 'basic' ? Buffer.from(encoded, 'base64').toString() : ''
    const is = (pair: typeof keys) => {
      const [name = '', ...secret] = given.split('+')
      return (
        name.toLowerCase() === companyId.toLowerCase() && secret.join('+') === `${pair.publicKey}:${pair.privateKey}`
      )
    }
    if (is(adminKeys)) return []
    if (is(keys)) return notNeeded
    if (is(limitedKeys)) return [...notNeeded, ...lacking]
    throw unauthorized()
  }

  function api(request: SimulatedRequest): SimulatedAnswer {
    const [, codebase, path] = /^\/([^/]+)\/+apis\/3\.0\/(.*)$/.exec(request.path) ?? []
    // Its own release, or the name that stands for the current one everywhere.
    if (path === undefined || codebase === undefined || (codebase !== release && codebase !== stableCodebase))
      throw noEndpoint()
    const lacks = authenticate(request)
    if (request.path.length + String(request.query).length > maxAddress) throw addressTooLong()
    const found = router.find(path)
    if (found === undefined) throw noEndpoint()
    const route = found.routes.find(({ method }) => method === request.method)
    if (route === undefined) throw wrongMethod(request.method)
    if (route.right !== undefined && lacks.includes(route.right)) throw forbidden()
    const answer = route.serve({ request, ids: found.ids, root: `${request.origin}/${codebase}/` })
    const pinned = /version=(\d{4}\.\d+)/.exec(request.headers.accept ?? '')?.[1]
    return { ...answer, headers: { 'api-current-version': pinned ?? '2026.1', ...answer.headers } }
  }

  const tables: Readonly<Partial<Record<StreamName, WorldTable<WorldRow>>>> = {
    companyTypes: world.companyTypes,
    companyStatuses: world.companyStatuses,
    markets: world.markets,
    companies: world.companies,
    contacts: world.contacts,
    configurationTypes: world.configurationTypes,
    configurationStatuses: world.configurationStatuses,
    configurations: world.configurations,
    ticketBoards: world.boards,
    ticketPriorities: world.priorities,
  }

  const callbackTypes: Readonly<Partial<Record<StreamName, readonly [type: string, resource: Resource]>>> = {
    companies: ['company', resources.companies],
    contacts: ['contact', resources.contacts],
    configurations: ['configuration', resources.configurations],
  }

  return {
    answer(request) {
      try {
        const company = /^\/login\/companyinfo\/([^/]+)$/.exec(request.path)?.[1]
        if (company !== undefined) return companyInfo(decodeURIComponent(company), request.origin)
        if (/^\/[^/]+\/+system\/callbackkey\/index\.rails$/.test(request.path)) return callbacks.key(request.query)
        return api(request)
      } catch (error) {
        if (error instanceof Refusal) return error.answer
        throw error
      }
    },
    settings: (origin) => settingsWith(origin, {}),
    wrongSettings: (origin) => settingsWith(origin, { privateKey: 'wrong' }),
    limitedSettings: (origin) => ({ settings: settingsWith(origin, limitedKeys), missing: lacking }),
    adminSettings: (origin) => settingsWith(origin, adminKeys),
    *expected(stream) {
      // Sites and ticket statuses are listed per company and per board: they go with these.
      if (stream === 'sites') {
        for (const site of world.sites.after(0)) if (world.companies.get(site.companyId)) yield String(site.id)
      } else if (stream === 'ticketStatuses') {
        for (const status of world.ticketStatuses.after(0))
          if (world.boards.get(status.boardId)) yield String(status.id)
      } else {
        yield* idsOf(tables[stream]?.after(0) ?? [])
      }
    },
    deliveries(stream, sourceId, action) {
      const called = callbackTypes[stream]
      if (called === undefined) return []
      const [type, resource] = called
      const id = Number(sourceId)
      return callbacks.deliveries(type, id, action, action === 'deleted' ? null : (resource.get(id) ?? null))
    },
    upgrade(next) {
      release = next
    },
    operations: routes.map(({ method, path }) => `${method} ${path}`),
  }
}
