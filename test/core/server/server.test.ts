import t from 'tap'
import { send, start } from './start.ts'

const { app, log, cookieOf } = await start(t, {
  panel: async (scope) => {
    scope.get('/admin', async (_request, reply) =>
      reply.header('content-security-policy', "script-src 'self'").header('cache-control', 'private').send('panel'),
    )
    scope.get('/admin/broken', async () => {
      throw new Error('password=hunter2 in postgres://me:hunter2@db')
    })
    scope.post('/admin/echo', async (request) => request.body)
  },
})
await app.listen({ port: 0, host: '127.0.0.1' })
const admin = { cookie: await cookieOf('admin'), 'sec-fetch-site': 'same-origin' }

t.test('the front door leads to the panel', async (t) => {
  const answer = await send(app, '/', { headers: admin })
  t.equal(answer.status, 303)
  t.equal(answer.headers.location, '/admin')
})

t.test('a page of the panel may set a policy of its own', async (t) => {
  const { headers } = await send(app, '/admin', { headers: admin })
  t.equal(headers['content-security-policy'], "script-src 'self'")
  t.equal(headers['cache-control'], 'private')
  t.equal(headers['x-content-type-options'], 'nosniff')
})

t.test('without https nothing promises https', async (t) => {
  const { headers } = await send(app, '/login')
  t.equal(headers['strict-transport-security'], undefined)
  t.notMatch(headers['content-security-policy'], /upgrade-insecure-requests/)
})

t.test('programs get JSON, people get a page', async (t) => {
  const json = await send(app, '/nothing', { headers: admin })
  t.same(JSON.parse(json.body), { statusCode: 404, error: 'Not Found', message: 'There is no such page.' })
  const page = await send(app, '/nothing', { headers: { ...admin, accept: 'text/html,*/*' } })
  t.equal(page.status, 404)
  t.match(page.headers['content-type'], 'text/html')
  t.match(page.body, '<h1>There is nothing here</h1>')
  t.same(JSON.parse((await send(app, '/nothing')).body), {
    statusCode: 401,
    error: 'Unauthorized',
    message: 'Log in first; your session may have ended.',
  })
})

t.test('a fault of the hub says where to look, and nothing else', async (t) => {
  const answer = await send(app, '/admin/broken', { headers: admin })
  t.equal(answer.status, 500)
  const { message } = JSON.parse(answer.body)
  t.match(message, /^This is a fault of the hub\. Its log tells more under reqId [\w-]+\.$/)
  t.notMatch(answer.body, /hunter2|stack/)
  const reqId = /reqId ([\w-]+)/.exec(message)?.[1]
  t.match(log(), new RegExp(`"reqId":"${reqId}".*"err":`))
})

t.test('what the sender got wrong is said in words', async (t) => {
  const post = (body: string, type = 'application/json') =>
    send(app, '/admin/echo', { method: 'POST', headers: { ...admin, 'content-type': type }, body })
  t.equal((await post('{"a":1}')).body, '{"a":1}')
  t.equal((await post('{')).status, 400)
  t.equal((await post('{"__proto__":{"admin":true}}')).status, 400)
  t.equal((await post('<a/>', 'text/xml')).status, 415)
  t.equal((await post(JSON.stringify('x'.repeat(2_000_000)))).status, 413)
  const unreadable = await send(app, '/%zz', { headers: admin })
  t.equal(unreadable.status, 400)
  t.notMatch(unreadable.body, 'zz')
})

t.test('the log names routes, never addresses with what they carry, and no cookies', async (t) => {
  await send(app, '/admin?search=somebody%40client.test', { headers: admin })
  await send(app, '/set-password/secret-token', { method: 'POST', headers: admin })
  const lines = log()
  t.match(lines, '"route":"/set-password/:token"')
  for (const hidden of ['somebody', 'secret-token', admin.cookie.split('=')[1] ?? 'tributary='])
    t.notOk(lines.includes(hidden), hidden)
})
