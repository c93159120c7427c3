import { setImmediate } from 'node:timers/promises'
import sinon from 'sinon'
import t, { type Test } from 'tap'
import type { Limits } from '../../../core/connector/index.ts'
import { Limiter } from '../../../core/http/limiter.ts'

const signal = new AbortController().signal

function fake(t: Test): sinon.SinonFakeTimers {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  t.teardown(() => clock.restore())
  return clock
}

function limiter(windows: Limits['windows'], concurrency = 100, longest = 1e9) {
  return new Limiter({ concurrency, windows, scope: 'connection' }, longest)
}

/** Has `count` requests wait and notes when each starts; each is answered after `latency` milliseconds. */
function run(limits: Limiter, count: number, latency = 0): number[] {
  const starts: number[] = []
  for (let request = 0; request < count; request++) {
    void limits.acquire(signal).then((slot) => {
      starts.push(performance.now())
      const end = () => {
        slot.answered()
        slot.release()
      }
      if (latency === 0) end()
      else setTimeout(end, latency)
    })
  }
  return starts
}

/** The most requests any stretch of `milliseconds` holds. */
function densest(times: readonly number[], milliseconds: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length))
}

t.test('never more requests in flight than allowed, and the next one at once', async (t) => {
  const clock = fake(t)
  const starts = run(limiter([], 3), 9, 100)
  await clock.tickAsync(1000)
  t.same(starts.map(Math.round), [0, 0, 0, 100, 100, 100, 200, 200, 200])
})

t.test('no window is ever exceeded, and at least nine tenths of it are used', async (t) => {
  const clock = fake(t)
  for (const latency of [0, 40, 300]) {
    const starts = run(
      limiter([
        { requests: 10, seconds: 1 },
        { requests: 60, seconds: 8 },
      ]),
      200,
      latency,
    )
    await clock.tickAsync(40_000)
    t.equal(starts.length, 200)
    t.ok(densest(starts, 1000) <= 10)
    t.ok(densest(starts, 8000) <= 60)
    const took = (starts.at(-1) ?? 0) - (starts[0] ?? 0)
    // 200 = 3 × 60 + 20: three full windows, then two bursts of ten.
    t.ok(took < (3 * 8000 + 1000) / 0.9, `${took} ms at ${latency} ms`)
  }
})

t.test('holds as the vendor counts, however long connecting and answering take', async (t) => {
  const clock = fake(t)
  const limits = limiter([{ requests: 5, seconds: 1 }])
  const arrivals: number[] = []
  for (let request = 0; request < 40; request++) {
    void limits.acquire(signal).then((slot) => {
      // The first five have to connect first; later ones find the connections open.
      const travel = request < 5 ? 700 : (request * 37) % 200
      setTimeout(() => arrivals.push(performance.now()), travel)
      setTimeout(() => slot.answered(), travel + ((request * 53) % 300))
      setTimeout(() => slot.release(), travel + 300)
    })
  }
  await clock.tickAsync(20_000)
  t.equal(arrivals.length, 40)
  t.equal(densest(arrivals, 1000), 5)
})

t.test('a slow answer keeps its own place in the window and nobody else has', async (t) => {
  const clock = fake(t)
  const limits = limiter([{ requests: 3, seconds: 1 }])
  const slow = await limits.acquire(signal)
  const starts = run(limits, 40)
  await clock.tickAsync(10_500)
  t.equal(starts.length, 22, 'two in every second')
  slow.answered()
  slow.answered()
  slow.release()
  await clock.tickAsync(999)
  t.equal(starts.length, 24)
  await clock.tickAsync(1)
  t.equal(starts.length, 25, 'its place is free once its second is over')
})

t.test('a request counts from its answer, not from the end of a long body', async (t) => {
  const clock = fake(t)
  const limits = limiter([{ requests: 1, seconds: 1 }])
  const first = await limits.acquire(signal)
  const starts = run(limits, 1)
  await clock.tickAsync(100)
  first.answered()
  await clock.tickAsync(5000)
  t.same(starts, [1100])
})

t.test('a long window whose first requests are not answered yet goes on at its pace', async (t) => {
  const clock = fake(t)
  const limits = limiter([{ requests: 4, seconds: 60 }])
  const starts = run(limits, 3, 200_000)
  await clock.tickAsync(60_000)
  t.equal(starts.length, 3)
})

t.test('a request that never reaches the vendor gives its place back', async (t) => {
  const clock = fake(t)
  const limits = limiter([{ requests: 1, seconds: 1 }], 100, 60_000)
  const stuck = await limits.acquire(signal)
  const starts = run(limits, 1)
  await clock.tickAsync(30_000)
  t.same(starts, [], 'as long as it may still get there, nothing else does')
  stuck.release()
  await clock.tickAsync(1000)
  t.same(starts, [31_000])
})

t.test('a long window gives half at once and the rest without standing still', async (t) => {
  const clock = fake(t)
  const starts = run(limiter([{ requests: 100, seconds: 60 }]), 300)
  await clock.tickAsync(1)
  t.equal(starts.length, 50)
  await clock.tickAsync(200_000)
  t.equal(starts.length, 300)
  t.ok(densest(starts, 60_000) <= 100)
  const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0))
  t.ok(Math.max(...gaps) < 2000, `longest standstill ${Math.max(...gaps)} ms`)
  t.ok((starts.at(-1) ?? 0) < 181_000, 'all of every window is used')
})

t.test('first come, first served; who gives up makes room', async (t) => {
  const clock = fake(t)
  const limits = limiter([], 1)
  const order: number[] = []
  const leaving = new AbortController()
  const first = await limits.acquire(signal)
  const gone = limits.acquire(leaving.signal)
  for (const name of [1, 2, 3]) {
    void limits.acquire(signal).then((slot) => {
      order.push(name)
      slot.release()
    })
  }
  leaving.abort(new Error('enough'))
  await t.rejects(gone, new Error('enough'))
  await t.rejects(limits.acquire(leaving.signal), new Error('enough'), 'nor does it queue')
  first.release()
  first.release()
  await clock.tickAsync(1)
  t.same(order, [1, 2, 3])
  const one = await limits.acquire(signal)
  const second = limits.acquire(signal)
  let entered = false
  void second.then(() => {
    entered = true
  })
  await setImmediate()
  t.notOk(entered, 'a slot given back twice counts once')
  one.release()
  ;(await second).release()
})

t.test('a pause holds everybody, is told once, and is never shortened', async (t) => {
  const clock = fake(t)
  const limits = limiter([])
  const told: number[] = []
  limits.pause(5000)
  limits.pause(10)
  let started = false
  void limits
    .acquire(signal, (wait) => told.push(wait))
    .then(() => {
      started = true
    })
  await clock.tickAsync(4000)
  void limits.acquire(signal)
  await clock.tickAsync(999)
  t.notOk(started)
  await clock.tickAsync(2)
  t.ok(started)
  t.same(told, [5000])
})

t.test('a wait longer than a worker should be held is refused, to all who wait', async (t) => {
  fake(t)
  const refused = { message: /no room for \d+ s/ }
  const limits = limiter([], 1, 60_000)
  await limits.acquire(signal)
  const waiting = [limits.acquire(signal), limits.acquire(signal)]
  limits.pause(61_000)
  for (const one of waiting) await t.rejects(one, refused)
  await t.rejects(limits.acquire(signal), refused)
  const quota = limiter([{ requests: 1, seconds: 86_400 }], 1, 60_000)
  ;(await quota.acquire(signal)).release()
  await t.rejects(quota.acquire(signal), refused)
})
