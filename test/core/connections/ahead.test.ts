import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { ahead } from '../../../core/connections/ahead.ts'

const signal = new AbortController().signal

/** Fetches that end when the test says so. */
function fetches() {
  const begun: number[] = []
  const ends = new Map<number, PromiseWithResolvers<string>>()
  return {
    begun,
    fetch: (item: number) => {
      begun.push(item)
      const end = Promise.withResolvers<string>()
      ends.set(item, end)
      return end.promise
    },
    end: (item: number) => ends.get(item)?.resolve(`result ${item}`),
    fail: (item: number) => ends.get(item)?.reject(new Error(`failure ${item}`)),
  }
}

function counted(last: number) {
  const state = { read: 0, returned: false }
  const items = (function* () {
    try {
      while (state.read < last) yield ++state.read
    } finally {
      state.returned = true
    }
  })()
  return { state, items }
}

t.test('results come in order, whichever is ready first, and no further ahead than allowed', async (t) => {
  const { begun, fetch, end } = fetches()
  const { state, items } = counted(10)
  const results = ahead(items, fetch, 3, signal)
  const first = results.next()
  await setImmediate()
  t.same(begun, [1, 2, 3])
  t.equal(state.read, 3, 'an item is read when its fetch can begin, not before')
  end(3)
  end(2)
  await setImmediate()
  t.same(begun, [1, 2, 3], 'results that wait count, too: memory stays flat')
  end(1)
  t.equal((await first).value, 'result 1')
  await setImmediate()
  t.same(begun, [1, 2, 3, 4], 'the next one begins while the reader is busy')
  t.equal((await results.next()).value, 'result 2')
  t.equal((await results.next()).value, 'result 3')
  await setImmediate()
  t.same(begun, [1, 2, 3, 4, 5, 6])
  await results.return()
  t.ok(state.returned, 'a reader that leaves closes the items')
  t.equal(state.read, 6)
})

t.test('slow items hold back nothing that is ready', async (t) => {
  const { fetch, end } = fetches()
  const gate = Promise.withResolvers<void>()
  const items = (async function* () {
    yield 1
    await gate.promise
    yield 2
  })()
  const results = ahead(items, fetch, 3, signal)
  const first = results.next()
  await setImmediate()
  end(1)
  t.equal((await first).value, 'result 1')
  const second = results.next()
  gate.resolve()
  await setImmediate()
  end(2)
  t.equal((await second).value, 'result 2')
  t.equal((await results.next()).done, true)
})

t.test('no items, no results; many items, all results', async (t) => {
  t.same(await Array.fromAsync(ahead([], async (item) => item, 2, signal)), [])
  const many = Array.from({ length: 1000 }, (_, item) => item)
  t.same(await Array.fromAsync(ahead(many, async (item) => item, 7, signal)), many)
  t.same(await Array.fromAsync(ahead('abc', async (item) => item, 2, signal)), ['a', 'b', 'c'])
})

t.test('an error comes in its turn, and those behind it trouble nobody', async (t) => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  const { begun, fetch, end, fail } = fetches()
  const { state, items } = counted(10)
  const results = ahead(items, fetch, 3, signal)
  const first = results.next()
  await setImmediate()
  fail(2)
  fail(3)
  await setImmediate()
  end(1)
  t.equal((await first).value, 'result 1')
  await t.rejects(results.next(), new Error('failure 2'))
  t.equal((await results.next()).done, true)
  await setImmediate()
  t.same(unhandled, [])
  t.ok(state.returned)
  t.equal(begun.length, 4)
})

t.test('a fetch that throws at once is an error like any other', async (t) => {
  const throws = () => {
    throw new Error('at once')
  }
  await t.rejects(ahead([1], throws, 2, signal).next(), new Error('at once'))
})

t.test('an error of the items comes behind the results before it', async (t) => {
  const items = (async function* () {
    yield 1
    throw new Error('no more items')
  })()
  const results = ahead(items, async (item) => item, 5, signal)
  t.equal((await results.next()).value, 1)
  await t.rejects(results.next(), new Error('no more items'))
})

t.test('an abort ends it at once, whatever hangs', async (t) => {
  const hanging = new Promise<never>(() => {})
  const never = async function* () {
    yield await hanging
  }
  for (const [items, fetch] of [
    [[1, 2], () => hanging],
    [never(), async () => 1],
  ] as const) {
    const stop = new AbortController()
    const results = ahead<number, number>(items, fetch, 2, stop.signal)
    const first = results.next()
    await setImmediate()
    const reason = new Error('stop')
    stop.abort(reason)
    await t.rejects(first, reason)
  }
  const before = new AbortController()
  before.abort(new Error('before'))
  const { state, items } = counted(3)
  await t.rejects(ahead(items, async (item) => item, 2, before.signal).next(), new Error('before'))
  t.equal(state.read, 0)
})
