/** Signing in to ConnectWise PSA, and what its error answers mean. */
import type { Context, Fault, HttpAnswer, Session } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { bool, isRow, object, text } from '../../core/connector/parse.ts'
import type { ConnectWiseSettings } from './settings.ts'
import { cloudApiHost, hostsOf, isCloudHost, type Site, siteOf } from './site.ts'

/** On premises the path to the API never changes; the cloud takes it as an alias for its current release. */
const stableCodebase = 'v4_6_release/'

/**
 * Asks the site where its API is (`/login/companyinfo`) and makes the headers. There is no token; the base
 * URL is what ages: the cloud's release is part of it and changes a few times a year.
 */
export async function signIn(ctx: Context<ConnectWiseSettings>): Promise<Session> {
  const { settings } = ctx
  const site = siteOf(settings.site)
  if (!site) {
    throw ctx.error(
      'config',
      'The site is not an address the hub can use. Type the host of your ConnectWise PSA, e.g. na.myconnectwise.net; it must speak https.',
    )
  }
  const info = await companyInfo(ctx, site)
  const host = apiHost(ctx, site, info)
  const keys = `${settings.companyId}+${settings.publicKey}:${settings.privateKey}`
  return {
    baseUrl: `${site.protocol}//${host.name}/${host.codebase}apis/3.0/`,
    headers: {
      authorization: `Basic ${Buffer.from(keys).toString('base64')}`,
      clientid: settings.clientId,
      accept: settings.apiVersion
        ? `application/vnd.connectwise.com+json; version=${settings.apiVersion}`
        : 'application/json',
    },
  }
}

async function companyInfo(ctx: Context<ConnectWiseSettings>, site: Site): Promise<Readonly<Record<string, unknown>>> {
  const { companyId } = ctx.settings
  const url = `${site.protocol}//${site.host}/login/companyinfo/${encodeURIComponent(companyId)}`
  let body: unknown
  try {
    body = (await ctx.http.request({ url, anonymous: true })).body
  } catch (error) {
    // Not found, or a page instead of JSON: something else than ConnectWise answers there.
    if (error instanceof ConnectorError && (error.kind === 'not-found' || error.kind === 'vendor')) {
      throw ctx.error('config', `No ConnectWise PSA answers at ${site.host}. Check the site.`, error.message)
    }
    throw error
  }
  if (body === null) {
    throw ctx.error(
      'config',
      `${site.host} knows no company "${companyId}". Type the company of the sign-in screen, and check that the site is the right region.`,
    )
  }
  if (isRow(body)) return body
  throw ctx.error(
    'config',
    `No ConnectWise PSA answers at ${site.host}. Check the site.`,
    'companyinfo: no JSON object',
  )
}

function apiHost(
  ctx: Context<ConnectWiseSettings>,
  site: Site,
  info: Readonly<Record<string, unknown>>,
): { name: string; codebase: string } {
  const siteUrl = text(info.SiteUrl)
  // Seen as boolean and as text, and not always there.
  const cloud = bool(info.IsCloud) ?? (Boolean(siteUrl) || isCloudHost(site.host))
  if (!cloud) return { name: site.host, codebase: stableCodebase }
  const name = siteUrl ? siteOf(siteUrl)?.host : cloudApiHost(site.host)
  // The keys go to this host next: only to one the admin agreed to.
  if (name === undefined || !hostsOf(ctx.settings).includes(name)) {
    throw ctx.error(
      'config',
      `${site.host} says its API is at ${siteUrl}. If that is right, type it as the site.`,
      `SiteUrl ${siteUrl} is not a declared host`,
    )
  }
  return { name, codebase: codebaseOf(text(info.Codebase)) }
}

function codebaseOf(named: string | null | undefined): string {
  if (!named || !/^[\w.-]+\/?$/.test(named)) return stableCodebase
  return named.endsWith('/') ? named : `${named}/`
}

/** Whether an error is the vendor's "no such record". */
export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'not-found'
}

/** Whether the API member lacks the right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'permission'
}

/** Whether the vendor refused the request itself (400): the body or the conditions. */
export function isRefused(error: unknown): boolean {
  return error instanceof ConnectorError && error.status === 400
}

/** What ConnectWise means where its answer says more than its status. */
export function faults(answer: HttpAnswer): Fault | undefined {
  const { status } = answer
  if (status < 300) return undefined
  const body = object(answer.body) ?? undefined
  const said = body ? summary(body) : undefined
  switch (status) {
    case 400:
      return { kind: 'vendor', admin: `ConnectWise refused the request: ${said ?? 'no reason given'}.`, log: log(said) }
    case 401:
      return {
        kind: 'auth',
        admin:
          'ConnectWise does not accept the keys. Check company id, public key, private key and client id, and that the API member is active.',
        log: log(said),
      }
    case 403:
      return forbidden(body, said)
    case 404:
      return missing(body, said)
    case 405:
    case 415:
      return { kind: 'bug', log: log(said) }
    case 429:
      return tooMany(answer, body)
    case 500:
      // A record ConnectWise itself cannot read answers 500 for ever; asking again only costs time.
      return said?.includes('was not recognized as a valid')
        ? { kind: 'vendor', admin: `ConnectWise cannot read one of its own records: ${said}.`, log: log(said) }
        : undefined
    default:
      return undefined
  }
}

function forbidden(body: Readonly<Record<string, unknown>> | undefined, said: string | undefined): Fault {
  // Cloudflare stands in front and turns requests away with a page; that is no statement about rights.
  if (!body) return { kind: 'transient', log: '403 without a ConnectWise body' }
  if (said?.includes('SSL is required')) {
    return {
      kind: 'config',
      admin:
        'ConnectWise wants its API called at the host with the "api-" prefix. Type that as the site, e.g. api-na.myconnectwise.net.',
      log: log(said),
    }
  }
  return {
    kind: 'permission',
    admin: `The API member's security role does not allow this in ConnectWise (${said}).`,
    log: log(said),
  }
}

function missing(body: Readonly<Record<string, unknown>> | undefined, said: string | undefined): Fault {
  const fault = { kind: 'not-found', ...(said === undefined ? {} : { log: said }) } as const
  // Anything but "that record is not there" may be a path of the release before: in ConnectWise's words or the web server's.
  return body?.code === 'NotFound' ? fault : { ...fault, signInAgain: true }
}

function tooMany(answer: HttpAnswer, body: Readonly<Record<string, unknown>> | undefined): Fault | undefined {
  if (answer.headers['retry-after']) return undefined
  const seconds = /in (\d{1,4}) seconds?/.exec(text(body?.message) ?? '')?.[1]
  return seconds ? { kind: 'rate-limit', retryAfterSeconds: Number(seconds) } : undefined
}

function log(said: string | undefined): string {
  return said ?? 'no ConnectWise error body'
}

/** `InvalidObject: contact object is invalid (firstName: The firstName field is required.)`; the cause is often only inside. */
function summary(body: Readonly<Record<string, unknown>>): string {
  const inner = Array.isArray(body.errors) ? body.errors.filter(isRow).slice(0, 5) : []
  const details = inner.map((error) =>
    [text(error.code), text(error.field), text(error.message)].filter(Boolean).join(' '),
  )
  const head = [text(body.code) ?? text(body.error), text(body.message)].filter(Boolean).join(': ')
  return (details.length > 0 ? `${head} (${details.join('; ')})` : head).slice(0, 500) || 'an answer without a reason'
}
