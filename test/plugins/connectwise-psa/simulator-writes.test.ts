import { createHash, createHmac } from 'node:crypto'
import t from 'tap'
import { asking, type Row } from './simulator-asked.ts'

const small = { companies: 12, contacts: 60, configurations: 130, tickets: 20 }
const sent = (value: unknown) => JSON.parse(JSON.stringify(value))

t.test('patches a configuration', async (t) => {
  const { api, world } = asking({}, { questionsRequired: true })
  const bare = [...world.configurations.after(0)].find(
    (row) => row.typeId === 1 && Object.values(row.customFields).every((value) => value === null),
  )
  const full = [...world.configurations.after(0)].find(
    (row) => row.typeId === 1 && row.customFields.lifecycle === 'New',
  )
  const server = [...world.configurations.after(0)].find((row) => row.typeId === 3)
  if (!bare || !full || !server) throw new Error('the world lacks a configuration for this test')
  const patch = (id: number, ...body: Row[]) => api(`company/configurations/${id}`, {}, { method: 'PATCH', body })
  const date = { op: 'replace', path: 'warrantyExpirationDate', value: '2027-03-31T00:00:00Z' }
  const answer = await patch(
    bare.id,
    date,
    { op: 'replace', path: '/manufacturer', value: { id: 3 } },
    { op: 'remove', path: 'purchaseDate' },
  )
  t.match(sent(answer), {
    status: 200,
    body: {
      id: bare.id,
      warrantyExpirationDate: date.value,
      manufacturer: { id: 3, name: 'Lenovo' },
      purchaseDate: undefined,
    },
  })
  t.match(world.configurations.get(bare.id), {
    warrantyExpiration: '2027-03-31',
    manufacturerId: 3,
    purchaseDate: null,
  })
  t.ok((world.configurations.get(bare.id)?.updatedAt ?? '') > bare.updatedAt)
  t.match(
    await patch(full.id, date),
    { status: 400, body: { errors: [{ field: 'customFields' }] } },
    'custom fields must be sent',
  )
  t.equal(world.configurations.get(full.id)?.warrantyExpiration, full.warrantyExpiration)
  const partial = { op: 'replace', path: 'customFields', value: [{ id: 70, value: 'Accounts' }] }
  t.equal((await patch(full.id, date, partial)).status, 200)
  t.match(world.configurations.get(full.id), {
    warrantyExpiration: '2027-03-31',
    customFields: { 'asset-owner': 'Accounts', lifecycle: 'New' },
  })
  t.equal((await patch(server.id, date, { ...partial, value: [] })).status, 400, 'required questions')
  t.equal(
    (await patch(server.id, date, { ...partial, value: [] }, { op: 'replace', path: 'questions', value: [] })).status,
    200,
  )
  t.equal((await patch(bare.id, { op: 'replace', path: 'site/id', value: bare.siteId ?? 1 })).status, 200)
  const before = world.configurations.get(bare.id)?.manufacturerId
  t.equal(
    (await patch(bare.id, { op: 'replace', path: 'manufacturer/name', value: 'Dell' })).status,
    200,
    'a deep path to a name is taken',
  )
  t.equal(world.configurations.get(bare.id)?.manufacturerId, before, 'and does nothing')
  for (const [path, value] of [
    ['warrantyExpirationDate', '2027-03-31'],
    ['warrantyExpirationDate', 'soon'],
    ['warrantyexpirationdate', date.value],
    ['manufacturer', { name: 'HP' }],
    ['manufacturer', { id: 999 }],
    ['manufacturer', 'HP'],
    ['serialNumber', 5],
    ['nonsense', 1],
    ['__proto__', {}],
    ['name', ''],
    ['customFields', [{ id: 1, value: 'x' }]],
  ] as const) {
    t.match(
      await patch(bare.id, { op: 'replace', path, value }),
      { status: 400, body: { code: 'InvalidObject' } },
      `${path} ${JSON.stringify(value)}`,
    )
  }
  for (const body of [{ op: 'replace' }, [{ op: 'move', path: 'name' }], [5], 'x']) {
    t.equal(
      (await api(`company/configurations/${bare.id}`, {}, { method: 'PATCH', body })).status,
      400,
      JSON.stringify(body),
    )
  }
  t.equal((await patch(999_999, date)).status, 404)
})

