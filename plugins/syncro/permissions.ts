/** The permissions of the API token, as Syncro names them, and how to see whether they are there. */
import type { Checked, Context, Permission, PermissionCheck } from '../../core/connector/contract.ts'
import { id, isRow, object, type Row, required, text } from '../../core/connector/parse.ts'
import { isForbidden, isNotFound } from './client.ts'
import type { SyncroSettings } from './settings.ts'
import { siteOf } from './site.ts'

const where = 'Admin > API > API Tokens > the token > Custom Permissions'

type RightId =
  | 'customers-list'
  | 'customers-view'
  | 'assets-list'
  | 'assets-view'
  | 'assets-edit'
  | 'tickets-list'
  | 'tickets-view'

function right(id: RightId, right: string, capability: string, required = false) {
  return { id, capability, right, where, required } satisfies Permission
}

export const permissions = [
  right('customers-list', 'Customers - List/Search', 'companies', true),
  right('customers-view', 'Customers - View Detail', 'contacts, sites, webhooks'),
  right('assets-list', 'Assets - List/Search', 'configurations'),
  right('assets-view', 'Assets - View Details', 'write-back (reads the asset first), webhooks'),
  right('assets-edit', 'Assets - Edit', 'write-back'),
  right('tickets-list', 'Tickets - List/Search', 'live tickets'),
  right('tickets-view', 'Tickets - View Details', 'live tickets with their comments'),
] as const

/** Reads one page of every list and one record behind it; changes nothing. */
export async function check(ctx: Context<SyncroSettings>): Promise<Checked> {
  const { body } = await ctx.http.request({ url: 'me' })
  const me: Row = isRow(body) ? body : {}
  const may = object(me.permissions) ?? {}
  const [customers, contacts, assets, tickets] = await Promise.all([
    probe(ctx, 'customers'),
    probe(ctx, 'contacts'),
    probe(ctx, 'customer_assets', 'assets'),
    probe(ctx, 'tickets'),
  ])
  const [asset, ticket] = await Promise.all([
    canOpen(ctx, 'customer_assets', assets.first),
    canOpen(ctx, 'tickets', tickets.first),
  ])
  const host = siteOf(ctx.settings.subdomain)?.host ?? ctx.settings.subdomain
  const subdomain = text(me.subdomain)?.toLowerCase()
  return {
    account: subdomain ?? host,
    accountName: [subdomain ?? host, text(me.user_name) && `as ${text(me.user_name)}`].filter(Boolean).join(', '),
    permissions: [
      verdict(
        'customers-list',
        customers.readable,
        [excess(may, 'customer', ['write', 'delete'], 'customers'), strange(may)].filter(Boolean).join(' '),
      ),
      verdict('customers-view', contacts.readable),
      verdict('assets-list', assets.readable, excess(may, 'asset', ['delete'], 'assets')),
      verdict('assets-view', asset),
      editing(may),
      verdict('tickets-list', tickets.readable, excess(may, 'ticket', ['write', 'delete'], 'tickets')),
      verdict('tickets-view', ticket),
    ],
  }
}

interface Probed {
  readonly readable: boolean
  /** An id out of the list. */
  readonly first: string | undefined
}

async function probe(ctx: Context<SyncroSettings>, path: string, key = path): Promise<Probed> {
  try {
    const { body } = await ctx.http.request({ url: path, query: { page: 1 } })
    const rows = isRow(body) ? body[key] : undefined
    const first: unknown = Array.isArray(rows) ? rows[0] : undefined
    return { readable: true, first: isRow(first) ? required(id(first.id)) || undefined : undefined }
  } catch (error) {
    if (isForbidden(error)) return { readable: false, first: undefined }
    throw error
  }
}

/** undefined = cannot be told: there is nothing to open, and no record is no proof of a right. */
async function canOpen(
  ctx: Context<SyncroSettings>,
  path: string,
  record: string | undefined,
): Promise<boolean | undefined> {
  try {
    await ctx.http.request({ url: `${path}/${record ?? '0'}` })
    return true
  } catch (error) {
    if (isForbidden(error)) return false
    if (isNotFound(error)) return undefined
    throw error
  }
}

function verdict(permission: RightId, readable: boolean | undefined, more = ''): PermissionCheck {
  const words = permissions.find(({ id }) => id === permission)?.right ?? permission
  if (readable === undefined) {
    return { permission, state: 'unknown', message: `There is no record to try it with: see that ${words} is ticked.` }
  }
  if (!readable) return { permission, state: 'missing', message: `Tick ${words} in the API token.` }
  return more === ''
    ? { permission, state: 'ok', message: 'Readable.' }
    : { permission, state: 'excessive', message: `Readable. ${more} ${unneeded}` }
}

/** `/me` tells what may be done; whether it means the token or its user is not documented. */
function excess(may: Row, kind: string, deeds: readonly string[], what: string): string {
  const granted = deeds.filter((deed) => object(may[kind])?.[deed] === true)
  return granted.length === 0 ? '' : `Syncro says that ${what} may also be changed (${granted.join(', ')}).`
}

const unneeded =
  'The hub needs that for nothing: leave it unticked in the token. If it is unticked there, it is a right of its user, and nothing is to be done.'

const known = ['customer', 'asset', 'ticket']

/** What is granted of things the hub does not touch. */
function strange(may: Row): string {
  const granted = Object.entries(may).flatMap(([kind, deeds]) => {
    const given = known.includes(kind) ? [] : Object.entries(object(deeds) ?? {}).filter(([, is]) => is === true)
    return given.length === 0 ? [] : [`${kind} (${given.map(([deed]) => deed).join(', ')})`]
  })
  return granted.length === 0 ? '' : `Syncro also grants ${granted.join(', ')}.`
}

function editing(may: Row): PermissionCheck {
  const write = object(may.asset)?.write
  return write === false
    ? { permission: 'assets-edit', state: 'missing', message: 'Tick Assets - Edit in the API token for write-back.' }
    : {
        permission: 'assets-edit',
        state: 'unknown',
        message: 'Whether the token may edit shows with the first write-back.',
      }
}
