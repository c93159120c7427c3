/** Signing in to BMS: user name and password for a token, and a refresh token for the next one. */
import { createHash, randomUUID } from 'node:crypto'
import type { Context, HttpRequest, Session } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { isRow, text } from '../../core/connector/parse.ts'
import { apiOrigin } from './address.ts'
import { refused } from './client.ts'
import { readable } from './names.ts'
import type { KaseyaSettings } from './settings.ts'
import { moment } from './streams/fields.ts'

type Ctx = Context<KaseyaSettings>
type Form = Readonly<Record<string, string>>

interface Tokens {
  readonly access: string
  readonly refresh: string | undefined
  readonly accessEnds: string | undefined
  readonly refreshEnds: string | undefined
}

/** By a digest of the credentials, so that a new token takes a refresh token and not the password again. */
const kept = new Map<string, Tokens>()
const mostKept = 100
/** The hub renews a minute before the end; somewhat more, for clocks differ. */
const nearEndMs = 180_000

/** Refreshes a token that ends soon; one that was refused before its time is replaced by signing in with the password. */
export async function signIn(ctx: Ctx): Promise<Session> {
  const origin = apiOrigin(ctx.settings)
  if (origin === undefined) {
    throw ctx.error(
      'config',
      'The API address is none the hub can use. Choose a region, or "Other address" and type the host of the API; it must speak https.',
    )
  }
  const { tenant, userName, password } = ctx.settings
  const key = createHash('sha256')
    .update(JSON.stringify([origin, tenant, userName, password]))
    .digest('base64')
  const before = kept.get(key)
  kept.delete(key)
  const tokens = (before && (await refreshed(ctx, origin, before))) ?? (await authenticated(ctx, origin))
  if (kept.size >= mostKept) kept.clear()
  kept.set(key, tokens)
  return {
    baseUrl: `${origin}/`,
    headers: { authorization: `Bearer ${tokens.access}` },
    ...(tokens.accessEnds === undefined ? {} : { expiresAt: tokens.accessEnds }),
  }
}

async function refreshed(ctx: Ctx, origin: string, before: Tokens): Promise<Tokens | undefined> {
  const now = Date.now()
  const { access, refresh, accessEnds, refreshEnds } = before
  if (refresh === undefined || accessEnds === undefined || Date.parse(accessEnds) - now > nearEndMs) return undefined
  if (refreshEnds !== undefined && Date.parse(refreshEnds) < now) return undefined
  try {
    return await tokensFrom(ctx, `${origin}/v2/security/refreshtoken`, { AccessToken: access, RefreshToken: refresh })
  } catch (error) {
    if (error instanceof ConnectorError && error.kind !== 'transient' && error.kind !== 'rate-limit') return undefined
    throw error
  }
}

async function authenticated(ctx: Ctx, origin: string): Promise<Tokens> {
  const { tenant, userName, password } = ctx.settings
  const form = { GrantType: 'password', UserName: userName, Password: password, Tenant: tenant }
  try {
    const tokens = await tokensFrom(ctx, `${origin}/v2/security/authenticate`, form)
    if (tokens !== undefined) return tokens
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    const { host } = new URL(origin)
    if (error.kind === 'not-found') {
      throw ctx.error('config', `No BMS API answers at ${host}. Check region and API address.`, error.message)
    }
    // "No" comes as 400, 401, 403, or as 200 without success.
    const said = error.message.startsWith(refused) && error.kind !== 'transient' && error.kind !== 'rate-limit'
    if (error.kind !== 'auth' && error.status !== 400 && !said) throw error
    throw wrongCredentials(ctx, error.message)
  }
  throw wrongCredentials(ctx, 'no token in the answer')
}

function wrongCredentials(ctx: Ctx, log: string): Error {
  return ctx.error(
    'auth',
    'Kaseya BMS does not accept the sign-in. Check company name (as in My Settings), user name and password; the user must be of type "Api Employee", its role must have API access, and neither MFA nor single sign-on may stand in between.',
    log,
  )
}

/** `undefined` if the answer is one of BMS and has no token. */
async function tokensFrom(ctx: Ctx, url: string, form: Form): Promise<Tokens | undefined> {
  const { body } = await posted(ctx, url, form)
  const envelope = readable(body)
  if (!isRow(envelope) || !('result' in envelope || 'success' in envelope)) {
    throw ctx.error(
      'config',
      `No BMS API answers at ${new URL(url).host}. Check region and API address.`,
      `${url}: no envelope`,
    )
  }
  const result = isRow(envelope.result) ? envelope.result : {}
  const access = text(result.accessToken)
  if (!access) return undefined
  return {
    access,
    refresh: text(result.refreshToken) ?? undefined,
    accessEnds: moment(result.accessTokenExpireOn) ?? undefined,
    refreshEnds: moment(result.refreshTokenExpireOn) ?? undefined,
  }
}

/** Kaseya describes multipart and its clients send an ordinary form: that first, multipart where it is not understood. */
async function posted(ctx: Ctx, url: string, form: Form) {
  const request: HttpRequest = { method: 'POST', url, anonymous: true, repeatable: true }
  try {
    return await ctx.http.request({ ...request, body: new URLSearchParams(form) })
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    const unread = error.status === 415 || (error.status === 400 && /GrantType|multipart/i.test(error.message))
    if (!unread) throw error
  }
  const boundary = `----${randomUUID()}`
  const parts = Object.entries(form).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return ctx.http.request({
    ...request,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${parts.join('')}--${boundary}--\r\n`,
  })
}
