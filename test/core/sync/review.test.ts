import t from 'tap'
import { Review } from '../../../core/sync/review.ts'
import { Runs } from '../../../core/sync/runs.ts'
import { lab, many } from './lab.ts'

const live = 'select count(*) from configurations where removed_at is null'
const extra = () => ({ companyId: 'A', active: true })

async function withheld(t: Parameters<typeof lab>[0]) {
  const here = await lab(t)
  here.put('companies', { sourceId: 'A', name: 'Alpha' })
  here.put('configurations', ...many(40, extra))
  await here.run()
  here.remove('configurations', ...many(20).map(({ sourceId }) => sourceId))
  await here.run()
  return { here, review: new Review(here.database, here.services.afterStream) }
}

t.test('withheld removals are listed, and applied by a person', async (t) => {
  const { here, review } = await withheld(t)
  t.match(await review.summary(), [
    { stream: 'configurations', action: 'remove', reason: 'breaker', count: 20, connection: 'Lab' },
  ])
  const listed = await review.list({ limit: 5 })
  t.match(listed, Array(5).fill({ action: 'remove', label: /Record c00/ }))
  t.same(await review.apply({ ids: listed.map(({ id }) => id) }, 'anna@example.test'), { applied: 5 })
  t.match(await here.database.row(live), { count: 35 })
  t.same(await review.apply({ connectionId: here.connectionId, reason: 'guarded' }, 'anna@example.test'), {
    applied: 15,
  })
  t.match(await here.database.row(live), { count: 20 })
  t.same(await review.summary(), [])
  t.match(
    await here.database.row(
      "select count(*) from withheld_changes where state = 'applied' and decided_by = 'anna@example.test'",
    ),
    { count: 20 },
  )
})

t.test('what was rejected is not asked again, until it comes back and goes anew', async (t) => {
  const { here, review } = await withheld(t)
  t.same(await review.reject({ connectionId: here.connectionId, reason: 'guarded' }, 'anna'), { rejected: 20 })
  t.equal((await here.run()).state, 'succeeded')
  t.same(await review.summary(), [])
  t.match(await here.database.row(live), { count: 40 })
  here.put('configurations', ...many(20, extra))
  await here.run()
  here.remove('configurations', ...many(20).map(({ sourceId }) => sourceId))
  await here.run()
  t.match(await review.summary(), [{ count: 20 }])
})

t.test('withheld creates are applied with the company they have by then', async (t) => {
  const { here, review } = await withheld(t)
  here.put('configurations', ...many(200, extra))
  await here.run()
  t.match(await review.summary(), [{ action: 'create', count: 160 }])
  await review.apply({ connectionId: here.connectionId, reason: 'guarded', action: 'create' }, 'anna')
  t.match(
    await here.database.row(
      'select count(*), count(company_id) as placed from configurations where removed_at is null',
    ),
    { count: 200, placed: 200 },
  )
  const { runId } = await here.run()
  t.match(await here.counts(runId, 'configurations'), { unchanged: 200, created: 0, updated: 0 })
})

t.test('the plan of a dry run can be applied as it was shown', async (t) => {
  const here = await lab(t)
  const review = new Review(here.database, here.services.afterStream)
  here.put('companies', { sourceId: 'A', name: 'Alpha' })
  here.put('configurations', ...many(30, extra))
  await here.run({ mode: 'plan' })
  t.same(await review.apply({ connectionId: here.connectionId, reason: 'plan' }, 'anna'), { applied: 31 })
  t.match(await here.database.row('select count(*), count(company_id) as placed from configurations'), {
    count: 30,
    placed: 30,
  })
  here.put('configurations', { sourceId: 'c0001', name: 'New name', companyId: 'A', active: true })
  here.remove('configurations', 'c0002')
  await here.run({ mode: 'plan' })
  await review.apply({ connectionId: here.connectionId, reason: 'plan' }, 'anna')
  t.match(await here.database.row("select name from configurations where source_id = 'c0001'"), { name: 'New name' })
  t.match(await here.database.row(live), { count: 29 })
  const { runId } = await here.run()
  t.match(
    await here.counts(runId, 'configurations'),
    { unchanged: 29, updated: 0, removed: 0 },
    'a run after it finds nothing to do',
  )
})

t.test('runs tell their state, streams, log, companies and changes', async (t) => {
  const { here } = await withheld(t)
  const runs = new Runs(here.database)
  const [last, first] = await runs.list()
  t.match(last, { state: 'warning', withheld: 20, connection: 'Lab', stalled: false })
  t.match(await runs.get(first?.id ?? 0), {
    streams: [{ stream: 'companies' }, { stream: 'configurations', created: 40 }],
  })
  t.match(await runs.log(last?.id ?? 0, { level: 'warning' }), [
    { code: 'removals-withheld-breaker', message: /no longer sent/ },
  ])
  t.match(await runs.companies(first?.id ?? 0), [{ company: 'Alpha' }, { company: 'Alpha', created: 40 }])
  t.equal((await runs.latest()).length, 1)
  t.equal(await runs.cancel(first?.id ?? 0), false, 'a finished run cannot be cancelled')
})
