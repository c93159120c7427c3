import t, { type Test } from 'tap'
import { request as call } from 'undici'
import type { FaultRule } from '../../../core/conformance/faults.ts'
import { type SimulatorServer, serveSimulator } from '../../../core/conformance/server.ts'
import type { SimulatedRequest } from '../../../core/connector/simulator.ts'

const echo = {
  answer: ({ method, path, query, headers, body }: SimulatedRequest) => ({
    status: 200,
    headers: { 'x-simulated': 'yes' },
    body: { method, path, query: [...query], greeting: headers['x-greeting'] ?? null, body, text: 'ü'.repeat(500) },
  }),
}

const pages = () => {
  let page = 0
  return { answer: () => ({ status: 200, body: { page: ++page } }) }
}

async function served(
  t: Test,
  simulator: Parameters<typeof serveSimulator>[0],
  options = {},
): Promise<SimulatorServer> {
  const server = await serveSimulator(simulator, options)
  t.teardown(() => server.close())
  return server
}

async function json(server: SimulatorServer, path = '/'): Promise<Record<string, unknown>> {
  const { body } = await call(server.origin + path)
  return (await body.json()) as Record<string, unknown>
}

t.test('hands over what was asked and sends what is answered', async (t) => {
  const server = await served(t, echo)
  const answer = await call(`${server.origin}/a%20b//c?x=1&x=%26`, {
    method: 'POST',
    headers: { 'X-Greeting': 'hello' },
    body: 'grüße',
  })
  t.equal(answer.statusCode, 200)
  t.match(answer.headers, { 'content-type': /application\/json/, 'x-simulated': 'yes' })
  t.match(await answer.body.json(), {
    method: 'POST',
    path: '/a%20b//c',
    query: [
      ['x', '1'],
      ['x', '&'],
    ],
    greeting: 'hello',
    body: 'grüße',
  })
  const text = await served(t, { answer: () => ({ status: 418, body: 'short & stout' }) })
  const refused = await call(text.origin)
  t.same(
    [refused.statusCode, refused.headers['content-type'], await refused.body.text()],
    [418, 'text/plain; charset=utf-8', 'short & stout'],
  )
  const empty = await served(t, { answer: () => ({ status: 204 }) })
  const nothing = await call(empty.origin)
  t.same([nothing.statusCode, await nothing.body.text(), nothing.headers['content-length']], [204, '', undefined])
})

t.test('sends JSON exactly as it would be in one piece', async (t) => {
  const bodies: unknown[] = [
    [],
    {},
    [[], {}, null, undefined, 'ü🦊', { a: undefined, b: [undefined, 1] }],
    { list: [{ name: '月' }, 2], empty: [], none: null, gone: undefined, text: '"', 'odd "key"': new Date(0) },
    { gone: undefined },
    new Date(0),
    5,
    null,
    true,
  ]
  let body: unknown
  const server = await served(t, { answer: () => ({ status: 200, body }) })
  for (body of bodies) t.equal(await (await call(server.origin)).body.text(), JSON.stringify(body))
})

t.test('keeps a log and the peak of open requests', async (t) => {
  let open = 0
  let release = () => {}
  const allThere = new Promise<void>((resolve) => {
    release = resolve
  })
  const server = await served(t, {
    answer: async () => {
      if (++open === 3) release()
      await allThere
      return { status: 200, body: {} }
    },
  })
  await Promise.all(['/1', '/2?q=%C3%BC', '/3'].map((path) => json(server, path)))
  t.equal(server.peakInFlight, 3)
  t.equal(server.total, 3)
  t.same(server.requests.map(({ path, status }) => `${path} ${status}`).sort(), ['/1 200', '/2 200', '/3 200'])
  t.equal(server.requests.find(({ path }) => path === '/2')?.query.get('q'), 'ü')
  t.ok(server.requests.every(({ startedAt }) => startedAt > 0 && startedAt <= performance.now()))
  server.clearLog()
  t.same([server.requests.length, server.total], [0, 0])
})

t.test('waits before each answer', async (t) => {
  const server = await served(t, echo, { latencyMs: 40 })
  const startedAt = performance.now()
  await json(server)
  t.ok(performance.now() - startedAt >= 39)
})

