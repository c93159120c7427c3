/** Another site can make a browser send requests; none of them changes anything, or logs anybody in or out. */
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { Database } from '../../core/store/database.ts'
import { form, password, portOf, send, start } from '../core/server/start.ts'
import { dump } from './dump.ts'

async function panel(scope: FastifyInstance, database: Database) {
  scope.get('/admin', async () => 'the panel')
  const remove = async () => ({ removed: await database.run('delete from markets') })
  scope.post('/admin/api/resources/:resourceId/actions/:action', remove)
  // An action that a GET reaches: panels have them.
  scope.get('/admin/api/resources/:resourceId/actions/:action', remove)
}

const hub = await start(t, { panel })
await hub.services.users.add({ email: 'ann@hub.test', name: 'Ann', role: 'admin', password })
await hub.database.run("insert into markets (name) values ('one')")
await hub.app.listen({ port: 0, host: '127.0.0.1' })
const port = portOf(hub.app)
const action = '/admin/api/resources/markets/actions/delete'

const bodies = {
  urlencoded: ['application/x-www-form-urlencoded', `email=ann%40hub.test&password=${encodeURIComponent(password)}`],
  multipart: [
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
  ],
  'text/plain': ['text/plain', '{"a":1}'],
  json: ['application/json', '{}'],
} as const

const foreign: Readonly<Record<string, Record<string, string>>> = {
  'another site': { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
  'another site, old browser': { origin: 'https://evil.test' },
  'a sibling domain': { origin: `http://evil.127.0.0.1:${port}`, 'sec-fetch-site': 'same-site' },
  'origin null': { origin: 'null' },
  'origin null, cross-site': { origin: 'null', 'sec-fetch-site': 'cross-site' },
  'origin missing, cross-site': { 'sec-fetch-site': 'cross-site' },
  'nothing said at all': {},
  'another port': { origin: 'http://127.0.0.1:1' },
  'https instead of http': { origin: `https://127.0.0.1:${port}` },
  'our name inside theirs': { origin: `http://127.0.0.1:${port}.evil.test` },
  'their Host header': { origin: 'http://evil.test', host: 'evil.test' },
  'our origin, but the browser knows better': { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' },
}

t.test('every kind of body, from everywhere, on log-in, log-out, links and actions', async (t) => {
  const cookie = await hub.cookieOf('admin')
  const link = await hub.services.links.setPassword(1)
  const before = await dump(hub.database)
  const answered: string[] = []
  for (const [who, headers] of Object.entries(foreign))
    for (const [kind, [type, body]] of Object.entries(bodies))
      for (const path of ['/login', '/logout', `/set-password/${link}`, '/first-admin/x', action, '/graphql']) {
        const answer = await send(hub.app, path, {
          method: 'POST',
          headers: { cookie, 'content-type': type, ...headers },
          body,
        })
        if (answer.status !== 403 || answer.headers['set-cookie'] !== undefined)
          answered.push(`${who}, ${kind}, ${path}: ${answer.status}`)
      }
  t.same(answered, [], 'all are refused')
  t.equal(await dump(hub.database), before, 'nothing changed, nobody was logged out')
})

t.test('a link or an image on another site reaches no action of the panel, but may lead to its pages', async (t) => {
  const cookie = await hub.cookieOf('admin')
  const before = await dump(hub.database)
  for (const site of ['cross-site', 'same-site']) {
    const headers = { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', accept: 'text/html' }
    t.equal((await send(hub.app, action, { headers })).status, 403)
    t.equal((await send(hub.app, action, { method: 'HEAD', headers })).status, 403)
    t.equal((await send(hub.app, '/admin', { headers })).status, 200)
  }
  t.equal(await dump(hub.database), before)
})

t.test('the hub’s own pages go through', async (t) => {
  const cookie = await hub.cookieOf('admin')
  for (const headers of [
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin: `http://127.0.0.1:${port}` },
    { origin: `http://localhost:${port}` },
  ])
    t.equal((await send(hub.app, action, { method: 'POST', headers: { cookie, ...headers } })).status, 200)
})

t.test('with a public address only that one counts, whatever Host says', async (t) => {
  const { app } = await start(t, { settings: { publicUrl: 'https://hub.example/' } })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const login = (headers: Record<string, string>) =>
    send(app, '/login', { method: 'POST', headers: { ...form({}).headers, 'sec-fetch-site': '', ...headers } })
  const withoutFetchMetadata = async (headers: Record<string, string>) => {
    const { 'sec-fetch-site': _, ...others } = form({}).headers
    return (await send(app, '/login', { method: 'POST', headers: { ...others, ...headers }, body: '' })).status
  }
  t.equal(await withoutFetchMetadata({ origin: 'https://hub.example' }), 401, 'judged by its password')
  for (const headers of [
    { origin: 'http://hub.example' },
    { origin: 'https://hub.example:8443' },
    { origin: 'http://localhost:3000' },
    { origin: 'https://evil.test', host: 'evil.test', 'x-forwarded-host': 'evil.test' },
  ])
    t.equal(await withoutFetchMetadata(headers), 403, headers.origin)
  t.equal((await login({})).status, 403, 'an empty Sec-Fetch-Site is no own page')
})

t.test('no other origin may read an answer', async (t) => {
  const answer = await send(hub.app, '/login', { headers: { origin: 'https://evil.test' } })
  t.equal(answer.headers['access-control-allow-origin'], undefined)
  const preflight = await send(hub.app, action, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.test', 'access-control-request-method': 'POST' },
  })
  t.equal(preflight.status, 403)
})
