/** Notices entered by hand in Syncro: what they are believed to say, and what is read again. */
import t from 'tap'
import type { WebhookHint } from '../../../core/connector/contract.ts'
import { syncro } from '../../../plugins/syncro/connector.ts'
import { customerId } from '../../../plugins/syncro/simulator/clients.ts'
import { webhooks } from '../../../plugins/syncro/webhooks.ts'
import { failure } from '../connected.ts'
import { type Body, instead, objectIn, rowsIn, simulated } from './simulated.ts'

const size = { companies: 30, contacts: 90, configurations: 60, tickets: 3 }
const url = 'https://hub.example/hooks/1/abc'

function delivery(body: unknown) {
  return { raw: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), headers: {}, query: {} }
}

const touched = (body: unknown): readonly WebhookHint[] => webhooks.touched(delivery(body)).hints

const company = (sourceId: string) => ({ stream: 'companies', sourceId })
const contact = (sourceId: string) => ({ stream: 'contacts', sourceId })
const configuration = (sourceId: string) => ({ stream: 'configurations', sourceId })

t.test('what is no object of JSON is refused', async (t) => {
  const { context } = await simulated(t, size)
  const verified = (body: unknown) => webhooks.verify(context(), delivery(body))
  t.equal(await verified({ text: 'x', attributes: { id: 1 } }), true)
  for (const body of ['', '{"a":', '[]', '[{"id":1}]', '"text"', 'null', '7', 'payload=%7B%7D'])
    t.equal(await verified(body), false, body)
})

t.test('what the simulator sends is read again as a pass reads it', async (t) => {
  const one = await simulated(t, size)
  one.simulator.enterWebhook?.(url)
  for (const stream of webhooks.streams) {
    if (stream !== 'companies' && stream !== 'contacts' && stream !== 'configurations') continue
    const all = await one.records(stream, { customFields: ['Department', 'Asset owner'] })
    for (const sourceId of [all[0], all.at(-1)].map((record) => record?.sourceId ?? '')) {
      const [sent] = one.simulator.deliveries?.(stream, sourceId, 'updated') ?? []
      t.equal(sent?.url, url)
      t.strictSame(touched(sent?.body ?? '').find((hint) => hint.stream === stream)?.sourceId, sourceId)
      const read = await syncro.streams[stream]?.readOne?.(
        one.context({ customFields: ['Department', 'Asset owner'] }),
        sourceId,
      )
      t.strictSame(
        JSON.parse(JSON.stringify(read)),
        JSON.parse(JSON.stringify(all.find((record) => record.sourceId === sourceId))),
      )
    }
  }
  t.equal(one.simulator.deliveries?.('companies', String(customerId(1)), 'deleted').length, 0)
})

t.test('the record in the attributes, by what it is and not by where the notice links to', async (t) => {
  const link = 'https://acme.syncromsp.com/customers/5'
  t.strictSame(touched({ link, attributes: { id: 5, business_name: 'Acme', firstname: null } }), [company('5')])
  t.strictSame(touched({ link, attributes: { id: '5', firstname: 'Ann', lastname: 'Lee' } }), [
    company('5'),
    contact('customer-5'),
  ])
  t.strictSame(touched({ link, attributes: { id: 9, name: 'Ann', email: null, customer_id: 5 } }), [contact('9')])
  t.strictSame(
    touched({ link, attributes: { id: 7, name: 'PC', asset_type: 'Laptop', customer_id: 5, customer: { id: 5 } } }),
    [configuration('7')],
  )
})

t.test('a record at the top, under its name, or only linked to', async (t) => {
  t.strictSame(touched({ id: '5', business_name: 'Acme' }), [company('5')])
  t.strictSame(touched({ customer: { id: 5 } }), [company('5')])
  t.strictSame(touched({ event: 'x', attributes: { customer: { id: 5, lastname: 'Lee' } } }), [
    company('5'),
    contact('customer-5'),
  ])
  t.strictSame(touched({ asset: { id: 7 }, customer: { id: 5 } }), [configuration('7')])
  t.strictSame(touched({ contact: { id: '9' }, customer: { id: 5 } }), [contact('9')])
  t.strictSame(touched({ text: 'New', link: 'https://acme.syncromsp.com/customers/5?tab=x' }), [company('5')])
  t.strictSame(touched({ link: '/customer_assets/7', attributes: { id: 7 } }), [configuration('7')])
})

