import t from 'tap'
import { type Lab, lab, many } from './lab.ts'

const company = { sourceId: 'A', name: 'Alpha' }

async function filled(t: Parameters<typeof lab>[0], count = 40): Promise<Lab> {
  const here = await lab(t)
  here.put('companies', company)
  here.put('configurations', ...many(count, () => ({ companyId: 'A', serialNumber: 'S-1', active: true })))
  return here
}

const live = 'select count(*) from configurations where removed_at is null'

t.test('a first run brings everything in, a second one writes nothing', async (t) => {
  const here = await filled(t)
  const first = await here.run()
  t.equal(first.state, 'succeeded')
  t.match(await here.counts(first.runId, 'configurations'), {
    state: 'succeeded',
    pass: 'full',
    pages: 4,
    received: 40,
    created: 40,
  })
  t.match(
    await here.database.row('select company_id, name, serial_number, serial_normalized from configurations limit 1'),
    {
      company_id: Number,
      name: 'Record c0001',
      serial_normalized: 'S1',
    },
  )
  const before = await here.database.rows('select xmin::text, ctid::text, updated_at from configurations order by id')
  const second = await here.run()
  t.match(await here.counts(second.runId, 'configurations'), {
    received: 40,
    created: 0,
    updated: 0,
    unchanged: 40,
    removed: 0,
  })
  t.same(
    await here.database.rows('select xmin::text, ctid::text, updated_at from configurations order by id'),
    before,
    'not one row was written',
  )
  t.match(await here.database.row('select count(*) from sync_pages'), { count: 0 })
  t.match(
    await here.database.rows('select * from sync_run_companies where run_id = $1 and stream = $2', [
      first.runId,
      'configurations',
    ]),
    [{ company_source_id: 'A', received: 40, created: 40 }],
  )
})

t.test('what changed is written and logged field by field; what was not sent stays', async (t) => {
  const here = await filled(t, 3)
  await here.run()
  here.put('configurations', { sourceId: 'c0002', name: 'Renamed', companyId: 'A', active: null })
  const { runId } = await here.run()
  t.match(await here.counts(runId, 'configurations'), { updated: 1, unchanged: 2 })
  t.match(await here.database.row("select name, serial_number, active from configurations where source_id = 'c0002'"), {
    name: 'Renamed',
    serial_number: 'S-1',
    active: null,
  })
  t.strictSame(await here.database.rows('select field, before, after from record_changes order by field'), [
    { field: 'active', before: true, after: null },
    { field: 'name', before: 'Record c0002', after: 'Renamed' },
  ])
})

t.test('what a vendor leaves out when it is empty is emptied, where the connector says so', async (t) => {
  const here = await filled(t, 3)
  here.source.leftOutWhenEmpty.set('configurations', ['serialNumber', 'notes'])
  await here.run()
  here.put('configurations', { sourceId: 'c0002', name: 'Record c0002', companyId: 'A' })
  const { runId } = await here.run()
  t.match(await here.counts(runId, 'configurations'), { updated: 1, unchanged: 2 })
  t.match(await here.database.row("select serial_number, active from configurations where source_id = 'c0002'"), {
    serial_number: null,
    active: true,
  })
  t.strictSame(await here.database.rows('select field, before, after from record_changes'), [
    { field: 'serial_number', before: 'S-1', after: null },
  ])
  here.put('configurations', { sourceId: 'c0003', name: 'Record c0003', companyId: 'A', active: true })
  await here.run({ pass: 'incremental', touched: [{ stream: 'configurations', sourceId: 'c0003' }] })
  t.match(await here.database.row("select serial_number from configurations where source_id = 'c0003'"), {
    serial_number: null,
  })
})

t.test('a pass that cannot show the whole list removes nothing and says why', async (t) => {
  const here = await filled(t)
  await here.run()
  const full = await here.database.row(
    "select last_full_at from stream_states where stream = 'configurations' and last_full_at is not null",
  )
  here.remove('configurations', 'c0007')
  here.put('configurations', { sourceId: 'c0008', name: 'Renamed', companyId: 'A' })
  here.source.pageSize = 100
  here.source.beforePage = (stream) => {
    if (stream !== 'configurations') return undefined
    const records = [...(here.source.records.get('configurations')?.values() ?? [])]
    return { records: records as never, partial: 'Grant the right "See all".' }
  }
  const { runId, state, error } = await here.run()
  t.match({ state, error }, { state: 'warning', error: undefined })
  t.match(await here.counts(runId, 'configurations'), { state: 'warning', updated: 1, removed: 0, withheld: 0 })
  t.match(await here.database.row(live), { count: 40 })
  t.match(await here.database.rows('select level, code, message from sync_log where run_id = $1', [runId]), [
    { level: 'warning', code: 'partial', message: 'Grant the right "See all".' },
  ])
  t.same(
    await here.database.row("select last_full_at from stream_states where stream = 'configurations'"),
    full,
    'it does not count as read whole',
  )
})

