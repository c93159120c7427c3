import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { json, serve } from '../../http-server.ts'
import { acme, open, refusal, SECRET } from './fixture.ts'

t.test('a path goes below the base URL with the session, query and body as asked', async (t) => {
  const seen: object[] = []
  const origin = await serve(t, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { authorization, 'content-type': type, 'user-agent': agent, accept } = request.headers
    seen.push({ line: `${request.method} ${request.url}`, authorization, type, agent, accept, body })
    json(response, { ok: true }, 200, { 'X-Total': '7' })
  })
  const { http } = open(t, origin)
  const answer = await http.request({ url: '/companies', query: { page: 2, q: 'a b&c', none: undefined } })
  t.match(answer, { status: 200, body: { ok: true }, headers: { 'x-total': '7' } })
  await http.request({ url: 'notes?x=1', method: 'POST', query: { y: true }, body: { text: 'ä' } })
  await http.request({ url: `${origin}/token`, method: 'POST', body: new URLSearchParams({ a: '1' }), anonymous: true })
  await http.request({
    url: 'raw',
    method: 'PUT',
    body: 'as it is',
    headers: { 'Content-Type': 'text/x', Accept: 'a/b' },
  })
  const authorization = `Bearer ${Buffer.from(SECRET).toString('base64')}`
  const agent = 'Tributary/test'
  const accept = 'application/json'
  t.same(seen, [
    { line: 'GET /api/companies?page=2&q=a%20b%26c', authorization, type: undefined, agent, accept, body: '' },
    {
      line: 'POST /api/notes?x=1&y=true',
      authorization,
      type: 'application/json',
      agent,
      accept,
      body: '{"text":"ä"}',
    },
    {
      line: 'POST /token',
      authorization: undefined,
      type: 'application/x-www-form-urlencoded',
      agent,
      accept,
      body: 'a=1',
    },
    { line: 'PUT /api/raw', authorization, type: 'text/x', agent, accept: 'a/b', body: 'as it is' },
  ])
})

t.test('packed, empty and foreign-encoded bodies arrive as what they are', async (t) => {
  const text = JSON.stringify({ name: 'Größe', list: [1, 2] })
  const bodies: Record<string, [Buffer | string, Record<string, string>]> = {
    '/api/gzip': [gzipSync(text), { 'content-encoding': 'gzip' }],
    '/api/br': [brotliCompressSync(text), { 'content-encoding': 'br' }],
    '/api/deflate': [deflateSync(text), { 'content-encoding': 'deflate' }],
    '/api/bare-deflate': [deflateRawSync(text), { 'content-encoding': 'deflate' }],
    '/api/twice': [brotliCompressSync(gzipSync(text)), { 'content-encoding': 'gzip, br' }],
    '/api/latin': [Buffer.from(text, 'latin1'), { 'content-type': 'application/json; charset=ISO-8859-1' }],
    '/api/bom': [`\ufeff${text}`, {}],
    '/api/bom-gzip': [gzipSync(`\ufeff${text}`), { 'content-encoding': 'gzip' }],
    '/api/none': ['', {}],
    '/api/none-gzip': ['', { 'content-encoding': 'gzip' }],
  }
  const origin = await serve(t, (request, response) => {
    const [body, headers] = bodies[request.url ?? ''] ?? ['', {}]
    response.writeHead(body === '' ? 204 : 200, headers).end(body)
  })
  const { http } = open(t, origin)
  for (const path of Object.keys(bodies)) {
    const { body } = await http.request({ url: path.slice(5) })
    t.same(body, path.includes('none') ? null : JSON.parse(text), path)
  }
  t.equal((await http.request({ url: 'gzip', accept: 'text' })).body, text, 'text is not parsed')
})

t.test('a body too large, packed small or not, is refused and named', async (t) => {
  const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024, 0x20))
  const origin = await serve(t, (request, response) => {
    if (request.url === '/api/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    else if (request.url === '/api/odd') response.writeHead(200, { 'content-encoding': 'lzma' }).end('x')
    else {
      response.writeHead(200)
      const chunk = Buffer.alloc(1024 * 1024, 0x20)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
  })
  const { http } = open(t, origin)
  for (const url of ['bomb', 'odd', 'endless']) {
    const error = await refusal(http, url)
    t.equal(error.kind, 'vendor', url)
    t.match(error.admin, /Acme PSA sent an answer larger/)
  }
})

