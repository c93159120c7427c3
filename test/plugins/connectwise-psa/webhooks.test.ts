import { createHash, createHmac } from 'node:crypto'
import t from 'tap'
import type { WebhookDelivery } from '../../../core/connector/contract.ts'
import { webhooks } from '../../../plugins/connectwise-psa/webhooks.ts'
import { type Answer, failure, vendor } from './vendor.ts'

const hub = 'https://hub.example/hooks/12'
const target = `${hub}?recordId=`

/** ConnectWise's callback list. */
function registry(rows: Record<string, unknown>[]) {
  let next = 26559
  const answer: Answer = ({ method, path, body }) => {
    if (method === 'GET') return { body: [...rows].sort((a, b) => Number(a.id) - Number(b.id)) }
    if (method === 'DELETE') {
      const at = rows.findIndex((row) => `system/callbacks/${row.id}` === path)
      if (at < 0) return { status: 404, body: { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' } }
      rows.splice(at, 1)
      return { status: 204 }
    }
    const made = { ...(body as object), id: next++ }
    if (rows.some((row) => 'url' in made && row.url === made.url && 'type' in made && row.type === made.type)) {
      return { status: 400, body: { code: 'InvalidObject', errors: [{ code: 'ObjectExists', field: 'objectId' }] } }
    }
    rows.push(made)
    return { status: 201, body: made }
  }
  return { rows, ...vendor(answer) }
}

t.test('registers one callback per type; the second time changes nothing', async (t) => {
  const { ctx, asked, rows } = registry([])
  const ids = await webhooks.register(ctx, hub)
  t.strictSame(ids, ['26559', '26560', '26561'])
  t.strictSame(rows[0], {
    id: 26559,
    description: 'Tributary',
    url: target,
    objectId: 1,
    type: 'company',
    level: 'owner',
    memberId: 0,
    payloadVersion: '3.0.0',
    inactiveFlag: false,
    isSelfSuppressedFlag: true,
  })
  t.strictSame(
    rows.map((row) => row.type),
    ['company', 'contact', 'configuration'],
  )
  asked.length = 0
  t.strictSame(await webhooks.register(ctx, hub), ids)
  t.ok(asked.every(({ method }) => method === 'GET'))
})

t.test('makes registrations complete and leaves those of others alone', async (t) => {
  const good = { type: 'contact', url: target, level: 'owner', inactiveFlag: false, isSelfSuppressedFlag: true }
  const others = { id: 3, type: 'contact', url: 'https://other.example/?recordId=', level: 'owner' }
  const { ctx, rows } = registry([
    { ...good, id: 1, type: 'company', inactiveFlag: true },
    { ...good, id: 2 },
    others,
    { ...good, id: 4, type: 'configuration', isSelfSuppressedFlag: false },
  ])
  const ids = await webhooks.register(ctx, hub)
  t.strictSame(ids, ['26559', '2', '26560'])
  t.ok(rows.includes(others))
  t.equal(rows.length, 4)
  await webhooks.unregister(ctx, hub)
  t.strictSame(rows, [others])
  await webhooks.unregister(ctx, hub)
})

t.test('an address that has a query already gets one more parameter', async (t) => {
  const { ctx, rows } = registry([])
  await webhooks.register(ctx, `${hub}?a=1`)
  t.equal(rows[0]?.url, `${hub}?a=1&recordId=`)
})

t.test('a registration whose answer got lost is found again', async (t) => {
  const { ctx, rows } = registry([])
  const made = { id: 7, type: 'company', url: target, level: 'owner', isSelfSuppressedFlag: true }
  const { request } = ctx.http
  let hidden = true
  const http: typeof ctx.http = {
    async request(asked) {
      if (asked.method === 'POST' && hidden) {
        hidden = false
        rows.push(made)
      }
      return request(asked)
    },
  }
  t.strictSame((await webhooks.register({ ...ctx, http }, hub))[0], '7')
})

t.test('a refused registration says why', async (t) => {
  const { ctx } = vendor(({ method }) =>
    method === 'GET'
      ? { body: [] }
      : { status: 400, body: { code: 'InvalidObject', errors: [{ message: 'Invalid URL' }] } },
  )
  t.match((await failure(webhooks.register(ctx, hub))).admin, /Invalid URL/)
})

// ── Deliveries ──────────────────────────────────────────────────────────────────────────────────

const keyUrl = (more = '') =>
  `https://na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=acme&id=89966c04${more}`

function delivery(
  payload: object,
  signingKey = 'signing-key',
  raw = JSON.stringify(payload, null, 1),
): WebhookDelivery {
  const bytes = new TextEncoder().encode(raw)
  const key = createHash('sha256').update(signingKey).digest()
  const signature = createHmac('sha256', key).update(bytes).digest('base64')
  return { raw: bytes, headers: { 'x-content-signature': signature }, query: {} }
}

let counter = 0
/** A fresh key address each time, so that no key is remembered from another test. */
const payload = (url = keyUrl(`-${counter++}`)) => ({
  MessageId: 'fbed4425',
  Action: 'added',
  Type: 'contact',
  ID: 57960,
  Entity: '{}',
  Metadata: { key_url: url },
})

t.test('a delivery signed with the key of the tenant is genuine', async (t) => {
  const { ctx, asked } = vendor(() => ({ body: { signing_key: 'signing-key' } }))
  const body = payload()
  t.equal(await webhooks.verify(ctx, delivery(body)), true)
  t.strictSame(
    asked.map(({ anonymous }) => anonymous),
    [true],
    'without the keys',
  )
  t.equal(await webhooks.verify(ctx, delivery({ ...body, MessageId: 'second' })), true)
  t.equal(asked.length, 1, 'the signing key is remembered')
})

t.test('one changed byte, or re-serialised JSON, is not', async (t) => {
  const { ctx } = vendor(() => ({ body: { signing_key: 'signing-key' } }))
  const good = delivery(payload())
  const changed = Uint8Array.from(good.raw)
  changed[changed.length - 3] = 48
  t.equal(await webhooks.verify(ctx, { ...good, raw: changed }), false)
  const again = new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(good.raw))))
  t.equal(await webhooks.verify(ctx, { ...good, raw: again }), false)
  t.equal(await webhooks.verify(ctx, good), true)
})

