/** Signing in to Halo, and what its error answers mean. */
import type { Context, Fault, HttpAnswer, Session } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { integer, isRow, type Row, text } from '../../core/connector/parse.ts'
import { type Addresses, addressesOf, hostsOf } from './addresses.ts'
import type { HaloSettings } from './settings.ts'

type Ctx = Context<HaloSettings>

/**
 * What the token is asked for: a token cannot do more than that, whatever the application would allow. Of each the first
 * that is allowed is enough.
 */
const wishes = [
  ['read:customers', 'edit:customers'],
  ['read:assets'],
  ['edit:assets'],
  ['read:tickets', 'edit:tickets'],
  ['admin:webhooks'],
] as const

export interface Token {
  readonly value: string
  /** Seconds; undefined if Halo does not say. */
  readonly life: number | undefined
  /** What the token may do, as Halo says; else as asked for. */
  readonly scopes: readonly string[]
}

/** Fetches a token with the client credentials and makes the headers. */
export async function signIn(ctx: Ctx): Promise<Session> {
  const { value, life } = await fetchToken(ctx)
  return {
    baseUrl: addresses(ctx).api,
    headers: { authorization: `Bearer ${value}`, accept: 'application/json' },
    ...(life === undefined ? {} : { expiresAt: new Date(Date.now() + life * 1000).toISOString() }),
  }
}

/** The typed addresses; throws `config` if they are none. */
export function addresses(ctx: Ctx): Addresses {
  const found = addressesOf(ctx.settings)
  if (found !== undefined) return found
  throw ctx.error(
    'config',
    'The resource server or the authorisation server is not an address the hub can use. Copy both from Configuration > Integrations > Halo API; they must speak https.',
  )
}

/** A new token. Needs no session. */
export async function fetchToken(ctx: Ctx): Promise<Token> {
  const { url, tenant } = await authorisation(ctx)
  const request = (scope: string) => ask(ctx, url, tenant, scope)
  const typed = ctx.settings.scopes?.trim().replace(/\s+/g, ' ')
  const first = typed || wishes.map(([scope]) => scope).join(' ')
  const token = (await request(first)) ?? (typed ? undefined : await lesser(request))
  if (token !== undefined) return token
  throw ctx.error(
    'config',
    typed
      ? `The API application does not allow the permissions typed into "Permissions to ask for" ("${typed}"). Leave that field empty, and the hub finds out which it has.`
      : `The API application allows none of the permissions the hub can use (${first}). Tick them in the application's Permissions tab.`,
    `invalid_scope: ${first}`,
  )
}

/** One permission that is not allowed spoils the whole request, so they are tried singly; then asked for together. */
async function lesser(request: (scope: string) => Promise<Token | undefined>): Promise<Token | undefined> {
  const allowed: string[] = []
  for (const alternatives of wishes) {
    for (const scope of alternatives) {
      if ((await request(scope)) === undefined) continue
      allowed.push(scope)
      break
    }
  }
  // The last token counts, should Halo end the ones before it.
  return request(allowed.length > 0 ? allowed.join(' ') : 'all')
}

/** `undefined` = the application does not allow it. */
async function ask(ctx: Ctx, url: string, tenant: string | undefined, scope: string): Promise<Token | undefined> {
  const { clientId, clientSecret } = ctx.settings
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope }
  let body: unknown
  try {
    const answer = await ctx.http.request({
      method: 'POST',
      url,
      ...(tenant ? { query: { tenant } } : {}),
      body: new URLSearchParams(form),
      anonymous: true,
      // Another token does no harm.
      repeatable: true,
    })
    body = answer.body
  } catch (error) {
    if (isScopeRefused(error)) return undefined
    if (error instanceof ConnectorError && (error.kind === 'not-found' || error.status === 405 || isNoData(error))) {
      throw noHalo(ctx, url, error.message)
    }
    throw error
  }
  const value = isRow(body) ? text(body.access_token) : undefined
  if (!isRow(body) || !value) throw noHalo(ctx, url, 'the answer has no access_token')
  const life = integer(body.expires_in)
  return {
    value,
    life: typeof life === 'number' && life > 0 ? life : undefined,
    scopes: (text(body.scope) ?? scope).split(/[\s,]+/).filter((one) => one !== ''),
  }
}

