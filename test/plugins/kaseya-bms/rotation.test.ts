/** Which details are read when: by itself, and over nights against the simulator. */
import sinon from 'sinon'
import t, { type Test } from 'tap'
import { createWorld } from '../../../core/conformance/world.ts'
import type { Json } from '../../../core/connector/records.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import { Rotation } from '../../../plugins/kaseya-bms/rotation.ts'
import { failure } from '../connected.ts'
import { detailPath, listPath, simulated } from './simulated.ts'

const selection = { list: 'all', fields: '[]' }
const start = Date.parse('2026-06-30T02:00:00Z')
const hour = 3_600_000
const warrantyIn = (days: number) => new Date(start + days * 24 * hour).toISOString().slice(0, 10)

/** A night: all assets are listed, some of them read. Answers what was read first to last, and the state. */
function night(
  state: Json | undefined,
  now: number,
  assets: Readonly<Record<number, string>>,
  warranties: Readonly<Record<number, string | null>> = {},
  own: { readonly wanted?: (id: number) => boolean; readonly fields?: string } = {},
) {
  const rotation = new Rotation<number>(state, { ...selection, fields: own.fields ?? '[]' }, now)
  const without: number[] = []
  for (const [name, line] of Object.entries(assets)) {
    const id = Number(name)
    const out = rotation.note(id, line, id, own.wanted?.(id) ?? true)
    if (out !== undefined) without.push(out)
  }
  const read = rotation.chosen.map(({ id }) => id)
  const { missing } = rotation
  for (const id of read) rotation.read(id, warranties[id])
  const left: unknown = JSON.parse(JSON.stringify(rotation.state()))
  return { read, without, missing, standing: rotation.standing(), state: left as Json, budget: rotation.budget }
}

const lines = (count: number, more: Readonly<Record<number, string>> = {}) => ({
  ...Object.fromEntries(Array.from({ length: count }, (_, place) => [place + 1, 'a'])),
  ...more,
})

t.test('first all that were never read, as far as the hour goes; then the rest of them', async (t) => {
  const first = night(undefined, start, lines(2_000))
  t.equal(first.budget, 1_200)
  t.strictSame(
    first.read,
    Array.from({ length: 1_200 }, (_, place) => place + 1),
  )
  t.equal(first.without.length, 800, 'the others are handed out without')
  t.same(first.standing, { records: 2_000, neverRead: 800, oldestDays: 0 })
  const again = night(first.state, start + 600_000, lines(2_000))
  t.equal(again.budget, 0, 'the same hour')
  t.strictSame([again.read, again.without.length], [[], 2_000])
  const later = night(again.state, start + hour, lines(2_000))
  t.equal(later.read.length, 800)
  t.equal(later.read[0], 1_201)
  t.equal(later.standing.neverRead, 0)
  t.strictSame(night(later.state, start + 2 * hour, lines(2_000)).read, [], 'what is fresh is left alone')
})

t.test('then changed lines, warranties that end soon, and the longest unread', async (t) => {
  const warranties = { 3: warrantyIn(40), 4: warrantyIn(-20), 5: warrantyIn(400), 6: warrantyIn(-400), 7: null }
  const first = night(undefined, start, lines(7), warranties)
  const early = night(first.state, start + 30 * hour, lines(2), warranties)
  // 1 and 2 were read later than the others, which nobody listed then.
  t.strictSame(early.read, [1, 2])
  const whole = night(first.state, start + 30 * hour, { ...lines(7), 8: 'a', 2: 'renamed' }, warranties)
  t.strictSame(whole.read, [8, 2, 3, 4, 1, 5, 6, 7])
})

t.test('warranties that end soon come first, and leave half of the hour to the others', async (t) => {
  const soon = Object.fromEntries(Array.from({ length: 1_500 }, (_, place) => [place + 1, warrantyIn(30)]))
  const all = lines(3_000)
  let { state } = night(undefined, start, all, soon)
  for (let hours = 1; hours < 3; hours++) state = night(state, start + hours * hour, all, soon).state
  t.equal(night(state, start + 3 * hour, all, soon).standing.neverRead, 0)
  const next = night(state, start + 25 * hour, all, soon)
  t.equal(next.read.length, 1_200)
  t.equal(next.without.length, 1_800)
  t.ok(next.read.slice(0, 600).every((id) => id <= 1_500))
  t.equal(next.read.filter((id) => id > 1_500).length, 0, 'they are the longest unread as well')
  const later = night(next.state, start + 49 * hour, all, soon)
  t.ok(later.read.slice(0, 600).every((id) => id <= 1_500))
  t.equal(later.read.filter((id) => id > 1_500).length, 300 + 300, 'what is left of the hour goes by age')
  let oldest = 0
  for (let [nights, left] = [3, later.state]; nights < 14; nights++) {
    const one = night(left, start + nights * 24 * hour + hour, all, soon)
    left = one.state
    oldest = Math.max(oldest, one.standing.oldestDays)
  }
  t.ok(oldest > 0 && oldest <= 3, `nothing is left for ever: ${oldest} days`)
})

