import t from 'tap'
import {
  changedSince,
  companyQueries,
  configurationQueries,
  quoted,
} from '../../../plugins/connectwise-psa/conditions.ts'
import { countOf, pages, readAll } from '../../../plugins/connectwise-psa/paging.ts'
import { type Asked, collect, failure, lists, notThere, vendor } from './vendor.ts'

const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ id: from + i }))
const size = 1000

t.test('reads forward by id, a thousand at a time, to the end', async (t) => {
  const { ctx, asked } = vendor(lists({ 'company/contacts': rows(1, 2500) }))
  const all = await collect(pages(ctx, 'company/contacts'))
  t.strictSame(
    all.map((page) => [page.rows.length, page.last]),
    [
      [1000, 1000],
      [1000, 2000],
      [500, 2500],
    ],
  )
  t.strictSame(
    asked.map(({ headers, query }) => [headers['pagination-type'], query]),
    ['0', '1000', '2000'].map((pageId) => ['forward-only', { pageSize: '1000', pageId }]),
    'no orderBy beside forward-only',
  )
})

t.test('goes on behind an id', async (t) => {
  const { ctx } = vendor(lists({ x: rows(1, 10) }))
  t.strictSame(
    (await collect(pages(ctx, 'x', {}, 7))).flatMap((page) => page.rows),
    rows(8, 10),
  )
})

t.test('stops at an empty list, and reads an empty table as no page', async (t) => {
  const { ctx, asked } = vendor(lists({ x: [] }))
  t.strictSame(await collect(pages(ctx, 'x')), [])
  t.equal(asked.length, 1)
})

t.test('a full last page costs one more question, even if the Link header was dropped on the way', async (t) => {
  const { ctx, asked } = vendor(({ query }) => ({ body: query.pageId === '0' ? rows(1, size) : [] }))
  t.equal((await readAll(ctx, 'x')).length, size)
  t.equal(asked.length, 2)
})

t.test('a short page with a next link is not the last one: a server may cut pages at 25', async (t) => {
  const { ctx } = vendor(({ query }) => {
    const after = Number(query.pageId)
    return {
      body: rows(after + 1, Math.min(after + 25, 60)),
      headers: after + 25 < 60 ? { link: '<x>; rel="next"' } : {},
    }
  })
  t.equal((await readAll(ctx, 'x')).length, 60)
})

const byCondition = (asked: Asked) => {
  const after = Number(/id>(\d+)/.exec(asked.query.conditions ?? '')?.[1] ?? 0)
  return rows(after + 1, Math.min(after + size, 1500))
}

t.test('a list that refuses forward-only paging is asked by a condition on the id', async (t) => {
  const { ctx, asked, reported } = vendor((seen) =>
    seen.headers['pagination-type'] ? { status: 400, body: { code: 'InvalidObject' } } : { body: byCondition(seen) },
  )
  const all = await readAll(ctx, 'x', { conditions: 'a=1' })
  t.strictSame(all, rows(1, 1500))
  t.strictSame(asked[1]?.query, { conditions: 'a=1', orderBy: 'id asc', page: '1', pageSize: '1000' })
  t.equal(asked[2]?.query.conditions, 'a=1 and id>1000')
  t.strictSame(reported, ['info paging'])
})

t.test('so is one that ignores it and answers its first page again', async (t) => {
  const { ctx } = vendor((seen) =>
    seen.headers['pagination-type'] ? { body: rows(1, size) } : { body: byCondition(seen) },
  )
  t.strictSame(await readAll(ctx, 'x'), rows(1, 1500))
})

t.test('a row that comes twice in a row is read twice; the hub keeps one', async (t) => {
  t.same(await readAll(vendor(() => ({ body: [{ id: 1 }, { id: 1 }, { id: 2 }] })).ctx, 'x'), [
    { id: 1 },
    { id: 1 },
    { id: 2 },
  ])
})

