/** Signing in to ServiceNow, and what its error answers mean. */
import type { Context, Fault, HttpAnswer, Session } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { integer, isRow, text } from '../../core/connector/parse.ts'
import { originOf } from './instance.ts'
import type { ServiceNowSettings } from './settings.ts'

type Ctx = Context<ServiceNowSettings>

/** An API key and Basic go with every request; OAuth asks for a token, which lives half an hour. */
export async function signIn(ctx: Ctx): Promise<Session> {
  const { settings } = ctx
  const origin = originOf(settings.instance)
  if (origin === undefined) {
    throw ctx.error(
      'config',
      'The instance is not an address the hub can use. Type its name, e.g. acme, or its https address.',
    )
  }
  const session = { baseUrl: `${origin}/api/now/` }
  switch (settings.signInWith) {
    case 'API key':
      return { ...session, headers: { 'x-sn-apikey': needed(ctx, settings.apiKey, 'API key') } }
    case 'Basic': {
      const user = needed(ctx, settings.username, 'User name')
      const credentials = `${user}:${needed(ctx, settings.password, 'Password')}`
      return { ...session, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
    }
    case 'OAuth': {
      const { token, seconds } = await accessToken(ctx, origin)
      return {
        ...session,
        headers: { authorization: `Bearer ${token}` },
        // Asked again before it ends ServiceNow hands out the same token, so what is left may be short.
        ...(seconds === undefined ? {} : { expiresAt: new Date(Date.now() + seconds * 1000).toISOString() }),
      }
    }
    default:
      throw ctx.error('config', 'Choose how to sign in: API key, OAuth or Basic.')
  }
}

function needed(ctx: Ctx, value: string | undefined, title: string): string {
  if (value) return value
  throw ctx.error('config', `${title} is needed to sign in with ${ctx.settings.signInWith}.`)
}

/** With a user name the password grant, without one client credentials (since the Washington DC release). */
async function accessToken(ctx: Ctx, origin: string): Promise<{ token: string; seconds: number | undefined }> {
  const { username, password, clientId, clientSecret } = ctx.settings
  const form = new URLSearchParams({
    grant_type: username ? 'password' : 'client_credentials',
    client_id: needed(ctx, clientId, 'Client ID'),
    client_secret: needed(ctx, clientSecret, 'Client secret'),
    ...(username ? { username, password: needed(ctx, password, 'Password') } : {}),
  })
  const url = `${origin}/oauth_token.do`
  const { body } = await ctx.http.request({ method: 'POST', url, body: form, anonymous: true, repeatable: true })
  const token = isRow(body) ? text(body.access_token) : undefined
  if (!token || !isRow(body))
    throw ctx.error('vendor', 'ServiceNow answered the sign-in with something else than a token.')
  const seconds = integer(body.expires_in)
  return { token, seconds: typeof seconds === 'number' && seconds > 0 ? seconds : undefined }
}

/** Whether an error is the vendor's "no such record"; a record the user may not see answers the same. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'not-found'
}

/** Whether the user lacks the right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'permission'
}

const noTable = 'Invalid table'
const noRecord = 'No Record found'

/** Whether the instance has no such table: an application that is not installed, or a recipe not followed. */
export function isNoTable(error: unknown): boolean {
  return error instanceof ConnectorError && error.status === 400 && error.message.startsWith(noTable)
}

/** Whether a list answers 404 for being empty, as version 1 of the API does. */
export function isEmptyList(error: unknown): boolean {
  return isNotFound(error) && error instanceof Error && error.message.startsWith(noRecord)
}

/** What ServiceNow means where its answer says more than its status. */
export function faults(answer: HttpAnswer): Fault | undefined {
  const { status, body, headers } = answer
  const said = saidBy(body)
  if (wasCutShort(body)) {
    return {
      kind: 'vendor',
      admin: 'ServiceNow ended the request: it took longer than the instance allows (transaction quota).',
      log: 'Transaction cancelled: maximum execution time exceeded',
    }
  }
  if (status < 300) return goodButNot(answer, said)
  switch (status) {
    case 400:
      return said?.startsWith(noTable)
        ? { kind: 'config', admin: `ServiceNow has no such table (${said}). Check the settings.`, log: said }
        : (oauthRefusal(body) ?? {
            kind: 'vendor',
            admin: `ServiceNow refused the request: ${said ?? 'no reason given'}.`,
            log: log(said),
          })
    case 401:
      return oauthRefusal(body) ?? { kind: 'auth', admin: refused(headers, said), log: log(said), signInAgain: true }
    case 403:
      return {
        kind: 'permission',
        admin: `The ServiceNow user may not do this (${said ?? 'no reason given'}). Grant the role that the check names, or look for a business rule or data policy if it was a write.`,
        log: log(said),
      }
    case 404:
      return { kind: 'not-found', log: log(said) }
    case 405:
    case 406:
    case 415:
      return { kind: 'bug', log: log(said) }
    case 414:
      return {
        kind: 'vendor',
        admin:
          'Something before ServiceNow refuses long addresses (414). Choose fewer types or statuses, or shorten the company query.',
      }
    case 499:
      return busy
    case 429:
      return headers['retry-after'] ? undefined : untilReset(headers)
    default:
      return undefined
  }
}

/** The instance gave up on the request before it began: its session's queue is full (202), or it closed it (499). */
const busy: Fault = { kind: 'transient', log: 'session queue overflow' }

/** A 2xx answer that is none: a sleeping developer instance, or an error beside the rows. */
function goodButNot({ status, body }: HttpAnswer, said: string | undefined): Fault | undefined {
  if (status === 202) return busy
  if (typeof body === 'string' && /hibernat/i.test(body)) {
    return {
      kind: 'config',
      admin: 'The developer instance is asleep. Wake it at developer.servicenow.com, then try again.',
      log: 'Instance Hibernating page',
    }
  }
  if (said === undefined || typeof body === 'string') return undefined
  return { kind: 'vendor', admin: `ServiceNow answered with an error: ${said}.`, log: said }
}

/** A list over its time is cut with status 200: rows, then an error object, and no longer JSON. */
function wasCutShort(body: unknown): boolean {
  const told = typeof body === 'string' ? body.slice(-2000) : saidBy(body)
  return told?.includes('Transaction cancelled') === true
}

function oauthRefusal(body: unknown): Fault | undefined {
  if (!isRow(body) || typeof body.error !== 'string') return undefined
  return {
    kind: 'auth',
    admin:
      'ServiceNow does not accept the OAuth credentials. Check client id, secret and user; for client credentials the property glide.oauth.inbound.client.credential.grant_type.enabled must be true and the application needs an OAuth Application User.',
    log: `${body.error}: ${text(body.error_description) ?? ''}`,
  }
}

function refused(headers: HttpAnswer['headers'], said: string | undefined): string {
  if (headers['x-mfa_token'] !== undefined) {
    return 'The ServiceNow user signs in with a second factor, which the hub cannot. Use an integration user ("Web service access only").'
  }
  return `ServiceNow does not accept the credentials (${said ?? 'no reason given'}). Check that the key or user is active and not expired, that a REST API Access Policy of the Table API lists the API key profile, and that a user for Basic has "Web service access only".`
}

/** A rate rule tells when it counts anew; a full queue of the instance does not. */
function untilReset(headers: HttpAnswer['headers']): Fault {
  const reset = Number(headers['x-ratelimit-reset'])
  const seconds = Math.ceil(reset - Date.now() / 1000)
  return { kind: 'rate-limit', ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}) }
}

function log(said: string | undefined): string {
  return said ?? 'no ServiceNow error body'
}

/** `Operation Failed: ACL Exception Query Failed due to security constraints` */
function saidBy(body: unknown): string | undefined {
  if (!isRow(body) || !isRow(body.error)) return undefined
  const { message, detail } = body.error
  return [text(message), text(detail)].filter(Boolean).join(': ').slice(0, 500) || 'an error without a reason'
}
