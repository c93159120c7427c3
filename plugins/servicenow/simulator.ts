/**
 * A SIMULATOR of a ServiceNow instance for demonstrations and tests. It is not ServiceNow and holds no real data: it
 * answers out of a fictional world, with the Table API's protocol, limits, errors and oddities as ServiceNow's
 * documentation and users' reports tell of them.
 */
import { createHmac } from 'node:crypto'
import type { StreamName } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest, Simulator, World, WorldRow } from '../../core/connector/simulator.ts'
import type { ServiceNowSettings } from './settings.ts'
import { companyTables, locationTable } from './simulator/companies.ts'
import { classOf, hardwareTables, installState } from './simulator/hardware.ts'
import { type Asker, Lists, rowAt } from './simulator/lists.ts'
import { choiceTable, deletionTable, dictionaryTable, groupTable, Hooks } from './simulator/metadata.ts'
import { integrationUser, MainContacts, roleTable, userTables } from './simulator/people.ts'
import { RateRule } from './simulator/rate-rule.ts'
import {
  addressTooLong,
  forbidden,
  noRecord,
  noResource,
  noTable,
  notJson,
  Refusal,
  wrongMethod,
} from './simulator/refusals.ts'
import { referencesTo, sysId, type Table } from './simulator/rows.ts'
import { type Caller, credentials, SignIn } from './simulator/sign-in.ts'
import { states, ticketTables } from './simulator/tickets.ts'

export interface ServiceNowQuirks {
  /** Minutes the user's zone is ahead of UTC; Los Angeles in winter if left out. */
  readonly zoneMinutes?: number
  /** The assets hold the dates; what is written to a configuration item does not stay. */
  readonly assetLed?: boolean
  /** Locations have a column that says which is the main one. */
  readonly primaryColumn?: boolean
  /** Roles of the integration user. */
  readonly roles?: readonly string[]
  /** An admin's Rate Limit Rule; without one nothing is limited. */
  readonly rateRule?: { readonly requests: number; readonly seconds: number }
  /** Lists of more rows than this run out of time and break off. */
  readonly quota?: number
}

export interface ServiceNowSimulator extends Simulator<ServiceNowSettings> {
  /** Rows that are there and counted, but which the user no longer sees. */
  hideRows(hides: (table: string, id: number) => boolean): void
  /** Columns the user no longer sees. */
  hideColumns(hides: (table: string, column: string) => boolean): void
  /** The OAuth token ends before its time. */
  revoke(): void
  /** Names of the tables served. */
  readonly tables: readonly string[]
}

const webhookSecret = 'simulated-webhook-secret-of-32-characters'
const ordinaryRoles = ['snc_platform_rest_api_access', 'cmdb_read', 'sn_cmdb_editor', 'asset', 'sn_incident_read']
const maxAddress = 4_000

/** Tables the second user is kept from, and the permissions that fall with them. */
const lackingTables = /^(cmdb_ci|u_cmdb_ci|alm_|incident$|sn_customerservice_case$|sys_audit_delete$|u_tributary_hook$)/
const lacking = ['configurations', 'tickets', 'deletions', 'configurations-edit', 'webhooks']

function settingsWith(origin: string, own: Partial<ServiceNowSettings>): ServiceNowSettings {
  return {
    instance: origin,
    signInWith: 'API key',
    apiKey: credentials.apiKeys.full,
    companyTypeColumn: 'u_type',
    companyStatusColumn: 'u_status',
    webhookSecret,
    ...own,
  }
}