t.test('a list that goes in circles is an error, never an endless or a short pass', async (t) => {
  const { ctx, asked } = vendor(() => ({ body: rows(1, size) }))
  const error = await failure(readAll(ctx, 'x'))
  t.equal(error.kind, 'vendor')
  t.equal(asked.length, 3)
  t.equal((await failure(readAll(vendor(() => ({ body: [{ id: 2 }, { id: 1 }] })).ctx, 'x'))).kind, 'vendor')
  t.equal((await failure(readAll(vendor(() => ({ body: [{ name: 'no id' }] })).ctx, 'x'))).kind, 'vendor')
})

t.test('bad conditions fail as they are', async (t) => {
  const { ctx } = vendor(() => ({ status: 400, body: { code: 'InvalidObject', message: 'bad conditions' } }))
  t.match((await failure(readAll(ctx, 'x'))).admin, /bad conditions/)
})

t.test('something else than a list is an error', async (t) => {
  for (const body of [{}, null, 'text', [1]]) {
    t.equal((await failure(readAll(vendor(() => ({ body })).ctx, 'x'))).kind, 'vendor')
  }
})

t.test('counts, if the vendor tells', async (t) => {
  const { ctx, asked } = vendor(lists({ x: rows(1, 7) }))
  t.equal(await countOf(ctx, 'x', [{ conditions: 'a=1' }, {}]), 14)
  t.equal(asked[0]?.query.conditions, 'a=1')
  t.equal(await countOf(vendor(() => notThere).ctx, 'x', [{}]), undefined)
  t.equal(await countOf(vendor(() => ({ body: {} })).ctx, 'x', [{}]), undefined)
})

t.test('conditions', async (t) => {
  t.equal(quoted('HP Inc. & Söhne 100%'), '"HP Inc. & Söhne 100%"')
  for (const unsafe of ['a"b', 'a\\', 'a\nb', 'HP" or name!="']) t.equal(quoted(unsafe), undefined)
  t.equal(changedSince('2026-08-01T02:00:00.900+02:00'), 'lastUpdated>=[2026-08-01T00:00:00Z]')
  t.equal(changedSince(undefined), undefined)
})

t.test('filters become conditions the vendor applies', async (t) => {
  const { ctx } = vendor(() => ({}))
  t.strictSame(companyQueries(ctx, {}), [{}])
  t.strictSame(companyQueries(ctx, { companyTypes: [], companyStatuses: [] }), [{}])
  t.strictSame(companyQueries(ctx, { companyTypes: ['4', '5'], companyStatuses: ['1'] }), [
    { conditions: 'status/id=1', childConditions: 'types/id in (4,5)' },
  ])
  t.strictSame(configurationQueries(ctx, { configurationTypes: ['17'], configurationStatuses: ['2', '3'] }), [
    { conditions: 'type/id=17 and status/id in (2,3)' },
  ])
})

t.test('nothing but a number gets into a condition', async (t) => {
  const { ctx } = vendor(() => ({}))
  for (const id of ['1 or 1=1', '1)', '', '-1', '1.5', 'abc']) {
    t.equal((await failure(Promise.try(() => companyQueries(ctx, { companyTypes: [id] })))).kind, 'bug')
  }
})

t.test('long lists are split, completely, so that no address grows beyond 2,000 characters', async (t) => {
  const ids = Array.from({ length: 900 }, (_, i) => String(100_000 + i))
  const { ctx, asked } = vendor(lists({ 'company/configurations': [] }))
  const queries = configurationQueries(ctx, { configurationTypes: ids, configurationStatuses: ids.slice(0, 150) })
  const types = new Set(
    queries.flatMap((query) => [...(/type\/id in \(([\d,]+)\)/.exec(query.conditions ?? '')?.[1]?.split(',') ?? [])]),
  )
  t.equal(types.size, 900)
  for (const query of queries)
    await readAll(ctx, 'company/configurations', {
      ...query,
      conditions: `${query.conditions} and ${changedSince('2026-08-01T00:00:00Z')}`,
    })
  t.ok(asked.length > 10)
  t.ok(
    asked.every(({ url }) => url.href.length < 2000),
    String(Math.max(...asked.map(({ url }) => url.href.length))),
  )
})
