/** Deliveries are taken from the vendor only, once; every refusal looks alike and takes alike. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import type { Context, Settings, WebhookDelivery, WebhookHint, WebhookSource } from '../../core/connector/index.ts'
import { webhookTokenField } from '../../core/secrets/vault.ts'
import { portOf, send, start } from '../core/server/start.ts'

const token = 'T0k3n-of-the-address'
const secret = 's1gning-secret'
let parsed = 0
let enqueued: { connectionId: number; hints: readonly WebhookHint[] }[] = []
let queueIsDown = false
let openConnections = 0
t.beforeEach(() => {
  parsed = 0
  enqueued = []
  queueIsDown = false
})

const sign = (raw: Uint8Array | string, at = Math.floor(Date.now() / 1000), algorithm = 'sha256') =>
  `t=${at},v1=${createHmac(algorithm, secret).update(`${at}.`).update(raw).digest('hex')}`

/** A vendor that signs the time and the raw bytes. */
const webhooks: WebhookSource<Settings> = {
  streams: ['companies'],
  register: async () => [],
  unregister: async () => {},
  verify: async (ctx, { raw, headers }) => {
    const { t: at = '', v1 = '' } = Object.fromEntries(
      (headers['x-signature'] ?? '').split(',').map((part) => part.split('=')),
    )
    const wanted = createHmac('sha256', String(ctx.settings.secret)).update(`${at}.`).update(raw).digest()
    const given = Buffer.from(v1, 'hex')
    return (
      given.length === wanted.length && timingSafeEqual(given, wanted) && Math.abs(Date.now() / 1000 - Number(at)) < 300
    )
  },
  touched: ({ raw }: WebhookDelivery) => {
    parsed++
    const { id, ids } = JSON.parse(Buffer.from(raw).toString())
    return { id, hints: ids.map((sourceId: string) => ({ stream: 'companies', sourceId })) }
  },
}
const context = {
  settings: { secret },
  signal: new AbortController().signal,
  http: { request: async () => t.fail('a webhook calls nobody') },
  report: () => {},
  error: () => new Error(),
  // The connector above uses nothing else.
} as unknown as Context<Settings>
const throwing = { ...webhooks, verify: async () => Promise.reject(new Error('cannot read this')) }

const names = ['hub', 'closed', 'empty', 'paused', 'broken', 'unloaded'] as const
const ids: Record<string, number> = {}

const { app, database, vault, log } = await start(t, {
  webhooks: {
    open: async (id) => {
      if (id === ids.paused) return undefined
      if (id === ids.unloaded) throw new Error('the plugin is not loaded')
      openConnections++
      return { webhooks: id === ids.broken ? throwing : webhooks, context, close: () => openConnections-- }
    },
    enqueue: async (connectionId, hints) => {
      if (queueIsDown) throw new Error('the queue is down')
      enqueued.push({ connectionId, hints })
    },
  },
})
for (const name of names) {
  const row = await database.row<{ id: number }>(
    "insert into connections (connector, kind, name, settings) values ('acme', 'documentation', $1, '{}') returning id",
    [name],
  )
  ids[name] = row?.id ?? 0
}
for (const name of ['hub', 'paused', 'broken', 'unloaded'] as const)
  await vault.write(ids[name] ?? 0, { [webhookTokenField]: token })
await vault.write(ids.empty ?? 0, { [webhookTokenField]: '' })
await app.listen({ port: 0, host: '127.0.0.1' })

const body = (id: string, ...sourceIds: string[]) => JSON.stringify({ id, ids: sourceIds })

function deliver(raw: string | Buffer, headers: Record<string, string> = {}, path = `/hooks/${ids.hub}/${token}`) {
  const own = { 'content-type': 'application/json', 'x-signature': sign(raw) }
  return send(app, path, { method: 'POST', headers: { ...own, ...headers }, body: raw })
}