t.test('fields that come one time and not the next write nothing as long as they say the same', async (t) => {
  const here = await filled(t, 3)
  await here.run()
  const rows = () => here.database.rows('select xmin::text, ctid::text, updated_at from configurations order by id')
  const before = await rows()
  const whole = here.source.records.get('configurations')?.get('c0002')
  const partial = { sourceId: 'c0002', name: 'Record c0002', companyId: 'A' }
  for (const record of [partial, whole ?? partial, partial]) {
    here.put('configurations', record)
    const { runId } = await here.run()
    t.match(await here.counts(runId, 'configurations'), { updated: 0, unchanged: 3 })
    const plan = await here.run({ mode: 'plan' })
    t.match(await here.counts(plan.runId, 'configurations'), { updated: 0, unchanged: 3 })
  }
  t.same(await rows(), before, 'not one row was written')
  here.put('configurations', { ...partial, serialNumber: 'S-2' })
  const { runId } = await here.run()
  t.match(await here.counts(runId, 'configurations'), { updated: 1, unchanged: 2 })
})

t.test('a record that is gone is marked, and gets its old row back when it returns', async (t) => {
  const here = await filled(t)
  await here.run()
  const row = await here.database.row<{ id: number }>("select id from configurations where source_id = 'c0007'")
  const kept = here.source.records.get('configurations')?.get('c0007')
  here.remove('configurations', 'c0007')
  const gone = await here.run()
  t.match(await here.counts(gone.runId, 'configurations'), { removed: 1 })
  t.match(await here.database.row(live), { count: 39 })
  if (kept) here.put('configurations', kept)
  const back = await here.run()
  t.match(await here.counts(back.runId, 'configurations'), { restored: 1, created: 0 })
  t.match(await here.database.row("select id, removed_at from configurations where source_id = 'c0007'"), {
    id: row?.id,
    removed_at: null,
  })
})

t.test('too many removals are withheld, everything else goes on', async (t) => {
  const here = await filled(t)
  await here.run()
  here.remove('configurations', ...many(20).map(({ sourceId }) => sourceId))
  here.put(
    'configurations',
    { sourceId: 'c0030', name: 'Changed', companyId: 'A' },
    { sourceId: 'n1', name: 'New', companyId: 'A' },
  )
  const { runId, state } = await here.run()
  t.equal(state, 'warning')
  t.match(await here.counts(runId, 'configurations'), {
    removed: 0,
    withheld: 20,
    updated: 1,
    created: 1,
    state: 'warning',
  })
  t.match(await here.database.row(live), { count: 41 })
  t.match(
    await here.database.row("select count(*) from withheld_changes where state = 'waiting' and action = 'remove'"),
    { count: 20 },
  )
  await here.run()
  t.match(
    await here.database.row("select count(*) from withheld_changes where state = 'waiting'"),
    { count: 20 },
    'asked once',
  )
  const confirmed = await here.run({ confirmed: true })
  t.equal(confirmed.state, 'succeeded')
  t.match(await here.database.row(live), { count: 21 }, 'a confirmed run passes every guard')
})

t.test('too many new records are withheld, all of them', async (t) => {
  const here = await filled(t)
  await here.run()
  here.put('configurations', ...many(80, () => ({ companyId: 'A', serialNumber: 'S-1', active: true })))
  const { runId, state } = await here.run()
  t.equal(state, 'warning')
  t.match(await here.counts(runId, 'configurations'), { created: 0, withheld: 40, unchanged: 40 })
  t.match(await here.database.row(live), { count: 40 })
  t.match(await here.database.row("select count(*) from sync_log where code = 'creates-withheld'"), { count: 1 })
})

t.test('no records where there were records is a warning, never a success', async (t) => {
  const here = await filled(t, 4)
  await here.run()
  here.source.records.delete('configurations')
  const { state } = await here.run()
  t.equal(state, 'warning')
  t.match(await here.database.row(live), { count: 4 })
  t.match(await here.database.row('select reason, count(*) from withheld_changes group by reason'), {
    reason: 'source-empty',
    count: 4,
  })
  await here.run({ confirmed: true })
  t.match(await here.database.row(live), { count: 0 }, 'source confirmed empty')
})

