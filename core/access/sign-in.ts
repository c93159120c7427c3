/** The pages that let people in and out. */
import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refuse } from './answers.ts'
import type { Audit } from './audit.ts'
import type { LoginThrottle } from './login-throttle.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import { type FirstAdminForm, firstAdminPage, loginPage, logoutPage, setPasswordPage } from './pages/forms.ts'
import { styles } from './pages/layout.ts'
import { localPath, paths } from './paths.ts'
import { Refusal } from './refusal.ts'
import type { AuthenticatedUser } from './roles.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'
import type { Users } from './users.ts'

export interface SignInServices {
  readonly users: Users
  readonly sessions: Sessions
  readonly links: OneTimeLinks
  readonly throttle: LoginThrottle
  readonly audit: Audit
}

type WithToken = { Params: { token: string } }

const linkDead =
  'It was used, it is too old, or a newer one replaced it. An admin can make a new one; a new link for the first admin is made when the hub starts.'

/** A form field as text; anything else (missing, sent twice) is empty. */
function text(values: unknown, name: string): string {
  const value =
    typeof values === 'object' && values !== null ? Object.entries(values).find(([key]) => key === name) : []
  return typeof value?.[1] === 'string' ? value[1] : ''
}

function newPassword(body: unknown): string {
  const password = text(body, 'password')
  if (password !== text(body, 'repeated')) throw new Refusal('The two passwords are not the same.')
  return password
}

function show(reply: FastifyReply, page: string, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page)
}

/** Registers the routes on an instance of their own (they alone read HTML forms). */
export async function signInPages(
  app: FastifyInstance,
  services: SignInServices,
  cookie: SessionCookie,
): Promise<void> {
  const { users, sessions, links, throttle, audit } = services
  await app.register(formbody)

  async function letIn(
    request: FastifyRequest,
    reply: FastifyReply,
    user: AuthenticatedUser,
    action: string,
    to: string,
  ) {
    cookie.set(reply, await sessions.start(user.id, cookie.read(request)))
    await audit.record({ actor: user, action, target: `user ${user.id}`, address: request.ip })
    return reply.redirect(to, 303)
  }

  app.get(paths.styles, async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=31536000, immutable').type('text/css; charset=utf-8').send(styles),
  )

  app.get(paths.login, async (request, reply) => {
    const returnTo = localPath(text(request.query, 'return'))
    if (request.user !== null) return reply.redirect(returnTo, 303)
    const notice = (await users.hasAdmin())
      ? {}
      : { notice: 'This hub has no admin yet. Its log shows the link that makes the first one.' }
    return show(reply, loginPage({ returnTo, ...notice }))
  })

  app.post(paths.login, async (request, reply) => {
    const email = text(request.body, 'email')
    const form = { email, returnTo: localPath(text(request.body, 'return')) }
    const wait = throttle.attempt(email, request.ip)
    if (wait > 0) {
      const [amount, unit] = wait < 60 ? [wait, 'second'] : [Math.ceil(wait / 60), 'minute']
      const error = `Too many attempts. Try again in ${amount} ${unit}${amount === 1 ? '' : 's'}.`
      return show(reply.header('retry-after', wait), loginPage({ ...form, error }), 429)
    }
    const user = await users.verify(email, text(request.body, 'password'))
    if (user === undefined) {
      // Not the address as typed: people type passwords into the wrong field.
      const known = await users.find(email)
      const target = known === undefined ? 'an unknown account' : `user ${known.id}`
      await audit.record({ actor: 'anonymous', action: 'login.refused', target, address: request.ip })
      return show(reply, loginPage({ ...form, error: 'The e-mail address or the password is wrong.' }), 401)
    }
    throttle.succeeded(email, request.ip)
    return letIn(request, reply, user, 'login', form.returnTo)
  })

  app.get(paths.logout, async (request, reply) =>
    request.user === null ? reply.redirect(paths.login, 303) : show(reply, logoutPage(request.user.email)),
  )

  app.post(paths.logout, async (request, reply) => {
    const token = cookie.read(request)
    if (token !== undefined) await sessions.end(token)
    if (request.user !== null) await audit.record({ actor: request.user, action: 'logout', address: request.ip })
    cookie.clear(reply)
    return reply.redirect(paths.login, 303)
  })

  app.get<WithToken>(paths.firstAdmin(':token'), async (request, reply) => {
    const { token } = request.params
    if (!(await links.offersFirstAdmin(token))) return refuse(request, reply, 410, linkDead)
    return show(reply, firstAdminPage({ token }))
  })

  app.post<WithToken>(paths.firstAdmin(':token'), async (request, reply) => {
    const { token } = request.params
    const form: FirstAdminForm = { token, email: text(request.body, 'email'), name: text(request.body, 'name') }
    try {
      const given = { email: form.email ?? '', name: form.name ?? '', password: newPassword(request.body) }
      const admin = await links.useFirstAdmin(token, given)
      return await letIn(request, reply, admin, 'first-admin', paths.panel)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (!(await links.offersFirstAdmin(token))) return refuse(request, reply, 410, linkDead)
      return show(reply, firstAdminPage({ ...form, error: error.message }), 422)
    }
  })

  app.get<WithToken>(paths.setPassword(':token'), async (request, reply) => {
    const { token } = request.params
    const user = await links.offersPasswordOf(token)
    if (user === undefined) return refuse(request, reply, 410, linkDead)
    return show(reply, setPasswordPage({ token, email: user.email }))
  })

  app.post<WithToken>(paths.setPassword(':token'), async (request, reply) => {
    const { token } = request.params
    try {
      const user = await links.useSetPassword(token, newPassword(request.body))
      return await letIn(request, reply, user, 'password.set', paths.panel)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const user = await links.offersPasswordOf(token)
      if (user === undefined) return refuse(request, reply, 410, linkDead)
      return show(reply, setPasswordPage({ token, email: user.email, error: error.message }), 422)
    }
  })
}
