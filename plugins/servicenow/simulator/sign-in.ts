/** Who is calling: an API key, Basic, or an OAuth token. */
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { oauthError, unauthorized } from './refusals.ts'

export type Caller = 'full' | 'limited'

const apiKeys: Readonly<Record<Caller, string>> = {
  full: 'now_SimulatedApiKey0001',
  limited: 'now_SimulatedApiKey0002',
}
const client = { clientId: '0123456789abcdef0123456789abcdef', clientSecret: 'SimulatedClientSecret' }
const user = { username: 'tributary', password: 'SimulatedPassword' }
const lifetimeSeconds = 1800

export const credentials = { apiKeys, client, user }

export class SignIn {
  #token: { readonly text: string; readonly endsAt: number } | undefined
  #issued = 0

  /** `POST /oauth_token.do`. Asked again before it ends, it hands out the same token. */
  token({ body, headers, method }: SimulatedRequest): SimulatedAnswer {
    const form = new URLSearchParams(body)
    const grant = form.get('grant_type')
    if (method !== 'POST' || !headers['content-type']?.includes('x-www-form-urlencoded'))
      throw oauthError('invalid_request', 'form expected')
    if (form.get('client_id') !== client.clientId || form.get('client_secret') !== client.clientSecret) {
      throw oauthError('invalid_client', 'Client authentication failed')
    }
    const known = form.get('username') === user.username && form.get('password') === user.password
    if (grant !== 'client_credentials' && !(grant === 'password' && known))
      throw oauthError('server_error', 'access_denied')
    const now = Date.now()
    if (this.#token === undefined || this.#token.endsAt <= now) {
      this.#token = { text: `SimulatedAccessToken${++this.#issued}`, endsAt: now + lifetimeSeconds * 1000 }
    }
    const refresh = grant === 'password' ? { refresh_token: 'SimulatedRefreshToken' } : {}
    const left = Math.max(1, Math.floor((this.#token.endsAt - now) / 1000))
    const answer = {
      access_token: this.#token.text,
      ...refresh,
      scope: 'useraccount',
      token_type: 'Bearer',
      expires_in: left,
    }
    return { status: 200, body: answer }
  }

  /** The token ends before its time, as when an admin revokes it. */
  revoke(): void {
    this.#token = undefined
  }

  caller({ headers }: SimulatedRequest): Caller {
    const key = headers['x-sn-apikey']
    if (key === apiKeys.full) return 'full'
    if (key === apiKeys.limited) return 'limited'
    const [scheme, given = ''] = (headers.authorization ?? '').split(' ')
    if (scheme === 'Bearer' && this.#token?.text === given && this.#token.endsAt > Date.now()) return 'full'
    if (scheme === 'Basic' && Buffer.from(given, 'base64').toString() === `${user.username}:${user.password}`)
      return 'full'
    throw unauthorized()
  }
}
