import t from 'tap'
import { cronOf } from '../../../core/queue/schedules.ts'
import { testDatabase } from '../../database.ts'
import { stage, until } from './stage.ts'

const database = await testDatabase(t)
const here = { database }
const nightly = { v: 1, mode: 'apply', pass: 'full', trigger: 'schedule' }
const night = { nightly: '02:00', timeZone: 'Europe/Berlin' }

const schedules = () =>
  database.rows<{ key: string; cron: string; timezone: string; data: object; missed: string }>(
    "select key, cron, timezone, data, options ->> 'missed' as missed from pgboss.schedule order by key::int",
  )

t.test('without a schedule of its own, a connection has its minute of the night', async (t) => {
  const at = (id: number, nightly: string) =>
    cronOf({ id, schedule: null, timeZone: null }, { nightly, timeZone: 'Europe/Berlin' })
  t.same(at(30, '02:00'), { cron: '0 2 * * *', tz: 'Europe/Berlin' })
  t.same(at(31, '02:00'), { cron: '7 2 * * *', tz: 'Europe/Berlin' })
  t.same(at(34, '23:45'), { cron: '13 0 * * *', tz: 'Europe/Berlin' }, 'past midnight')
  t.equal(new Set(Array.from({ length: 30 }, (_, id) => at(id, '02:00').cron)).size, 30)
  t.same(cronOf({ id: 1, schedule: '15 6 * * 1-5', timeZone: 'America/Denver' }, night), {
    cron: '15 6 * * 1-5',
    tz: 'America/Denver',
  })
})

t.test('schedules follow the connections', async (t) => {
  const { connection, worker, queue, due, jobs } = await stage(t, here)
  const plain = await connection('plain')
  const own = await connection('own', { schedule: '15 6 * * 1-5', timeZone: 'America/Denver' })
  const wrong = await connection('wrong', { schedule: 'every day' })
  const warranty = await connection('maker', { kind: 'warranty' })
  const first = await worker(night)
  const expected = [
    {
      key: `${plain}`,
      cron: '7 2 * * *',
      timezone: 'Europe/Berlin',
      data: { ...nightly, connectionId: plain },
      missed: 'once',
    },
    {
      key: `${own}`,
      cron: '15 6 * * 1-5',
      timezone: 'America/Denver',
      data: { ...nightly, connectionId: own },
      missed: 'once',
    },
  ]
  t.same(await schedules(), expected)
  t.equal(await first.nextRun(warranty), null)
  await t.rejects(first.forceSync(warranty), { name: 'Refusal' })
  const next = await first.nextRun(plain)
  t.match(next?.toISOString(), /T0[01]:07:00/, 'two in Berlin')
  await first.stop(1000)

  const web = queue(night)
  await web.start({ worker: false })
  await database.run("update connections set state = 'paused' where id = $1", [plain])
  await database.run("update connections set schedule = '0 12 * * *' where id = $1", [own])
  await web.reschedule(plain)
  await web.reschedule(own)
  t.match(await schedules(), [{ key: `${own}`, cron: '0 12 * * *' }])
  t.equal(await web.nextRun(plain), null)

  await database.run("update connections set state = 'active' where id = $1", [plain])
  await database.run("update connections set state = 'disconnected' where id = any($1)", [[own, wrong]])
  await worker(night)
  t.match(await schedules(), [{ key: `${plain}`, cron: '7 2 * * *' }], 'brought in step at the start')

  await database.run("update connections set state = 'needs-sign-in' where id = $1", [plain])
  const third = await worker(night)
  t.equal(await third.nextRun(plain), null)
  await due(plain)
  await until(async () => {
    const row = await database.row("select 1 from pgboss.job where name = 'sync-due' and state <= 'active'")
    return row === undefined
  })
  t.same(await jobs(), [], 'nothing is asked of a vendor that refuses')
  t.match(await schedules(), [{ key: `${plain}` }], 'and the night after its sign-in works again it syncs')
  await database.run("update connections set state = 'disconnected'")
})

t.test('a night that the hub slept through is made up for, with one full run', async (t) => {
  const { connection, worker, queue, next, jobs } = await stage(t, here)
  const id = await connection('sleeper')
  const before = await worker(night)
  await before.stop(1000)
  await database.run("update pgboss.schedule set created_on = now() - interval '9 days'")
  await database.run("update pgboss.version set cron_on = now() - interval '3 days'")
  // Without a worker nothing comes due.
  await queue(night).start({ worker: false })
  await worker(night)
  const forwarded = await until(async () => {
    const rows = await database.rows<{ data: { data: unknown } }>(
      "select data from pgboss.job where name = '__pgboss__send-it' and data ->> 'key' = $1",
      [String(id)],
    )
    return rows.length > 0 && rows
  })
  t.match(forwarded, [{ data: { name: 'sync-due', data: { ...nightly, connectionId: id } } }], 'three nights, one run')
  t.equal(forwarded.length, 1)
  const run = await next()
  t.same(run.request, { connectionId: id, mode: 'apply', pass: 'full', trigger: 'schedule' })
  run.end()
  await until(async () => (await jobs()).length === 0)
})
