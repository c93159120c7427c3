import t from 'tap'
import { Database } from '../../../core/store/database.ts'
import { testDatabase } from '../../database.ts'
import { stage, succeeded, until } from './stage.ts'

const database = await testDatabase(t)
const here = { database }

t.test('pressed, it begins at once; pressed twice, it is one run', async (t) => {
  const { connection, worker, next, jobs } = await stage(t, here)
  const id = await connection('one')
  const queue = await worker()
  t.equal(await queue.forceSync(id, { requestedBy: 'ann@example.com' }), 'queued')
  const run = await next()
  const { request } = run
  t.same(request, {
    connectionId: id,
    mode: 'apply',
    pass: 'incremental',
    trigger: 'force',
    requestedBy: 'ann@example.com',
  })
  t.equal(await queue.forceSync(id), 'already-queued', 'the run under way does it')
  t.equal(await queue.forceSync(id, { full: true }), 'queued', 'the run under way does less')
  t.equal(await queue.forceSync(id), 'already-queued', 'the waiting one does it')
  run.end()
  const second = await next()
  t.match(second.request, { pass: 'full', trigger: 'force' })
  second.end()
  await until(async () => (await jobs()).length === 0)
})

t.test('a dry run and a vouched-for run stay what they are', async (t) => {
  const { connection, queue, jobs } = await stage(t, here)
  const id = await connection('natures')
  const web = queue()
  await web.start({ worker: false })
  t.equal(await web.forceSync(id), 'queued')
  t.equal(await web.forceSync(id, { plan: true }), 'queued')
  t.equal(await web.forceSync(id, { confirmed: true, streams: ['companies'] }), 'queued')
  t.equal(await web.forceSync(id, { streams: ['sites'] }), 'already-queued')
  t.match(await jobs(), [
    { key: `${id}`, data: { v: 1, mode: 'apply', pass: 'incremental', streams: undefined } },
    { key: `${id}/plan`, data: { v: 1, mode: 'plan', pass: 'full' } },
    { key: `${id}/confirmed`, data: { v: 1, mode: 'apply', confirmed: true, streams: ['companies'] } },
  ])
  await database.run("delete from pgboss.job where name = 'sync'")
})

t.test('a connection that is not active', async (t) => {
  const { connection, worker, jobs, lines, active } = await stage(t, here)
  const id = await connection('asleep')
  const queue = await worker({ workerConcurrency: 1 })
  await database.run("update connections set state = 'paused' where id = $1", [id])
  await t.rejects(queue.forceSync(id), {
    name: 'Refusal',
    message: 'asleep 1 cannot sync: it is paused; resume it first.',
  })
  await t.rejects(queue.forceSync(987_654), { name: 'Refusal' })
  await queue.touch(id, [{ stream: 'companies', sourceId: '1' }])
  t.same(await jobs(), [])
  t.equal(await queue.nextRun(id), null)

  await database.run("update connections set state = 'active' where id = $1", [id])
  const web = await worker({ workerConcurrency: 1 })
  await queue.stop(1000)
  await web.stop(1000)
  const sender = (await stage(t, here)).queue()
  await sender.start({ worker: false })
  await sender.forceSync(id)
  await database.run("update connections set state = 'needs-sign-in' where id = $1", [id])
  await worker()
  await until(async () => (await jobs()).length === 0)
  t.equal(active.size, 0, 'its job ends quietly')
  t.match(lines, [{ level: 'info', fields: { connection: id, state: 'needs-sign-in' } }])
  t.match(
    await database.row(
      "select state::text, output from pgboss.job where name = 'sync' order by completed_on desc limit 1",
    ),
    { state: 'completed', output: { note: 'The connection is needs-sign-in.' } },
  )
})

t.test('who presses the button does not wait behind the night', async (t) => {
  const { connection, worker, due, next, jobs } = await stage(t, here)
  const [first, night, person, hook] = [
    await connection('p'),
    await connection('p'),
    await connection('p'),
    await connection('p'),
  ]
  const queue = await worker({ workerConcurrency: 1 })
  await queue.forceSync(first)
  const running = await next()
  await due(night)
  await until(async () => (await jobs()).length === 2)
  await queue.touch(hook, [{ stream: 'companies', sourceId: '7' }])
  await queue.forceSync(person)
  t.match(
    (await queue.waiting()).map(({ connectionId, trigger, pass }) => ({ connectionId, trigger, pass })),
    [
      { connectionId: person, trigger: 'force', pass: 'incremental' },
      { connectionId: hook, trigger: 'webhook', pass: null },
      { connectionId: night, trigger: 'schedule', pass: 'full' },
    ],
  )
  running.end()
  for (const expected of [person, hook, night]) {
    const run = await next()
    t.equal(run.request.connectionId, expected)
    run.end()
  }
})

