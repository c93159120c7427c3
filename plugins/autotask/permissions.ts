/** The rights of the API user, as Autotask names them, and how to see whether they are there. */
import type { Checked, Context, Permission, PermissionCheck } from '../../core/connector/contract.ts'
import { text } from '../../core/connector/parse.ts'
import { type Access, accessTo, type Level } from './access.ts'
import { itemIn } from './answers.ts'
import { isForbidden, isNotFound } from './client.ts'
import type { AutotaskSettings } from './settings.ts'
import { ownZone } from './zone.ts'

const where = 'Admin > Account Settings & Users > Resources/Users (HR) > Security Levels > the level of the API user'

/** `action` is what the right allows with the entity; `more` says whether further rights on it are too many. */
interface Right extends Permission {
  readonly entity: string
  readonly action: keyof Access
  readonly more: boolean
}

const rights: readonly Right[] = [
  {
    id: 'companies',
    capability: 'companies, company types, markets',
    right: 'CRM > Companies: View All',
    where,
    required: true,
    entity: 'Companies',
    action: 'query',
    more: true,
  },
  {
    id: 'locations',
    capability: 'sites',
    right: 'CRM > Company locations: View All',
    where,
    required: false,
    entity: 'CompanyLocations',
    action: 'query',
    more: true,
  },
  {
    id: 'contacts',
    capability: 'contacts',
    right: 'CRM > Contacts: View All',
    where,
    required: false,
    entity: 'Contacts',
    action: 'query',
    more: true,
  },
  {
    id: 'configurations',
    capability: 'configurations and their types',
    right: 'CRM > Devices/Configuration Items: View All',
    where,
    required: false,
    entity: 'ConfigurationItems',
    action: 'query',
    more: false,
  },
  {
    id: 'products',
    capability: 'manufacturer and model of configurations',
    right: 'Inventory > Products: View All',
    where,
    required: false,
    entity: 'Products',
    action: 'query',
    more: true,
  },
  {
    id: 'tickets',
    capability: 'live tickets, queues, priorities, statuses',
    right: 'Service Desk > Tickets: View All',
    where,
    required: false,
    entity: 'Tickets',
    action: 'query',
    more: true,
  },
  {
    id: 'resources',
    capability: 'names of technicians at tickets',
    right: 'Admin > Resources/Users: View',
    where,
    required: false,
    entity: 'Resources',
    action: 'query',
    more: true,
  },
  {
    id: 'configurations-edit',
    capability: 'write-back',
    right: 'CRM > Devices/Configuration Items: Edit All',
    where,
    required: false,
    entity: 'ConfigurationItems',
    action: 'update',
    more: false,
  },
  {
    id: 'webhooks',
    capability: 'webhooks',
    right: 'Webhooks: Add, Edit, Delete',
    where,
    required: false,
    entity: 'CompanyWebhooks',
    action: 'create',
    more: false,
  },
]

export const permissions: readonly Permission[] = rights.map(
  ({ entity: _entity, action: _action, more: _more, ...right }) => right,
)

/** Asks what may be done with each entity, and reads one row of it; changes nothing. */
export async function check(ctx: Context<AutotaskSettings>): Promise<Checked> {
  const zone = await ownZone(ctx)
  const seen = new Map<string, Access | undefined>()
  for (const entity of new Set(rights.map((right) => right.entity))) seen.set(entity, await levels(ctx, entity))
  const company = await ownCompany(ctx)
  return {
    account: zone.tenant ?? `${URL.parse(zone.url)?.host ?? ''}/${ctx.settings.userName.toLowerCase()}`,
    accountName: [company, zone.name, zone.tenant && `database ${zone.tenant}`].filter(Boolean).join(', '),
    permissions: rights.map((right) => verdict(right, seen.get(right.entity))),
  }
}

/** What Autotask says may be done, held against a query; undefined = there is nothing of the kind. */
async function levels(ctx: Context<AutotaskSettings>, entity: string): Promise<Access | undefined> {
  try {
    const access = await accessTo(ctx, entity)
    if (access.query === 'None') return access
    return (await canQuery(ctx, entity)) ? access : { ...access, query: 'None' }
  } catch (error) {
    if (isNotFound(error)) return undefined
    if (!isForbidden(error)) throw error
    return { query: 'None', create: 'None', update: 'None', delete: 'None' }
  }
}

async function canQuery(ctx: Context<AutotaskSettings>, entity: string): Promise<boolean> {
  const body = { MaxRecords: 1, IncludeFields: ['id'], Filter: [{ op: 'gte', field: 'id', value: 0 }] }
  try {
    await ctx.http.request({ method: 'POST', url: `${entity}/query`, body, repeatable: true })
    return true
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}

function verdict(right: Right, access: Access | undefined): PermissionCheck {
  const permission = right.id
  if (access === undefined) return { permission, state: 'unknown', message: `This Autotask has no ${right.entity}.` }
  const level: Level = right.action !== 'query' && access.query === 'None' ? 'None' : access[right.action]
  if (level === 'None') return { permission, state: 'missing', message: `Grant ${right.right}.` }
  if (level === 'Restricted') {
    return { permission, state: 'unknown', message: `Only a part of the ${right.entity}: set the level to "All".` }
  }
  const more = right.more ? (['create', 'update', 'delete'] as const).filter((action) => isGranted(access[action])) : []
  if (more.length > 0) {
    return {
      permission,
      state: 'excessive',
      message: `The API user may also ${more.join(', ')} ${right.entity}; the hub only reads them. A copy of its security level without these is enough.`,
    }
  }
  if (level === 'unknown')
    return { permission, state: 'unknown', message: `Autotask does not say whether ${right.right} is granted.` }
  return { permission, state: 'ok', message: 'Granted.' }
}

function isGranted(level: Level): boolean {
  return level === 'All' || level === 'Restricted'
}

/** The MSP's own company has the id 0. */
async function ownCompany(ctx: Context<AutotaskSettings>): Promise<string | undefined> {
  try {
    const { body } = await ctx.http.request({ url: 'Companies/0' })
    return text(itemIn(ctx, body, 'the own company')?.companyName) ?? undefined
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined
    throw error
  }
}
