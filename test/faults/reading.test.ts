/** What the engine promises while a source misbehaves: vendor failures, cursor edges, deletions, endless paging, hostile data. */
import t from 'tap'
import { ConnectorError, type Page, type StreamName } from '../../core/connector/index.ts'
import { Runs } from '../../core/sync/runs.ts'
import { type Lab, lab, many } from '../core/sync/lab.ts'

const extra = () => ({ companyId: 'A' })
const live = 'select count(*) from configurations where removed_at is null'

async function filled(t: Parameters<typeof lab>[0], count = 40): Promise<Lab> {
  const here = await lab(t)
  here.put('companies', { sourceId: 'A', name: 'Alpha' })
  here.put('configurations', ...many(count, extra))
  return here
}

/** Fails configurations at page `at`, once. */
function failAt(here: Lab, at: number, error: () => Error): void {
  let failed = false
  here.source.beforePage = (stream, number) => {
    if (stream !== 'configurations' || number !== at || failed) return undefined
    failed = true
    throw error()
  }
}

t.test('a vendor that fails half-way', async (t) => {
  const here = await filled(t, 200)
  await here.run()
  const kinds = ['transient', 'vendor', 'permission'] as const
  for (const kind of kinds) {
    failAt(here, 6, () => new ConnectorError(kind, `The vendor answered nonsense (${kind}).`))
    const failed = await here.run()
    t.match(failed, { state: 'failed', error: { kind } }, `${kind}: the run says so`)
    t.match(await here.counts(failed.runId, 'configurations'), { state: 'failed', pages: 6, error_kind: kind })
    const next = await here.run()
    const read = here.source.reads.findLast(({ stream }) => stream === 'configurations')
    t.equal(read?.checkpoint, 'c0060', 'the next run begins behind the last committed page')
    t.match(await here.counts(next.runId, 'configurations'), { state: 'succeeded', removed: 0 })
  }
  t.match(await here.database.row(live), { count: 200 })
})

t.test('a refused sign-in stops everything and is told once', async (t) => {
  const here = await filled(t)
  failAt(
    here,
    0,
    () => new ConnectorError('auth', 'The vendor refused the key. Make a new one and enter it in the connection.'),
  )
  const { state, error } = await here.run()
  t.match({ state, error }, { state: 'failed', error: { kind: 'auth', admin: /Make a new one/ } })
  t.match(await here.database.row('select state from connections'), { state: 'needs-sign-in' })
})

t.test('a long rate limit parks the run, and the same run goes on', async (t) => {
  const here = await filled(t)
  failAt(here, 2, () => new ConnectorError('rate-limit', 'The vendor asks to wait.', { retryAfterSeconds: 10_800 }))
  const parked = await here.run()
  t.match(parked, { state: 'waiting', error: { retryAfterSeconds: 10_800 } })
  t.match(await here.database.row("select state, waiting_until > now() + interval '2 hours' as later from sync_runs"), {
    state: 'waiting',
    later: true,
  })
  const next = await here.run()
  t.equal(next.runId, parked.runId)
  t.equal(next.state, 'succeeded')
  t.match(await here.database.row(live), { count: 40 })
})

t.test('cursor edges', async (t) => {
  await t.test('a thousand records of the same moment, and a record changed while its page is read', async (t) => {
    const here = await filled(t, 0)
    here.source.pageSize = 100
    const moment = new Date().toISOString()
    here.put('configurations', ...many(1000, () => ({ companyId: 'A', updatedAt: moment })))
    here.source.beforePage = (stream, number) => {
      // Its page is gone already: only the next pass can know.
      if (stream === 'configurations' && number === 5)
        here.put('configurations', {
          sourceId: 'c0001',
          name: 'Changed meanwhile',
          companyId: 'A',
          updatedAt: new Date().toISOString(),
        })
      return undefined
    }
    await here.run()
    t.match(await here.database.row(live), { count: 1000 })
    here.source.beforePage = () => undefined
    const { runId } = await here.run({ pass: 'incremental' })
    t.match(await here.counts(runId, 'configurations'), { pass: 'incremental', updated: 1 })
    t.match(await here.database.row("select name from configurations where source_id = 'c0001'"), {
      name: 'Changed meanwhile',
    })
  })

  await t.test('an empty page in the middle is not the end', async (t) => {
    const here = await filled(t)
    await here.run()
    here.source.beforePage = (stream, number): Page<StreamName> | undefined =>
      stream === 'configurations' && number === 1 ? { records: [] } : undefined
    const { runId } = await here.run()
    t.match(await here.counts(runId, 'configurations'), { pages: 4, received: 30 })
  })

  await t.test('a watermark in the future gives a warning and a full pass', async (t) => {
    const here = await filled(t)
    await here.run()
    await here.database.run("update stream_states set watermark = now() + interval '5 years'")
    const { runId } = await here.run({ pass: 'incremental' })
    t.match(await here.counts(runId, 'configurations'), { pass: 'full', unchanged: 40 })
    t.match(await new Runs(here.database).log(runId), [
      { code: 'watermark-in-the-future' },
      { code: 'watermark-in-the-future' },
    ])
  })
})

