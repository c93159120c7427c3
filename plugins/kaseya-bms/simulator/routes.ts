/** What is served where, and the right it takes. */
import type {
  SimulatedAnswer,
  SimulatedRequest,
  World,
  WorldRow,
  WorldTable,
} from '../../../core/connector/simulator.ts'
import { accountWriters, tenantName, typeOf } from './accounts.ts'
import { notThere, type Row, refusal, success } from './answers.ts'
import { Assets } from './assets.ts'
import { definitions, values } from './custom-fields.ts'
import { Lists } from './lists.ts'
import { ticketDetail, ticketLine, ticketNotes } from './tickets.ts'

export interface Route {
  readonly method: string
  /** `{id}` stands for a number. */
  readonly path: string
  /** The id of the connector's permission. */
  readonly right: string | undefined
  readonly serve: (request: SimulatedRequest, ids: readonly number[]) => SimulatedAnswer
}

export interface RouteOptions {
  /** The most rows a page holds, whatever is asked for. */
  readonly mostPerPage: number
  /** Lists do not heed `Filter.IsActive` and show everything. */
  readonly ignoresActivity: boolean
  /** Lists take `Filter.IsActive=false` for no filter. */
  readonly inactiveMeansAll: boolean
  /** Single records come in an envelope, other than described. */
  readonly singlesWrapped: boolean
  readonly administrator: boolean
}

const defaultPageSize = 50

type Query = URLSearchParams

/** Names are taken in any case, as the vendor does. */
function parameter(query: Query, name: string): string | undefined {
  const wanted = name.toLowerCase()
  for (const [key, value] of query) if (key.toLowerCase() === wanted && value !== '') return value
  return undefined
}

function whole(query: Query, name: string): number | undefined {
  const text = parameter(query, name)
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw refusal(400, `The value '${text}' is not valid for ${name}.`, 400)
  return Number(text)
}

function flag(query: Query, name: string): boolean | undefined {
  const text = parameter(query, name)?.toLowerCase()
  if (text !== undefined && text !== 'true' && text !== 'false')
    throw refusal(400, `The value '${text}' is not valid for ${name}.`, 400)
  return text === undefined ? undefined : text === 'true'
}

function isFrom(query: Query, name: string, value: unknown): boolean {
  const from = parameter(query, name)
  if (from === undefined) return true
  return typeof value === 'string' && Date.parse(value) >= Date.parse(from)
}