t.test('webhooks: records touched while a run is under way are read once, together', async (t) => {
  const { connection, worker, next, jobs } = await stage(t, here)
  const id = await connection('hooked')
  const queue = await worker()
  await queue.touch(id, [{ stream: 'companies', sourceId: '1' }])
  const first = await next()
  t.same(first.request, {
    connectionId: id,
    mode: 'apply',
    pass: 'incremental',
    trigger: 'webhook',
    touched: [{ stream: 'companies', sourceId: '1' }],
  })
  await queue.touch(id, [
    { stream: 'companies', sourceId: '1' },
    { stream: 'companies', sourceId: '2' },
  ])
  await queue.touch(id, [
    { stream: 'companies', sourceId: '2' },
    { stream: 'contacts', sourceId: '2' },
  ])
  t.equal((await jobs()).length, 2, 'one runs, one waits')
  first.end()
  const second = await next()
  t.same(second.request.touched, [
    { stream: 'companies', sourceId: '1' },
    { stream: 'companies', sourceId: '2' },
    { stream: 'contacts', sourceId: '2' },
  ])
  await queue.touch(
    id,
    Array.from({ length: 101 }, (_, index) => ({ stream: 'companies' as const, sourceId: String(index) })),
  )
  second.end()
  const third = await next()
  t.match(third.request, { pass: 'incremental', trigger: 'webhook', touched: undefined }, 'too many to read one by one')
  third.end()

  await queue.forceSync(id)
  const pressed = await next()
  await queue.touch(id, [{ stream: 'companies', sourceId: '3' }])
  t.equal(await queue.forceSync(id, { full: true }), 'already-queued')
  pressed.end()
  const touch = await next()
  t.match(touch.request, { trigger: 'webhook', touched: [{ stream: 'companies', sourceId: '3' }] })
  touch.end()
  const pass = await next()
  t.match(pass.request, { trigger: 'force', pass: 'full', touched: undefined }, 'then the pass that joined it')
  pass.end()
})

t.test('where the vendor counts per app, one connection syncs at a time, on however many workers', async (t) => {
  const { connection, worker, queue, next, active, jobs } = await stage(t, here)
  const shared = await Promise.all(Array.from({ length: 6 }, () => connection('shared-app')))
  const own = await connection('own')
  const web = queue()
  await web.start({ worker: false })
  // All wait already when six takers come at the same moment.
  await Promise.all([...shared, own].map((id) => web.forceSync(id)))
  await Promise.all([worker({ workerConcurrency: 3 }), worker({ workerConcurrency: 3 })])
  const seen: number[] = []
  while (seen.length < 7) {
    const run = await next()
    seen.push(run.request.connectionId)
    t.ok([...active].filter(({ request }) => request.connectionId !== own).length <= 1, 'one at a time')
    if (run.request.connectionId === own) t.pass('another connector is not held up')
    run.end()
  }
  t.same(seen.sort(), [...shared, own].sort())
  await until(async () => (await jobs()).length === 0)
})

t.test('somebody else is at the connection: the job waits for its turn', async (t) => {
  const { connection, worker, next, jobs } = await stage(t, here)
  const id = await connection('busy')
  const queue = await worker()
  await queue.forceSync(id)
  const refused = await next()
  refused.end({ busy: 77 })
  const [job] = await until(async () => {
    const found = await jobs()
    return found[0]?.state === 'created' && found
  })
  t.match(job, { data: { connectionId: id, trigger: 'force' }, key: `${id}`, group: `connection/${id}` })
  t.ok((job?.wait ?? 0) > 10, 'and does not ask in a loop')
  t.equal((await jobs()).length, 1)
  t.equal(await queue.forceSync(id), 'already-queued')
  const again = await next()
  again.end()
  await until(async () => (await jobs()).length === 0)
})

