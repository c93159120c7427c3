/** Signing in to Syncro, and what its error answers mean. */
import type { Context, Fault, HttpAnswer, Session } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { isRow, object, text } from '../../core/connector/parse.ts'
import type { SyncroSettings } from './settings.ts'
import { siteOf } from './site.ts'

/**
 * Tries the token at `/me`, the one request that takes no right: what is refused there is the token itself. Later
 * refusals speak of rights then. The answer repeats the token and is not kept.
 */
export async function signIn(ctx: Context<SyncroSettings>): Promise<Session> {
  const site = siteOf(ctx.settings.subdomain)
  if (!site) {
    throw ctx.error(
      'config',
      'The subdomain is not an address the hub can use. Type the first part of the address you open Syncro at, e.g. "acme" of acme.syncromsp.com.',
    )
  }
  const baseUrl = `${site.origin}/api/v1/`
  const headers = { authorization: `Bearer ${ctx.settings.apiToken}` }
  const nobody = `No Syncro account answers at ${site.host}. Check the subdomain.`
  let body: unknown
  try {
    body = (await ctx.http.request({ url: `${baseUrl}me`, anonymous: true, headers })).body
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    if (error.kind === 'permission') throw ctx.error('auth', badToken, error.message)
    if (error.kind === 'not-found' || error.kind === 'vendor') throw ctx.error('config', nobody, error.message)
    throw error
  }
  if (!isRow(body) || body.user_id === undefined) throw ctx.error('config', nobody, '/me: not an answer of Syncro')
  return { baseUrl, headers }
}

const badToken =
  'Syncro does not accept the API token. Make a new one under Admin > API > API Tokens and enter it; the old one may have expired, or its user is no longer active.'

/** What Syncro means where its answer says more than its status. A missing right is a 401 there, like a bad token. */
export function faults(answer: HttpAnswer): Fault | undefined {
  const { status } = answer
  if (status < 300) {
    // Some parts of the API say so in plain text where the account does not use them.
    return typeof answer.body === 'string' && /^\W*disabled\W*$/i.test(answer.body)
      ? { kind: 'permission', admin: 'Syncro says that this part of the account is switched off.', log: answer.body }
      : undefined
  }
  const said = isRow(answer.body) ? summary(answer.body) : undefined
  switch (status) {
    case 401:
      return said !== undefined && /permission|not authorized|not allowed|access denied/i.test(said)
        ? {
            kind: 'permission',
            // Asks `/me`, which takes no right: a token that is refused there is no good any more, whatever the words.
            signInAgain: true,
            admin: `The API token, or the security group of its user, does not allow this in Syncro (${said.replace(/\.$/, '')}). The connection's check names the permission to tick.`,
            log: said,
          }
        : { kind: 'auth', admin: badToken, log: said ?? '401 without a reason' }
    case 403:
      // Cloudflare stands in front and turns requests away with a page; that is no statement about rights.
      return isRow(answer.body) ? undefined : { kind: 'transient', log: '403 without a Syncro body' }
    case 400:
    case 422:
      return {
        kind: 'vendor',
        admin: `Syncro refused the request: ${said ?? 'no reason given'}.`,
        log: said ?? `${status} without a reason`,
      }
    default:
      return undefined
  }
}

/** The reason stands under `error`, `errors` or `message`, as a text, a list or an object; or the body is the object. */
function summary(body: Readonly<Record<string, unknown>>): string | undefined {
  const words = flat(body.error ?? body.errors ?? body.message ?? { ...body, record: undefined, params: undefined })
  return words === '' ? undefined : words.slice(0, 300)
}

function flat(value: unknown): string {
  if (Array.isArray(value)) return value.map(flat).filter(Boolean).join(', ')
  const inner = object(value)
  if (!inner) return text(value) ?? ''
  return Object.entries(inner)
    .map(([name, said]) => [name, flat(said)])
    .filter(([, said]) => said !== '')
    .map(([name, said]) => `${name} ${said}`)
    .join(', ')
}

/** Whether an error is the vendor's "no such record". */
export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'not-found'
}

/** Whether the token lacks the right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'permission'
}

/** Whether Syncro could not make anything of the request itself. */
export function isRefused(error: unknown): boolean {
  return error instanceof ConnectorError && [400, 422, 500].includes(error.status ?? 0)
}

/** An id as it may stand in a path or a query: digits only, whatever it came from. */
export function idNumber(ctx: Context<SyncroSettings>, id: string): string {
  if (!/^\d{1,15}$/.test(id))
    throw ctx.error('bug', 'The hub asked Syncro for a record by an id that is none.', `id ${JSON.stringify(id)}`)
  return id
}
