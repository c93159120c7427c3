import t from 'tap'
import { covers, keyOf, merge, readPayload, type SyncWish } from '../../../core/queue/payload.ts'
import { testDatabase } from '../../database.ts'
import { stage, until } from './stage.ts'

const wish = (more: Partial<SyncWish> = {}): SyncWish => ({
  connectionId: 7,
  mode: 'apply',
  pass: 'incremental',
  trigger: 'schedule',
  ...more,
})

t.test('a payload is read, adopted or refused', async (t) => {
  const full = wish({
    confirmed: true,
    requestedBy: 'ann',
    streams: ['sites'],
    touched: [{ stream: 'sites', sourceId: '1' }],
  })
  t.same(readPayload(JSON.parse(JSON.stringify({ ...full, v: 1 }))), { wish: full, adopted: false })
  t.same(readPayload({ ...wish({ pass: null }), v: 1 }), { wish: wish({ pass: null }), adopted: false })
  t.same(readPayload({ connectionId: 7, kind: 'nightly' }), { wish: wish({ pass: 'full' }), adopted: true })
  t.equal(readPayload({ ...full, v: 2 }), 'newer')
  for (const data of [
    null,
    'x',
    {},
    { v: 1, connectionId: '7' },
    { ...wish(), v: 1, pass: 'half' },
    { ...wish(), v: 1, mode: undefined },
  ])
    t.equal(readPayload(data), 'unreadable', JSON.stringify(data))
  t.same(
    readPayload({ ...wish(), v: 1, streams: ['sites', 'gone-stream'], touched: [{ stream: 'x', sourceId: '1' }, 5] }),
    { wish: wish({ streams: ['sites'], touched: [] }), adopted: false },
  )
})

t.test('two wishes become one that does both', async (t) => {
  t.same(merge(wish({ pass: 'full' }), wish({ trigger: 'force', requestedBy: 'ann' })), {
    ...wish({ pass: 'full', trigger: 'force', requestedBy: 'ann' }),
  })
  t.same(merge(wish({ streams: ['sites'] }), wish({ streams: ['contacts', 'sites'] })).streams, ['sites', 'contacts'])
  t.notOk('streams' in merge(wish({ streams: ['sites'] }), wish()), 'all streams include some')
  const touch = wish({ pass: null, trigger: 'webhook', touched: [{ stream: 'sites', sourceId: '1' }] })
  t.same(merge(touch, wish({ streams: ['contacts'] })), {
    ...wish({ streams: ['contacts'], touched: [{ stream: 'sites', sourceId: '1' }] }),
  })
  t.equal(keyOf(wish()), '7')
  t.equal(keyOf(wish({ mode: 'plan' })), '7/plan')
  t.equal(keyOf(wish({ confirmed: true })), '7/confirmed')
})

t.test('what a run under way covers', async (t) => {
  const pressed = wish({ trigger: 'force' })
  t.ok(covers(pressed, pressed))
  t.ok(covers({ ...pressed, pass: 'full' }, { ...pressed, streams: ['sites'] }))
  t.notOk(covers(pressed, { ...pressed, pass: 'full' }))
  t.notOk(covers({ ...pressed, streams: ['sites'] }, pressed))
  t.notOk(covers(wish({ pass: 'full' }), pressed), 'the night may have passed what the person just changed')
  t.notOk(covers(pressed, { ...pressed, trigger: 'webhook', pass: null }))
})

t.test('jobs of other releases, found at the start or on the way', async (t) => {
  const database = await testDatabase(t)
  const { connection, queue, worker, next, jobs, lines } = await stage(t, { database })
  const id = await connection('adopted')
  const web = queue()
  await web.start({ worker: false })
  const insert = (data: object, more = '') =>
    database.run(
      `insert into pgboss.job (name, data, retry_limit, dead_letter ${more && ', priority'}) values ('sync', $1, 0, 'sync-dead' ${more})`,
      [JSON.stringify(data)],
    )
  // Without keys, as a release without them would have left them: ten wishes for the same.
  for (let count = 0; count < 10; count++) await insert({ connectionId: id })
  await insert({ connectionId: 4711 })
  await insert({ what: 'is this' })
  await insert({ v: 99, connectionId: id, mode: 'dance' }, ', 50')
  const queueAgain = await worker()
  const run = await next()
  t.same(run.request, { connectionId: id, mode: 'apply', pass: 'full', trigger: 'schedule' })
  t.equal((await jobs()).filter(({ key }) => key === `${id}`).length, 1, 'ten became one')
  run.end()
  await until(async () => (await jobs()).length === 0)
  t.equal(lines.filter(({ message }) => /adopted/.test(message)).length, 10)
  t.equal(lines.filter(({ message }) => /dropped/.test(message)).length, 2)
  t.match(
    await database.rows("select data from pgboss.job where name = 'sync-dead'"),
    [{ data: { v: 99 } }],
    'what a newer release wrote is not lost',
  )
  await insert({ connectionId: id })
  await insert({ junk: true })
  await queueAgain.touch(id, [{ stream: 'sites', sourceId: '1' }])
  for (let count = 0; count < 2; count++) (await next()).end()
  await until(async () => (await jobs()).length === 0)
})