t.test('what is no JSON says so: cut off is passing, a web page is not', async (t) => {
  let hits = 0
  const origin = await serve(t, (request, response) => {
    hits++
    if (request.url === '/api/html') response.writeHead(200).end('<html><title>Sign in\n</title>…')
    else if (request.url === '/api/cut') response.writeHead(200).end('{"a": [1, 2')
    else if (request.url === '/api/short') {
      response.writeHead(200, { 'content-length': '100' }).write('{"a": 1}')
      setImmediate(() => response.destroy())
    } else if (request.url === '/api/short-gzip') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}').subarray(0, 15))
    } else response.writeHead(502).end('<html>Bad gateway</html>')
  })
  const { http } = open(t, origin)
  const page = await refusal(http, 'html')
  t.equal(page.kind, 'vendor')
  t.match(
    page.admin,
    /127\.0\.0\.1:\d+ answered with something that is not data of Acme PSA, a web page titled "Sign in"/,
  )
  t.equal(hits, 1)
  for (const url of ['cut', 'short', 'short-gzip', 'gateway']) {
    hits = 0
    const error = await refusal(http, url)
    t.equal(error.kind, 'transient', url)
    t.equal(hits, 5, `${url} is tried five times`)
    hits = 0
    t.equal((await refusal(http, { url, method: 'POST' })).kind, 'transient')
    t.equal(hits, 1, `${url} is not repeated where it could do something twice`)
  }
  const own = open(
    t,
    origin,
    acme({ faults: ({ body }) => (/Sign in/.test(String(body)) ? { kind: 'auth' } : undefined) }),
  )
  t.equal((await refusal(own.http, 'html')).kind, 'auth', 'the connector may know better')
})

t.test('each status has its kind, its words and its number of tries', async (t) => {
  let hits = 0
  const origin = await serve(t, (request, response) => {
    hits++
    json(response, { message: 'no such thing', token: SECRET }, Number(request.url?.slice(5)))
  })
  const { http, logged } = open(t, origin)
  const kinds = { 400: 'vendor', 403: 'permission', 404: 'not-found', 410: 'not-found', 422: 'vendor' }
  const passing = [408, 409, 423, 425, 500, 502, 503, 504]
  for (const [status, kind] of Object.entries(kinds)) {
    hits = 0
    const error = await refusal(http, status)
    t.match(error, { kind, status: Number(status) })
    t.match(error.admin, /Acme PSA.*\(\d+\)/)
    t.match(error.message, /^GET 127\.0\.0\.1:\d+\/api\/\d+ answered \d+: .*no such thing/)
    t.notMatch(error.message + error.admin, SECRET.slice(0, 4))
    t.equal(hits, 1)
  }
  for (const status of passing) {
    hits = 0
    t.match(await refusal(http, String(status)), { kind: 'transient', status })
    t.equal(hits, 5)
    hits = 0
    await refusal(http, { url: String(status), method: 'PATCH' })
    t.equal(hits, 1)
  }
  hits = 0
  await refusal(http, { url: '500', method: 'POST', repeatable: true })
  t.equal(hits, 5)
  t.same(Object.keys(logged[0] ?? {}), ['method', 'host', 'path', 'status', 'ms', 'attempt', 'message'])
})

t.test('a passing failure is tried again until it passes, and reported', async (t) => {
  let hits = 0
  const origin = await serve(t, (_, response) => {
    hits++
    if (hits === 1) response.socket?.destroy()
    else if (hits === 2) json(response, {}, 503)
    else json(response, { hits })
  })
  const { http, report, logged } = open(t, origin)
  t.same((await http.request({ url: 'x' })).body, { hits: 3 })
  t.match(report, [
    { level: 'info', code: 'retry', message: /GET 127.*api\/x failed: .*; next try in 1 s/ },
    { level: 'info', code: 'retry', message: /answered 503/ },
  ])
  t.match(logged, [
    { method: 'GET', path: '/api/x', status: 'UND_ERR_SOCKET', attempt: 1 },
    { status: 503, attempt: 2 },
    { status: 200, attempt: 3 },
  ])
})