t.test('a run the vendor makes wait goes on when the vendor said, and not when somebody presses', async (t) => {
  const { connection, worker, next, jobs } = await stage(t, here)
  const id = await connection('parked')
  const queue = await worker()
  await queue.forceSync(id, { full: true })
  const run = await next()
  await database.run(
    `insert into sync_runs (connection_id, mode, pass, trigger, state, lease, waiting_until)
     values ($1, 'apply', 'full', 'force', 'waiting', gen_random_uuid(), now() + interval '1 hour')`,
    [id],
  )
  run.end({ runId: 1, state: 'waiting', error: { kind: 'rate-limit', admin: 'Wait.', retryAfterSeconds: 3600 } })
  const parked = async () => {
    const [job] = await until(async () => {
      const found = await jobs()
      return found[0]?.state === 'created' && (found[0]?.wait ?? 0) > 60 && found
    })
    t.ok((job?.wait ?? 0) > 3500 && (job?.wait ?? 0) < 3700)
    t.match(job?.data, { pass: 'full', trigger: 'force' })
  }
  await parked()
  t.equal(await queue.forceSync(id), 'already-queued')
  await parked()
  await database.run('update sync_runs set waiting_until = now() where connection_id = $1', [id])
  await queue.forceSync(id)
  const resumed = await next()
  t.match(resumed.request, { pass: 'full' })
  resumed.end()
  await until(async () => (await jobs()).length === 0)
})

t.test('a parked run that is cancelled does not come back', async (t) => {
  const { connection, worker, next, jobs, active } = await stage(t, here)
  const id = await connection('cancelled')
  const queue = await worker()
  await queue.forceSync(id)
  const run = await next()
  run.end({ runId: 5, state: 'waiting', error: { kind: 'rate-limit', admin: 'Wait.', retryAfterSeconds: 3600 } })
  await until(async () => (await jobs())[0]?.data.continues === 5)
  // There is no run to go on with.
  await database.run("update pgboss.job set start_after = now() where name = 'sync' and state = 'created'")
  await worker()
  await until(async () => (await jobs()).length === 0)
  t.equal(active.size, 0)
})

t.test('passing failures are tried again with growing pauses, then lie where people see them', async (t) => {
  const { connection, worker, next, jobs } = await stage(t, here)
  const id = await connection('flaky')
  const queue = await worker()
  await queue.forceSync(id, { full: true })
  const waits: number[] = []
  for (let attempt = 1; attempt <= 5; attempt++) {
    const run = await next()
    run.end({ runId: attempt, state: 'failed', error: { kind: 'transient', admin: 'The vendor is down.' } })
    if (attempt === 5) break
    const [job] = await until(async () => {
      const found = await jobs()
      return found[0]?.state === 'retry' && found
    })
    waits.push(job?.wait ?? 0)
    t.match(await queue.waiting(), [{ connectionId: id, failures: attempt }])
    t.equal(await queue.forceSync(id), 'already-queued', 'a person need not wait for the next try')
  }
  t.ok(
    waits.every((wait, index) => wait > 28 * 2 ** index && wait < 61 * 2 ** index),
    `pauses of ${waits.map(Math.round)} seconds`,
  )
  const [letter] = await until(async () => {
    const found = await queue.deadLetters()
    return found.length > 0 && found
  })
  t.match(letter, { connectionId: id, trigger: 'force', attempts: 5, message: 'The vendor is down.', failedAt: Date })
  t.same(await jobs(), [], 'and is not tried any more')

  t.equal(await queue.retryDead(letter?.id ?? ''), 'queued')
  t.same(await queue.deadLetters(), [])
  await t.rejects(queue.retryDead(letter?.id ?? ''), { name: 'Refusal' })
  const rescued = await next()
  t.match(rescued.request, { connectionId: id, pass: 'full', trigger: 'force' })
  rescued.end()
})

