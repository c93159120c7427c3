/** The rights of the API member, as ConnectWise names them, and how to see whether they are there. */
import type { Checked, Context, Permission, PermissionCheck } from '../../core/connector/contract.ts'
import { isRow, text } from '../../core/connector/parse.ts'
import { isForbidden, isNotFound } from './client.ts'
import type { ConnectWiseSettings } from './settings.ts'
import { screenHost, siteOf } from './site.ts'

const where = 'System > Security Roles > the role of the API member'

/** `probe` is the list that answers 403 without the right; `blind` says that reading does not show it. */
const rights: readonly (Permission & { readonly probe: string; readonly blind?: string })[] = [
  {
    id: 'companies',
    capability: 'companies, sites',
    right: 'Companies > Company Maintenance: Inquire All',
    where,
    required: true,
    probe: 'company/companies',
  },
  {
    id: 'table-setup',
    capability: 'types, statuses, markets, boards, priorities, custom fields',
    right: 'System > Table Setup: Inquire All',
    where,
    required: false,
    probe: 'company/companies/types',
  },
  {
    id: 'configurations',
    capability: 'configurations',
    right: 'Companies > Configurations: Inquire All',
    where,
    required: false,
    probe: 'company/configurations',
  },
  {
    id: 'contacts',
    capability: 'contacts',
    right: 'Companies > Contacts: Inquire All',
    where,
    required: false,
    probe: 'company/contacts',
  },
  {
    id: 'tickets',
    capability: 'live tickets',
    right: 'Service Desk > Service Tickets: Inquire All',
    where,
    required: false,
    probe: 'service/tickets',
  },
  {
    id: 'manufacturers',
    capability: 'write-back of the manufacturer',
    right: 'Procurement > Product Catalog: Inquire All',
    where,
    required: false,
    probe: 'procurement/manufacturers',
  },
  {
    id: 'configurations-edit',
    capability: 'write-back',
    right: 'Companies > Configurations: Edit All',
    where,
    required: false,
    probe: 'company/configurations',
    blind: 'Whether it may edit shows with the first write-back.',
  },
  {
    id: 'callbacks',
    capability: 'webhooks',
    right: 'System > Table Setup: Add All, Delete All',
    where,
    required: false,
    probe: 'system/callbacks',
    blind: 'Whether it may add and delete shows when the webhooks are registered.',
  },
]

/** What the hub never reads. Only their number is asked for: 403 is the right answer. */
const beyond = [
  { right: 'members (System > Member Maintenance)', probe: 'system/members/count' },
  { right: 'project tickets (Project > Project Tickets)', probe: 'project/tickets/count' },
]

export const permissions: readonly Permission[] = rights.map(({ probe: _probe, blind: _blind, ...right }) => right)

/** Reads one row of every list the connector needs, and counts what it does not; changes nothing. */
export async function check(ctx: Context<ConnectWiseSettings>): Promise<Checked> {
  const info = await systemInfo(ctx)
  const probes = [...new Set(rights.map((right) => right.probe))]
  const readable = new Map(await Promise.all(probes.map(async (probe) => [probe, await canRead(ctx, probe)] as const)))
  const opened = await Promise.all(beyond.map(async ({ right, probe }) => ((await canCount(ctx, probe)) ? right : [])))
  const site = siteOf(ctx.settings.site)
  const host = site ? screenHost(site.host) : ctx.settings.site
  const version = text(info?.version)
  return {
    account: `${host}/${ctx.settings.companyId.toLowerCase()}`,
    accountName: [ctx.settings.companyId, host, text(info?.cloudRegion), version && `version ${version}`]
      .filter(Boolean)
      .join(', '),
    permissions: rights.map((right) => verdict(right, readable.get(right.probe) === true, opened.flat())),
  }
}

function verdict(right: (typeof rights)[number], readable: boolean, opened: readonly string[]): PermissionCheck {
  if (!readable) return { permission: right.id, state: 'missing', message: `Grant ${right.right}.` }
  // Said once, at the right every connection has.
  if (right.required && opened.length > 0) {
    return {
      permission: right.id,
      state: 'excessive',
      message: `Granted, but the role also opens what the hub never reads: ${opened.join(', ')}. Set these to None in the role of the API member, and everything else the set-up does not ask for.`,
    }
  }
  if (right.blind) return { permission: right.id, state: 'unknown', message: right.blind }
  // With "My" instead of "All" ConnectWise answers shorter lists and says nothing about it.
  return { permission: right.id, state: 'ok', message: 'Readable. That the level is "All" cannot be seen from here.' }
}

async function canRead(ctx: Context<ConnectWiseSettings>, url: string): Promise<boolean> {
  try {
    await ctx.http.request({ url, query: { page: 1, pageSize: 1 } })
    return true
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}

async function canCount(ctx: Context<ConnectWiseSettings>, url: string): Promise<boolean> {
  try {
    await ctx.http.request({ url })
    return true
  } catch (error) {
    // An installation without the module says 404.
    if (isForbidden(error) || isNotFound(error)) return false
    throw error
  }
}

async function systemInfo(ctx: Context<ConnectWiseSettings>) {
  try {
    const { body } = await ctx.http.request({ url: 'system/info' })
    return isRow(body) ? body : undefined
  } catch (error) {
    if (isForbidden(error)) return undefined
    throw error
  }
}
