/** The allow list judges the address that a trusted proxy saw, never one that the client wrote. */
import t from 'tap'
import { form, password, send, start } from '../core/server/start.ts'
import { testDatabase } from '../database.ts'

const database = await testDatabase(t)

const forwarded = { 'x-forwarded-for': '10.1.2.3', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' }

t.test('without trusted proxies the socket counts, whatever the headers say', async (t) => {
  const { app } = await start(t, { database, settings: { allowedClients: ['10.0.0.0/8'] } })
  await app.listen({ port: 0, host: '127.0.0.1' })
  for (const headers of [
    {},
    forwarded,
    { 'x-real-ip': '10.1.2.3' },
    { forwarded: 'for=10.1.2.3' },
    { 'x-client-ip': '10.1.2.3' },
  ]) {
    const answer = await send(app, '/login', { headers })
    t.equal(answer.status, 403)
    t.match(answer.body, /not on the list of addresses/)
  }
})

t.test('behind one trusted proxy', async (t) => {
  const { app } = await start(t, {
    database,
    settings: { allowedClients: ['10.0.0.0/8'], trustedProxies: ['127.0.0.1'] },
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const login = async (chain: string) => (await send(app, '/login', { headers: { 'x-forwarded-for': chain } })).status
  t.equal(await login('10.1.2.3'), 200)
  t.equal(await login('::ffff:10.1.2.3'), 200, 'IPv4-mapped')
  t.equal(await login('203.0.113.9'), 403)
  t.equal(await login('10.1.2.3, 203.0.113.9'), 403, 'the client wrote the first, the proxy the last')
  t.equal(await login('203.0.113.9, 10.1.2.3'), 200)
  t.equal(await login(''), 403, 'past the proxy, from the machine itself')
  t.equal(await login('garbage'), 403)
})

t.test('behind two proxies, and past one of them', async (t) => {
  const { app } = await start(t, {
    database,
    settings: { allowedClients: ['10.0.0.0/8', '2001:db8::/32'], trustedProxies: ['127.0.0.1', '192.0.2.0/24'] },
  })
  const from = async (remoteAddress: string, chain: string) =>
    (await app.inject({ url: '/login', remoteAddress, headers: { 'x-forwarded-for': chain } })).statusCode
  t.equal(await from('192.0.2.8', '10.1.2.3, 192.0.2.7'), 200)
  t.equal(await from('192.0.2.8', '10.9.9.9, 203.0.113.9, 192.0.2.7'), 403, 'a forged first hop')
  t.equal(await from('203.0.113.9', '10.1.2.3'), 403, 'straight to the hub, past both')
  t.equal(await from('::ffff:192.0.2.8', '2001:db8::5, 192.0.2.7'), 200, 'IPv6 behind an IPv4-mapped socket')
  t.equal(await from('10.1.2.3', '203.0.113.9'), 200, 'a permitted client cannot be pushed out by a header it sends')
})

t.test('the list closes everything for people, and nothing for monitors and vendors', async (t) => {
  const { app, cookieOf } = await start(t, { database, settings: { allowedClients: ['10.0.0.0/8'] } })
  const cookie = await cookieOf('admin')
  for (const url of ['/', '/login', '/logout', '/admin', '/first-admin/x', '/set-password/x', '/nothing', '/graphql'])
    t.equal((await app.inject({ url, headers: { cookie } })).statusCode, 403, url)
  t.equal((await app.inject({ url: '/health/live' })).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/hooks/1/token' })).statusCode, 401)
})

t.test('settings that would believe everybody stop the start', async (t) => {
  for (const trusted of ['true', '1', '2', '0.0.0.0/0', '::/0', 'proxy.example'])
    await t.rejects(
      start(t, { database, settings: { trustedProxies: [trusted] } }),
      /TRIBUTARY_TRUSTED_PROXIES/,
      trusted,
    )
  for (const allowed of ['true', '1', 'everybody'])
    await t.rejects(
      start(t, { database, settings: { allowedClients: [allowed] } }),
      /TRIBUTARY_ALLOWED_CLIENTS/,
      allowed,
    )
})

t.test('links and cookies do not follow what the request says of the host', async (t) => {
  const { app, services } = await start(t, { database, settings: { trustedProxies: ['127.0.0.1'] } })
  await services.users.add({ email: 'ann@hub.test', name: 'Ann', role: 'admin', password })
  const headers = { host: 'evil.test', ...forwarded }
  const sent = await app.inject({ url: '/admin', headers: { ...headers, accept: 'text/html' } })
  t.equal(sent.headers.location, '/login?return=%2Fadmin')
  const login = await app.inject({
    url: '/login',
    ...form({ email: 'ann@hub.test', password, return: '//evil.test' }, headers),
  })
  t.equal(login.headers.location, '/admin')
  t.match(login.headers['set-cookie'], /^tributary=[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/)
  t.notMatch(sent.body + login.body + JSON.stringify(sent.headers), /evil/)
})