t.test('deletions', async (t) => {
  await t.test('a full pass cut off at 60 % removes nothing', async (t) => {
    const here = await filled(t)
    await here.run()
    here.remove('configurations', 'c0001', 'c0002')
    failAt(here, 2, () => new ConnectorError('transient', 'The line is dead.'))
    await here.run()
    t.match(await here.database.row(live), { count: 40 })
  })

  await t.test('a source that does not tell deletions never loses a row', async (t) => {
    const here = await filled(t)
    here.source.deletes = 'none'
    await here.run()
    here.remove('configurations', 'c0001')
    await here.run({ confirmed: true })
    t.match(await here.database.row(live), { count: 40 })
  })

  await t.test('reported deletions count at the end of the pass, and only what was reported', async (t) => {
    const here = await filled(t)
    here.source.deletes = 'reported'
    await here.run()
    here.source.beforePage = (stream, number): Page<StreamName> | undefined =>
      stream === 'configurations' && number === 0 ? { records: [], removals: ['c0003', 'unknown'] } : undefined
    const { runId } = await here.run()
    t.match(await here.counts(runId, 'configurations'), { removed: 1 })
    t.match(await here.database.row(live), { count: 39 })
  })

  await t.test('the source goes empty, then doubles its records, then is itself again', async (t) => {
    const here = await filled(t)
    await here.run()
    here.source.records.delete('configurations')
    t.equal((await here.run()).state, 'warning')
    t.match(await here.database.row(live), { count: 40 })
    here.put(
      'configurations',
      ...many(40, extra),
      ...many(40, extra).map((record) => ({ ...record, sourceId: `copy-${record.sourceId}` })),
    )
    t.equal((await here.run()).state, 'warning')
    t.match(await here.database.row(live), { count: 40 })
    here.remove('configurations', ...many(40).map(({ sourceId }) => `copy-${sourceId}`))
    t.equal((await here.run()).state, 'succeeded')
    t.match(
      await here.database.row("select count(*) from withheld_changes where state = 'waiting'"),
      { count: 0 },
      'what was asked has settled itself',
    )
  })

  await t.test('a company is removed and returns: it and its records keep their rows', async (t) => {
    const here = await filled(t)
    here.put('companies', { sourceId: 'B', name: 'Beta' })
    here.put('configurations', { sourceId: 'z1', name: 'Of Beta', companyId: 'B' })
    await here.run()
    const before = await here.database.rows(
      'select l.id as link, l.company_id, c.id as configuration from company_links l left join configurations c on c.company_source_id = l.source_id where l.source_id = $1',
      ['B'],
    )
    here.remove('companies', 'B')
    here.remove('configurations', 'z1')
    await here.run()
    t.match(await here.database.row("select removed_at from company_links where source_id = 'B'"), { removed_at: Date })
    t.match(
      await here.database.row("select removed_at from configurations where source_id = 'z1'"),
      { removed_at: null },
      'a removed company keeps its data',
    )
    here.put('companies', { sourceId: 'B', name: 'Beta' })
    here.put('configurations', { sourceId: 'z1', name: 'Of Beta', companyId: 'B' })
    await here.run()
    t.same(
      await here.database.rows(
        'select l.id as link, l.company_id, c.id as configuration from company_links l left join configurations c on c.company_source_id = l.source_id where l.source_id = $1 and l.removed_at is null',
        ['B'],
      ),
      before,
    )
  })
})

