/** A page of our own: one component, what it reads, and the actions it offers, each with the right it needs. */
import type { PageContext, PageHandler } from 'adminjs'
import { type AuthenticatedUser, type Capability, can, roles } from '../../core/access/roles.ts'
import { Problem } from '../problem.ts'
import { Input } from './input.ts'

/** Who asks for something to be done, and from where. */
export interface By {
  readonly actor: AuthenticatedUser
  readonly address: string
}

export interface PageAction {
  readonly capability: Capability
  run(input: Input, by: By): Promise<unknown>
}

export interface PanelPage {
  /** Its name in the bundle. */
  readonly component: string
  readonly capability: Capability
  /** Answers a GET; `query` is what stands in the address. */
  read(query: Input, user: AuthenticatedUser): Promise<unknown>
  /** By the name a POST carries in `action`. */
  readonly actions: Readonly<Record<string, PageAction>>
}

function userOf(context: PageContext): AuthenticatedUser {
  const { currentAdmin } = context
  const role = roles.find((name) => name === currentAdmin?.role)
  const id = Number(currentAdmin?.id)
  if (!currentAdmin || !role || !Number.isSafeInteger(id)) throw new Problem(403, 'Please log in.')
  return { id, email: currentAdmin.email, name: String(currentAdmin.name ?? ''), role }
}

function demand(user: AuthenticatedUser, capability: Capability): void {
  if (!can(user.role, capability))
    throw new Problem(403, `Your role (${user.role}) may not do this. Ask an admin of the hub.`)
}

/** The AdminJS handler of a page. Reading is GET, everything with an effect is POST. */
export function handlerOf(page: PanelPage): PageHandler {
  return async (request, _response, context) => {
    const user = userOf(context)
    demand(user, page.capability)
    if (request.method !== 'post') return page.read(new Input(request.query), user)
    const input = new Input(request.payload)
    const name = input.text('action')
    const action = Object.hasOwn(page.actions, name) ? page.actions[name] : undefined
    if (!action) throw new Problem(400, `${JSON.stringify(name)} is no action of this page.`)
    demand(user, action.capability)
    return { result: (await action.run(input, { actor: user, address: String(request.address) })) ?? null }
  }
}