t.test('a sync that succeeds takes the dead letters of its connection along', async (t) => {
  const { connection, worker, next } = await stage(t, here)
  const id = await connection('healed')
  const queue = await worker()
  await database.run(
    `insert into pgboss.job (name, data, singleton_key, source_output) values ('sync-dead', $1, $2, '{"value":{"message":"job heartbeat timeout"}}')`,
    [JSON.stringify({ v: 1, connectionId: id, mode: 'apply', pass: 'full', trigger: 'schedule' }), String(id)],
  )
  t.match(await queue.deadLetters(), [{ connectionId: id, message: /^The worker died/ }])
  await queue.forceSync(id)
  const run = await next()
  run.end(succeeded)
  await until(async () => (await queue.deadLetters()).length === 0)
})

t.test('failures that a repetition cannot cure are not repeated; ours are', async (t) => {
  const { connection, worker, next, jobs, lines } = await stage(t, here)
  const id = await connection('final')
  const queue = await worker()
  for (const kind of ['auth', 'permission', 'config', 'vendor', 'bug', 'not-found'] as const) {
    await queue.forceSync(id)
    const run = await next()
    run.end({ runId: 1, state: 'failed', error: { kind, admin: 'No.' } })
    await until(async () => (await jobs()).length === 0)
  }
  await queue.forceSync(id)
  const run = await next()
  run.end({ runId: 1, state: 'cancelled' })
  await until(async () => (await jobs()).length === 0)
  await queue.forceSync(id)
  const broken = await next()
  broken.fail(new Error('a fault of the hub'))
  await until(async () => (await jobs())[0]?.state === 'retry')
  t.match(lines.at(-1), { level: 'error', fields: { connection: id, err: { message: 'a fault of the hub' } } })
  await queue.forceSync(id)
  ;(await next()).end()
})

t.test('a worker that stops hands its run back, and another one goes on at once', async (t) => {
  const { connection, worker, next, jobs } = await stage(t, here)
  const id = await connection('handed-over')
  const leaving = await worker()
  await leaving.forceSync(id, { full: true, requestedBy: 'ann@example.com' })
  const run = await next()
  await worker()
  const stopped = leaving.stop(5000)
  await until(async () => run.signal.aborted)
  run.end({ runId: 1, state: 'running' })
  const second = await next()
  t.match(second.request, { connectionId: id, pass: 'full', requestedBy: 'ann@example.com' })
  await stopped
  t.equal((await jobs()).length, 1, 'one job, not two')
  second.end()
  await t.rejects(leaving.forceSync(id), /not started/)
})

t.test('a run that does not end in time is given up, and tried again by another worker', async (t) => {
  const { connection, worker, next, jobs } = await stage(t, here)
  const id = await connection('stubborn')
  const leaving = await worker()
  await leaving.forceSync(id)
  const run = await next()
  const before = Date.now()
  await leaving.stop(50)
  t.ok(Date.now() - before < 3000)
  t.match(await jobs(), [{ state: 'retry', key: `${id}` }])
  run.end()
  await database.run("delete from pgboss.job where name = 'sync'")
})

t.test('the database drops every connection: the queue goes on by itself', async (t) => {
  const { connection, worker, next, jobs, lines } = await stage(t, here)
  const [running, later] = [await connection('dropped'), await connection('dropped')]
  const queue = await worker()
  await queue.forceSync(running)
  const run = await next()
  const admin = new Database(database.url, { max: 1 })
  t.teardown(() => admin.close())
  await admin.run(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await until(async () => lines.some(({ message }) => /could not reach the database/.test(message)))
  t.notOk(run.signal.aborted, 'the run is not given up for that')
  run.end()
  const settled = () =>
    jobs().then(
      (left) => left.length === 0,
      () => false,
    )
  await until(settled)
  t.match(
    await database.row('select state::text as state, retry_count from pgboss.job where singleton_key = $1', [
      String(running),
    ]),
    { state: 'completed', retry_count: 0 },
    'it is not run twice either',
  )
  t.equal(await queue.forceSync(later), 'queued')
  const second = await next()
  t.equal(second.request.connectionId, later)
  second.end()
  await until(async () => (await jobs()).length === 0)
})

t.test('a queue that cannot be opened says why, and keeps nothing open', async (t) => {
  const nowhere = new Database(database.url.replace(/\/[^/]+$/, '/there_is_no_such_database'))
  t.teardown(() => nowhere.close())
  const { queue } = await stage(t, { database: nowhere })
  const failing = queue()
  await t.rejects(failing.start({ worker: true }), /does not exist/)
  await t.rejects(failing.waiting(), /not started/)
})
