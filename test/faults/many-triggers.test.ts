import { PgBoss } from 'pg-boss'
import t from 'tap'
import { SyncQueue } from '../../core/queue/sync-queue.ts'
import { until } from '../core/queue/stage.ts'
import { lab } from '../core/sync/lab.ts'
import { QueueProcess } from './queue-process.ts'

t.test('twenty triggers at once, from everywhere: one run is active, at most one waits', async (t) => {
  const { database, connectionId, engine } = await lab(t)
  const web = new SyncQueue({
    database,
    engine,
    scopeOf: () => 'connection',
    settings: { nightly: '02:00', timeZone: 'UTC', runLimitMinutes: 60, workerConcurrency: 4 },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  await web.start({ worker: false })
  t.teardown(() => web.stop(1000))
  const work = { connectionId, records: 100, pause: 40 }
  const workers = [new QueueProcess(t, database, work), new QueueProcess(t, database, work)]
  await Promise.all(workers.map((worker) => worker.hears('ready')))

  const clock = new PgBoss({ connectionString: database.url, supervise: false, schedule: false, migrate: false })
  await clock.start()
  t.teardown(() => clock.stop({ graceful: false }))
  const due = { v: 1, connectionId, mode: 'apply', pass: 'full', trigger: 'schedule' }
  const asked = await Promise.all([
    ...Array.from({ length: 5 }, () => web.forceSync(connectionId)),
    ...workers.flatMap((worker) => Array.from({ length: 4 }, (_, index) => worker.ask('press', index))),
    ...Array.from({ length: 3 }, (_, index) =>
      web.touch(connectionId, [{ stream: 'configurations', sourceId: `c000${index}` }]).then(() => 'touched'),
    ),
    ...Array.from({ length: 4 }, () => clock.send('sync-due', due).then(() => 'due')),
  ])
  t.equal(asked.length, 20)
  const pressed = asked.filter((answer) => answer === 'queued' || answer === 'already-queued')
  t.equal(pressed.length, 13)
  t.ok(pressed.filter((answer) => answer === 'queued').length <= 2, `${pressed}`)

  let observed = 0
  await until(async () => {
    const row = await database.row<{ active: number; waiting: number; runs: number; due: number }>(
      `select count(*) filter (where state = 'active') as active, count(*) filter (where state < 'active') as waiting,
         (select count(*) from sync_runs where state in ('running', 'waiting')) as runs,
         (select count(*) from pgboss.job where name = 'sync-due' and state <= 'active') as due
       from pgboss.job where name = 'sync' and state <= 'active'`,
    )
    if (!row || row.runs > 1 || row.waiting > 1) t.fail(`seen at once: ${JSON.stringify(row)}`)
    observed++
    return row?.active === 0 && row.waiting === 0 && row.due === 0
  })
  t.ok(observed > 5, `${observed} looks, never more than one run and one waiting job`)
  const runs = await database.rows<{ state: string; pass: string; started_at: Date; finished_at: Date }>(
    'select state, pass, started_at, finished_at from sync_runs order by id',
  )
  t.ok(runs.length >= 2 && runs.length <= 6, `twenty triggers, ${runs.length} runs`)
  t.ok(runs.every(({ state }) => state === 'succeeded'))
  t.ok(
    runs.every((run, index) => {
      const next = runs[index + 1]
      return next === undefined || run.finished_at <= next.started_at
    }),
    'one after another',
  )
  t.ok(
    runs.some(({ pass }) => pass === 'full'),
    'the full pass of the schedule was not lost',
  )
  t.match(await database.row('select count(*) from configurations where removed_at is null'), { count: 100 })
  for (const worker of workers) t.equal(await worker.end('SIGTERM'), 0)
})
