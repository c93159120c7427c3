import t from 'tap'
import type { WebhookDelivery } from '../../../core/connector/contract.ts'
import type { SimulatedDelivery } from '../../../core/connector/simulator.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { webhooks } from '../../../plugins/halo-psa/webhooks.ts'
import { failure } from '../connected.ts'
import { type Simulated, simulated } from './simulated.ts'

const size = { companies: 4, contacts: 20, configurations: 20, tickets: 1 }
const hub = 'https://hub.example/hooks/12/abc'

const received = ({ url, headers, body }: SimulatedDelivery): WebhookDelivery => ({
  raw: Buffer.from(body),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  query: Object.fromEntries(new URL(url).searchParams),
})

function deliveryOf({ simulator }: Simulated, stream: 'companies' | 'contacts' | 'configurations', id: string) {
  const [delivery] = simulator.deliveries?.(stream, id, 'updated') ?? []
  if (!delivery) throw new Error('nothing is delivered')
  return received(delivery)
}

t.test('registers one webhook with its secret; the second time the same one', async (t) => {
  const one = await simulated(t, size)
  const ids = await webhooks.register(one.context(), hub)
  t.match(ids, [/^[\da-f-]{36}$/])
  const [post] = one.asked('Webhook').filter(({ method }) => method === 'POST')
  const [sent] = JSON.parse(post?.body ?? '[]')
  t.match(sent, {
    name: 'Tributary',
    url: hub,
    type: 0,
    method: 0,
    content_type: 'application/json',
    authentication_type: 3,
    authentication_header: 'Token',
    basic_password: /^[\da-f]{64}$/,
    active: true,
  })
  t.notMatch(post?.body, /simulator-client-secret/)
  t.same(await webhooks.register(one.context(), hub), ids)
  t.equal(one.simulator.deliveries?.('companies', '12', 'updated').length, 1)
  t.same(one.reported, [])
  await webhooks.unregister(one.context(), hub)
  t.same(one.simulator.deliveries?.('companies', '12', 'updated'), [])
  await webhooks.unregister(one.context(), hub)
})

t.test('others are left alone; twins that a lost answer left behind are removed', async (t) => {
  const one = await simulated(t, size)
  const { http } = one.context()
  const add = (url: string) =>
    http.request({ method: 'POST', url: 'Webhook', body: [{ url, name: 'x', active: true }] })
  await add('https://elsewhere.example/x')
  await add(hub)
  await add(hub)
  const ids = await webhooks.register(one.context(), hub)
  t.equal(ids.length, 1)
  const urls = one.simulator.deliveries?.('companies', '12', 'updated').map(({ url }) => url)
  t.same(urls?.sort(), ['https://elsewhere.example/x', hub])
})

t.test('events are added by hand: the steps tell how, and the check while there are none', async (t) => {
  t.match(webhooks.steps.join(' '), /"Tributary".*Events/)
  const line = async ({ context }: Simulated) =>
    (await haloPsa.check(context())).permissions.find(({ permission }) => permission === 'webhooks')
  for (const withoutEvents of [true, false]) {
    const one = await simulated(t, size, { withoutEvents })
    const without = await line(one)
    t.match(without, { state: 'unknown', message: /shows when they are switched on/ })
    await webhooks.register(one.context(), hub)
    t.same(one.reported, [], 'the steps say it')
    const message = (await line(one))?.message
    if (withoutEvents) t.match(message, /"Tributary" has no events.*Configuration > Integrations > Webhooks/)
    else t.match(message, /"Tributary" is there, with 3 events/)
  }
  const mute = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => (request.path === '/api/Notification' ? { status: 403, body: {} } : answer),
    },
  )
  await webhooks.register(mute.context(), hub)
  t.match(await line(mute), { state: 'unknown', message: /events cannot be seen/ })
})

t.test('without the permission: told', async (t) => {
  const one = await simulated(t, size)
  const { settings } = one.simulator.limitedSettings(one.server.origin)
  t.equal((await failure(webhooks.register(one.context({}, settings), hub))).kind, 'permission')
})

t.test('believed with the secret only, in either header it may come in', async (t) => {
  const one = await simulated(t, size)
  await webhooks.register(one.context(), hub)
  const ctx = one.context()
  const good = deliveryOf(one, 'configurations', '5')
  const { token = '' } = good.headers
  t.equal(await webhooks.verify(ctx, good), true)
  for (const authorization of [`Token ${token}`, `Bearer ${token}`, token])
    t.equal(await webhooks.verify(ctx, { ...good, headers: { authorization } }), true)
  for (const headers of [
    {},
    { token: '' },
    { token: `${token}x` },
    { token: token.slice(1) },
    { token: 'x'.repeat(64) },
    { authorization: 'Token' },
  ])
    t.equal(await webhooks.verify(ctx, { ...good, headers }), false, JSON.stringify(headers).slice(0, 40))
  const renewed = one.context({}, one.settings({ clientSecret: 'another-client-secret' }))
  t.equal(await webhooks.verify(renewed, good), false, 'after a new client secret it is registered again')
})

t.test('what to read again', async (t) => {
  const one = await simulated(t, size)
  await webhooks.register(one.context(), hub)
  const streams = { companies: '12', contacts: '5', configurations: '5' } as const
  for (const [stream, id] of [
    ['companies', streams.companies],
    ['contacts', streams.contacts],
    ['configurations', streams.configurations],
  ] as const) {
    const touched = webhooks.touched(deliveryOf(one, stream, id))
    t.same(touched.hints, [{ stream, sourceId: id }])
    t.ok(touched.id)
  }
  const touched = (body: unknown) =>
    webhooks.touched({
      raw: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      headers: {},
      query: {},
    }).hints
  t.same(touched({ device: { id: 7 } }), [{ stream: 'configurations', sourceId: '7' }])
  t.same(touched({ customer: [{ id: '7' }] }), [{ stream: 'companies', sourceId: '7' }])
  for (const none of [
    { ticket: { id: 1 }, client: { id: 2 } },
    { client: { id: 'x' } },
    { constructor: { id: 5 } },
    { client: 5 },
    [],
    'x',
    '',
  ])
    t.same(touched(none), [], JSON.stringify(none))
})