t.test('callbacks: registered, called and signed', async (t) => {
  const { api, rows, simulator, plain, world } = asking(small)
  const entry = {
    id: 0,
    description: 'hub',
    url: 'https://hub.example/cw?recordId=',
    objectId: 0,
    type: 'contact',
    level: 'owner',
    memberId: 0,
    payloadVersion: '3.0.0',
    inactiveFlag: false,
    isSelfSuppressedFlag: true,
  }
  const post = (own: object = {}) => api('system/callbacks', {}, { method: 'POST', body: { ...entry, ...own } })
  const made = await post()
  t.match(made, {
    status: 201,
    body: { id: Number, url: entry.url, objectId: 1, type: 'contact', isSelfSuppressedFlag: true },
  })
  t.match(await post(), { status: 400, body: { errors: [{ code: 'ObjectExists' }] } })
  t.match(await post({ url: 'ftp://x', level: 'board' }), {
    status: 400,
    body: { errors: [{ field: 'url' }, { field: 'level' }] },
  })
  t.equal((await post({ type: 'nonsense' })).status, 400)
  t.equal((await post({ url: 'http://hub.example/x' })).status, 400)

  const [delivery, ...more] = simulator.deliveries?.('contacts', '7', 'updated') ?? []
  t.same(more, [])
  t.equal(delivery?.url, 'https://hub.example/cw?recordId=7&action=updated')
  const payload = JSON.parse(delivery?.body ?? '')
  t.match(payload, {
    Action: 'updated',
    Type: 'contact',
    ID: 7,
    CompanyId: 'PaperLantern',
    CallbackObjectRecId: Object(made.body).id,
  })
  t.match(JSON.parse(payload.Entity), { id: 7, firstName: world.contacts.get(7)?.firstName })
  const keyUrl = new URL(payload.Metadata.key_url)
  t.match(keyUrl.pathname, /^\/v4_6_release\/\/system\/callbackkey/)
  const { signing_key: key } = Object((await plain(keyUrl.pathname, keyUrl.search.slice(1))).body)
  const expected = createHmac('sha256', createHash('sha256').update(key).digest())
    .update(delivery?.body ?? '')
    .digest('base64')
  t.equal(delivery?.headers['x-content-signature'], expected)
  t.equal((await plain(keyUrl.pathname, 'companyName=PaperLantern&id=other')).status, 404)

  t.equal(JSON.parse(simulator.deliveries?.('contacts', '7', 'deleted')[0]?.body ?? '').Entity, null)
  t.same(simulator.deliveries?.('companies', '1', 'updated'), [], 'nobody registered for companies')
  const path = `system/callbacks/${Object(made.body).id}`
  t.match(await api(path, {}, { method: 'PATCH', body: [{ op: 'replace', path: 'inactiveFlag', value: true }] }), {
    status: 200,
    body: { inactiveFlag: true },
  })
  t.same(simulator.deliveries?.('contacts', '7', 'updated'), [], 'switched off')
  t.match(await api(path, {}, { method: 'PUT', body: { ...entry, type: 'company' } }), {
    status: 200,
    body: { type: 'company', inactiveFlag: false },
  })
  t.equal(simulator.deliveries?.('companies', '1', 'added').length, 1)
  t.equal((await api(path, {}, { method: 'DELETE' })).status, 204)
  t.equal((await api(path, {}, { method: 'DELETE' })).status, 404)
  t.same(await rows('system/callbacks'), [])
})
