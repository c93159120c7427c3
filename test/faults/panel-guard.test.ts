/** Nobody without a session, or with the wrong role, gets past the guard, however the request is written. */
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { publicRoutes } from '../../core/access/guard.ts'
import type { Database } from '../../core/store/database.ts'
import { send, start } from '../core/server/start.ts'
import { checkGuard, findHoles, routesOf } from './guard-matrix.ts'

/** Routes of the shapes a panel has; the ones that change something do so at once, for whoever gets there. */
async function panel(scope: FastifyInstance, database: Database) {
  const remove = async () => ({ removed: await database.run("delete from markets where name <> 'kept'") })
  scope.get('/admin', async () => 'the panel')
  scope.get('/admin/frontend/assets/app.bundle.js', async () => 'scripts')
  scope.get('/admin/api/resources/:resourceId/actions/:action', async () => database.rows('select name from markets'))
  scope.post('/admin/api/resources/:resourceId/actions/:action', remove)
  scope.get('/admin/api/resources/:resourceId/records/:recordId/:action', async () => 'a record')
  scope.post('/admin/api/resources/:resourceId/records/:recordId/:action', remove)
  scope.delete('/admin/files/*', remove)
}

const samples = { resourceId: ['markets'], recordId: ['1'], action: ['list', 'delete'] }
const started = await start(t, { panel })
const { app, database, cookieOf } = started
await database.run("insert into markets (name) values ('one'), ('two'), ('kept')")
await app.listen({ port: 0, host: '127.0.0.1' })

t.test('what is open without a log-in is this and nothing else', async (t) => {
  t.same([...publicRoutes.keys()].sort(), [
    '/assets/sign-in.css',
    '/first-admin/:token',
    '/health/live',
    '/health/ready',
    '/hooks/:connectionId/:token',
    '/login',
    '/logout',
    '/set-password/:token',
  ])
})

t.test('the list of routes is the router’s', async (t) => {
  const routes = routesOf(app).map(({ method, url }) => `${method} ${url}`)
  for (const expected of [
    'GET /',
    'HEAD /',
    'GET /admin',
    'POST /login',
    'POST /admin/api/resources/:resourceId/actions/:action',
    'DELETE /admin/files/*',
    'POST /hooks/:connectionId/:token',
  ])
    t.ok(routes.includes(expected), expected)
})

t.test('every route, every spelling', async (t) => {
  await checkGuard(t, {
    app,
    database,
    open: [...publicRoutes.keys()],
    samples,
    wrongRole: await cookieOf('reader'),
    forbidden: (method) => !['GET', 'HEAD'].includes(method),
  })
})

t.test('the same server lets the right people through', async (t) => {
  const list = '/admin/api/resources/markets/actions/list'
  const own = { 'sec-fetch-site': 'same-origin' }
  const reader = { cookie: await cookieOf('reader'), ...own }
  t.equal((await send(app, list, { headers: reader })).body, '[{"name":"one"},{"name":"two"},{"name":"kept"}]')
  t.equal((await send(app, '/admin/frontend/assets/app.bundle.js', { headers: reader })).status, 200)
  t.match(await send(app, '/admin/nothing', { headers: reader }), { status: 404, body: 'There is no such page' })
  const editor = { cookie: await cookieOf('editor'), ...own }
  t.equal((await send(app, list, { method: 'POST', headers: editor })).body, '{"removed":2}')
})

t.test('over a server with a hole the matrix finds it', async (t) => {
  const leaky = await start(t, { panel })
  await leaky.database.run("insert into markets (name) values ('one')")
  // Whoever asks, the request arrives with an admin's session.
  const cookie = await leaky.cookieOf('admin')
  leaky.app.server.removeAllListeners('request')
  leaky.app.server.on('request', (request, response) => {
    request.headers.cookie = cookie
    leaky.app.routing(request, response)
  })
  await leaky.app.listen({ port: 0, host: '127.0.0.1' })
  const found = await findHoles({
    app: leaky.app,
    database: leaky.database,
    open: [...publicRoutes.keys()],
    samples,
    wrongRole: cookie,
    forbidden: () => false,
  })
  t.ok(found.answered.length > 0, 'requests were answered')
  t.ok(found.rowsChanged)
})
