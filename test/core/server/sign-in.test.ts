import t from 'tap'
import { form, password, start } from './start.ts'

const { app, database, services, log, cookieOf } = await start(t, {
  panel: async (scope) => {
    scope.get('/admin', async (request) => ({ role: request.user?.role }))
  },
})
const { users, links } = services
const page = { accept: 'text/html' }

function cookieIn(headers: { 'set-cookie'?: string | string[] | number | undefined }): string {
  return String(headers['set-cookie']).split(';')[0] ?? ''
}

t.test('before there is an admin', async (t) => {
  const login = await app.inject({ url: '/login', headers: page })
  t.match(login.body, /no admin yet/)

  const token = (await links.firstAdmin()) ?? ''
  const shown = await app.inject({ url: `/first-admin/${token}`, headers: page })
  t.equal(shown.statusCode, 200)
  t.match(shown.body, /Make the admin/)

  const fields = { name: 'Ann <b>', email: 'ann@hub.test', password, repeated: password }
  const unequal = await app.inject({ url: `/first-admin/${token}`, ...form({ ...fields, repeated: 'x' }) })
  t.equal(unequal.statusCode, 422)
  t.match(unequal.body, /two passwords are not the same/)
  t.match(unequal.body, 'value="Ann &lt;b&gt;"', 'what was typed is kept, escaped')
  t.notMatch(unequal.body, password)

  const weak = await app.inject({
    url: `/first-admin/${token}`,
    ...form({ ...fields, password: 'short', repeated: 'short' }),
  })
  t.match(weak.body, /at least 12 characters/)

  const made = await app.inject({ url: `/first-admin/${token}`, ...form(fields) })
  t.equal(made.statusCode, 303)
  t.equal(made.headers.location, '/admin')
  t.same((await app.inject({ url: '/admin', headers: { cookie: cookieIn(made.headers) } })).json(), { role: 'admin' })

  for (const again of [
    await app.inject({ url: `/first-admin/${token}`, headers: page }),
    await app.inject({ url: `/first-admin/${token}`, ...form(fields) }),
    await app.inject({ url: '/first-admin/made-up', headers: page }),
    await app.inject({ url: '/set-password/made-up', ...form({ password, repeated: password }) }),
  ]) {
    t.equal(again.statusCode, 410)
    t.match(again.body, /does not work any more/)
  }
  t.notMatch((await app.inject({ url: '/login', headers: page })).body, /no admin yet/)
})

t.test('logging in, back to where one came from', async (t) => {
  const sent = await app.inject({ url: '/admin?tab=1', headers: page })
  t.equal(sent.statusCode, 303)
  t.equal(sent.headers.location, '/login?return=%2Fadmin%3Ftab%3D1')
  const shown = await app.inject({ url: String(sent.headers.location), headers: page })
  t.match(shown.body, 'name="return" value="/admin?tab=1"')

  const done = await app.inject({ url: '/login', ...form({ email: 'ANN@hub.test', password, return: '/admin?tab=1' }) })
  t.equal(done.statusCode, 303)
  t.equal(done.headers.location, '/admin?tab=1')
  t.match(done.headers['set-cookie'], /^tributary=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)

  const already = await app.inject({
    url: '/login?return=/admin?x',
    headers: { ...page, cookie: cookieIn(done.headers) },
  })
  t.equal(already.headers.location, '/admin?x', 'who is in is not asked again')
})

t.test('a wrong password, an unknown address and a disabled user read the same', async (t) => {
  const gone = await users.add({ email: 'gone@hub.test', name: 'Gone', role: 'reader', password })
  await users.disable(gone.id)
  const answers = await Promise.all(
    [
      { email: 'ann@hub.test', password: 'wrong' },
      { email: 'nobody@hub.test', password },
      { email: 'gone@hub.test', password },
    ].map((fields) => app.inject({ url: '/login', ...form({ ...fields, return: '' }) })),
  )
  for (const answer of answers) {
    t.equal(answer.statusCode, 401)
    t.match(answer.body, /role="alert">The e-mail address or the password is wrong/)
    t.notOk(answer.headers['set-cookie'])
  }
  const normal = answers.map((answer) => answer.body.replace(/[a-z]+@hub.test/g, 'x@hub.test'))
  t.equal(new Set(normal).size, 1)
})

