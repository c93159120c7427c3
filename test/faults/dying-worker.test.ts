import { PgBoss } from 'pg-boss'
import t, { type Test } from 'tap'
import { SyncQueue } from '../../core/queue/sync-queue.ts'
import type { Database } from '../../core/store/database.ts'
import type { RunResult } from '../../core/sync/request.ts'
import { until } from '../core/queue/stage.ts'
import { lab } from '../core/sync/lab.ts'
import { QueueProcess } from './queue-process.ts'

async function webOf(t: Test, { database, engine }: Awaited<ReturnType<typeof lab>>): Promise<SyncQueue> {
  const web = new SyncQueue({
    database,
    engine,
    scopeOf: () => 'connection',
    settings: { nightly: '02:00', timeZone: 'UTC', runLimitMinutes: 60, workerConcurrency: 4 },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  await web.start({ worker: false })
  t.teardown(() => web.stop(1000))
  return web
}

/** Moves the clock: the worker was last heard of an hour ago, the pause before the next try is over. */
async function timePasses(database: Database): Promise<void> {
  // What the server does itself with a transaction that a frozen process left open (see the last test).
  await database.run(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
  )
  await database.run("update sync_runs set heartbeat_at = now() - interval '1 hour' where state = 'running'")
  await database.run(
    "update pgboss.job set heartbeat_on = now() - interval '1 hour' where name = 'sync' and state = 'active'",
  )
  const monitor = new PgBoss({
    connectionString: database.url,
    supervise: false,
    schedule: false,
    migrate: false,
    monitorIntervalSeconds: 1,
  })
  await monitor.start()
  await until(async () => {
    await monitor.supervise('sync')
    const row = await database.row("select 1 from pgboss.job where name = 'sync' and state = 'active'")
    return row === undefined
  })
  await monitor.stop({ graceful: false })
  await database.run("update pgboss.job set start_after = now() where name = 'sync' and state = 'retry'")
}

const jobs = (database: Database) =>
  database.rows<{ id: string; state: string; retry_count: number }>(
    "select id, state::text as state, retry_count from pgboss.job where name = 'sync'",
  )

t.test('the worker is killed: its job runs again, once, and goes on where it was', async (t) => {
  const here = await lab(t)
  const { database, connectionId } = here
  const web = await webOf(t, here)
  const work = { connectionId, records: 200 }
  const victim = new QueueProcess(t, database, { ...work, pause: 100 })
  await victim.hears('ready')
  t.equal(await web.forceSync(connectionId, { full: true }), 'queued')
  await victim.hears('page', 6)
  const [job] = await jobs(database)
  await victim.end('SIGKILL')
  t.match(await jobs(database), [{ id: job?.id, state: 'active' }], 'it is not known at once that the worker is gone')
  await timePasses(database)
  t.match(await web.waiting(), [{ connectionId, failures: 1 }])

  const heirs = [new QueueProcess(t, database, work), new QueueProcess(t, database, work)]
  await Promise.all(heirs.map((heir) => heir.hears('ready')))
  await until(async () => (await jobs(database))[0]?.state === 'completed')
  t.match(await jobs(database), [{ id: job?.id, retry_count: 1 }], 'the same job')
  const outcomes = heirs.flatMap(({ told }) => told.flatMap(({ outcome }) => (outcome ? [outcome as RunResult] : [])))
  t.match(outcomes, [{ state: 'succeeded' }], 'run by one of two workers')
  t.equal(outcomes.length, 1)
  const pages = heirs.flatMap(({ told }) => told.flatMap(({ page }) => (typeof page === 'number' ? [page] : [])))
  t.ok(pages.length < 20, `went on behind the committed pages: ${pages.length} of 20 were read again`)
  t.match(await database.rows('select state from sync_runs'), [{ state: 'succeeded' }], 'the same run')
  t.match(await database.row('select count(*) from configurations where removed_at is null'), { count: 200 })
  for (const heir of heirs) t.equal(await heir.end('SIGTERM'), 0)
})

t.test('a run that kills every worker is given up, and the connection shows it', async (t) => {
  const here = await lab(t)
  const { database, connectionId } = here
  const web = await webOf(t, here)
  await web.forceSync(connectionId, { full: true })
  let deaths = 0
  while ((await web.deadLetters()).length === 0) {
    const victim = new QueueProcess(t, database, { connectionId, records: 20, pause: 50 })
    await victim.hears('page')
    await victim.end('SIGKILL')
    deaths++
    await timePasses(database)
  }
  t.equal(deaths, 5)
  t.match(await web.deadLetters(), [
    { connectionId, attempts: 5, message: /^The worker died in the middle of the run/ },
  ])
  t.same(await web.waiting(), [], 'and is not tried any more')
  const healthy = new QueueProcess(t, database, { connectionId, records: 20 })
  await healthy.hears('ready')
  const [letter] = await web.deadLetters()
  t.equal(await web.retryDead(letter?.id ?? ''), 'queued')
  t.match(await healthy.hears('outcome'), { state: 'succeeded' })
  t.equal(await healthy.end('SIGTERM'), 0)
})

t.test('a worker that slept through the loss of its job writes nothing when it wakes', async (t) => {
  const here = await lab(t)
  const { database, connectionId } = here
  const web = await webOf(t, here)
  const zombie = new QueueProcess(t, database, { connectionId, records: 200, generation: 1, pause: 100 })
  await zombie.hears('ready')
  await web.forceSync(connectionId, { full: true })
  await zombie.hears('page', 3)
  zombie.child.kill('SIGSTOP')
  await timePasses(database)
  const heir = new QueueProcess(t, database, { connectionId, records: 200, generation: 2 })
  t.match(await heir.hears('outcome'), { state: 'succeeded' })
  const before = await database.rows('select xmin::text, source_id from configurations order by source_id')
  const pages = zombie.told.length
  zombie.child.kill('SIGCONT')
  const outcome = await zombie.hears<RunResult>('outcome')
  t.match(outcome, { state: 'running' }, 'its run belongs to another worker')
  t.ok(zombie.told.length - pages < 20, 'it does not read on')
  t.same(
    await database.rows('select xmin::text, source_id from configurations order by source_id'),
    before,
    'not one row was written',
  )
  t.match(await database.rows('select state from sync_runs'), [{ state: 'succeeded' }])
  t.equal(await zombie.end('SIGTERM'), 0)
  t.equal(await heir.end('SIGTERM'), 0)
  t.match(await jobs(database), [{ state: 'completed', retry_count: 1 }], 'the job is settled by its owner')
})

t.test('SIGTERM: the job is handed back before the process ends, and another worker goes on at once', async (t) => {
  const here = await lab(t)
  const { database, connectionId } = here
  const web = await webOf(t, here)
  const leaving = new QueueProcess(t, database, { connectionId, records: 1000, pause: 100 })
  await leaving.hears('ready')
  await web.forceSync(connectionId, { full: true })
  await leaving.hears('page', 4)
  const heir = new QueueProcess(t, database, { connectionId, records: 1000 })
  await heir.hears('ready')
  t.equal(await leaving.end('SIGTERM'), 0)
  t.match(await heir.hears('outcome'), { state: 'succeeded' })
  t.match(await database.rows('select state, trigger from sync_runs'), [{ state: 'succeeded', trigger: 'force' }])
  t.match(await database.row('select count(*) from configurations where removed_at is null'), { count: 1000 })
  t.equal(await heir.end('SIGTERM'), 0)
})

t.test('what a frozen process left open is ended by the server', async (t) => {
  const { database } = await lab(t)
  t.match(await database.row('show idle_in_transaction_session_timeout'), {
    idle_in_transaction_session_timeout: '1min',
  })
  await t.rejects(
    database.transaction(async (sql) => {
      await sql.query('set local idle_in_transaction_session_timeout = 20')
      await new Promise((resolve) => setTimeout(resolve, 200))
      await sql.query('select 1')
    }),
    'the process that wakes gets an error, and lives',
  )
  t.ok(await database.row('select 1'))
})