t.test('a change that finds no room waits, and is not forgotten', async (t) => {
  const first = night(undefined, start, lines(100))
  const changed = { ...lines(1_400), 50: 'renamed' }
  const second = night(first.state, start + 2 * hour, changed)
  t.notOk(second.read.includes(50), 'new ones fill the hour')
  t.ok(night(second.state, start + 4 * hour, changed).read.includes(50))
})

t.test('what the hub does not keep is not read, and counts as new when it does', async (t) => {
  const first = night(undefined, start, lines(4), {}, { wanted: (id) => id < 3 })
  t.strictSame(
    [first.read, first.without],
    [
      [1, 2],
      [3, 4],
    ],
  )
  t.same(first.standing, { records: 2, neverRead: 0, oldestDays: 0 }, 'and nobody waits for it')
  const second = night(first.state, start + hour, lines(4))
  t.strictSame(second.read, [3, 4])
  const third = night(second.state, start + 2 * hour, lines(4), {}, { wanted: (id) => id > 1 })
  t.strictSame(night(third.state, start + 3 * hour, lines(4)).read, [1])
})

t.test('assets that are not listed any more are named once, and only of the same selection', async (t) => {
  const { state } = night(undefined, start, lines(5))
  const next = night(state, start + hour, lines(3))
  t.strictSame(next.missing, [4, 5])
  t.strictSame(night(next.state, start + 2 * hour, lines(3)).missing, [])
  const other = new Rotation<number>(state, { ...selection, list: 'printers' }, start + hour)
  t.strictSame(other.missing, [])
})

t.test('other custom fields mean that everything is read anew', async (t) => {
  const { state } = night(undefined, start, lines(3))
  t.strictSame(night(state, start + hour, lines(3), {}, { fields: '["7"]' }).read, [1, 2, 3])
})

t.test('a state of another make, and a clock that was set back', async (t) => {
  for (const state of [null, 'x', [], { known: 7 }, { known: 'AAAA' }, { known: '%%' }] satisfies Json[])
    t.strictSame(night(state, start, lines(2)).read, [1, 2])
  const { state } = night(undefined, start, lines(2))
  t.strictSame(night(state, start - 48 * hour, lines(2)).read, [1, 2])
})

t.test('100,000 assets take two megabytes', async (t) => {
  const { state } = night(undefined, start, lines(100_000))
  t.ok(JSON.stringify(state).length < 2_200_000)
})

/** Only what time it is; waiting takes as long as ever. */
function clock(t: Test): sinon.SinonFakeTimers {
  const fake = sinon.useFakeTimers({ now: start, toFake: ['Date'] })
  t.teardown(() => fake.restore())
  return fake
}

t.test('over nights: new ones first, the quota kept, and never an empty field for one that was not read', async (t) => {
  const time = clock(t)
  const world = createWorld({ companies: 12, contacts: 20, configurations: 1_300, tickets: 1 })
  const all = await simulated(t, {}, {}, { world })
  const first = await all.assets()
  t.equal(all.asked(detailPath).length, 1_200)
  t.same(all.reported, ['warning details'])
  const records = first.flatMap((page) => page.records)
  t.equal(records.length, 1_300)
  const partial = records.filter((record) => !('warrantyExpiration' in record))
  t.equal(partial.length, 100)
  t.ok(partial.every((record) => record.name && record.typeId && record.statusId && record.companyId))
  for (const field of ['purchaseDate', 'manufacturer', 'notes', 'siteId', 'osType', 'updatedAt', 'customFields'])
    t.notOk(
      partial.some((record) => field in record),
      `${field} is not said`,
    )

  const state = first.at(-1)?.state
  all.server.clearLog()
  await all.assets({ state })
  t.equal(all.asked(detailPath).length, 0, 'a second sync within the hour leaves the quota alone')

  time.setSystemTime(start + 24 * hour)
  const known = world.configurations.get(700)
  if (known) world.configurations.put({ ...known, id: 1_301, name: 'New laptop' })
  all.server.clearLog()
  const read: string[] = []
  for await (const page of kaseyaBms.streams.configurations?.read(all.context({ state })) ?? []) {
    for (const record of page.records) if ('warrantyExpiration' in record) read.push(record.sourceId)
    if (read.length > 101) break
  }
  t.same(
    read.slice(0, 101).sort(),
    [...partial.map(({ sourceId }) => sourceId), '1301'].sort(),
    'what waited and what is new comes first',
  )
})

