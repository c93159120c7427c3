/** PostgreSQL goes away in the middle of a run, refuses work, or deadlocks: the run goes on by itself. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Database } from '../../core/store/database.ts'
import { attach, lab, many } from '../core/sync/lab.ts'
import { testDatabase } from '../database.ts'

/** A way to PostgreSQL that can be cut, and laid again on the same port. */
async function line(t: Test, database: Database) {
  const target = new URL(database.url)
  const open = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  const lay = async () => {
    server = createServer((socket) => {
      const upstream = connect(Number(target.port), target.hostname)
      for (const end of [socket, upstream]) {
        open.add(end)
        end.on('error', () => {})
        end.on('close', () => {
          open.delete(end)
          socket.destroy()
          upstream.destroy()
        })
      }
      socket.pipe(upstream).pipe(socket)
    })
    await new Promise<void>((done) => server?.listen(port, '127.0.0.1', done))
    const address = server.address()
    if (typeof address === 'object' && address !== null) port = address.port
  }
  const cut = async () => {
    const closed = new Promise((done) => server?.close(done))
    for (const socket of open) socket.destroy()
    await closed
  }
  await lay()
  t.teardown(cut)
  return { url: Object.assign(new URL(database.url), { port: String(port) }).href, cut, lay }
}

async function behind(t: Test) {
  const direct = await testDatabase(t)
  const { connectionId } = await lab(t, { database: direct })
  const way = await line(t, direct)
  const database = new Database(way.url)
  t.teardown(() => database.close())
  const here = attach(database, connectionId)
  here.put('companies', { sourceId: 'A', name: 'Alpha' })
  here.put('configurations', ...many(100, () => ({ companyId: 'A' })))
  return { direct, here, way }
}

t.test('PostgreSQL restarts between two pages', async (t) => {
  const { direct, here, way } = await behind(t)
  here.source.beforePage = async (stream, number) => {
    if (stream !== 'configurations' || number !== 5) return undefined
    await way.cut()
    setTimeout(() => void way.lay(), 400)
    return undefined
  }
  const { state, runId } = await here.run()
  t.equal(state, 'succeeded')
  t.match(await direct.row('select count(*), count(distinct source_id) as different from configurations'), {
    count: 100,
    different: 100,
  })
  t.match(await here.counts(runId, 'configurations'), { received: 100, created: 100 }, 'nothing was counted twice')
})

t.test('every connection is killed while a page is being written', async (t) => {
  const { direct, here } = await behind(t)
  // The page waits on this lock; killed there, its transaction is gone, and it is written again.
  const holder = await direct.pool.connect()
  await holder.query('begin')
  let held = false
  here.source.beforePage = async (stream, number) => {
    if (stream !== 'configurations' || number !== 3 || held) return undefined
    held = true
    await holder.query('lock table configurations in access exclusive mode')
    setTimeout(async () => {
      await direct.run(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid not in (pg_backend_pid(), $1)',
        [(await holder.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid],
      )
      await holder.query('rollback')
      holder.release()
    }, 200)
    return undefined
  }
  const { state } = await here.run()
  t.equal(state, 'succeeded')
  t.match(await direct.row('select count(*) from configurations'), { count: 100 })
})

t.test('PostgreSQL is read-only for a while', async (t) => {
  const { direct, here } = await behind(t)
  const name = new URL(direct.url).pathname.slice(1)
  here.source.beforePage = async (stream, number) => {
    if (stream !== 'configurations' || number !== 4) return undefined
    await direct.run(`alter database ${name} set default_transaction_read_only = on`)
    await direct.run(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    setTimeout(() => {
      void direct
        .run(`begin read write; alter database ${name} set default_transaction_read_only = off; commit;`)
        .then(() =>
          direct.run(
            'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
          ),
        )
    }, 500)
    return undefined
  }
  const { state } = await here.run()
  t.equal(state, 'succeeded')
  t.match(await direct.row('select count(*) from configurations'), { count: 100 })
})

t.test('a deadlock is tried again, and other errors are not', async (t) => {
  const database = await testDatabase(t)
  await database.run('create table pair (id int primary key, n int not null)')
  await database.run('insert into pair values (1, 0), (2, 0)')
  let waiting: (() => void) | undefined
  const both = new Promise<void>((resolve) => {
    waiting = resolve
  })
  let arrived = 0
  let attempts = 0
  const cross = (first: number, second: number) =>
    database.transaction(async (sql) => {
      // The one that is tried again lets the other pass: it could run into it once more.
      if (++attempts > 2) await finished
      await sql.query('update pair set n = n + 1 where id = $1', [first])
      if (++arrived === 2) waiting?.()
      await both
      await sql.query('update pair set n = n + 1 where id = $1', [second])
    })
  const runs = [cross(1, 2), cross(2, 1)]
  const finished = Promise.race(runs)
  await Promise.all(runs)
  t.equal(attempts, 3, 'one of the two was tried again')
  t.same(await database.rows('select n from pair order by id'), [{ n: 2 }, { n: 2 }])
  let once = 0
  await t.rejects(
    database.transaction(async (sql) => {
      once++
      await sql.query('insert into pair values (1, 0)')
    }),
    /duplicate key/,
  )
  t.equal(once, 1)
})
