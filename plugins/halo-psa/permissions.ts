/** The rights of the API application and its agent, as Halo names them, and how to see whether they are there. */
import type { Checked, Context, Permission, PermissionCheck } from '../../core/connector/contract.ts'
import { text } from '../../core/connector/parse.ts'
import { addresses, authInfo, fetchToken, isForbidden } from './client.ts'
import { assets, clients, countOf, type List, type Query, readList, sites, tickets, users } from './paging.ts'
import type { HaloSettings } from './settings.ts'
import { people } from './streams/contacts.ts'
import { everything } from './streams/reading.ts'
import { webhookProgress } from './webhooks.ts'

type Ctx = Context<HaloSettings>

const where = 'Configuration > Integrations > Halo API > the application > Permissions; Configuration > Agents > Roles'

interface Right extends Permission {
  /** Scopes that are enough, the narrowest first. */
  readonly scopes: readonly string[]
  /** Scopes that allow more than the hub does. */
  readonly tooMuch: readonly string[]
  /** Shows it; `undefined` where reading does not. */
  readonly probe?: (ctx: Ctx) => Promise<number>
  /** Every Halo has some: an empty list is a missing right. */
  readonly neverEmpty?: true
  /** What is to be said where nothing shows it. */
  readonly blind?: (ctx: Ctx) => Promise<string>
}

const listed = (list: List, query: Query) => (ctx: Ctx) => countOf(ctx, list, query)

const rights: readonly Right[] = [
  {
    id: 'customers',
    capability: 'companies',
    right: 'Permission read:customers; agent role: Clients Access Level – Read Only',
    where,
    required: true,
    scopes: ['read:customers', 'edit:customers'],
    tooMuch: ['edit:customers'],
    probe: listed(clients, everything),
    neverEmpty: true,
  },
  {
    id: 'sites',
    capability: 'sites, addresses',
    right: 'Permission read:customers; agent role: Clients Access Level – Read Only (sites)',
    where,
    required: false,
    scopes: ['read:customers', 'edit:customers'],
    tooMuch: [],
    probe: listed(sites, everything),
    neverEmpty: true,
  },
  {
    id: 'users',
    capability: 'contacts',
    right: 'Permission read:customers; agent role: Users Access Level – Read Only',
    where,
    required: false,
    scopes: ['read:customers', 'edit:customers'],
    tooMuch: [],
    // Where there are no people there are at least the general users of the sites.
    probe: async (ctx) => (await countOf(ctx, users, people)) || countOf(ctx, users, everything),
    neverEmpty: true,
  },
  {
    id: 'assets',
    capability: 'configurations, their types and statuses',
    right: 'Permission read:assets; agent role: Assets Access Level – Read Only',
    where,
    required: false,
    scopes: ['read:assets', 'edit:assets'],
    tooMuch: [],
    probe: listed(assets, everything),
  },
  {
    id: 'assets-edit',
    capability: 'write-back',
    right: 'Permission edit:assets; agent role: Assets Access Level – Read and Modify',
    where,
    required: false,
    scopes: ['edit:assets'],
    tooMuch: [],
    blind: async () => 'The application may edit assets. Whether its agent may shows with the first write-back.',
  },
  {
    id: 'tickets',
    capability: 'live tickets',
    right: 'Permission read:tickets; agent role: Tickets Access Level – Read Only',
    where,
    required: false,
    scopes: ['read:tickets', 'edit:tickets'],
    tooMuch: ['edit:tickets'],
    probe: listed(tickets, {}),
  },
  {
    id: 'webhooks',
    capability: 'webhooks',
    right: 'Permission admin:webhooks; agent role: access to Configuration (integrations)',
    where,
    required: false,
    scopes: ['admin:webhooks'],
    tooMuch: [],
    probe: async (ctx) => (await readList(ctx, 'Webhook')).length,
    blind: webhookProgress,
  },
]

export const permissions: readonly Permission[] = rights.map(({ id, capability, right, where, required }) => ({
  id,
  capability,
  right,
  where,
  required,
}))

/** Asks for a token to see what it may do, then counts the rows of each list; changes nothing. */
export async function check(ctx: Ctx): Promise<Checked> {
  const { origin } = addresses(ctx)
  const { scopes } = await fetchToken(ctx)
  const { host } = new URL(origin)
  const info = await authInfo(ctx)
  const tenant = ctx.settings.tenant?.trim() || text(info?.tenant_id)
  return {
    account: tenant ? `${host}/${tenant.toLowerCase()}` : host,
    accountName: [host, text(info?.name)].filter(Boolean).join(', '),
    permissions: await Promise.all(rights.map((right) => verdict(ctx, right, scopes))),
  }
}

async function verdict(ctx: Ctx, right: Right, granted: readonly string[]): Promise<PermissionCheck> {
  const line = (state: PermissionCheck['state'], message: string) => ({ permission: right.id, state, message })
  const all = granted.includes('all')
  if (!all && !right.scopes.some((scope) => granted.includes(scope))) {
    return line('missing', `Tick ${right.scopes[0]} in the application's Permissions tab.`)
  }
  const count = right.probe === undefined ? 0 : await counted(ctx, right.probe)
  if (count === undefined) return line('missing', `Grant: ${right.right}.`)
  if (count === 0 && right.neverEmpty) {
    return line(
      'missing',
      `Halo lists none, although there always is one. Grant: ${right.right}; teams and departments must see all customers.`,
    )
  }
  const excess = [...(all ? ['all'] : []), ...right.tooMuch.filter((scope) => granted.includes(scope))]
  if (excess.length > 0) {
    return line('excessive', `The application has "${excess.join(', ')}"; ${right.scopes[0]} is enough.`)
  }
  if (right.blind) return line('unknown', await right.blind(ctx))
  if (count === 0) {
    return line(
      'unknown',
      'The list is empty. If there should be some, the agent’s role, teams or departments hide them: Halo then says nothing.',
    )
  }
  return line('ok', `Readable, ${count} in all. Records that the agent’s teams hide cannot be seen from here.`)
}

async function counted(ctx: Ctx, probe: NonNullable<Right['probe']>): Promise<number | undefined> {
  try {
    return await probe(ctx)
  } catch (error) {
    if (isForbidden(error)) return undefined
    throw error
  }
}