t.test('a run that broke off goes on with the details that were left', async (t) => {
  const { context, asked, server, assets, reported } = await simulated(t, {
    companies: 8,
    contacts: 10,
    configurations: 350,
    tickets: 1,
  })
  const read = kaseyaBms.streams.configurations?.read(context()) ?? []
  // What is on its way when the reading stops is asked for and lost.
  const before: string[] = []
  let checkpoint: Json | undefined
  for await (const page of read) {
    before.push(...page.records.map(({ sourceId }) => sourceId))
    checkpoint = page.checkpoint
    if (before.length >= 200) break
  }
  server.clearLog()
  const resumed = await assets({ ...(checkpoint === undefined ? {} : { checkpoint }) })
  const rest = resumed.flatMap((page) => page.records)
  t.equal(rest.length, 150)
  t.equal(new Set(asked(detailPath).map(({ path }) => path)).size, 150, 'those and no others')
  t.ok(asked(listPath).length > 0, 'and the list, for the rotation')
  t.equal(new Set([...before, ...rest.map(({ sourceId }) => sourceId)]).size, 350)
  t.ok(rest.every((record) => 'warrantyExpiration' in record))
  t.same(reported, ['info details'], 'what was read before the break counts as read')
  server.clearLog()
  await assets({ state: resumed.at(-1)?.state })
  t.equal(asked(detailPath).length, 0, 'also within the same hour')
})

t.test('an asset that slipped from one page to another while the list was read is not taken for gone', async (t) => {
  const world = createWorld({ companies: 8, contacts: 10, configurations: 230, tickets: 1 })
  const { assets, server, records } = await simulated(t, {}, {}, { world })
  const state = (await assets()).at(-1)?.state
  const slipped = server.fault({
    path: listPath,
    effect: {
      kind: 'transform',
      change: (body) => {
        const { result, ...rest } = Object(body)
        return { ...rest, result: result.slice(1) }
      },
    },
  })
  world.configurations.remove(200)
  const found = await records('configurations', { state })
  t.equal(slipped.hits, 1)
  t.equal(found.length, 229)
  t.notOk(
    found.some(({ sourceId }) => sourceId === '200'),
    'one that is gone is',
  )
})

t.test('a list that leaves out more than can be asked for removes nothing, unless all of those are gone', async (t) => {
  const world = createWorld({ companies: 8, contacts: 10, configurations: 230, tickets: 1 })
  const { assets, server } = await simulated(t, {}, {}, { world })
  const state = (await assets()).at(-1)?.state
  const cut = () =>
    server.fault({
      path: listPath,
      effect: {
        kind: 'transform',
        change: (body) => {
          const { result, ...rest } = Object(body)
          return { ...rest, result: result.slice(60) }
        },
      },
    })
  cut()
  const short = (await assets({ state })).at(-1)
  t.match(short?.partial, /leaves out 60 .* Of 50 .* 50 are still in Kaseya BMS/)
  t.equal(short?.records.length, 50)
  cut()
  t.match((await assets({ state: short?.state })).at(-1)?.partial, /leaves out 60/, 'nor the next night')

  for (let id = 101; id <= 160; id++) world.configurations.remove(id)
  const gone = (await assets({ state })).at(-1)
  t.same([gone?.partial, gone?.records.length], [undefined, 0])
})

t.test('a detail that is gone leaves the line of the list; one that is refused ends the pass', async (t) => {
  const { records, server, assets } = await simulated(t, { companies: 8, contacts: 10, configurations: 30, tickets: 1 })
  server.fault({ path: /hardwareasset\/17$/, effect: { kind: 'status', status: 404 } })
  const found = await records('configurations')
  t.equal(found.length, 30)
  t.notOk('warrantyExpiration' in Object(found.find(({ sourceId }) => sourceId === '17')))
  server.fault({ path: detailPath, nth: 9, effect: { kind: 'status', status: 403, body: {} } })
  t.equal((await failure(assets())).kind, 'permission')
})
