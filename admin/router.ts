/**
 * AdminJS on Fastify: its routes, our page, our static files. Everything here is meant to stand behind a
 * guard that sets `request.user`; without one a request is refused once more.
 */
import type AdminJS from 'adminjs'
import { type CurrentAdmin, Router } from 'adminjs'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AuthenticatedUser, type Capability, can } from '../core/access/roles.ts'
import type { Assets } from './assets.ts'
import { compress, encodingOf } from './compression.ts'
import { contentSecurityPolicy, renderPage } from './layout.ts'
import { Problem, tellable } from './problem.ts'

const capabilities: readonly Capability[] = ['look', 'decide', 'sync', 'connections', 'users']

type Handle = (request: object, reply: FastifyReply) => Promise<unknown>
type Controller = Readonly<Record<string, Handle | undefined>>

/** Who is logged in, as AdminJS and the browser see it. */
function adminOf(request: FastifyRequest): CurrentAdmin {
  const user: AuthenticatedUser | null | undefined = request.user
  if (!user) throw new Problem(403, 'Please log in.')
  const rights = Object.fromEntries(capabilities.map((capability) => [capability, can(user.role, capability)]))
  return { id: String(user.id), email: user.email, name: user.name, role: user.role, title: user.role, can: rights }
}

function find(admin: AdminJS, params: Readonly<Record<string, string>>): void {
  const { resourceId, action, pageName } = params
  if (pageName !== undefined && !Object.hasOwn(admin.options.pages ?? {}, pageName))
    throw new Problem(404, 'There is no such page.')
  if (resourceId === undefined) return
  // AdminJS would answer 500 and list all resources.
  const resource = admin.resources.find((each) => each.id() === resourceId)
  if (!resource || (action !== undefined && !Object.hasOwn(resource.decorate().actions, action)))
    throw new Problem(404, 'There is no such record type.')
}

/** Mounts the panel below the admin's root path. */
export function mountRoutes(app: FastifyInstance, admin: AdminJS, assets: Assets): void {
  const root = admin.options.rootPath
  assets.mount(app)
  // What a form of another site can send without asking is not even read.
  app.removeContentTypeParser('text/plain')
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  app.setErrorHandler((error, request, reply) => {
    const told = tellable(error)
    if (told) {
      const { status, ...answer } = told
      return reply.code(status).send(answer)
    }
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
    if (status < 500)
      return reply.code(status).send({ message: error instanceof Error ? error.message : 'The request was refused.' })
    request.log.error(error)
    return reply
      .code(500)
      .send({ message: `Something went wrong in the hub. Its log tells more; look for request ${request.id}.` })
  })

  for (const { path, method, action, Controller } of Router.routes) {
    const url = root + path.replaceAll('{', ':').replaceAll('}', '')
    const api = path.startsWith('/api/')
    // The bundle is a static file here; `search` at its old address is an action like any other.
    if (action === 'bundleComponents' || action === 'search') continue
    app.route<{ Params: Record<string, string> }>({
      method: method === 'POST' ? 'POST' : 'GET',
      url,
      handler: async (request, reply) => {
        const currentAdmin = adminOf(request)
        if (!api) {
          reply.header('content-security-policy', contentSecurityPolicy).type('text/html; charset=utf-8')
          const page = await renderPage(admin, currentAdmin, assets)
          const encoding = encodingOf(request)
          if (!encoding) return page
          reply.header('content-encoding', encoding).header('vary', 'accept-encoding')
          return compress(page, encoding, 4)
        }
        find(admin, request.params)
        const controller: Controller = new Controller({ admin }, currentAdmin)
        const handle = controller[action]
        if (!handle) throw new Problem(404, 'There is no such action.')
        const answer = await handle.call(
          controller,
          {
            params: { ...request.params },
            query: request.query,
            payload: request.body ?? {},
            method: request.method === 'POST' ? 'post' : 'get',
            address: request.ip,
          },
          reply,
        )
        return answer ?? {}
      },
    })
  }
}
