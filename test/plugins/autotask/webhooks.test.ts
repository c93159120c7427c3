/** Webhooks: registered completely, believed only when signed, and never more than a hint. */
import { createHmac } from 'node:crypto'
import t from 'tap'
import type { WebhookDelivery } from '../../../core/connector/contract.ts'
import type { SimulatedDelivery } from '../../../core/connector/simulator.ts'
import { webhooks } from '../../../plugins/autotask/webhooks.ts'
import { failure } from '../connected.ts'
import { bodyOf, simulated } from './simulated.ts'

const size = { companies: 8, contacts: 20, configurations: 30, tickets: 5 }
const hub = 'https://hub.example/hooks/12/token'

function received({ body, headers }: SimulatedDelivery): WebhookDelivery {
  return { raw: Buffer.from(body), headers, query: {} }
}

const delivery = (payload: unknown): WebhookDelivery => ({
  raw: Buffer.from(JSON.stringify(payload)),
  headers: {},
  query: {},
})

t.test('registers one for each kind, with fields, and without echo of its own changes', async (t) => {
  const { context, server, ask } = await simulated(t, size)
  const ids = await webhooks.register(context(), hub)
  t.equal(ids.length, 3)
  const posts = server.requests.filter(({ method, path }) => method === 'POST' && !path.includes('/query'))
  const made = posts.filter(({ path }) => /Webhooks$/.test(path))
  t.same(
    made.map(({ path }) => path.replace(/^.*\//, '')),
    ['CompanyWebhooks', 'ContactWebhooks', 'ConfigurationItemWebhooks'],
  )
  const { secretKey, ...body } = bodyOf(made[0])
  t.same(body, {
    name: 'Tributary',
    isActive: true,
    webhookUrl: hub,
    deactivationUrl: hub,
    isSubscribedToCreateEvents: true,
    isSubscribedToUpdateEvents: true,
    isSubscribedToDeleteEvents: true,
    sendThresholdExceededNotification: false,
    ownerResourceID: 29_682_885,
  })
  t.equal(String(secretKey).length, 43, 'at most 64 are allowed')
  t.notMatch(String(secretKey), 'simulator-secret')
  const excluded = posts.filter(({ path }) => path.endsWith('/ExcludedResources')).map(bodyOf)
  t.same(
    excluded.map(({ resourceID }) => resourceID),
    [29_682_885, 29_682_885, 29_682_885],
  )
  const { items } = Object(
    (await ask('POST', 'CompanyWebhooks/query', { Filter: [{ op: 'gte', field: 'id', value: 0 }] })).body,
  )
  t.match(items, [{ webhookUrl: hub, isReady: true, secretKey: '' }])
  t.same(await webhooks.register(context(), hub), ids)
  const again = server.requests.filter(({ method, path }) => method === 'POST' && !path.includes('/query'))
  t.equal(again.length, posts.length, 'the second time nothing is added')
})

t.test('a registration that was switched off is switched on again', async (t) => {
  const { context, ask, simulator } = await simulated(t, size)
  const [id] = await webhooks.register(context(), hub)
  await ask('PATCH', 'CompanyWebhooks', { id: Number(id), isActive: false, secretKey: 'of an older secret' })
  t.same(simulator.deliveries?.('companies', '2', 'updated'), [])
  await webhooks.register(context(), hub)
  const [good] = simulator.deliveries?.('companies', '2', 'updated') ?? []
  t.equal(good && (await webhooks.verify(context(), received(good))), true)
})

t.test('where a webhook cannot be changed it is made anew', async (t) => {
  const { context, simulator } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => (request.method === 'PATCH' ? { status: 404, body: '<html></html>' } : answer),
    },
  )
  const ids = await webhooks.register(context(), hub)
  t.notSame(await webhooks.register(context(), hub), ids)
  t.equal(simulator.deliveries?.('companies', '2', 'updated')?.length, 1)
})

t.test('removes its own and no others, twice without harm', async (t) => {
  const { context, simulator } = await simulated(t, size)
  await webhooks.register(context(), 'https://elsewhere.example/hook')
  await webhooks.register(context(), hub)
  await webhooks.unregister(context(), hub)
  await webhooks.unregister(context(), hub)
  t.same(
    simulator.deliveries?.('contacts', '2', 'updated').map(({ url }) => url),
    ['https://elsewhere.example/hook'],
  )
})