t.test('a connection that was never made may repeat even a write', async (t) => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  // A TCP server's address is never a pipe's name.
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const { http, logged } = open(t, `http://127.0.0.1:${port}`)
  const error = await refusal(http, { url: 'x', method: 'POST', body: {} })
  t.equal(error.kind, 'transient')
  t.match(error.admin, /does not accept connections at 127\.0\.0\.1:\d+\. Check the address and port/)
  t.equal(logged.length, 5)
})

t.test('time limits end what hangs, stalls or drips', async (t) => {
  const origin = await serve(t, (request, response) => {
    if (request.url === '/api/hangs') return
    response.writeHead(200).write('{')
    if (request.url === '/api/stalls') return
    const drip = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(drip))
  })
  const times = { headersMs: 100, idleMs: 100, deadlineMs: 300 }
  const { http } = open(t, origin, acme(), { times })
  for (const url of ['hangs', 'stalls', 'drips']) {
    const error = await refusal(http, { url, method: 'POST' })
    t.equal(error.kind, 'transient', url)
    t.match(error.admin, /Acme PSA took too long to answer/)
  }
})

t.test('an abort ends waiting of every kind at once, with the reason given', async (t) => {
  const origin = await serve(t, (request, response) => {
    if (request.url === '/api/busy') json(response, {}, 503)
    if (request.url === '/api/body') response.writeHead(200).write('[')
    if (request.url === '/api/later') json(response, {}, 429, { 'retry-after': '60' })
  })
  const never = new Promise<never>(() => {})
  const kinds: Record<string, ReturnType<typeof open>> = {
    hangs: open(t, origin),
    body: open(t, origin),
    later: open(t, origin),
    busy: open(t, origin, acme(), { times: { backoffMs: 1e5, longestBackoffMs: 1e5 } }),
    'sign-in': open(t, origin, acme({ signIn: () => never })),
    name: open(
      t,
      origin,
      acme({ hosts: () => ['slow.example'], signIn: async () => ({ baseUrl: 'https://slow.example/', headers: {} }) }),
      { resolve: () => never },
    ),
  }
  for (const [url, { http, ending }] of Object.entries(kinds)) {
    const reason = new Error(`stop ${url}`)
    const request = http.request({ url })
    setTimeout(() => ending.abort(reason), 30)
    const started = performance.now()
    await t.rejects(request, reason, url)
    t.ok(performance.now() - started < 500, `${url} within half a second`)
    await t.rejects(http.request({ url }), reason, 'and nothing is begun after it')
  }
})

t.test("closing a connection ends its requests, closing the clients everybody's", async (t) => {
  const origin = await serve(t, () => {})
  const { connection, http, another, clients } = open(t, origin)
  const other = another('two')
  const ended = refusal(http, 'x')
  const others = refusal(other, 'x')
  connection.close()
  connection.close()
  t.match(await ended, { kind: 'transient', admin: /closed while it was in use/ })
  await clients.close()
  t.equal((await others).kind, 'transient')
})

t.test('a mistake of the connector is named one, and shows no secret', async (t) => {
  const origin = await serve(t, (_, response) => json(response, {}))
  const wrong = acme({
    signIn: async ({ settings }) => {
      throw new TypeError(`cannot read ${settings.token}`)
    },
  })
  const error = await refusal(open(t, origin, wrong).http, 'x')
  t.match(error, { kind: 'bug', message: 'cannot read [hidden]', cause: undefined })
  t.match(error.admin, /connector for Acme PSA failed/)
  t.equal((await refusal(open(t, origin).http, { url: 'x', anonymous: true })).kind, 'bug', 'relative to nothing')
  const faulty = acme({
    faults: () => {
      throw new Error('oops')
    },
  })
  t.match(await refusal(open(t, origin, faulty).http, 'x'), { kind: 'bug', message: 'oops', cause: Error })
  const broken = acme({ signIn: async () => ({ baseUrl: `${origin}/`, headers: { authorization: 'a\nb' } }) })
  t.equal((await refusal(open(t, origin, broken).http, 'x')).kind, 'config', 'a header that cannot be written')
})