t.test('no signature, a wrong one, another key: refused', async (t) => {
  const { ctx } = vendor(() => ({ body: { signing_key: 'signing-key' } }))
  const good = delivery(payload())
  t.equal(await webhooks.verify(ctx, { ...good, headers: {} }), false)
  for (const signature of ['', ' ', 'AAAA', 'not base64 !', `${good.headers['x-content-signature']}AA`]) {
    t.equal(await webhooks.verify(ctx, { ...good, headers: { 'x-content-signature': signature } }), false, signature)
  }
  t.equal(await webhooks.verify(ctx, delivery(payload(), 'other-key')), false)
  t.equal(await webhooks.verify(ctx, delivery(payload(), '', 'not json')), false)
  t.equal(await webhooks.verify(ctx, delivery({ Metadata: null })), false)
})

t.test('an empty signing key proves nothing', async (t) => {
  for (const body of [{ signing_key: '' }, {}, null, 'text']) {
    t.equal(await webhooks.verify(vendor(() => ({ body })).ctx, delivery(payload(), '')), false)
  }
})

t.test('the key is fetched from nowhere but the signing-key page of this tenant', async (t) => {
  const { ctx, asked } = vendor(() => ({ body: { signing_key: 'signing-key' } }))
  const page = '/v2025_1/system/callbackkey/index.rails?companyName=acme&id=1'
  for (const url of [
    `https://attacker.example${page}`,
    `https://na.myconnectwise.net.attacker.example${page}`,
    `https://na.myconnectwise.net:8443${page}`,
    `https://na.myconnectwise.net@attacker.example${page}`,
    `https://user@na.myconnectwise.net${page}`,
    `http://na.myconnectwise.net${page}`,
    `https://eu.myconnectwise.net${page}`,
    'https://na.myconnectwise.net/v2025_1/apis/3.0/system/documents/9/download?companyName=acme',
    'https://na.myconnectwise.net/v2025_1/system/callbackkey/index.rails/../../evil?companyName=acme',
    'https://na.myconnectwise.net/a/b/system/callbackkey/index.rails?companyName=acme',
    'https://na.myconnectwise.net/v2025_1/system/callbackkey/index.rails?companyName=another&id=1',
    'https://na.myconnectwise.net/v2025_1/system/callbackkey/index.rails?companyName=acme&companyName=another',
    'https://na.myconnectwise.net/v2025_1/system/callbackkey/index.rails?id=1',
    'not an address',
    '',
  ]) {
    t.equal(await webhooks.verify(ctx, delivery(payload(url))), false, url)
  }
  t.strictSame(asked, [], 'nothing was asked of anybody')
})

t.test('a key page that wants the keys gets them, on a declared host only', async (t) => {
  const { ctx, asked } = vendor(({ anonymous }) =>
    anonymous ? { status: 401, body: 'no' } : { body: { signing_key: 'signing-key' } },
  )
  t.equal(await webhooks.verify(ctx, delivery(payload())), true)
  t.strictSame(
    asked.map(({ anonymous }) => anonymous),
    [true, false],
  )
})

t.test('a key page that is down is an error, not a yes', async (t) => {
  const { ctx } = vendor(() => ({ status: 503 }))
  t.equal((await failure(webhooks.verify(ctx, delivery(payload())))).kind, 'transient')
})

t.test('a signing key that was changed is asked again', async (t) => {
  let key = 'signing-key'
  const { ctx, asked } = vendor(() => ({ body: { signing_key: key } }))
  const body = payload()
  t.equal(await webhooks.verify(ctx, delivery(body)), true)
  key = 'new-key'
  t.equal(await webhooks.verify(ctx, delivery(body, 'new-key')), true)
  t.equal(await webhooks.verify(ctx, delivery(body, 'signing-key')), false)
  t.equal(asked.length, 3)
})

t.test('what to read again', async (t) => {
  const touched = (more: object) => webhooks.touched(delivery({ ...payload(), ...more }))
  t.strictSame(touched({}), { id: 'fbed4425', hints: [{ stream: 'contacts', sourceId: '57960' }] })
  t.strictSame(touched({ Action: 'deleted', Entity: null, Type: 'Company', ID: 250 }).hints, [
    { stream: 'companies', sourceId: '250' },
  ])
  t.strictSame(touched({ Type: 'configuration' }).hints, [{ stream: 'configurations', sourceId: '57960' }])
  for (const odd of [{ Type: 'ticket' }, { Type: 'constructor' }, { Type: null }, { ID: null }, { ID: {} }]) {
    t.strictSame(touched(odd).hints, [])
  }
  t.strictSame(webhooks.touched(delivery({}, '', 'not json')), { hints: [] })
  t.strictSame(webhooks.touched(delivery({}, '', '[]')), { hints: [] })
})
