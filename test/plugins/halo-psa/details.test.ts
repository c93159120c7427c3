/** Notes and stamps of assets come one request at a time; which are read when. */
import t from 'tap'
import type { Json, RecordOf } from '../../../core/connector/records.ts'
import { selectionOf, shareOf } from '../../../plugins/halo-psa/streams/details.ts'
import { instead, type Simulated, simulated } from './simulated.ts'

const size = { companies: 5, contacts: 5, configurations: 200, tickets: 1 }
const since = '2026-07-10T00:00:00.000Z'
const later = '2026-07-15T10:00:00Z'

/** A pass: the ids of the assets it read in detail, and what it left for the next one. */
async function pass({ pages }: Simulated, reading: Parameters<Simulated['pages']>[1] = {}) {
  const all = await pages('configurations', reading)
  const records = all.flatMap((page) => page.records)
  return { ids: detailed(records), count: records.length, state: all.at(-1)?.state, pages: all }
}

function detailed(records: readonly RecordOf<'configurations'>[]): readonly string[] {
  return records.filter(({ notes }) => notes !== undefined).map(({ sourceId }) => sourceId)
}

/** What a whole round that began then has left. */
function whole({ context }: Simulated, began = since): Json {
  return { selection: selectionOf(context()), since: began }
}

function change({ world }: Simulated, id: number): void {
  const row = world.configurations.get(id)
  if (row === undefined) throw new Error('no such asset')
  world.configurations.put({ ...row, notes: 'changed', updatedAt: later })
}

t.test('a share of a pass: a seventh, 150 at least', async (t) => {
  t.same([0, 150, 151, 1_050, 3_000, 10_000].map(shareOf), [150, 150, 150, 150, 429, 1_429])
})

t.test('a first pass over many reads none; each later one goes on until all are read', async (t) => {
  const one = await simulated(t, size)
  const first = await pass(one)
  t.same([first.ids.length, first.count, one.reported], [0, 200, ['info asset-notes']])
  const began = Object(first.state).began
  const second = await pass(one, { state: first.state })
  t.same([second.ids.length, second.count], [150, 200])
  change(one, 1)
  const third = await pass(one, { state: second.state })
  t.equal(new Set([...second.ids, ...third.ids]).size, 200, 'all of them, none twice')
  t.match(third.state, { since: began }, 'what changed since the round began is for the next one')
  t.equal(one.reported.length, 2)
})

t.test('a round that ends with the last of the share is whole', async (t) => {
  const one = await simulated(t, { ...size, configurations: 150 })
  const { ids, state } = await pass(one)
  t.same([ids.length, Object(state).began, one.reported], [150, undefined, []])
})

t.test('after a whole round only what changed since it began', async (t) => {
  const one = await simulated(t, size)
  change(one, 7)
  change(one, 190)
  const next = await pass(one, { state: whole(one) })
  t.same([...next.ids].sort(), ['190', '7'])
  t.same((await pass(one, { state: whole(one, '2026-07-20T00:00:00.000Z') })).ids, [])
})

t.test('all of them again where Halo cannot tell what changed', async (t) => {
  const one = await simulated(t, { ...size, configurations: 30 }, { ignoresChanges: true })
  t.equal((await pass(one, { state: whole(one) })).ids.length, 30)
  t.same(one.reported, [], 'the pass was to read everything anyway')
})

t.test('a new company, type or custom field begins another whole round', async (t) => {
  const one = await simulated(t, { ...size, configurations: 40 })
  const companies = [...one.simulator.expected('companies')]
  const some = { companies: companies.slice(1) }
  const { ids, state } = await pass(one, some)
  t.ok(ids.length > 0 && ids.length < 40, 'none of a company the hub does not keep')
  t.same((await pass(one, { ...some, state })).ids, [])
  t.equal((await pass(one, { companies, state })).ids.length, 40)
  for (const other of [{ customFields: ['400'] }, { filter: { configurationStatuses: ['1'] } }]) {
    const again = await pass(one, { ...some, ...other, state })
    t.ok(again.ids.length > 0)
    t.same((await pass(one, { ...some, ...other, state: again.state })).ids, [])
  }
})

t.test('if that comes in the middle of a round, the next one is whole as well', async (t) => {
  const one = await simulated(t, size)
  const companies = [...one.simulator.expected('companies')]
  const some = { companies: companies.slice(0, -1) }
  const state = { ...Object(whole(one)), since: undefined, began: since, type: 1, id: 9_999 }
  const begun = await pass(one, { ...some, state })
  t.ok(begun.ids.length > 50 && begun.ids.length < 150)
  t.same(Object.keys(Object(begun.state)), ['selection'])
  t.equal((await pass(one, { ...some, state: begun.state })).ids.length, 150)
})

t.test('somebody waits for an incremental pass: what changed comes whole, if it is not too much', async (t) => {
  const one = await simulated(t, size)
  for (let id = 1; id <= 5; id++) change(one, id)
  const state = whole(one)
  const few = await pass(one, { since, state })
  t.same([few.ids.length, few.count, few.state], [5, 5, state])
  for (let id = 1; id <= 151; id++) change(one, id)
  const many = await pass(one, { since, state })
  t.same([many.ids.length, many.count, many.state], [0, 151, state])
})

t.test('a pass that was broken off reads none twice, and no more than its share', async (t) => {
  const one = await simulated(t, size)
  for (let id = 4; id <= 200; id += 4) change(one, id)
  const state = whole(one)
  const all = await pass(one, { state })
  t.equal(all.ids.length, 50)
  for (const place of [0, 3, 6]) {
    const { checkpoint } = all.pages[place] ?? {}
    const before = detailed(all.pages.slice(0, place + 1).flatMap((page) => page.records))
    t.match(checkpoint, { left: 150 - before.length })
    const rest = await pass(one, { state, checkpoint })
    t.same([...before, ...rest.ids], all.ids)
    t.match(rest.state, { since: Object(checkpoint).began })
  }
})

t.test('rows that come twice count once', async (t) => {
  const twice = instead('Asset', (body) => ({
    ...body,
    assets: (Array.isArray(body.assets) ? body.assets : []).flatMap((row) => [row, row]),
  }))
  const one = await simulated(t, { ...size, configurations: 150 }, {}, twice)
  const { ids } = await pass(one)
  t.same([new Set(ids).size, one.reported], [150, []])
})

t.test('an asset that is deleted before its detail is read is not there', async (t) => {
  const one = await simulated(
    t,
    { ...size, configurations: 30 },
    {},
    {
      altered: (request, answer) => (request.path === '/api/Asset/5' ? { status: 404, body: {} } : answer),
    },
  )
  const { ids, count } = await pass(one)
  t.same([ids.length, count], [29, 29])
})