/** Where tokens are: as typed, else as the resource server says (`/api/authinfo`), else beside it. */
async function authorisation(ctx: Ctx): Promise<{ url: string; tenant: string | undefined }> {
  const { origin, auth } = addresses(ctx)
  const typedTenant = ctx.settings.tenant?.trim() || undefined
  const info = auth !== undefined && typedTenant !== undefined ? undefined : await authInfo(ctx)
  const tenant = typedTenant ?? (text(info?.tenant_id) || undefined)
  if (auth !== undefined) return { url: `${auth}/token`, tenant }
  const named = text(info?.auth_url)
  const said = named ? URL.parse(named, origin) : null
  if (said === null) return { url: `${origin}/auth/token`, tenant }
  // The secret goes there next: only to a host the admin agreed to.
  if (!hostsOf(ctx.settings).includes(said.host) || said.protocol !== new URL(origin).protocol) {
    throw ctx.error(
      'config',
      `Halo says its authorisation server is ${said.origin}${said.pathname}. If that is right, type it as the authorisation server.`,
      `auth_url ${said.origin} is not a declared host`,
    )
  }
  return { url: `${said.origin}${said.pathname.replace(/\/$/, '')}/token`, tenant }
}

/** What Halo says of itself to everybody. Not every one does; then the usual addresses have to do. */
export async function authInfo(ctx: Ctx): Promise<Row | undefined> {
  try {
    const { body } = await ctx.http.request({ url: `${addresses(ctx).api}authinfo`, anonymous: true })
    return isRow(body) ? body : undefined
  } catch (error) {
    if (error instanceof ConnectorError && error.kind !== 'transient' && error.kind !== 'rate-limit') return undefined
    throw error
  }
}

function noHalo(ctx: Ctx, url: string, log: string): Error {
  const { host } = new URL(url)
  return ctx.error(
    'config',
    `No authorisation server of Halo answers at ${host}. Copy the resource server, the authorisation server and the tenant from Configuration > Integrations > Halo API: they differ between HaloPSA, HaloITSM and HaloServiceDesk.`,
    log,
  )
}

/** A page instead of JSON. */
function isNoData(error: ConnectorError): boolean {
  return error.kind === 'vendor' && error.status !== undefined && error.status < 300
}

function isScopeRefused(error: unknown): boolean {
  return error instanceof ConnectorError && error.status === 400 && error.message.includes('invalid_scope')
}

/** Whether an error is the vendor's "no such record". */
export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'not-found'
}

/** Whether the application or its agent lacks the right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'permission'
}

/** What Halo means where its answer says more than its status. */
export function faults(answer: HttpAnswer): Fault | undefined {
  const { status, body } = answer
  if (status < 300) return undefined
  const said = saidIn(body)
  const log = said ?? 'no reason given'
  if (/invalid_client|unauthorized_client/.test(log)) return wrongClient(log)
  if (status === 400) {
    if (/invalid_scope|^invalid_request: .*\bscope/.test(log)) return { kind: 'config', log: `invalid_scope: ${log}` }
    return { kind: 'vendor', admin: `Halo refused the request: ${log}.`, log }
  }
  if (status === 401) {
    return {
      kind: 'auth',
      admin:
        'Halo does not accept the hub’s token. Check that the API application and its agent are active, and that resource server, authorisation server and tenant belong to the same Halo (HaloPSA, HaloITSM and HaloServiceDesk each have their own).',
      log,
      signInAgain: true,
    }
  }
  if (status === 403) {
    return {
      kind: 'permission',
      admin:
        'Halo does not allow this: a permission of the API application or of its agent is missing; the connection’s check names it.',
      log,
    }
  }
  // What was sent does not suit the record; asking again brings the same.
  if (status === 500 && said?.includes('Operation is not valid due to the current state')) {
    return { kind: 'vendor', admin: `Halo refused the request: ${said}`, log }
  }
  return undefined
}

function wrongClient(log: string): Fault {
  return {
    kind: 'auth',
    admin:
      'Halo does not know the client ID or its secret. Copy both once more from the saved API application (an unsaved one may still change its ID), and check that authorisation server and tenant are those of your Halo: HaloPSA, HaloITSM and HaloServiceDesk each have their own.',
    log,
  }
}

/** Error bodies have no fixed form: the first text found in them; before it the code, where there is one as well. */
function saidIn(body: unknown, depth = 0): string | undefined {
  if (typeof body === 'string') return body.trim() === '' ? undefined : body.trim().slice(0, 300)
  if (!isRow(body) || depth > 2) return undefined
  if (text(body.error) && text(body.error_description)) return `${body.error}: ${body.error_description}`.slice(0, 300)
  const first = ['errorMessage', 'error_description', 'Message', 'message', 'error'].map((name) => body[name])
  for (const value of [...first, ...Object.values(body)]) {
    const found = saidIn(value, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