t.test('a ticket brings along a customer that did not change', async (t) => {
  const { simulator, server } = await simulated(t, size)
  const answer = await simulator.answer({
    method: 'GET',
    path: '/api/v1/tickets/1',
    query: new URLSearchParams(),
    headers: { authorization: `Bearer ${simulator.settings(server.origin).apiToken}` },
    body: '',
    origin: server.origin,
  })
  const body: Body = JSON.parse(JSON.stringify(answer.body))
  const ticket = objectIn(body, 'ticket')
  t.ok(objectIn(ticket, 'customer').id)
  const link = 'https://acme.syncromsp.com/tickets/1'
  t.strictSame(touched({ text: 'Ticket', link, attributes: ticket }), [])
  t.strictSame(touched({ text: 'Ticket', link, attributes: { ticket, customer: ticket.customer } }), [])
  t.strictSame(touched({ ticket, customer: ticket.customer }), [])
  t.strictSame(touched({ link, attributes: { id: 3, ticket_id: 1, body: 'Hello', customer: { id: 5 } } }), [])
  t.strictSame(touched({ link: `${link}/comments/3`, attributes: {} }), [])
})

t.test('others that carry a customer', async (t) => {
  const customer = { id: 5, business_name: 'Acme' }
  for (const attributes of [
    { id: 4, number: '12', customer_id: 5, customer, total: '1.0' },
    { id: 4, computer_name: 'PC', description: 'Disk', customer_id: 5, customer },
    { id: 4, first_name: 'Ann', business_name: 'Prospect' },
    { id: 4, name: 'Ann', email: 'a@b.example', customer_id: null, vendor_id: 77 },
    { id: 4, name: 'Managed', customer_id: 5, contract_amount: 5 },
  ])
    t.strictSame(touched({ link: 'https://acme.syncromsp.com/other/4', attributes }), [], JSON.stringify(attributes))
})

t.test('what names no record is nothing to read', async (t) => {
  for (const body of [
    {},
    'no JSON',
    { text: 'Test' },
    { id: 5 },
    { customer: null },
    { customer: { id: '5/../me' } },
    { attributes: { id: {}, business_name: 'x' } },
    { attributes: 'x', link: 7 },
    { link: 'https://acme.syncromsp.com/constructor/5' },
  ])
    t.strictSame(touched(body), [], JSON.stringify(body))
})

t.test('one record: flat, wrapped, gone, filtered out, not permitted', async (t) => {
  const one = await simulated(t, size)
  const { companies, contacts, configurations } = syncro.streams
  const listed = (await one.records('contacts')).find(({ sourceId }) => !sourceId.startsWith('customer-'))?.sourceId
  const bare = await simulated(
    t,
    size,
    {},
    instead('customer_assets/7', (body) => body.asset),
  )
  t.match(await configurations?.readOne?.(bare.context(), '7'), { sourceId: '7', typeId: /./ })
  const wrapped = await simulated(
    t,
    size,
    {},
    instead(`contacts/${listed}`, (body) => ({ contact: body })),
  )
  t.match(await contacts?.readOne?.(wrapped.context(), listed ?? ''), { sourceId: listed })

  for (const [stream, id] of [
    [companies, '99999'],
    [contacts, '99999'],
    [contacts, 'customer-99999'],
    [configurations, '99999'],
  ] as const)
    t.equal(await stream?.readOne?.(one.context(), id), null)

  const filter = { companyStatuses: ['none'], configurationTypes: ['none'] }
  t.equal(await companies?.readOne?.(one.context({ filter }), one.companies[0] ?? ''), null)
  t.equal(await configurations?.readOne?.(one.context({ filter }), '7'), null)

  const odd = await simulated(
    t,
    size,
    {},
    instead('customer_assets/7', () => ({ message: 'Maintenance' })),
  )
  t.equal((await failure(Promise.resolve(configurations?.readOne?.(odd.context(), '7')))).kind, 'vendor')
  const { settings } = one.simulator.limitedSettings(one.server.origin)
  t.equal(
    (await failure(Promise.resolve(configurations?.readOne?.(one.context({}, settings), '7')))).kind,
    'permission',
  )
})

t.test('a customer who names nobody has no person; a contact of a supplier is none', async (t) => {
  const id = String(customerId(1))
  const one = await simulated(
    t,
    size,
    {},
    instead(`customers/${id}`, (body) => ({
      customer: { ...objectIn(body, 'customer'), firstname: null, lastname: '' },
    })),
  )
  t.equal(await syncro.streams.contacts?.readOne?.(one.context(), `customer-${id}`), null)
  const suppliers: Body[] = []
  const two = await simulated(
    t,
    { ...size, contacts: 400 },
    {},
    instead('contacts', (body) => {
      suppliers.push(...rowsIn(body, 'contacts').filter(({ customer_id }) => customer_id === null))
      return body
    }),
  )
  await two.records('contacts')
  t.ok(suppliers.length > 0)
  for (const { id } of suppliers.slice(0, 2))
    t.equal(await syncro.streams.contacts?.readOne?.(two.context(), String(id)), null)
})