t.test('a proven delivery has the records read again', async (t) => {
  const answer = await deliver(body('first', '7', '8'))
  t.equal(answer.status, 202)
  t.same(enqueued, [
    {
      connectionId: ids.hub,
      hints: [
        { stream: 'companies', sourceId: '7' },
        { stream: 'companies', sourceId: '8' },
      ],
    },
  ])
})

t.test('the bytes are judged as they came', async (t) => {
  const spaced = '{ "id" : "spaced",\r\n  "ids": ["\\u0037", "ü"] }'
  t.equal((await deliver(spaced)).status, 202)
  for (const type of [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/octet-stream',
    'x/y; z',
  ])
    t.equal((await deliver(body(`type ${type}`, '1'), { 'content-type': type })).status, 202, type)
  t.equal((await deliver(Buffer.from(body('latin', '1').replace('latin', 'lat\u00efn'), 'utf8'))).status, 202)
})

t.test('the same delivery again is accepted and does nothing; also when both come at once', async (t) => {
  const raw = body('twice', '7')
  const answers = await Promise.all(Array.from({ length: 6 }, () => deliver(raw)))
  answers.push(await deliver(raw))
  t.same(new Set(answers.map((answer) => answer.status)), new Set([202]))
  t.equal(enqueued.length, 1)
})

t.test('a delivery the hub could not queue is new when it comes again', async (t) => {
  queueIsDown = true
  t.equal((await deliver(body('unlucky', '7'))).status, 500)
  queueIsDown = false
  t.equal((await deliver(body('unlucky', '7'))).status, 202)
  t.equal(enqueued.length, 1)
})

t.test('deliveries are remembered for a week, whatever the vendor calls them', async (t) => {
  await deliver(body('x'.repeat(10_000), '7'))
  t.equal(enqueued.length, 1)
  await database.run(
    "insert into webhook_deliveries values ($1, 'old', now() - interval '8 days'), ($1, 'young', now() - interval '6 days')",
    [ids.hub],
  )
  // Another process starts and sweeps with its first delivery.
  const fresh = await start(t, { database, webhooks: { open: async () => ({ webhooks, context, close: () => {} }) } })
  const raw = body('sweeps', '7')
  const swept = await fresh.app.inject({
    method: 'POST',
    url: `/hooks/${ids.hub}/${token}`,
    headers: { 'x-signature': sign(raw), 'content-type': 'text/plain' },
    payload: raw,
  })
  t.equal(swept.statusCode, 202)
  const left = await database.rows("select delivery_id from webhook_deliveries where delivery_id in ('old', 'young')")
  t.same(left, [{ delivery_id: 'young' }])
})

