/** How to see which rights the API user has. */
import type { Checked, Context, Permission, PermissionCheck } from '../../core/connector/contract.ts'
import { bool, isRow, list, type Row, text } from '../../core/connector/parse.ts'
import { hostsOf } from './address.ts'
import { ask, isForbidden } from './client.ts'
import { permissions } from './rights.ts'
import type { KaseyaSettings } from './settings.ts'
import { assetsPath } from './streams/assets.ts'
import { accountsPath } from './streams/companies.ts'
import { reference } from './streams/fields.ts'

type Ctx = Context<KaseyaSettings>

/** A list that is refused without the right. */
const probes: ReadonlyMap<string, string> = new Map([
  ['accounts', accountsPath],
  ['contacts', 'v2/crm/contacts/summary'],
  ['hardware-assets', assetsPath],
  ['tickets', 'v2/servicedesk/tickets'],
  ['lookups', 'v2/system/accounttypes/lookup'],
  ['hardware-assets-modify', assetsPath],
])

/** Reads one row of every list the connector needs; changes nothing. */
export async function check(ctx: Ctx): Promise<Checked> {
  const user = await userInfo(ctx)
  const lists = [...new Set(probes.values())]
  const readable = new Map(await Promise.all(lists.map(async (list) => [list, await canRead(ctx, list)] as const)))
  const { tenant, region } = ctx.settings
  const [host = ''] = hostsOf(ctx.settings)
  const excess = excessOf(user)
  return {
    account: `${host}/${reference(user?.tenantId) ?? tenant.trim().toLowerCase()}`,
    accountName: [text(user?.businessName) ?? tenant, region === 'Other address' ? host : region]
      .filter(Boolean)
      .join(', '),
    permissions: permissions.map((right) => verdict(right, readable.get(probes.get(right.id) ?? '') === true, excess)),
  }
}

function verdict(right: Permission, readable: boolean, excess: string | undefined): PermissionCheck {
  if (!readable) return { permission: right.id, state: 'missing', message: `Grant ${right.right}.` }
  // Which right belongs to which module BMS tells by numbers nobody published, so excess is told once.
  if (right.required && excess) return { permission: right.id, state: 'excessive', message: excess }
  if (right.id === 'hardware-assets-modify')
    return { permission: right.id, state: 'unknown', message: 'Whether it may modify shows with the first write-back.' }
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