t.test('endless paging stops with a clear error', async (t) => {
  const here = await filled(t)
  const page: Page<'configurations'> = { records: [{ sourceId: 'c0001', name: 'Again' }], checkpoint: 'same' }
  here.source.pageSize = 1
  here.put('configurations', ...many(500, extra))
  here.source.beforePage = (stream, number) => (stream === 'configurations' && number > 3 ? page : undefined)
  const { error } = await here.run()
  t.match(error, { kind: 'vendor', admin: /same page again and again/ })

  const there = await filled(t)
  const pages = ['one', 'two'].map(
    (checkpoint): Page<'configurations'> => ({ records: [{ sourceId: checkpoint, name: checkpoint }], checkpoint }),
  )
  there.source.pageSize = 1
  there.put('configurations', ...many(500, extra))
  there.source.beforePage = (stream, number) => (stream === 'configurations' ? pages[number % 2] : undefined)
  t.match(
    (await there.run()).error,
    { kind: 'vendor', admin: /same page again and again/ },
    'two pages that point at each other',
  )
})

t.test('hostile data is stored unchanged or set aside with the reason; the run goes on', async (t) => {
  const here = await filled(t, 0)
  const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`)
  const good = [
    { sourceId: 'emoji', name: '👩‍🚒 Ünïcødé 漢字 "quoted" \\u0000 not a NUL \\', companyId: 'A' },
    {
      sourceId: 'proto',
      name: 'Prototype',
      companyId: 'A',
      customFields: JSON.parse('{"__proto__": "x", "constructor": "y", "🙂": 1}'),
    },
    { sourceId: '9007199254740993', name: 'A big id stays exact', companyId: 'A' },
    { sourceId: 'long', name: 'Long', companyId: 'A', notes: 'x'.repeat(900_000) },
  ]
  const bad: [string, Record<string, unknown>, RegExp][] = [
    ['nul', { name: 'NUL \u0000 inside' }, /NUL or broken/],
    ['surrogate', { name: 'half \ud83d a pair' }, /NUL or broken/],
    ['big', { name: 'Big', notes: 'x'.repeat(5_000_000) }, /larger than/],
    ['deep', { name: 'Deep', customFields: { nested: deep } }, /customFields should be an object of plain values/],
    ['nan', { name: 'NaN', customFields: { a: Number.NaN } }, /plain values/],
    ['wrong', { name: 42 }, /name should be text, but is 42/],
    ['missing', {}, /name is missing/],
    ['date', { name: 'Date', purchaseDate: '31.12.2025' }, /YYYY-MM-DD/],
  ]
  here.put(
    'configurations',
    ...good,
    ...bad.map(([sourceId, record]) => ({ sourceId, companyId: 'A', ...record })),
    ...many(5, extra),
  )
  here.source.pageSize = 50
  here.source.beforePage = (stream) => {
    if (stream !== 'configurations') return undefined
    const all = [...(here.source.records.get('configurations')?.values() ?? [])]
    // The page as it is, a record without an id, something that is no record, and one twice.
    return {
      records: [...all, { name: 'nobody' }, 'text', null, ...all.slice(0, 1)] as unknown as Page<StreamName>['records'],
    }
  }
  const { runId, state } = await here.run()
  t.equal(state, 'warning')
  t.match(await here.counts(runId, 'configurations'), { created: good.length + 5, rejected: bad.length + 3 })
  const stored = await here.database.rows<{ source_id: string; name: string; custom_fields: unknown }>(
    'select source_id, name, custom_fields from configurations',
  )
  for (const record of good) t.equal(stored.find((row) => row.source_id === record.sourceId)?.name, record.name)
  t.same(Object.keys(stored.find((row) => row.source_id === 'proto')?.custom_fields ?? {}).sort(), [
    '__proto__',
    'constructor',
    '🙂',
  ])
  t.equal(Object.getPrototypeOf({}), Object.prototype)
  const log = await new Runs(here.database).log(runId)
  for (const [sourceId, , reason] of bad)
    t.match(log.find((line) => line.sourceId === sourceId)?.message, reason, sourceId)
})