t.test('answers with another status', async (t) => {
  const server = await served(t, pages())
  const fault = server.fault({
    path: '/records',
    nth: 2,
    times: 2,
    effect: { kind: 'status', status: 429, headers: { 'retry-after': '7' }, body: { error: 'slow down' } },
  })
  server.fault({
    method: 'GET',
    path: /^\/html$/,
    effect: { kind: 'status', status: 502, body: '<html>Bad gateway</html>' },
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) {
    const answer = await call(`${server.origin}/v1/records`)
    statuses.push(answer.statusCode)
    const body = await answer.body.json()
    if (answer.statusCode === 429) {
      t.equal(answer.headers['retry-after'], '7')
      t.same(body, { error: 'slow down' })
    }
  }
  t.same(statuses, [200, 429, 429, 200])
  t.same([fault.matched, fault.hits], [4, 2])
  const html = await call(`${server.origin}/html`)
  t.same(
    [html.statusCode, html.headers['content-type'], await html.body.text()],
    [502, 'text/html; charset=utf-8', '<html>Bad gateway</html>'],
  )
  t.same(
    server.requests.map(({ faulty }) => faulty),
    [false, true, true, false, true],
  )
  t.same(await json(server), { page: 3 }, 'the vendor never saw the requests the fault hit')
})

t.test('loses the answer after the vendor acted', async (t) => {
  const server = await served(t, pages())
  server.fault({ acted: true, effect: { kind: 'reset' } })
  await t.rejects(json(server))
  t.same(await json(server), { page: 2 })
})

t.test('breaks the connection or the body', async (t) => {
  const server = await served(t, echo)
  const broken = async (effect: FaultRule['effect']) => {
    server.clearFaults()
    const fault = server.fault({ effect })
    await t.rejects(json(server), effect.kind)
    t.equal(fault.hits, 1)
    t.match(await json(server), { path: '/' }, 'the next request is fine')
  }
  await broken({ kind: 'reset' })
  await broken({ kind: 'truncate' })
  await broken({ kind: 'cut' })
  server.fault({ effect: { kind: 'cut' } })
  const cut = await call(server.origin)
  t.equal(
    (await cut.body.arrayBuffer()).byteLength,
    Number(cut.headers['content-length']),
    'a cut body has the length it announces',
  )
  t.same(server.errors, [])
})

t.test('dribbles', async (t) => {
  const server = await served(t, echo)
  const pieces: number[] = []
  server.fault({ effect: { kind: 'drip', bytes: 300, everyMs: 15 } })
  const { body } = await call(server.origin)
  let text = ''
  body.setEncoding('utf8')
  for await (const piece of body) {
    pieces.push(piece.length)
    text += piece
  }
  t.ok(pieces.length >= 3, `${pieces.length} pieces`)
  t.match(JSON.parse(text), { path: '/' })
})

t.test('hangs until the client or the server gives up', async (t) => {
  const server = await serveSimulator(echo)
  server.fault({ times: 2, effect: { kind: 'hang' } })
  await t.rejects(call(server.origin, { signal: AbortSignal.timeout(30) }))
  const hanging = t.rejects(call(server.origin))
  while (server.total < 2) await new Promise((resolve) => setImmediate(resolve))
  server.fault({ effect: { kind: 'drip', bytes: 1, everyMs: 60_000 } })
  const dribbling = t.rejects(json(server))
  while (server.total < 3) await new Promise((resolve) => setImmediate(resolve))
  await server.close()
  await Promise.all([hanging, dribbling])
  t.same(server.errors, [])
  await t.rejects(call(server.origin), 'nobody listens any more')
})

t.test('changes the body and says the same again', async (t) => {
  const answer = { status: 200, body: { list: [1] } }
  const server = await served(t, { answer: () => answer })
  server.fault({ effect: { kind: 'transform', change: (body) => Object.assign(Object(body), { extra: '\u0000' }) } })
  t.same(await json(server), { list: [1], extra: '\u0000' })
  t.same(await json(server), { list: [1] }, "the simulator's own object is not touched")

  const paged = await served(t, pages())
  paged.fault({ nth: 3, times: 2, effect: { kind: 'repeat' } })
  const seen: unknown[] = []
  for (let i = 0; i < 5; i++) seen.push((await json(paged)).page)
  t.same(seen, [1, 2, 2, 2, 3])
  paged.fault({ times: Number.POSITIVE_INFINITY, effect: { kind: 'repeat' } })
  t.same([await json(paged), await json(paged), await json(paged)], [{ page: 4 }, { page: 4 }, { page: 4 }])
})

t.test('the oldest fault that strikes hits, the others count', async (t) => {
  const server = await served(t, echo)
  const first = server.fault({ effect: { kind: 'status', status: 500 } })
  const second = server.fault({ nth: 2, when: ({ path }) => path === '/', effect: { kind: 'status', status: 403 } })
  const statuses = [await call(server.origin), await call(server.origin), await call(server.origin)].map(
    ({ statusCode }) => statusCode,
  )
  t.same(statuses, [500, 403, 200])
  t.same([first.hits, second.hits, second.matched], [1, 1, 3])
})

t.test('a simulator that throws is a defect one can see', async (t) => {
  const server = await served(t, {
    answer: () => {
      throw new Error('oops')
    },
  })
  const answer = await call(server.origin)
  t.equal(answer.statusCode, 500)
  t.match(await answer.body.text(), /oops/)
  t.equal(server.errors.length, 1)
})
