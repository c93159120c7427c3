/** A session lives from the log-in to the log-out, its age or a change of the user, and no cookie from before survives. */
import t from 'tap'
import { hashToken } from '../../core/access/sessions.ts'
import { form, password, start } from '../core/server/start.ts'

const started = await start(t, {
  panel: async (scope) => {
    scope.get('/admin', async (request) => ({ role: request.user?.role }))
    scope.post('/admin/act', async () => ({ done: true }))
  },
})
const { app, database, services } = started
const ann = await services.users.add({ email: 'ann@hub.test', name: 'Ann', role: 'manager', password })
await services.users.add({ email: 'root@hub.test', name: 'Root', role: 'admin', password })

async function login(cookie?: string): Promise<string> {
  const fields = { email: 'ann@hub.test', password }
  const answer = await app.inject({ url: '/login', ...form(fields, cookie === undefined ? {} : { cookie }) })
  t.equal(answer.statusCode, 303)
  return String(answer.headers['set-cookie']).split(';')[0] ?? ''
}

const look = (cookie: string) => app.inject({ url: '/admin', headers: { cookie } })
const act = (cookie: string) =>
  app.inject({ method: 'POST', url: '/admin/act', headers: { cookie, 'sec-fetch-site': 'same-origin' } })

t.test('a cookie planted before the log-in is worth nothing after it', async (t) => {
  const planted = `tributary=${'p'.repeat(43)}`
  const own = await login(planted)
  t.not(own, planted)
  t.equal((await look(planted)).statusCode, 401)
  t.equal((await look(own)).statusCode, 200)
})

t.test('logging in again gives a new session and ends the one the browser had', async (t) => {
  const first = await login()
  const second = await login(first)
  t.not(second, first)
  t.equal((await look(first)).statusCode, 401)
  t.equal((await look(second)).statusCode, 200)
})

t.test('two browsers; a log-out ends one of them, on the server', async (t) => {
  const [a, b] = [await login(), await login()]
  await app.inject({ url: '/logout', ...form({}, { cookie: a }) })
  t.equal((await look(a)).statusCode, 401, 'also for who kept the cookie')
  t.equal((await look(b)).statusCode, 200)
})

t.test('idle and old sessions are over', async (t) => {
  for (const [column, value] of [
    ['expires_at', "now() - interval '1 second'"],
    ['created_at', "now() - interval '12 hours 1 second'"],
  ] as const) {
    const cookie = await login()
    const hash = hashToken(cookie.replace('tributary=', ''))
    t.equal(await database.run(`update sessions set ${column} = ${value} where token_hash = $1`, [hash]), 1)
    t.equal((await look(cookie)).statusCode, 401, column)
  }
})

t.test('a changed role counts at the next request', async (t) => {
  const cookie = await login()
  t.equal((await act(cookie)).statusCode, 200)
  await services.users.setRole(ann.id, 'reader')
  t.same((await look(cookie)).json(), { role: 'reader' })
  t.equal((await act(cookie)).statusCode, 403)
  await services.users.setRole(ann.id, 'manager')
  t.equal((await act(cookie)).statusCode, 200)
})

t.test('a new password and a disabled account end every session', async (t) => {
  const before = [await login(), await login()]
  await services.users.resetPassword(ann.id, password)
  for (const cookie of before) t.equal((await look(cookie)).statusCode, 401)

  const cookie = await login()
  await services.users.disable(ann.id)
  t.equal((await look(cookie)).statusCode, 401)
  t.equal((await app.inject({ url: '/login', ...form({ email: 'ann@hub.test', password }) })).statusCode, 401)
})

t.test('behind https the cookie is bound to the host and to https', async (t) => {
  const { app } = await start(t, { database, settings: { publicUrl: 'https://hub.example' } })
  const answer = await app.inject({ url: '/login', ...form({ email: 'root@hub.test', password }) })
  t.match(answer.headers['set-cookie'], /^__Host-tributary=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  const token = String(answer.headers['set-cookie']).match(/=([\w-]{43})/)?.[1]
  t.equal((await app.inject({ url: '/', headers: { cookie: `tributary=${token}` } })).statusCode, 401, 'no other name')
  t.equal((await app.inject({ url: '/', headers: { cookie: `__Host-tributary=${token}` } })).statusCode, 303)
  t.match(answer.headers['strict-transport-security'], 'max-age=31536000')
})
