import t from 'tap'
import { fetchDetail, type Position, pages, readAll, readList, start, users } from '../../../plugins/halo-psa/paging.ts'
import { people } from '../../../plugins/halo-psa/streams/contacts.ts'
import { collect, failure } from '../connected.ts'
import { instead, simulated } from './simulated.ts'

const size = { companies: 5, contacts: 250, configurations: 10, tickets: 1 }
const rowsIn = (body: Readonly<Record<string, unknown>>): { id: number }[] =>
  Array.isArray(body.users) ? body.users : []

t.test('reads by id, a hundred a page, until as many rows came as are announced', async (t) => {
  const { context, asked } = await simulated(t, size)
  const found = await collect(pages(context(), users, people))
  t.same(
    found.map(({ rows, next }) => [rows.length, next.page, next.seen, next.count]),
    [
      [100, 2, 100, 250],
      [100, 3, 200, 250],
      [50, 4, 250, 250],
    ],
  )
  const [first] = asked('Users')
  t.match(Object.fromEntries(first?.query ?? []), {
    pageinate: 'true',
    page_size: '100',
    page_no: '1',
    order: 'id',
    orderdesc: 'false',
    includeactive: 'true',
    includeinactive: 'true',
    exclude_generaluser: 'true',
  })
  t.equal(asked('Users').length, 3, 'the announced number spares the question after the last page')
})

t.test('a Halo that cuts pages at 50 and says nothing of it loses no row', async (t) => {
  const half = instead('Users', (body, { query }) => {
    const page = Number(query.get('page_no'))
    const all = everyone.slice((page - 1) * 50, page * 50)
    return { ...body, page_size: 100, record_count: everyone.length, users: all }
  })
  const everyone = Array.from({ length: 230 }, (_, place) => ({ id: place + 1 }))
  const { context, asked } = await simulated(t, size, {}, half)
  t.equal((await readAll(context(), users, people)).length, 230)
  t.equal(asked('Users').length, 5)
})

t.test('a row deleted from a page already read pulls none past the reader', async (t) => {
  const { context, world, simulator } = await simulated(t, size)
  const seen = new Set<string>()
  for await (const { rows, next } of pages(context(), users, people)) {
    for (const row of rows) seen.add(String(row.id))
    if (next.page === 2) for (const id of [3, 50, 77]) world.contacts.remove(id)
  }
  const missed = [...simulator.expected('contacts')].filter((id) => !seen.has(id))
  t.same(missed, [])
})

t.test('many rows deleted at once, before and behind the reader', async (t) => {
  for (const doomed of [
    Array.from({ length: 150 }, (_, place) => place + 1),
    Array.from({ length: 100 }, (_, place) => place + 140),
  ]) {
    const { context, world, simulator } = await simulated(t, { ...size, contacts: 400 })
    const seen = new Set<string>()
    for await (const { rows, next } of pages(context(), users, people)) {
      for (const row of rows) seen.add(String(row.id))
      if (next.page === 3) for (const id of doomed) world.contacts.remove(id)
    }
    t.same(
      [...simulator.expected('contacts')].filter((id) => !seen.has(id)),
      [],
    )
  }
})

t.test('goes on behind a position, also when rows are gone since', async (t) => {
  const { context, world } = await simulated(t, size)
  const from: Position = { page: 2, last: 100, seen: 100, count: 250, gone: 0 }
  const rest = (await collect(pages(context(), users, people, from))).flatMap(({ rows }) => rows)
  t.same([rest.length, rest[0]?.id], [150, 101])
  for (const id of [1, 2, 3]) world.contacts.remove(id)
  const after = (await collect(pages(context(), users, people, from))).flatMap(({ rows }) => rows)
  t.same([after.length, after[0]?.id], [150, 101])
})

t.test('a list that ends too early, goes in circles, shrinks for ever or has no order is an error', async (t) => {
  let count = 1_000_000
  const wrongs: Readonly<Record<string, Parameters<typeof instead>[1]>> = {
    'cut short': (body) => ({ ...body, record_count: 400 }),
    'in circles': (body) => ({
      ...body,
      record_count: 250,
      users: Array.from({ length: 100 }, (_, id) => ({ id: id + 1 })),
    }),
    shrinking: (body) => ({ ...body, record_count: count--, users: [{ id: 5 }] }),
    'no order': (body) => ({ ...body, users: rowsIn(body).reverse() }),
    'no ids': (body) => ({ ...body, users: rowsIn(body).map(() => ({ name: 'x' })) }),
    'no count': ({ users: rows }) => ({ users: rows }),
    'no rows': () => ({ record_count: 0 }),
    text: () => 'ok',
  }
  for (const [name, change] of Object.entries(wrongs)) {
    const { context, server } = await simulated(t, size, {}, instead('Users', change))
    const error = await failure(readAll(context(), users, people))
    t.equal(error.kind, 'vendor', name)
    t.ok(server.total < 20, `${name}: ${server.total} requests`)
  }
})

t.test('an empty list is no page', async (t) => {
  const { context } = await simulated(t, { ...size, contacts: 0 })
  t.same(await collect(pages(context(), users, people, start)), [])
})

t.test('lists in one piece: an array, or wrapped; cut ones are told', async (t) => {
  const { context } = await simulated(t, size)
  const array = await readList(context(), 'Status')
  t.equal(array.length, 13)
  const wrapped = await simulated(
    t,
    size,
    {},
    instead('Status', (body) => ({ record_count: 13, statuses: body })),
  )
  t.same(await readList(wrapped.context(), 'Status'), array)
  const cut = await simulated(
    t,
    size,
    {},
    instead('Status', () => ({ record_count: 13, statuses: [{ id: 1 }] })),
  )
  t.equal((await failure(readList(cut.context(), 'Status'))).kind, 'vendor')
  const other = await simulated(
    t,
    size,
    {},
    instead('Status', () => ({ message: 'Maintenance' })),
  )
  t.equal((await failure(readList(other.context(), 'Status'))).kind, 'vendor')
})

t.test('nothing but a number gets into an address', async (t) => {
  const { context } = await simulated(t, size)
  for (const id of ['', '1/2', '1?x', 'abc', '-1']) {
    t.equal((await failure(fetchDetail(context(), users, id))).kind, 'bug', id)
  }
})