export function routesOf(world: World, options: RouteOptions): readonly Route[] {
  const { account, contact, stamp, sitesOf } = accountWriters(world)
  const lists = new Lists()
  const assets = new Assets(world, (company) => sitesOf(company).find(({ primary }) => primary)?.id ?? null)

  const get = (path: string, right: string | undefined, serve: Route['serve']): Route => ({
    method: 'GET',
    path,
    right,
    serve,
  })
  const list = <T extends WorldRow>(
    request: SimulatedRequest,
    table: WorldTable<T>,
    matches: (row: T) => boolean,
    write: (row: T) => Row,
    counted: boolean,
  ): SimulatedAnswer => {
    const { query, path } = request
    const size = Math.min(options.mostPerPage, whole(query, 'PageSize') || defaultPageSize)
    const conditions = [...query].filter(([name]) => !/^page/i.test(name))
    const wanted = {
      key: `${path} ${JSON.stringify(conditions)}`,
      matches,
      page: whole(query, 'PageNumber') ?? 1,
      size,
    }
    const rows = lists.page(table, wanted).map(write)
    return success(rows, counted ? lists.count(table, wanted) : undefined)
  }
  /** Without the filter only active ones are shown. */
  const activity = (query: Query) => {
    const wanted = flag(query, 'Filter.IsActive') ?? true
    return (active: boolean) => options.ignoresActivity || active === wanted || (!wanted && options.inactiveMeansAll)
  }
  const one = <T extends WorldRow>(name: string, table: WorldTable<T>, ids: readonly number[]): T => {
    const row = table.get(ids[0] ?? 0)
    if (row === undefined) throw notThere(name)
    return row
  }
  const single = (row: Row): SimulatedAnswer => (options.singlesWrapped ? success(row) : { status: 200, body: row })
  const isChanged = <T extends WorldRow>(query: Query, table: WorldTable<T>) => {
    if (!/(Modified|Created)OnFrom/i.test(String(query))) return () => true
    return (row: T) => {
      const { CreatedOn, ModifiedOn } = stamp(row, table)
      return isFrom(query, 'Filter.ModifiedOnFrom', ModifiedOn) && isFrom(query, 'Filter.CreatedOnFrom', CreatedOn)
    }
  }

  return [
    get('v2/crm/accounts/summary', 'accounts', (request) => {
      const { query } = request
      const [isWanted, changed] = [activity(query), isChanged(query, world.companies)]
      const type = whole(query, 'Filter.AccountTypeId')
      return list(
        request,
        world.companies,
        (row) => isWanted(row.active) && changed(row) && (type === undefined || typeOf(world, row)?.id === type),
        account,
        true,
      )
    }),
    get('v2/crm/accounts/summary/{id}', 'accounts', (_, ids) => single(account(one('Account', world.companies, ids)))),
    get('v2/crm/contacts/summary', 'contacts', (request) => {
      const { query } = request
      const [isWanted, changed] = [activity(query), isChanged(query, world.contacts)]
      const company = whole(query, 'Filter.AccountId')
      return list(
        request,
        world.contacts,
        (row) => isWanted(row.active) && changed(row) && (company === undefined || row.companyId === company),
        contact,
        true,
      )
    }),
    get('v2/crm/contacts/summary/{id}', 'contacts', (_, ids) => single(contact(one('Contact', world.contacts, ids)))),
    get('v2/servicedesk/hardwareasset/searchselect', 'hardware-assets', (request) => {
      const { query } = request
      const isWanted = activity(query)
      const category = parameter(query, 'Filter.CategoryIds')
      const company = whole(query, 'Filter.AccountId')
      return list(
        request,
        world.configurations,
        (row) =>
          isWanted(row.active) &&
          (category === undefined || category === String(row.typeId)) &&
          (company === undefined || row.companyId === company),
        (row) => assets.line(row),
        false,
      )
    }),
    get('v2/servicedesk/hardwareasset/{id}', 'hardware-assets', (_, ids) =>
      success(assets.detail(one('Hardware asset', world.configurations, ids))),
    ),
    {
      method: 'PUT',
      path: 'v2/servicedesk/hardwareasset/{id}',
      right: 'hardware-assets-modify',
      serve: (request, ids) => {
        const row = one('Hardware asset', world.configurations, ids)
        if (!request.headers['content-type']?.includes('json')) throw refusal(415, 'Unsupported media type.', 415)
        assets.put(row, parsed(request.body))
        return success(assets.detail(one('Hardware asset', world.configurations, ids)))
      },
    },
    get('v2/servicedesk/tickets', 'tickets', (request) => {
      const { query } = request
      const companies = parameter(query, 'Filter.AccountIds')?.split(',').map(Number)
      const open = whole(query, 'Filter.ExcludeCompleted') === 1
      const isClosed = (status: number) => world.ticketStatuses.get(status)?.closed === true
      return list(
        request,
        world.tickets,
        (row) =>
          (companies === undefined || companies.includes(row.companyId)) &&
          !(open && isClosed(row.statusId)) &&
          isFrom(query, 'Filter.CompletedDateFrom', isClosed(row.statusId) ? row.updatedAt : null),
        (row) => ticketLine(world, row),
        true,
      )
    }),
    get('v2/servicedesk/tickets/{id}', 'tickets', (_, ids) =>
      success(ticketDetail(world, one('Ticket', world.tickets, ids))),
    ),
    get('v2/servicedesk/tickets/{id}/notes', 'tickets', (_, ids) =>
      success(ticketNotes(one('Ticket', world.tickets, ids))),
    ),
    get('v2/system/accounttypes/lookup', 'lookups', () =>
      success(
        [...world.companyTypes.after(0)].map(({ id, name }) => ({
          Id: id,
          Name: name,
          IsActive: true,
          IsClient: name === 'Client',
          IsVendor: name === 'Vendor',
        })),
      ),
    ),
    get('v2/system/queues/lookup', 'lookups', () =>
      success([...world.boards.after(0)].map(({ id, name, active }) => ({ Id: id, Name: name, IsActive: active }))),
    ),
    get('v2/system/priorities/lookup', 'lookups', () =>
      success(
        [...world.priorities.after(0)].map(({ id, name, isDefault }) => ({
          Id: id,
          Name: name,
          Color: '#ff0000',
          IsDefault: isDefault,
        })),
      ),
    ),
    get('v2/system/statuses/lookup', 'lookups', () =>
      success(
        [...world.ticketStatuses.after(0)].map(({ id, name }) => ({
          Id: id,
          Name: name,
          FontColor: '#ffffff',
          Color: '#00aa00',
          StatusOrder: id,
          TypeId: 1,
          IsSystemStatus: 0,
          SlaEventId: null,
          IsActive: true,
        })),
      ),
    ),
    get('v2/system/tenantlookup/Manufacturer', 'lookups', () =>
      success(
        [...world.manufacturers.after(0)].map(({ id, name }) => ({
          Id: id,
          Name: name,
          IsActive: true,
          IsDefault: false,
        })),
      ),
    ),
    get('v2/system/customFields/{id}', undefined, (_, [module]) => success(definitions(world, module))),
    get('v2/system/customFields/{id}/{id}', undefined, (_, [module, id = 0]) => success(values(world, module, id))),
    get('v2/security/userinfo', undefined, () => success(userInfo(options.administrator))),
  ]
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function userInfo(isAdministrator: boolean): Row {
  const right = { CanView: true, CanModify: false, CanDelete: isAdministrator, MainMenuId: 3, MenuCategoryId: 12 }
  return {
    UserId: 7,
    FullName: 'Tributary',
    EmailAddress: 'hub@lantern.example',
    TimeStamp: '2026-06-30T12:00:00Z',
    TimeZoneValue: -5,
    TimeZoneName: 'Eastern Standard Time',
    OlsonTimeZoneName: 'America/New_York',
    TenantId: 4711,
    BusinessName: tenantName,
    UserAccessRights: [{ ...right, ListingIDEnum: 101 }],
    SpecialFeatures: [{ Id: 44 }],
    NewTicketingUI: true,
    IsUserSystemAdmin: isAdministrator,
  }
}
