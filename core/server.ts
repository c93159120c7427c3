/** The web role: one Fastify app in front of the pages, the API and the panel. */
import cookies from '@fastify/cookie'
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance } from 'fastify'
import type { HubSettings } from '../config/settings.ts'
import { AllowList, trustedProxies } from './access/allow-list.ts'
import { refuse } from './access/answers.ts'
import { contentPolicy } from './access/content-policy.ts'
import { Guard, publicRoutes } from './access/guard.ts'
import { OwnOrigin } from './access/own-origin.ts'
import { paths } from './access/paths.ts'
import { SessionCookie } from './access/session-cookie.ts'
import { type SignInServices, signInPages } from './access/sign-in.ts'
import { health } from './api/health.ts'
import { type Webhooks, webhookRoutes } from './api/webhooks.ts'
import { type Database, isDatabaseAway } from './store/database.ts'

export interface WebServices extends SignInServices {
  readonly settings: Pick<HubSettings, 'host' | 'publicUrl' | 'trustedProxies' | 'allowedClients'>
  readonly log: FastifyBaseLogger
  readonly database: Database
  readonly webhooks: Webhooks
}

/**
 * Builds the app; the caller listens and closes. `mountPanel` registers the panel's routes below `paths.panel` on an
 * instance of its own, behind the guard: each of them has `request.user`. Throws a sentence on a setting that would
 * open the hub to more than meant.
 */
export async function buildServer(
  services: WebServices,
  mountPanel: (scope: FastifyInstance) => Promise<void>,
): Promise<FastifyInstance> {
  const { settings } = services
  const https = settings.publicUrl?.startsWith('https:') ?? false
  const app = Fastify({
    loggerInstance: services.log,
    // Its lines carry the URL, and some URLs carry a token. `logRequests` writes its own.
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    trustProxy: trustedProxies('TRIBUTARY_TRUSTED_PROXIES', settings.trustedProxies),
    bodyLimit: 1024 * 1024,
    requestTimeout: 120_000,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (_error, request, reply) => {
      refuse(request, reply, 400, 'The address of this request cannot be read.')
    },
  })
  const cookie = new SessionCookie(https)
  const guard = new Guard({
    allowList: new AllowList('TRIBUTARY_ALLOWED_CLIENTS', settings.allowedClients),
    ownOrigin: new OwnOrigin(settings.publicUrl, settings.host),
    cookie,
    sessions: services.sessions,
  })

  app.decorateRequest('user', null)
  logRequests(app)
  handleErrors(app)
  await contentPolicy(app, https)
  await app.register(cookies)
  app.addHook('onRequest', guard.check)

  app.get('/', async (_request, reply) => reply.redirect(paths.panel, 303))
  health(app, services.database)
  await app.register(async (scope) => signInPages(scope, services, cookie))
  await app.register(async (scope) => webhookRoutes(scope, services.webhooks))
  await app.register(async (scope) => mountPanel(scope))
  app.addHook('onReady', async () => {
    const stale = [...publicRoutes.keys()].find((url) => !isRoute(app, url))
    if (stale !== undefined) throw new Error(`The guard leaves ${stale} open, but there is no such route.`)
  })
  await app.ready()
  return app
}

function isRoute(app: FastifyInstance, url: string): boolean {
  return app.hasRoute({ method: 'GET', url }) || app.hasRoute({ method: 'POST', url })
}

function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? '(none)',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      user: request.user?.id,
      address: request.ip,
    }
    const worthTelling = reply.statusCode >= 400 || !['GET', 'HEAD'].includes(request.method)
    request.log[worthTelling ? 'info' : 'debug'](line, 'request')
  })
}

function handleErrors(app: FastifyInstance): void {
  app.setNotFoundHandler(async (request, reply) => refuse(request, reply, 404, 'There is no such page.'))
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return refuse(request, reply, status, error.message)
    request.log.error({ err: error, route: request.routeOptions.url }, 'request failed')
    if (isDatabaseAway(error))
      return refuse(request, reply, 503, 'The database is not reachable at the moment. Try again shortly.')
    return refuse(request, reply, 500, `This is a fault of the hub. Its log tells more under reqId ${request.id}.`)
  })
}