t.test('an incremental pass reads from the watermark and removes nothing', async (t) => {
  const here = await filled(t)
  await here.run()
  const later = new Date(Date.now() + 1000).toISOString()
  here.remove('configurations', 'c0001', 'c0002')
  here.put('configurations', { sourceId: 'c0003', name: 'Later', companyId: 'A', updatedAt: later })
  const { runId } = await here.run({ pass: 'incremental' })
  const read = here.source.reads.findLast(({ stream }) => stream === 'configurations')
  t.ok(
    read?.since && Math.abs(Date.parse(read.since) - Date.now() + 60_000) < 10_000,
    'since = watermark less the overlap',
  )
  t.match(await here.counts(runId, 'configurations'), { pass: 'incremental', removed: 0, updated: 1 })
  t.match(await here.database.row(live), { count: 40 })
})

t.test(
  'a vendor that fails half-way: what came stays, nothing is removed, the next run goes on behind it',
  async (t) => {
    const here = await filled(t)
    await here.run()
    here.remove('configurations', 'c0001')
    here.source.beforePage = (stream, number) => {
      if (stream === 'configurations' && number === 2) throw Object.assign(new Error('reset by peer'))
      return undefined
    }
    const failed = await here.run()
    t.match(failed, { state: 'failed', error: { kind: 'bug' } })
    t.match(await here.database.row(live), { count: 40 })
    here.source.beforePage = () => undefined
    const next = await here.run()
    t.equal(here.source.reads.findLast(({ stream }) => stream === 'configurations')?.checkpoint, 'c0021')
    t.match(await here.counts(next.runId, 'configurations'), { removed: 1, received: 19 })
  },
)

t.test('a bad record is set aside with its reason, and its stored row is not taken for gone', async (t) => {
  const here = await filled(t, 12)
  await here.run()
  here.put(
    'configurations',
    { sourceId: 'c0002', name: 'Bad', companyId: 'A', purchaseDate: '2026-02-30' },
    { sourceId: 'x1', companyId: 'A' },
  )
  const { runId, state } = await here.run()
  t.equal(state, 'warning')
  t.match(await here.counts(runId, 'configurations'), { rejected: 2, removed: 0, unchanged: 11 })
  t.match(
    await here.database.rows(
      "select source_id, message from sync_log where code = 'record-rejected' order by source_id",
    ),
    [
      { source_id: 'c0002', message: /purchaseDate should be a date, YYYY-MM-DD, but is "2026-02-30"/ },
      { source_id: 'x1', message: /name is missing/ },
    ],
  )
})

t.test('records of companies that are not imported are counted, not stored', async (t) => {
  const here = await filled(t, 2)
  here.put('configurations', { sourceId: 'z1', name: 'Of somebody else', companyId: 'B' })
  const { runId } = await here.run()
  t.match(await here.counts(runId, 'configurations'), { skipped: 1, created: 2, received: 3 })
  t.match(
    await here.database.rows(
      "select company_source_id, skipped from sync_run_companies where stream = 'configurations' and skipped > 0",
    ),
    [{ company_source_id: 'B', skipped: 1 }],
  )
})

t.test('a dry run changes nothing and tells what would happen', async (t) => {
  const here = await filled(t, 12)
  const plan = await here.run({ mode: 'plan' })
  t.equal(plan.state, 'succeeded')
  t.match(await here.database.row(live), { count: 0 })
  t.match(
    await here.database.row(
      "select count(*) from withheld_changes where reason = 'plan' and action = 'create' and stream = 'configurations'",
    ),
    {
      count: 12,
    },
  )
  await here.run()
  here.put('configurations', { sourceId: 'c0002', name: 'Renamed', companyId: 'A', serialNumber: 'S-1', active: true })
  here.remove('configurations', 'c0001')
  const second = await here.run({ mode: 'plan' })
  t.match(
    await here.database.rows(
      'select action, source_id, changes from withheld_changes where run_id = $1 order by source_id',
      [second.runId],
    ),
    [
      { action: 'remove', source_id: 'c0001' },
      { action: 'update', source_id: 'c0002', changes: { name: ['Record c0002', 'Renamed'] } },
    ],
  )
  t.match(await here.database.row(live), { count: 12 })
})

t.test('a webhook re-reads one record and removes nothing', async (t) => {
  const here = await filled(t)
  await here.run()
  here.put(
    'configurations',
    { sourceId: 'c0005', name: 'Touched', companyId: 'A' },
    { sourceId: 'new', name: 'New', companyId: 'A' },
  )
  here.remove('configurations', 'c0006')
  const touched = ['c0005', 'c0006', 'new'].map((sourceId) => ({ stream: 'configurations' as const, sourceId }))
  const { state, runId } = await here.run({ trigger: 'webhook', touched })
  t.equal(state, 'succeeded')
  t.match(await here.counts(runId, 'configurations'), { updated: 1, created: 1, removed: 0 })
  t.match(await here.database.row(live), { count: 41 })
  t.match(await here.database.row("select count(*) from sync_log where code = 'gone'"), { count: 1 })
})
