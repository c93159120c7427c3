import { setImmediate } from 'node:timers/promises'
import sinon from 'sinon'
import t, { type Test } from 'tap'
import { acme, limits, open, refusal } from '../core/http/fixture.ts'
import { json, serve } from '../http-server.ts'

/** Only the hub's waiting is fake; sockets and servers are real. */
function fake(t: Test): sinon.SinonFakeTimers {
  const clock = sinon.useFakeTimers({
    now: Date.parse('2026-03-01T12:00:00Z'),
    toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'],
  })
  t.teardown(() => clock.restore())
  return clock
}

/** Lets real sockets carry what is under way. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await setImmediate()
}

const forms: Record<string, { headers: Record<string, string>; status?: number; wait: number }> = {
  'Retry-After in seconds': { headers: { 'retry-after': '30' }, wait: 30_000 },
  'Retry-After with a fraction': { headers: { 'retry-after': '1.5' }, wait: 1500 },
  'Retry-After as a date': {
    headers: { 'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT', date: 'Sun, 01 Mar 2026 12:00:00 GMT' },
    wait: 60_000,
  },
  'Retry-After as a date by a clock that is five minutes off': {
    headers: { 'retry-after': 'Sun, 01 Mar 2026 11:56:00 GMT', date: 'Sun, 01 Mar 2026 11:55:00 GMT' },
    wait: 60_000,
  },
  '503 with Retry-After': { headers: { 'retry-after': '20' }, status: 503, wait: 20_000 },
  'no Retry-After': { headers: {}, wait: 500 },
  'Retry-After zero': { headers: { 'retry-after': '0' }, wait: 500 },
  'Retry-After negative': { headers: { 'retry-after': '-60' }, wait: 500 },
  'Retry-After in the past': { headers: { 'retry-after': 'Sun, 01 Mar 2020 12:00:00 GMT' }, wait: 500 },
  'Retry-After unreadable': { headers: { 'retry-after': 'soon' }, wait: 500 },
}

for (const [form, { headers, status = 429, wait }] of Object.entries(forms)) {
  t.test(`${form}: nothing goes out before the time, then the request succeeds`, async (t) => {
    const clock = fake(t)
    // Half of a back-off of one second, and half of the jitter.
    sinon.stub(Math, 'random').returns(0.5)
    t.teardown(() => sinon.restore())
    let hits = 0
    const origin = await serve(t, (request, response) => {
      hits++
      if (hits === 1) json(response, {}, status, headers)
      else json(response, { path: request.url })
    })
    const { http, another, report } = open(t, origin, acme(), { times: { backoffMs: 1000 } })
    const first = http.request({ url: 'first' })
    await settle()
    t.equal(hits, 1)
    const second = http.request({ url: 'second' })
    await another('two').request({ url: 'other' })
    t.equal(hits, 2, 'another connection is not held up')
    await clock.tickAsync(wait - 1)
    await settle()
    t.equal(hits, 2, `no request within ${wait} ms, not even another one of the connection`)
    await clock.tickAsync(1 + Math.min(1000, wait / 10))
    t.same((await first).body, { path: '/api/first' })
    t.same((await second).body, { path: '/api/second' })
    t.equal(hits, 4)
    t.match(report, [{ level: 'info', code: 'rate-limit', message: /^Acme PSA asks for a pause of \d+ s\.$/ }])
  })
}

t.test('a write that was refused for the rate is sent again', async (t) => {
  const clock = fake(t)
  let hits = 0
  const origin = await serve(t, (_, response) => {
    hits++
    json(response, {}, hits === 1 ? 429 : 201, { 'retry-after': '5' })
  })
  const { http, waits } = open(t, origin)
  const write = http.request({ url: 'x', method: 'POST', body: {} })
  await settle()
  await clock.tickAsync(6000)
  t.equal((await write).status, 201)
  t.equal(waits.length, 1, 'who shows progress is told')
})

t.test('three hours are not waited for: the run is parked with the time, and nothing more is sent', async (t) => {
  fake(t)
  for (const [status, after] of [
    [429, '10800'],
    [429, 'Sun, 01 Mar 2026 15:00:00 GMT'],
    [503, '10800'],
  ] as const) {
    let hits = 0
    const origin = await serve(t, (_, response) => {
      hits++
      json(response, {}, status, { 'retry-after': after, date: 'Sun, 01 Mar 2026 12:00:00 GMT' })
    })
    const { http, another } = open(t, origin)
    const error = await refusal(http, 'x')
    t.match(error, { kind: 'rate-limit', status, retryAfterSeconds: 10_800 })
    const next = await refusal(http, 'y')
    t.equal(next.kind, 'rate-limit')
    t.ok((next.retryAfterSeconds ?? 0) >= 10_800)
    t.match(next.admin, /limit of Acme PSA is used up for the next 18\d minutes/)
    t.equal(hits, 1)
    await refusal(another('two'), 'x')
    t.equal(hits, 2)
  }
})

t.test('a vendor that says 429 for ever parks the run in the end', async (t) => {
  const clock = fake(t)
  let hits = 0
  const origin = await serve(t, (_, response) => {
    hits++
    json(response, {}, 429, { 'retry-after': '240' })
  })
  const { http } = open(t, origin)
  const parked = refusal(http, 'x')
  for (let turn = 0; turn < 4; turn++) {
    await settle()
    await clock.tickAsync(250_000)
  }
  t.match(await parked, { kind: 'rate-limit', retryAfterSeconds: 240 })
  t.equal(hits, 3)
})

t.test('one that never says how long is not asked every few seconds for the rest of the night', async (t) => {
  const origin = await serve(t, (_, response) => json(response, {}, 429))
  const { http } = open(t, origin, acme(), {
    times: { longestWaitMs: 2001, backoffMs: 1500, longestBackoffMs: 1500 },
  })
  const clock = fake(t)
  sinon.stub(Math, 'random').returns(0.9)
  t.teardown(() => sinon.restore())
  const parked = refusal(http, 'x')
  for (let turn = 0; turn < 3; turn++) {
    await settle()
    await clock.tickAsync(2000)
  }
  t.match(await parked, { kind: 'rate-limit', retryAfterSeconds: 3 }, 'the longest wait, not the last back-off')
})

t.test('nothing left by the headers: the next request waits for the reset', async (t) => {
  const names = { remaining: 'X-Rate-Remaining', reset: 'X-Rate-Reset' }
  const epoch = Date.parse('2026-03-01T12:00:30Z') / 1000
  for (const [resetIn, reset] of [
    ['seconds', '30'],
    ['epoch', String(epoch)],
  ] as const) {
    const clock = fake(t)
    let hits = 0
    const origin = await serve(t, (_, response) => {
      hits++
      const remaining = String(2 - hits)
      json(response, {}, 200, { 'x-rate-remaining': remaining, 'x-rate-reset': reset, date: new Date().toUTCString() })
    })
    const { http } = open(t, origin, acme(limits([], { headers: { ...names, resetIn } })))
    await http.request({ url: 'a' })
    await http.request({ url: 'b' })
    const third = http.request({ url: 'c' })
    await settle()
    await clock.tickAsync(29_900)
    await settle()
    t.equal(hits, 2, resetIn)
    await clock.tickAsync(200)
    await third
    clock.restore()
  }
})

t.test('a connector may read the limit out of an answer of its own', async (t) => {
  const clock = fake(t)
  let hits = 0
  const origin = await serve(t, (_, response) => {
    hits++
    json(response, hits === 1 ? { error: 'too many' } : { ok: true }, hits === 1 ? 403 : 200)
  })
  const faults = ({ status }: { status: number }) =>
    status === 403 ? ({ kind: 'rate-limit', retryAfterSeconds: 10 } as const) : undefined
  const { http } = open(t, origin, acme({ faults }))
  const request = http.request({ url: 'x' })
  await settle()
  await clock.tickAsync(9999)
  await settle()
  t.equal(hits, 1)
  await clock.tickAsync(1100)
  t.same((await request).body, { ok: true })
})

t.test('where the vendor counts the installation, one 429 holds all its connections', async (t) => {
  const clock = fake(t)
  let hits = 0
  const origin = await serve(t, (_, response) => {
    hits++
    json(response, {}, hits === 1 ? 429 : 200, { 'retry-after': '10' })
  })
  const { http, another } = open(t, origin, acme(limits([], { scope: 'app' })))
  const both = [http.request({ url: 'x' })]
  await settle()
  both.push(another('two').request({ url: 'x' }))
  await settle()
  t.equal(hits, 1)
  await clock.tickAsync(11_000)
  await Promise.all(both)
  t.equal(hits, 3)
})

t.test('the declared rate is kept in every second as the vendor sees it, with real clocks', async (t) => {
  const arrivals: Record<string, number[]> = { slow: [], other: [] }
  const origin = await serve(t, (request, response) => {
    arrivals[request.headers.authorization ?? '']?.push(performance.now())
    setTimeout(() => json(response, {}), 5)
  })
  const windows = [{ requests: 20, seconds: 1 }]
  const signIn = async ({ settings }: { settings: Record<string, unknown> }) => ({
    baseUrl: `${settings.url}/`,
    headers: { authorization: String(settings.user) },
  })
  const { another } = open(t, origin, acme({ signIn, ...limits(windows, { concurrency: 30 }) }))
  const started = performance.now()
  await Promise.all(
    ['slow', 'other'].flatMap((user) => {
      const http = another(user, { url: origin, user, token: 'none' })
      return Array.from({ length: 45 }, () => http.request({ url: 'x' }))
    }),
  )
  const took = performance.now() - started
  for (const user of ['slow', 'other']) {
    const times = arrivals[user] ?? []
    t.equal(times.length, 45)
    const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))
    t.ok(most <= 20, `${most} in the densest second`)
  }
  t.ok(took > 2000, 'both had to wait')
  t.ok(took < 4000, `each had the whole rate for itself: ${Math.round(took)} ms`)
})

t.test('a request that waits for its turn can be called off', async (t) => {
  const origin = await serve(t, (_, response) => json(response, {}))
  const { http, ending } = open(t, origin, acme(limits([{ requests: 1, seconds: 60 }])))
  await http.request({ url: 'x' })
  const waiting = http.request({ url: 'y' })
  const reason = new Error('enough')
  ending.abort(reason)
  await t.rejects(waiting, reason)
})
