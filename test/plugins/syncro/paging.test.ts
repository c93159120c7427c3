/** Pages go by number, in no promised order, while rows come, go and move. */
import t from 'tap'
import { syncro } from '../../../plugins/syncro/connector.ts'
import { failure } from '../connected.ts'
import { type Body, instead, rowsIn, simulated } from './simulated.ts'

const size = { companies: 4, contacts: 4, configurations: 230, tickets: 1 }
const path = 'customer_assets'

/** Runs `act` once, before the given page is answered for the first time. */
function before(page: string, act: () => void) {
  let done = false
  return (body: Body, { query }: { readonly query: URLSearchParams }) => {
    if (query.get('page') === page && !done) {
      done = true
      act()
    }
    return body
  }
}

t.test('the number of pages comes from the answer, not from the page size', async (t) => {
  const one = await simulated(t, size)
  t.equal((await one.records('configurations')).length, 230)
  t.strictSame(
    one.asked(path).map(({ query }) => query.get('page')),
    ['1', '2', '3', '4', '5'],
  )
})

t.test('without any announcement: until a page is empty', async (t) => {
  const one = await simulated(t, { ...size, configurations: 100 }, { bareAssets: true })
  t.equal((await one.records('configurations')).length, 100)
  t.equal(one.asked(path).length, 3)
})

t.test('a deleted row pulls another over the edge of a page: read again, nothing lost', async (t) => {
  const one = await simulated(
    t,
    size,
    {},
    instead(
      path,
      before('2', () => one.world.configurations.remove(220)),
    ),
  )
  const ids = (await one.records('configurations')).map(({ sourceId }) => sourceId)
  const there = [...one.simulator.expected('configurations')]
  t.strictSame(
    there.filter((id) => !ids.includes(id)),
    [],
    'also the one that slipped to the page before',
  )
  t.equal(new Set(ids).size, ids.length, 'nothing is handed out twice')
  t.ok(one.reported.includes('info read-again'))
  t.ok(one.asked(path).length <= 10)
})

t.test('a new row pushes others back: they come once', async (t) => {
  const one = await simulated(
    t,
    size,
    {},
    instead(
      path,
      before('3', () => {
        const row = one.world.configurations.get(1)
        if (row) one.world.configurations.put({ ...row, id: 231 })
      }),
    ),
  )
  const ids = (await one.records('configurations')).map(({ sourceId }) => sourceId)
  t.strictSame([...ids].sort(), [...one.simulator.expected('configurations')].sort())
})

t.test('a row that moves, with the number of rows unchanged, is noticed by the rows that are missing', async (t) => {
  let rounds = 0
  // The list is ordered by something else: row 5 jumps from page 5 to page 1 once page 1 is read.
  const one = await simulated(
    t,
    size,
    {},
    instead(path, (body, { query }) => {
      if (query.get('page') === '1') rounds++
      const rows = Array.isArray(body.assets) ? body.assets : []
      if (rounds > 1) return body
      return { ...body, assets: rows.filter(({ id }) => id !== 5) }
    }),
  )
  const ids = (await one.records('configurations')).map(({ sourceId }) => sourceId)
  t.ok(ids.includes('5'))
  t.equal(ids.length, 230)
  t.equal(rounds, 2)
})

t.test('a list that stays short is read as far as it goes, and removes nothing', async (t) => {
  const one = await simulated(
    t,
    size,
    {},
    instead(path, (body, { query }) =>
      query.get('page') === '3' ? { ...body, assets: rowsIn(body, 'assets').slice(0, 20) } : body,
    ),
  )
  const pages = await one.pages('configurations')
  t.equal(pages.flatMap(({ records }) => records).length, 200)
  t.match(pages.at(-1)?.partial, /announces 230 .*customer_assets.* shows 200.*Select Customers/)
  t.ok(pages.slice(0, -1).every(({ partial }) => partial === undefined))
  t.equal(one.asked(path).length, 15, 'three times')
})

t.test('one short list of several makes the pass partial', async (t) => {
  const one = await simulated(
    t,
    { companies: 4, contacts: 120, configurations: 1, tickets: 1 },
    {},
    instead('customers', (body) => ({ ...body, customers: rowsIn(body, 'customers').slice(1) })),
  )
  const pages = await one.pages('contacts')
  t.match(pages.at(-1)?.partial, /announces 4 .*customers.* shows 3/)
  t.ok(pages.flatMap(({ records }) => records).length > 100, 'the other list is read')
})

