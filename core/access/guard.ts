/**
 * The guard in front of everything the web role serves. It decides on the route that the router matched,
 * never on the URL as it was written, and denies what is not listed here.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AllowList } from './allow-list.ts'
import { refuse, wantsPage } from './answers.ts'
import type { OwnOrigin } from './own-origin.ts'
import { paths } from './paths.ts'
import { type AuthenticatedUser, can } from './roles.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null only on public routes. */
    user: AuthenticatedUser | null
  }
}

/**
 * The routes that need no log-in, as the router knows them.
 * - `page`  for people: the allow list and the own-origin rule hold
 * - `open`  for monitors and vendors, who have no session and come from anywhere: what is here proves the sender by
 *           itself or tells nothing
 */
export const publicRoutes: ReadonlyMap<string, 'page' | 'open'> = new Map([
  [paths.login, 'page'],
  [paths.logout, 'page'],
  [paths.styles, 'open'],
  [paths.firstAdmin(':token'), 'page'],
  [paths.setPassword(':token'), 'page'],
  ['/health/live', 'open'],
  ['/health/ready', 'open'],
  ['/hooks/:connectionId/:token', 'open'],
])

const safeMethods = new Set(['GET', 'HEAD'])

export class Guard {
  readonly #allowList: AllowList
  readonly #ownOrigin: OwnOrigin
  readonly #cookie: SessionCookie
  readonly #sessions: Sessions

  constructor(parts: { allowList: AllowList; ownOrigin: OwnOrigin; cookie: SessionCookie; sessions: Sessions }) {
    this.#allowList = parts.allowList
    this.#ownOrigin = parts.ownOrigin
    this.#cookie = parts.cookie
    this.#sessions = parts.sessions
  }

  /** An `onRequest` hook: answers the request itself, or lets it through with `request.user`. */
  readonly check = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    // Undefined where no route matched; that is no public route either.
    const route = request.routeOptions.url ?? ''
    const access = publicRoutes.get(route)
    if (access === 'open') return undefined

    if (!this.#allowList.permits(request.ip))
      return refuse(request, reply, 403, 'Your address is not on the list of addresses that may use this hub.')

    const changes = !safeMethods.has(request.method)
    if (changes ? !this.#ownOrigin.made(request) : isApi(route) && this.#ownOrigin.isForeign(request))
      return refuse(
        request,
        reply,
        403,
        'The request did not come from a page of this hub. Open the hub under its own address (TRIBUTARY_PUBLIC_URL) and try again.',
      )

    const token = this.#cookie.read(request)
    const user = token === undefined ? undefined : await this.#sessions.find(token)
    request.user = user ?? null
    if (access === 'page') return undefined

    if (user === undefined) return askToLogIn(request, reply)
    if (changes && !can(user.role, 'decide'))
      return refuse(request, reply, 403, 'Your role is reader: you may look at everything and change nothing.')
    return undefined
  }
}

/** Called by the panel's scripts only; nobody links to it. */
function isApi(route: string): boolean {
  return route.includes('/api/')
}

function askToLogIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (wantsPage(request) && safeMethods.has(request.method))
    return reply.redirect(`${paths.login}?return=${encodeURIComponent(request.url)}`, 303)
  return refuse(request, reply, 401, 'Log in first; your session may have ended.')
}