t.test('an Autotask without webhooks for configuration items is told and lived with', async (t) => {
  const { context, reported } = await simulated(t, size, { fewerWebhooks: true })
  t.equal((await webhooks.register(context(), hub)).length, 2)
  t.same(reported, ['warning webhooks'])
  await webhooks.unregister(context(), hub)
})

t.test('a right that is missing is told', async (t) => {
  const { context, simulator } = await simulated(t, size)
  simulator.take('webhooks')
  t.equal((await failure(webhooks.register(context(), hub))).kind, 'permission')
  t.equal((await failure(webhooks.unregister(context(), hub))).kind, 'permission')
})

t.test('fields whose names are the tenant’s own: the first ones must do', async (t) => {
  const { context, simulator } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => {
        if (!request.path.endsWith('WebhookFields/entityInformation/fields')) return answer
        const text = JSON.stringify(answer.body).replace(/"label":"[^"]*"/g, '"label":"Feld"')
        return { ...answer, body: JSON.parse(text) }
      },
    },
  )
  await webhooks.register(context(), hub)
  t.equal(simulator.deliveries?.('companies', '2', 'updated')?.length, 1)
})

t.test('believes the raw bytes under the key and nothing else', async (t) => {
  const { context, simulator, plain } = await simulated(t, size)
  await webhooks.register(context(), hub)
  const [sent] = simulator.deliveries?.('companies', '0', 'updated') ?? []
  if (sent === undefined) return t.fail('nothing is delivered')
  const good = received(sent)
  t.equal(await webhooks.verify(context(), good), true)
  t.match(good.headers['x-hook-signature'], /^sha1=[\w+/]{27}=$/)
  const signature = good.headers['x-hook-signature'] ?? ''
  const bad: [string, Partial<WebhookDelivery>][] = [
    ['no signature', { headers: {} }],
    ['an empty one', { headers: { 'x-hook-signature': '' } }],
    ['another name of the algorithm', { headers: { 'x-hook-signature': signature.replace('sha1', 'sha2') } }],
    ['without the name', { headers: { 'x-hook-signature': signature.slice(5) } }],
    ['with a space', { headers: { 'x-hook-signature': `${signature} ` } }],
    ['another body', { raw: Buffer.from(sent.body.replace('"Id":0', '"Id":2')) }],
    ['a byte more', { raw: Buffer.from(`${sent.body}\n`) }],
    [
      'the key of nothing',
      { headers: { 'x-hook-signature': `sha1=${createHmac('sha1', '').update(sent.body).digest('base64')}` } },
    ],
  ]
  for (const [name, change] of bad) t.equal(await webhooks.verify(context(), { ...good, ...change }), false, name)
  t.equal(await webhooks.verify(context({}, plain({ secret: 'another secret' })), good), false, 'another secret')
  return undefined
})

t.test('names what to read again', async (t) => {
  const { context, simulator } = await simulated(t, size)
  await webhooks.register(context(), hub)
  for (const [stream, id] of [
    ['companies', '0'],
    ['contacts', '3'],
    ['configurations', '4'],
  ] as const) {
    const [first, second] = [
      ...(simulator.deliveries?.(stream, id, 'updated') ?? []),
      ...(simulator.deliveries?.(stream, id, 'deleted') ?? []),
    ].map(received)
    if (first === undefined || second === undefined) return t.fail(stream)
    t.same(webhooks.touched(first).hints, [{ stream, sourceId: id }])
    t.same(webhooks.touched(second).hints, [{ stream, sourceId: id }])
    t.ok(webhooks.touched(first).id)
    t.not(webhooks.touched(first).id, webhooks.touched(second).id)
  }
  const touched = (EntityType: unknown, Id: unknown = 5) =>
    webhooks.touched(delivery({ Action: 'Update', Guid: 'g', EntityType, Id })).hints
  for (const word of ['Company', 'Companies', 'account'])
    t.same(touched(word), [{ stream: 'companies', sourceId: '5' }])
  for (const word of ['ConfigurationItem', 'InstalledProduct'])
    t.same(touched(word), [{ stream: 'configurations', sourceId: '5' }])
  t.same(touched('Ticket'), [])
  t.same(touched('Account', null), [])
  t.same(webhooks.touched({ raw: Buffer.from('{"a":'), headers: {}, query: {} }), { hints: [] })
  t.same(webhooks.touched(delivery([1])), { hints: [] })
  return undefined
})