/** A ServiceNow instance on top of `world`. */
export function simulate(world: World, quirks: ServiceNowQuirks = {}): ServiceNowSimulator {
  const { zoneMinutes = -480, quota = Number.POSITIVE_INFINITY } = quirks
  const hooks = new Hooks()
  const signIn = new SignIn()
  const lists = new Lists()
  const tables = new Map<string, Table>()
  const table = (name: string) => (): Table => {
    const found = tables.get(name)
    if (found === undefined) throw noTable(name)
    return found
  }
  const neighbours = { companies: table('core_company'), locations: table('cmn_location'), users: table('sys_user') }
  const main = new MainContacts(world)
  const user = referencesTo(neighbours.users, 'sys_user')
  const mainContact = (companyId: number) => user(main.of(companyId))
  for (const made of [
    ...companyTables(world, mainContact),
    locationTable(world, neighbours.companies, quirks.primaryColumn === true),
    ...userTables(world, neighbours.companies, table('customer_account'), neighbours.locations),
    ...hardwareTables(world, neighbours, quirks.assetLed === true),
    ...ticketTables(world, neighbours, table('sys_user_group')),
    choiceTable(world),
    dictionaryTable(),
    groupTable(world),
    deletionTable(world),
    roleTable(quirks.roles ?? ordinaryRoles),
    hooks.table,
  ]) {
    tables.set(made.name, made)
  }
  let hidesRow: (name: string, id: number) => boolean = () => false
  let hidesColumn: (name: string, column: string) => boolean = () => false
  const asker: Asker = {
    zoneMinutes,
    userId: sysId('sys_user', integrationUser),
    veil: { hidesRow: (name, id) => hidesRow(name, id), hidesColumn: (name, column) => hidesColumn(name, column) },
  }
  let deliveries = 0
  const rule = quirks.rateRule && new RateRule(quirks.rateRule)

  function api(request: SimulatedRequest): SimulatedAnswer {
    const caller = signIn.caller(request)
    rule?.count()
    if (request.path.length + String(request.query).length > maxAddress) throw addressTooLong()
    const [, name, id] = /^\/api\/now\/(?:v[12]\/)?table\/([a-z0-9_]+)(?:\/([^/]+))?$/.exec(request.path) ?? []
    if (name === undefined) throw noResource()
    const found = table(name)()
    if (isForbidden(caller, name)) throw forbidden()
    if (id === undefined) return request.method === 'POST' ? added(found, request) : listed(found, request)
    const row = rowAt(found, id, baseOf(found), asker)
    if (row === undefined) throw noRecord()
    switch (request.method) {
      case 'GET':
        return lists.record(found, row, request, asker)
      case 'PATCH':
      case 'PUT': {
        if (found.write === undefined) throw forbidden()
        found.write(row.id, valuesIn(request))
        return lists.record(found, found.get(row.id) ?? row, request, asker)
      }
      case 'DELETE':
        if (found.remove === undefined) throw forbidden()
        found.remove(row.id)
        return { status: 204 }
      default:
        throw wrongMethod()
    }
  }

  function listed(found: Table, request: SimulatedRequest): SimulatedAnswer {
    if (request.method !== 'GET') throw wrongMethod()
    const answer = lists.list(found, request, asker)
    const { result } = Object(answer.body)
    if (!Array.isArray(result) || result.length <= quota) return answer
    // Begun well, then out of time: status 200, and no longer JSON.
    const whole = JSON.stringify({ result: result.slice(0, quota) })
    const broken = `${whole.slice(0, -3)},"error":{"message":"Transaction cancelled: maximum execution time exceeded","detail":"maximum execution time exceeded. Check logs for error trace or enable glide.rest.debug property to verify REST request processing"},"status":"failure"}`
    return { ...answer, headers: { ...answer.headers, 'content-type': 'application/json;charset=UTF-8' }, body: broken }
  }

  function added(found: Table, request: SimulatedRequest): SimulatedAnswer {
    if (found.add === undefined) throw forbidden()
    return { ...lists.record(found, found.add(valuesIn(request)), request, asker), status: 201 }
  }

  function idsOf(base: string, rows: Iterable<WorldRow>): Iterable<string> {
    return [...rows].map(({ id }) => sysId(base, id))
  }

  return {
    answer(request) {
      try {
        return request.path === '/oauth_token.do' ? signIn.token(request) : api(request)
      } catch (error) {
        if (error instanceof Refusal) return error.answer
        throw error
      }
    },
    settings: (origin) => settingsWith(origin, {}),
    wrongSettings: (origin) => settingsWith(origin, { apiKey: 'now_WrongApiKey0003' }),
    limitedSettings: (origin) => ({
      settings: settingsWith(origin, { apiKey: credentials.apiKeys.limited }),
      missing: lacking,
    }),
    expected: (stream) => expectedIn(world, stream, idsOf),
    deliveries(stream, sourceId, action) {
      return hooks.urls.map((url) => {
        const operation = { added: 'insert', updated: 'update', deleted: 'delete' }[action]
        const body = JSON.stringify({ id: `${++deliveries}`.padStart(32, 'e'), stream, sys_id: sourceId, operation })
        const signature = createHmac('sha256', webhookSecret).update(body).digest('base64')
        return { url, headers: { 'Content-Type': 'application/json', 'X-Tributary-Signature': signature }, body }
      })
    },
    hideRows(hides) {
      hidesRow = hides
    },
    hideColumns(hides) {
      hidesColumn = hides
    },
    revoke: () => signIn.revoke(),
    tables: [...tables.keys()],
  }
}

function isForbidden(caller: Caller, name: string): boolean {
  return caller === 'limited' && lackingTables.test(name)
}

/** The table whose ids a child's rows have. */
function baseOf({ name }: Table): string {
  if (name === 'customer_account') return 'core_company'
  if (name === 'customer_contact') return 'sys_user'
  if (name === 'incident' || name === 'sn_customerservice_case') return 'task'
  if (/^(u_)?cmdb_ci/.test(name)) return 'cmdb_ci'
  return name === 'alm_hardware' ? 'alm_asset' : name
}

/** The body of a write; ServiceNow takes nothing but JSON. */
function valuesIn({ headers, body }: SimulatedRequest): Readonly<Record<string, string>> {
  if (!headers['content-type']?.includes('json')) throw notJson()
  try {
    const parsed: unknown = JSON.parse(body)
    return Object.fromEntries(Object.entries(Object(parsed)).map(([name, value]) => [name, String(value)]))
  } catch {
    throw notJson()
  }
}

function* expectedIn(
  world: World,
  stream: StreamName,
  idsOf: (base: string, rows: Iterable<WorldRow>) => Iterable<string>,
): Generator<string> {
  switch (stream) {
    case 'companies':
      return yield* idsOf('core_company', world.companies.after(0))
    case 'sites':
      return yield* idsOf('cmn_location', world.sites.after(0))
    case 'contacts':
      for (const { id, companyId } of world.contacts.after(0)) if (companyId !== null) yield sysId('sys_user', id)
      return
    case 'configurations':
      return yield* idsOf('cmdb_ci', world.configurations.after(0))
    case 'ticketBoards':
      return yield* idsOf('sys_user_group', world.boards.after(0))
    case 'companyTypes':
      for (const { id } of world.companyTypes.after(0)) yield String(id)
      return
    case 'companyStatuses':
      for (const { id } of world.companyStatuses.after(0)) yield String(id)
      return
    case 'configurationTypes':
      return yield* new Set([...world.configurations.after(0)].map(({ typeId }) => classOf(typeId)))
    case 'configurationStatuses':
      for (const { id } of world.configurationStatuses.after(0)) yield installState(id)
      return
    case 'ticketPriorities':
      for (const { id } of world.priorities.after(0)) yield String(id)
      return
    case 'ticketStatuses':
      for (const { value } of Object.values(states.incident)) yield value
      return
    default:
  }
}
