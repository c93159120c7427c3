/** The authorisation server: client credentials in, a token for some scopes out. */
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { noToken, wrongClient, wrongGrant, wrongScope } from './refusals.ts'

export type Scope =
  | 'all'
  | 'read:customers'
  | 'edit:customers'
  | 'read:assets'
  | 'edit:assets'
  | 'read:tickets'
  | 'edit:tickets'
  | 'admin:webhooks'

export interface Application {
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly Scope[]
}

interface Issued {
  readonly scopes: ReadonlySet<string>
  readonly until: number
}

export class Tokens {
  readonly #applications: readonly Application[]
  readonly #tenant: string | undefined
  readonly #lifeSeconds: number
  readonly #onlyNewest: boolean
  readonly #issued = new Map<string, Issued>()
  #count = 0

  /** `onlyNewest`: a new token ends the ones before it, as some suspect. */
  constructor(
    applications: readonly Application[],
    options: { readonly tenant?: string | undefined; readonly lifeSeconds: number; readonly onlyNewest: boolean },
  ) {
    this.#applications = applications
    this.#tenant = options.tenant
    this.#lifeSeconds = options.lifeSeconds
    this.#onlyNewest = options.onlyNewest
  }

  issue({ query, body }: SimulatedRequest): SimulatedAnswer {
    const form = new URLSearchParams(body)
    if (form.get('grant_type') !== 'client_credentials') throw wrongGrant()
    const application = this.#applications.find(({ clientId }) => clientId === form.get('client_id'))
    // Behind a shared address the tenant tells which Halo is meant; in another one the application is unknown.
    const elsewhere = this.#tenant !== undefined && query.get('tenant') !== this.#tenant
    if (elsewhere || application === undefined || application.clientSecret !== form.get('client_secret')) {
      throw wrongClient()
    }
    const wanted = (form.get('scope') ?? 'all').split(' ').filter((scope) => scope !== '')
    const allowed: ReadonlySet<string> = new Set(application.scopes)
    if (!wanted.every((scope) => allowed.has(scope) || (allowed.has('all') && knownScopes.has(scope)))) {
      throw wrongScope()
    }
    if (this.#onlyNewest) this.#issued.clear()
    const token = `simulated-token-${++this.#count}-${application.clientId}`
    this.#issued.set(token, { scopes: new Set(wanted), until: Date.now() + this.#lifeSeconds * 1000 })
    return {
      status: 200,
      body: {
        access_token: token,
        token_type: 'Bearer',
        expires_in: this.#lifeSeconds,
        scope: wanted.join(' '),
        id_token: null,
        refresh_token: null,
      },
    }
  }

  /** Whether the caller may, by scope: to edit includes to read. */
  grants({ headers }: SimulatedRequest): (scope: Scope) => boolean {
    const issued = this.#issued.get((headers.authorization ?? '').replace(/^Bearer /, ''))
    if (issued === undefined || issued.until < Date.now()) throw noToken()
    const { scopes } = issued
    return (scope) => scopes.has('all') || scopes.has(scope) || scopes.has(scope.replace('read:', 'edit:'))
  }
}

const knownScopes: ReadonlySet<string> = new Set([
  'all',
  'read:customers',
  'edit:customers',
  'read:assets',
  'edit:assets',
  'read:tickets',
  'edit:tickets',
  'admin:webhooks',
])