t.test('every refusal gives the same answer in the same time, and nothing was parsed', async (t) => {
  const raw = body('refused', '7')
  const now = Math.floor(Date.now() / 1000)
  const hub = `/hooks/${ids.hub}/${token}`
  const huge = Buffer.alloc(20 * 1024 * 1024, 'x')
  const cases: Record<string, () => ReturnType<typeof send>> = {
    'signature missing': () =>
      send(app, hub, { method: 'POST', headers: { 'content-type': 'application/json' }, body: raw }),
    'signature empty': () => deliver(raw, { 'x-signature': '' }),
    'signature wrong': () => deliver(raw, { 'x-signature': sign('something else') }),
    'signature shorter': () => deliver(raw, { 'x-signature': sign(raw).slice(0, -2) }),
    'signature longer': () => deliver(raw, { 'x-signature': `${sign(raw)}00` }),
    'other algorithm': () => deliver(raw, { 'x-signature': sign(raw, now, 'sha1') }),
    'over the same JSON, written again': () =>
      deliver(raw, { 'x-signature': sign(JSON.stringify(JSON.parse(raw), null, 1)) }),
    'six minutes old': () => deliver(raw, { 'x-signature': sign(raw, now - 360) }),
    'from the future': () => deliver(raw, { 'x-signature': sign(raw, now + 360) }),
    'one byte changed': () => deliver(raw.replace('7', '8'), { 'x-signature': sign(raw) }),
    'empty body': () => deliver('', { 'x-signature': sign(raw) }),
    'no JSON at all': () => deliver('<xml/>', { 'x-signature': sign(raw) }),
    'token wrong': () => deliver(raw, {}, `/hooks/${ids.hub}/${token}x`),
    'token shorter': () => deliver(raw, {}, `/hooks/${ids.hub}/${token.slice(1)}`),
    'token in other case': () => deliver(raw, {}, `/hooks/${ids.hub}/${token.toLowerCase()}`),
    'token empty': () => deliver(raw, {}, `/hooks/${ids.hub}/`),
    'unknown connection': () => deliver(raw, {}, `/hooks/999999/${token}`),
    'no number': () => deliver(raw, {}, `/hooks/${ids.hub}%20/${token}`),
    negative: () => deliver(raw, {}, `/hooks/-1/${token}`),
    'a number beyond bounds': () => deliver(raw, {}, `/hooks/99999999999999999999/${token}`),
    'no token stored': () => deliver(raw, {}, `/hooks/${ids.closed}/${token}`),
    'an empty token stored': () => deliver(raw, {}, `/hooks/${ids.empty}/`),
    'connection paused': () => deliver(raw, {}, `/hooks/${ids.paused}/${token}`),
    'connector throws': () => deliver(raw, {}, `/hooks/${ids.broken}/${token}`),
    'connector not loaded': () => deliver(raw, {}, `/hooks/${ids.unloaded}/${token}`),
    '20 MB': () => deliver(huge, { 'x-signature': sign(raw) }),
    '20 MB to an unknown connection': () => deliver(huge, { 'x-signature': sign(raw) }, `/hooks/999999/${token}`),
    'one byte too much': () => deliver(Buffer.alloc(1024 * 1024 + 1)),
  }
  const before = await database.row('select count(*) from webhook_deliveries')
  const seen: Record<string, { answer: string; ms: number }> = {}
  for (const [name, ask] of Object.entries(cases)) {
    const started = performance.now()
    const { status, headers, body } = await ask()
    const { date: _, ...comparable } = headers
    seen[name] = { answer: JSON.stringify([status, comparable, body]), ms: performance.now() - started }
  }
  const expected = seen['signature wrong']?.answer
  t.match(expected, /^\[401,/)
  for (const [name, { answer, ms }] of Object.entries(seen)) {
    t.equal(answer, expected, name)
    t.ok(ms >= 195, `${name}: ${ms.toFixed(0)} ms, not sooner than the others`)
  }
  t.equal(parsed, 0)
  t.equal(openConnections, 0, 'all were closed')
  t.same(enqueued, [])
  t.same(await database.row('select count(*) from webhook_deliveries'), before)
})

t.test('a sender that stops half-way or lies about the length is refused, not served', async (t) => {
  const socket = connect(portOf(app), '127.0.0.1')
  socket.write(`POST /hooks/${ids.hub}/${token} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"id":`)
  await once(app.server, 'connection')
  socket.destroy()
  t.equal((await deliver(body('after', '1'))).status, 202, 'the hub goes on')
  t.equal(parsed, 1)
})

t.test('only POST; and the log has the reason, but neither token nor signature', async (t) => {
  t.equal((await send(app, `/hooks/${ids.hub}/${token}`)).status, 401)
  t.equal((await send(app, `/hooks/${ids.hub}/${token}`, { headers: { accept: 'text/html' } })).status, 303)
  const text = log()
  for (const reason of [
    'no token is set',
    'the token is wrong',
    'the connection takes no webhooks',
    'did not prove itself',
    'cannot read this',
    'the plugin is not loaded',
  ])
    t.match(text, reason)
  t.match(text, '/hooks/:connectionId/:token')
  for (const hidden of [token, token.toLowerCase(), secret, 'v1=']) t.notOk(text.includes(hidden), hidden)
})
