/** Signing in and what the tokens are worth. */
import { randomBytes } from 'node:crypto'
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { Refusal, refusal, success } from './answers.ts'

export interface User {
  readonly userName: string
  readonly password: string
  readonly lacks: readonly string[]
}

interface Token {
  readonly user: User
  readonly ends: number
}

export class Sessions {
  readonly #tenant: string
  readonly #users: readonly User[]
  readonly #lifeMs: number
  readonly #multipartOnly: boolean
  readonly #access = new Map<string, Token>()

  constructor(tenant: string, users: readonly User[], lifeMs: number, multipartOnly: boolean) {
    this.#tenant = tenant
    this.#users = users
    this.#lifeMs = lifeMs
    this.#multipartOnly = multipartOnly
  }

  /** All tokens end at once. */
  endAll(): void {
    this.#access.clear()
  }

  userOf({ headers }: SimulatedRequest): User {
    const token = this.#access.get(headers.authorization?.replace(/^Bearer /i, '') ?? '')
    if (token === undefined || token.ends <= Date.now()) throw new Refusal(401, undefined)
    return token.user
  }

  authenticate(request: SimulatedRequest): SimulatedAnswer {
    const form = this.#form(request)
    if (form.get('granttype') !== 'password') throw refusal(400, 'The GrantType field is required.', 400)
    const user = this.#users.find(
      ({ userName, password }) =>
        userName.toLowerCase() === form.get('username')?.toLowerCase() && password === form.get('password'),
    )
    // Wrong credentials are told with the status of a success.
    if (user === undefined || form.get('tenant') !== this.#tenant) throw refusal(0, 'Invalid user name or password.')
    return this.#issue(user)
  }

  #issue(user: User): SimulatedAnswer {
    const now = Date.now()
    const access = `eyJhbGciOiJub25lIn0.${randomBytes(24).toString('base64url')}.simulator`
    this.#access.set(access, { user, ends: now + this.#lifeMs })
    return success({
      AccessToken: access,
      RefreshToken: randomBytes(24).toString('base64url'),
      // Without a zone, which is UTC here.
      AccessTokenExpireOn: new Date(now + this.#lifeMs).toISOString().slice(0, 23),
      RefreshTokenExpireOn: new Date(now + 86_400_000).toISOString().slice(0, 23),
    })
  }

  #form({ headers, body }: SimulatedRequest): ReadonlyMap<string, string> {
    const type = headers['content-type'] ?? ''
    const boundary = /^multipart\/form-data;\s*boundary=(.+)$/.exec(type)?.[1]
    if (boundary !== undefined) {
      const parts = body.split(`--${boundary}`).flatMap((part) => {
        const [, name, value] = /name="([^"]*)"\r\n\r\n([\s\S]*)\r\n$/.exec(part) ?? []
        return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const]
      })
      return new Map(parts)
    }
    if (this.#multipartOnly || !type.startsWith('application/x-www-form-urlencoded')) throw new Refusal(415, undefined)
    return new Map([...new URLSearchParams(body)].map(([name, value]) => [name.toLowerCase(), value]))
  }
}
