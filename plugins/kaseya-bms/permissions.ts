/** The rights of the API user's security role, as BMS names them, and how to see whether they are there. */
import type { Checked, Context, Permission, PermissionCheck } from '../../core/connector/contract.ts'
import { bool, isRow, list, type Row, text } from '../../core/connector/parse.ts'
import { hostsOf } from './address.ts'
import { ask, isForbidden } from './client.ts'
import type { KaseyaSettings } from './settings.ts'
import { assetsPath } from './streams/assets.ts'
import { accountsPath } from './streams/companies.ts'
import { reference } from './streams/fields.ts'

type Ctx = Context<KaseyaSettings>

const where = 'Admin > Security > Roles > the role of the API user'

/** `probe` is a list that is refused without the right; `blind` says that reading does not show it. */
const rights: readonly (Permission & { readonly probe: string; readonly blind?: string })[] = [
  {
    id: 'accounts',
    capability: 'companies, sites, addresses of contacts',
    right: 'CRM > Accounts: View',
    where,
    required: true,
    probe: accountsPath,
  },
  {
    id: 'contacts',
    capability: 'contacts',
    right: 'CRM > Contacts: View',
    where,
    required: false,
    probe: 'v2/crm/contacts/summary',
  },
  {
    id: 'hardware-assets',
    capability: 'configurations and their types',
    right: 'Service Desk > Hardware Assets: View',
    where,
    required: false,
    probe: assetsPath,
  },
  {
    id: 'tickets',
    capability: 'live tickets',
    right: 'Service Desk > Tickets: View',
    where,
    required: false,
    probe: 'v2/servicedesk/tickets',
  },
  {
    id: 'lookups',
    capability: 'company types, queues, priorities, ticket statuses, manufacturers for write-back',
    right: 'Admin > Lookups: View',
    where,
    required: false,
    probe: 'v2/system/accounttypes/lookup',
  },
  {
    id: 'hardware-assets-modify',
    capability: 'write-back',
    right: 'Service Desk > Hardware Assets: Modify',
    where,
    required: false,
    probe: assetsPath,
    blind: 'Whether it may modify shows with the first write-back.',
  },
]

export const permissions: readonly Permission[] = rights.map(({ probe: _probe, blind: _blind, ...right }) => right)

/** Reads one row of every list the connector needs; changes nothing. */
export async function check(ctx: Ctx): Promise<Checked> {
  const user = await userInfo(ctx)
  const probes = [...new Set(rights.map((right) => right.probe))]
  const readable = new Map(await Promise.all(probes.map(async (probe) => [probe, await canRead(ctx, probe)] as const)))
  const { tenant, region } = ctx.settings
  const [host = ''] = hostsOf(ctx.settings)
  const excess = excessOf(user)
  return {
    account: `${host}/${reference(user?.tenantId) ?? tenant.trim().toLowerCase()}`,
    accountName: [text(user?.businessName) ?? tenant, region === 'Other address' ? host : region]
      .filter(Boolean)
      .join(', '),
    permissions: rights.map((right) => verdict(right, readable.get(right.probe) === true, excess)),
  }
}

function verdict(right: (typeof rights)[number], readable: boolean, excess: string | undefined): PermissionCheck {
  if (!readable) return { permission: right.id, state: 'missing', message: `Grant ${right.right}.` }
  // Which right belongs to which module BMS tells by numbers nobody published, so excess is told once.
  if (right.required && excess) return { permission: right.id, state: 'excessive', message: excess }
  if (right.blind) return { permission: right.id, state: 'unknown', message: right.blind }
  return { permission: right.id, state: 'ok', message: 'Readable.' }
}

function excessOf(user: Row | undefined): string | undefined {
  if (bool(user?.isUserSystemAdmin) === true) {
    return 'The user is a system administrator. A role with the rights listed here is enough.'
  }
  const deletes = (list(user?.userAccessRights) ?? []).filter(isRow).filter((right) => bool(right.canDelete) === true)
  return deletes.length > 0
    ? `The role may delete in ${deletes.length} places; the hub deletes nothing. Take those rights away.`
    : undefined
}

async function canRead(ctx: Ctx, url: string): Promise<boolean> {
  try {
    await ask(ctx, url.endsWith('/lookup') ? { url } : { url, query: { PageSize: 1, PageNumber: 1 } })
    return true
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}

async function userInfo(ctx: Ctx): Promise<Row | undefined> {
  try {
    const { result } = await ask(ctx, { url: 'v2/security/userinfo' })
    return isRow(result) ? result : undefined
  } catch (error) {
    if (isForbidden(error)) return undefined
    throw error
  }
}
