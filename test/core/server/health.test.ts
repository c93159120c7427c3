import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { Database } from '../../../core/store/database.ts'
import { testDatabase } from '../../database.ts'
import { start } from './start.ts'

const direct = await testDatabase(t)

/** A way to PostgreSQL that can be cut. */
async function cable(port: number) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    near.pipe(far).pipe(near)
  })
  const open = async (on: number) => {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  const cut = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return { open, cut }
}

t.test('live and ready', async (t) => {
  const { app } = await start(t, { database: direct })
  t.same((await app.inject('/health/live')).json(), { status: 'live' })
  const ready = await app.inject('/health/ready')
  t.equal(ready.statusCode, 200)
  t.same(ready.json(), { status: 'ready' })
  t.equal((await app.inject({ method: 'HEAD', url: '/health/ready' })).statusCode, 200)
})

t.test('migrations that the database has not seen', async (t) => {
  const { app } = await start(t)
  const { app: pending, database } = await start(t)
  await database.run("delete from migrations where name = '001-initial.sql'")
  const answer = await pending.inject('/health/ready')
  t.equal(answer.statusCode, 503)
  t.same(answer.json(), { status: 'not ready', reasons: ['Migrations are pending: 001-initial.sql.'] })
  t.equal((await app.inject('/health/ready')).statusCode, 200)
})

t.test('PostgreSQL goes away and comes back', async (t) => {
  const url = new URL(direct.url)
  const { open, cut } = await cable(Number(url.port))
  const port = await open(0)
  url.port = String(port)
  const database = new Database(url.href)
  const { app, cookieOf } = await start(t, { database })
  t.teardown(async () => {
    await database.close()
    await cut()
  })
  const cookie = await cookieOf('admin')
  t.equal((await app.inject('/health/ready')).statusCode, 200)

  await cut()
  const away = await app.inject('/health/ready')
  t.equal(away.statusCode, 503)
  t.same(away.json(), { status: 'not ready', reasons: ['PostgreSQL is not reachable.'] })
  t.equal((await app.inject('/health/live')).statusCode, 200)
  const page = await app.inject({ url: '/admin', headers: { cookie, accept: 'text/html' } })
  t.equal(page.statusCode, 503, 'neither let in nor sent to the log-in')
  t.match(page.body, /database is not reachable at the moment/)
  t.notMatch(page.body, /ECONN|127\.0\.0\.1|\.ts:/)
  t.equal((await app.inject({ method: 'POST', url: '/hooks/1/x' })).statusCode, 503, 'the vendor tries again')

  await open(port)
  t.equal((await app.inject('/health/ready')).statusCode, 200)
  t.equal((await app.inject({ url: '/', headers: { cookie } })).statusCode, 303)
})
