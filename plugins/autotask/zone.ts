/** Where a tenant's Autotask is: its database lives in one of many zones, and any zone knows which. */
import type { Context } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { id, isRow, type Row, text } from '../../core/connector/parse.ts'
import { camelCased } from './answers.ts'
import type { AutotaskSettings } from './settings.ts'

const domain = '.autotask.net'
const usualLookUp = `webservices2${domain}`

/** An origin the hub may call. */
interface Origin {
  readonly protocol: 'https:' | 'http:'
  readonly host: string
}

/** What a zone tells of a tenant. Addresses end in `/`. */
export interface Zone {
  /** Root of the API, without the version. */
  readonly url: string
  /** Root of the screens, if it is named. */
  readonly webUrl: string | undefined
  readonly name: string | undefined
  /** Id of the tenant, if it is named. */
  readonly tenant: string | undefined
}

/** What the admin typed, or the usual host; undefined if it is none, or unencrypted to anything but this machine. */
function lookUpOrigin(settings: AutotaskSettings): Origin | undefined {
  const typed = settings.lookUpHost?.trim() || usualLookUp
  const url = URL.parse(typed.includes('://') ? typed : `https://${typed}`)
  if (!url?.hostname || url.username || url.password) return undefined
  if (url.protocol === 'https:') return { protocol: url.protocol, host: url.host }
  const loopback = url.hostname === 'localhost' || url.hostname === '[::1]' || url.hostname.startsWith('127.')
  return url.protocol === 'http:' && loopback ? { protocol: url.protocol, host: url.host } : undefined
}

/** Every zone of Autotask may be the tenant's; zones come and go, so no list of them would stay right. */
export function hostsOf(settings: AutotaskSettings): readonly string[] {
  const origin = lookUpOrigin(settings)
  if (origin === undefined) return []
  return origin.host.endsWith(domain) ? [`*${domain}`] : [origin.host]
}

/** Whether the keys may go there: a zone of Autotask, or the very host the admin typed. */
function isDeclared(settings: AutotaskSettings, url: URL): boolean {
  const origin = lookUpOrigin(settings)
  if (origin === undefined || url.protocol !== origin.protocol || url.username || url.password) return false
  return origin.host.endsWith(domain) ? url.host.endsWith(domain) : url.host === origin.host
}

/** Asks without signing in. Throws `auth` for a user nobody knows, `config` where no Autotask answers. */
export async function findZone(ctx: Context<AutotaskSettings>): Promise<Zone> {
  const origin = lookUpOrigin(ctx.settings)
  if (origin === undefined) {
    throw ctx.error('config', 'The zone look-up host is no address the hub can use. Leave the field empty.')
  }
  const root = `${origin.protocol}//${origin.host}/atservicesrest/`
  try {
    return zoneIn(ctx, await lookUp(ctx, root), origin.host)
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    if (error.kind === 'not-found') throw noAutotask(ctx, origin.host, error.message)
    throw error
  }
}

/**
 * For a user it does not know the look-up answers 500, like a server in trouble. The list of API versions, which
 * needs no user, tells the two apart; a second refusal rules out a passing fault.
 */
async function lookUp(ctx: Context<AutotaskSettings>, root: string): Promise<unknown> {
  const url = `${root}v1.0/zoneInformation`
  const query = { user: ctx.settings.userName }
  const once = async () => (await ctx.http.request({ url, query, anonymous: true, repeatable: false })).body
  try {
    return await once()
  } catch (error) {
    if (!(error instanceof ConnectorError) || (error.kind !== 'transient' && error.status !== 500)) throw error
    if (error.status !== 500) return (await ctx.http.request({ url, query, anonymous: true })).body
  }
  await ctx.http.request({ url: `${root}versioninformation`, anonymous: true })
  try {
    return await once()
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.status !== 500) throw error
    throw ctx.error(
      'auth',
      `Autotask knows no API user "${ctx.settings.userName}". Copy the Username (Key) from the Credentials section of the API user; it is not the user's e-mail address.`,
      error.message,
    )
  }
}

/** The zone of the session, from its own API; for links and for the check. */
export async function ownZone(ctx: Context<AutotaskSettings>): Promise<Zone> {
  const { body } = await ctx.http.request({ url: 'ZoneInformation', query: { user: ctx.settings.userName } })
  return zoneIn(ctx, body, 'the zone')
}

function zoneIn(ctx: Context<AutotaskSettings>, answer: unknown, host: string): Zone {
  const body = camelCased(answer)
  const row: Row = isRow(body) ? body : {}
  const url = URL.parse(text(row.url) ?? '')
  if (!url) throw noAutotask(ctx, host, 'zoneInformation without an address')
  if (!isDeclared(ctx.settings, url)) {
    throw ctx.error(
      'config',
      `Autotask says your zone is at ${url.host}, which is none of its own hosts. The hub does not send its keys there.`,
    )
  }
  const web = URL.parse(text(row.webUrl) ?? '')
  return {
    url: withSlash(url.href),
    webUrl: web?.protocol === 'https:' || web?.protocol === 'http:' ? withSlash(web.href) : undefined,
    name: text(row.zoneName) ?? undefined,
    tenant: id(row.ci) ?? undefined,
  }
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`
}

function noAutotask(ctx: Context<AutotaskSettings>, host: string, log: string): Error {
  return ctx.error('config', `No Autotask answers at ${host}. Leave the zone look-up host empty, or correct it.`, log)
}
