/** Signing in to BMS: company, user name and password for a token. */
import { randomUUID } from 'node:crypto'
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

interface Token {
  readonly access: string
  readonly ends: string | undefined
}

/** Always with the password: a refresh token would have to be kept, and spares nothing. */
export async function signIn(ctx: Ctx): Promise<Session> {
  const origin = apiOrigin(ctx.settings)
  if (origin === undefined) {
    throw ctx.error(
      'config',
      'The API address is none the hub can use. Choose a region, or "Other address" and type the host of the API; it must speak https.',
    )
  }
  const { access, ends } = await authenticated(ctx, origin)
  return {
    baseUrl: `${origin}/`,
    headers: { authorization: `Bearer ${access}` },
    ...(ends === undefined ? {} : { expiresAt: ends }),
  }
}

async function authenticated(ctx: Ctx, origin: string): Promise<Token> {
  const { tenant, userName, password } = ctx.settings
  const form = { GrantType: 'password', UserName: userName, Password: password, Tenant: tenant }
  try {
    const token = await tokenFrom(ctx, `${origin}/v2/security/authenticate`, form)
    if (token !== undefined) return token
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
async function tokenFrom(ctx: Ctx, url: string, form: Form): Promise<Token | undefined> {
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
  return access ? { access, ends: moment(result.accessTokenExpireOn) ?? undefined } : undefined
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
