import sinon from 'sinon'
import t, { type Test } from 'tap'
import type { Limits } from '../../../core/connector/index.ts'
import { endpointOf, Throttle } from '../../../core/http/throttle.ts'
import { json, serve } from '../../http-server.ts'
import { acme, limits, open, refusal } from './fixture.ts'

const signal = new AbortController().signal

function fake(t: Test): sinon.SinonFakeTimers {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  t.teardown(() => clock.restore())
  return clock
}

function throttle(own: Partial<Limits>, longest = 1e9): Throttle {
  return new Throttle({ concurrency: 100, windows: [], scope: 'connection', ...own }, longest)
}

/** Asks `count` times for `url` and notes when each may start; each is answered at once. */
function run(on: Throttle, url: string, count: number): number[] {
  const starts: number[] = []
  for (let request = 0; request < count; request++) {
    void on.acquire(url, signal).then((slot) => {
      starts.push(performance.now())
      slot.answered()
      slot.release()
    })
  }
  return starts
}

t.test('an endpoint is its path without ids', async (t) => {
  t.equal(endpointOf('v2/assets/17?a=1'), 'v2/assets/#')
  t.equal(endpointOf('/v2/assets/18/notes'), 'v2/assets/#/notes')
  t.equal(endpointOf('https://api.acme.example/v2/logs/0a0a0a0a-0000-4000-8000-000000000000'), 'v2/logs/#')
  t.equal(endpointOf('v2/lookup/States'), 'v2/lookup/States')
  t.equal(endpointOf(''), '')
})

t.test('each endpoint has its own window; using one up does not hold up the others', async (t) => {
  const clock = fake(t)
  const on = throttle({ perEndpoint: [{ requests: 3, seconds: 60 }], concurrency: 2 })
  const assets = [run(on, 'assets/1', 2), run(on, 'assets/2?x=1', 3)]
  const notes = run(on, 'assets/1/notes', 2)
  await clock.tickAsync(30_000)
  t.equal(assets.flat().length, 3)
  t.ok(
    assets.flat().every((at) => at === 0),
    'at once, not spread over the window',
  )
  t.same(notes, [0, 0])
  await clock.tickAsync(30_000)
  t.equal(assets.flat().length, 5)
})

t.test('the limits of the whole hold as well', async (t) => {
  const clock = fake(t)
  const on = throttle({ windows: [{ requests: 4, seconds: 1 }], perEndpoint: [{ requests: 3, seconds: 60 }] })
  const starts = [run(on, 'a', 3), run(on, 'b', 3)]
  await clock.tickAsync(500)
  t.equal(starts.flat().length, 4)
  await clock.tickAsync(1000)
  t.equal(starts.flat().length, 6)
})

t.test('without windows for endpoints all share one pause; with them the others go on', async (t) => {
  const clock = fake(t)
  for (const [own, others] of [
    [{}, 0],
    [{ perEndpoint: [{ requests: 9, seconds: 60 }] }, 1],
  ] as const) {
    const on = throttle(own)
    on.pause('a/1', 5000)
    const paused = run(on, 'a/2', 1)
    const other = run(on, 'b', 1)
    await clock.tickAsync(1000)
    t.equal(paused.length, 0)
    t.equal(other.length, others)
    await clock.tickAsync(5000)
    t.equal(paused.length + other.length, 2)
  }
})

t.test('an endpoint that is used up for too long is told, and takes no room of the whole', async (t) => {
  fake(t)
  const on = throttle({ concurrency: 1, perEndpoint: [{ requests: 1, seconds: 3600 }] }, 1000)
  const first = await on.acquire('a', signal)
  first.answered()
  first.release()
  await t.rejects(on.acquire('a', signal), /no room for 3600 s/)
  await on.acquire('b', signal)
  const stop = new AbortController()
  const waiting = on.acquire('c', stop.signal)
  stop.abort(new Error('enough'))
  await t.rejects(waiting, /enough/, 'who waits for the whole can be stopped')
})

t.test('the client counts requests by their endpoint, and parks a run whose endpoint is used up', async (t) => {
  const url = await serve(t, (_, response) => json(response, {}))
  const { http } = open(t, url, acme(limits([], { perEndpoint: [{ requests: 2, seconds: 3600 }] })))
  await http.request({ url: 'assets/1' })
  await http.request({ url: 'assets/2' })
  t.equal((await refusal(http, 'assets/3')).kind, 'rate-limit')
  t.equal((await http.request({ url: 'assets' })).status, 200)
})