t.test('pages in turns are an error, not a short list', async (t) => {
  const seen: Body[] = []
  const one = await simulated(
    t,
    size,
    {},
    instead(path, (body, { query }) => {
      seen[Number(query.get('page'))] = body
      const shown = seen[((Number(query.get('page')) - 1) % 2) + 1]
      return { ...shown, meta: body.meta }
    }),
  )
  t.match(await failure(one.records('configurations')), { kind: 'vendor', admin: /100 different rows, 230 announced/ })
})

t.test('a list that never holds still is tried later', async (t) => {
  let next = 230
  const one = await simulated(
    t,
    size,
    {},
    instead(path, (body) => {
      const row = one.world.configurations.get(1)
      if (row) one.world.configurations.put({ ...row, id: ++next })
      return body
    }),
  )
  t.equal((await failure(one.records('configurations'))).kind, 'transient')
})

t.test('pages that do not turn', async (t) => {
  const first = (body: Body) => body
  let page: unknown
  const same = await simulated(
    t,
    size,
    {},
    instead(path, (body) => (page ??= first(body))),
  )
  t.match((await failure(same.records('configurations'))).message, /asked for page 2/)

  let bare: unknown
  const silent = await simulated(
    t,
    size,
    { bareAssets: true },
    instead(path, (body) => (bare ??= first(body))),
  )
  t.match((await failure(silent.records('configurations'))).message, /same page .* again and again/)
})

/** Behind the second page of 230 rows, newest first. */
const checkpoint = { list: 0, page: 2, total: 230, count: 100, mark: '50 180 131 7775' }

t.test('several small pages make one of the hub, with the place behind the last of them', async (t) => {
  const one = await simulated(t, { ...size, configurations: 1_120 })
  const pages = await one.pages('configurations')
  t.strictSame(
    pages.map(({ records, checkpoint }) => [records.length, checkpoint]),
    [
      [500, { list: 0, page: 10, total: 1_120, count: 500, mark: '50 670 621 32275' }],
      [500, { list: 0, page: 20, total: 1_120, count: 1_000, mark: '50 170 121 7275' }],
      [120, { list: 0, page: 23, total: 1_120, count: 1_120, mark: '20 20 1 210' }],
    ],
  )
})

t.test('what was read before a failure is handed out', async (t) => {
  let asked = 0
  const one = await simulated(
    t,
    size,
    {},
    instead(path, (body) => (++asked > 3 ? { message: 'Maintenance' } : body)),
  )
  let records = 0
  let last: unknown
  const read = async () => {
    for await (const page of syncro.streams.configurations?.read(one.context()) ?? []) {
      records += page.records.length
      last = page.checkpoint
    }
  }
  t.equal((await failure(read())).kind, 'vendor')
  t.equal(records, 150)
  t.match(last, { page: 3, count: 150 })
})

t.test('goes on behind a page if that page still is what it was', async (t) => {
  const one = await simulated(t, size)
  const rest = await one.records('configurations', { checkpoint })
  t.equal(rest.length, 130)
  t.strictSame(
    one.asked(path).map(({ query }) => query.get('page')),
    ['2', '3', '4', '5'],
    'the page of the checkpoint is only compared',
  )

  one.world.configurations.remove(229)
  one.server.clearLog()
  t.equal((await one.records('configurations', { checkpoint })).length, 229, 'else from the start')
  t.equal(one.asked(path)[1]?.query.get('page'), '1')
})

t.test('a checkpoint after which rows vanished does not hide them', async (t) => {
  const one = await simulated(
    t,
    size,
    {},
    instead(path, (body, { query }) =>
      query.get('page') === '4' ? { ...body, assets: rowsIn(body, 'assets').slice(1) } : body,
    ),
  )
  const pages = await one.pages('configurations', { checkpoint })
  t.match(pages.at(-1)?.partial, /announces 230 .* shows 229/)
})

t.test('something else than a list', async (t) => {
  for (const body of [{}, { assets: null }, { assets: ['x'] }, [], { message: 'Maintenance' }]) {
    const one = await simulated(
      t,
      size,
      {},
      instead(path, () => body),
    )
    t.equal((await failure(one.records('configurations'))).kind, 'vendor')
  }
})

t.test('rows are kept that cannot be told apart', async (t) => {
  const one = await simulated(
    t,
    { ...size, configurations: 3 },
    {},
    instead(path, (body) => ({ ...body, assets: rowsIn(body, 'assets').map((row) => ({ ...row, id: null })) })),
  )
  t.strictSame(
    (await one.records('configurations')).map(({ sourceId }) => sourceId),
    ['', '', ''],
    'the hub sets them aside with its reason',
  )
})