t.test('guessing is slowed down', async (t) => {
  const guess = () =>
    app.inject({ url: '/login', ...form({ email: 'target@hub.test', password: 'guess' }), remoteAddress: '192.0.2.77' })
  const answers = await Promise.all(Array.from({ length: 8 }, guess))
  t.same(answers.map((answer) => answer.statusCode).sort(), [401, 401, 401, 401, 401, 429, 429, 429], 'at once, too')
  const slowed = answers.find((answer) => answer.statusCode === 429)
  t.equal(slowed?.headers['retry-after'], '1')
  t.match(slowed?.body, /Too many attempts\. Try again in 1 second\./)
})

t.test('logging out asks first, and ends the session on the server', async (t) => {
  const cookie = await cookieOf('editor')
  const asked = await app.inject({ url: '/logout', headers: { ...page, cookie } })
  t.match(asked.body, /<form method="post" action="\/logout">/)
  t.equal((await app.inject({ url: '/admin', headers: { cookie } })).statusCode, 200, 'a link logs nobody out')

  const out = await app.inject({ url: '/logout', ...form({}, { cookie }) })
  t.equal(out.headers.location, '/login')
  t.match(out.headers['set-cookie'], /^tributary=; .*Expires=Thu, 01 Jan 1970/)
  t.equal((await app.inject({ url: '/admin', headers: { cookie } })).statusCode, 401)
})

t.test('setting a password by link', async (t) => {
  const bob = await users.add({ email: 'bob@hub.test', name: 'Bob', role: 'reader' })
  const token = await links.setPassword(bob.id)
  t.match((await app.inject({ url: `/set-password/${token}`, headers: page })).body, /For bob@hub.test/)
  t.equal(
    (await app.inject({ url: `/set-password/${token}`, ...form({ password: 'short', repeated: 'short' }) })).statusCode,
    422,
  )
  const done = await app.inject({ url: `/set-password/${token}`, ...form({ password, repeated: password }) })
  t.equal(done.statusCode, 303)
  t.same((await app.inject({ url: '/admin', headers: { cookie: cookieIn(done.headers) } })).json(), { role: 'reader' })
  t.equal((await app.inject({ url: `/set-password/${token}`, headers: page })).statusCode, 410)
})

t.test('what was done is in the audit log; what was typed is in no log', async (t) => {
  const rows = await database.rows<{ action: string }>('select distinct action from audit_log order by 1')
  t.same(
    rows.map((row) => row.action),
    ['first-admin', 'login', 'login.refused', 'logout', 'password.set'],
  )
  const token = (await links.setPassword((await users.find('bob@hub.test'))?.id ?? 0)) ?? ''
  await app.inject({ url: `/set-password/${token}?x=1`, headers: page })
  const everything = log() + JSON.stringify(await database.rows('select * from audit_log'))
  t.match(everything, '/set-password/:token', 'the route is logged')
  for (const secret of [token, password, 'nobody@hub.test', 'guess']) t.notOk(everything.includes(secret), secret)
})

t.test('the pages run no scripts and load nothing from elsewhere', async (t) => {
  const { headers, body } = await app.inject({ url: '/login', headers: page })
  t.equal(
    headers['content-security-policy'],
    "default-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none';img-src 'self' data:;style-src 'self'",
  )
  t.notMatch(body, /<script|style=|onclick/)
  t.equal(headers['cache-control'], 'no-store')
  const styles = body.match(/href="(\/assets\/[^"]+)"/)?.[1] ?? ''
  const css = await app.inject({ url: styles })
  t.match(css.headers['content-type'], /^text\/css/)
  t.match(css.body, /prefers-color-scheme: dark/)
})

t.test('odd forms', async (t) => {
  const empty = await app.inject({ url: '/login', ...form({}) })
  t.equal(empty.statusCode, 401)
  const twice = await app.inject({
    url: '/login',
    ...form({}),
    payload: 'email=a&email=b&password=x&password=y&__proto__=1',
  })
  t.equal(twice.statusCode, 401)
  const json = await app.inject({
    url: '/login',
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    payload: { email: 'a', password: { b: 1 } },
  })
  t.equal(json.statusCode, 401)
  const xml = await app.inject({ url: '/login', ...form({}, { 'content-type': 'text/xml' }) })
  t.equal(xml.statusCode, 415)
  const huge = await app.inject({ url: '/login', ...form({ email: 'x'.repeat(2_000_000) }) })
  t.equal(huge.statusCode, 413)
})
