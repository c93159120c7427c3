/**
 * Answers recorded at a ConnectWise sandbox (amp-labs/connectors, MIT) go through the connector. They lie beside
 * the repository, not in it; where they are missing the tests are skipped.
 */
import { createHash, createHmac } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { kindOfStatus } from '../../../core/connector/errors.ts'
import { isRow } from '../../../core/connector/parse.ts'
import { faults } from '../../../plugins/connectwise-psa/client.ts'
import { contacts } from '../../../plugins/connectwise-psa/streams/contacts.ts'
import { webhooks } from '../../../plugins/connectwise-psa/webhooks.ts'
import { type Answer, collect, failure, vendor } from './vendor.ts'

const folder = join(import.meta.dirname, '../../../../shared/vendors/connectwise-psa/fixtures')
const present = existsSync(folder)
const skip = present ? false : `the recorded answers are not here (${folder})`
if (!present) t.comment(`SKIPPED: ${skip}`)

const raw = (name: string) => readFileSync(join(folder, `${name}.json`), 'utf8')
const fixture = (name: string): unknown => JSON.parse(raw(name))
const row = (value: unknown) => (isRow(value) ? value : {})

t.test('every recorded contact is read, with everything that was recorded of it', { skip }, async (t) => {
  const read = async (name: string, customFields: readonly string[] = []) => {
    const { ctx, asked } = vendor(({ path }) => ({ body: path.endsWith('count') ? { count: 1 } : fixture(name) }))
    const records = (await collect(contacts.read({ ...ctx, customFields }))).flatMap((page) => page.records)
    t.ok(asked.every(({ method }) => method === 'GET'))
    return records
  }
  const none = { updatedAt: undefined, city: undefined, postalCode: undefined, country: undefined, types: [] }

  t.match(await read('read__contact-emma-diaz'), [
    {
      ...none,
      sourceId: '58118',
      name: 'Emma Diaz',
      companyId: '250',
      siteId: '1000',
      title: undefined,
      email: 'emma@test.com',
      phone: '+166155555',
      mobile: null,
      active: true,
      primary: false,
    },
  ])
  t.match(await read('read__contact-frank-fenrir'), [
    {
      ...none,
      sourceId: '58001',
      name: 'Frank Fenrir',
      companyId: undefined,
      siteId: undefined,
      email: null,
      phone: null,
      mobile: null,
      active: true,
    },
  ])
  t.match(await read('read__contacts', ['21', '22', '99']), [
    {
      ...none,
      sourceId: '31045',
      name: 'Alex Morgan',
      companyId: '20481',
      siteId: null,
      title: 'Operations Manager',
      email: null,
      phone: '5558675309',
      mobile: '5558675309',
      active: true,
      primary: true,
      customFields: { 21: null, 22: 'pending' },
    },
  ])
  const [jorge] = await read('read__one-contact', ['15', '16', '59', '88'])
  t.match(jorge, {
    ...none,
    sourceId: '58024',
    name: 'Jorge Smith',
    companyId: '250',
    phone: '4842618200',
    mobile: null,
  })
  t.strictSame(jorge?.customFields, { 15: null, 16: 'false', 59: null, 88: null }, 'the text "false" is no boolean')
})

t.test('the custom fields to choose from are those of the recorded contact', { skip }, async (t) => {
  const { ctx } = vendor(({ path }) => ({ body: path === 'company/contacts' ? fixture('read__one-contact') : [] }))
  const fields = (await contacts.customFields?.(ctx)) ?? []
  const [recorded] = [fixture('read__one-contact')].flat().map(row)
  const ids = [recorded?.customFields].flat().map((field) => String(row(field).id))
  t.strictSame(
    fields.map((field) => field.id),
    ids,
  )
  t.ok(ids.length > 20)
  t.strictSame(fields[8], { id: '59', title: 'Email Marketing Opt-In', type: 'Checkbox' })
})

t.test('recorded communication items before and after a patch', { skip }, async (t) => {
  const reached = async (communicationItems: unknown) => {
    const { ctx } = vendor(() => ({ body: [{ id: 1, firstName: 'Bob', communicationItems }] }))
    return contacts.readOne?.(ctx, '1')
  }
  const before = row(fixture('write__contacts__scenario1__1-before')).communicationItems
  t.match(await reached(before), { email: 'professional.bob@test.com', phone: '+380001000' })
  t.match(await reached(fixture('write__contacts__scenario1__3-after')), {
    email: 'professional.bob@test.com',
    phone: '+380111358',
  })
  t.match(await reached(fixture('write__contacts__scenario2__1-before')), { email: 'professional.bob@test.com' })
  t.match(await reached(fixture('write__contacts__scenario2__3-after')), { email: null, phone: '+380111358' })
})

t.test('every operation the connector patches with was recorded as one ConnectWise takes', { skip }, async (t) => {
  const recorded = readdirSync(folder)
    .filter((name) => /scenario.*patch/.test(name))
    .flatMap((name) => fixture(name.replace('.json', '')))
    .filter(isRow)
  const shapes = new Set(recorded.map((operation) => `${operation.op} ${Object.keys(operation).sort()}`))
  t.ok(shapes.has('replace op,path,value'), 'a value')
  t.ok(shapes.has('remove op,path'), 'an emptied one')
  t.ok(
    recorded.some(({ op, path }) => op === 'replace' && path === 'customFields'),
    'the custom fields',
  )
})

t.test('recorded errors', { skip }, async (t) => {
  const fault = (status: number, name: string) => faults({ status, headers: {}, body: fixture(name) })
  t.match(fault(404, 'delete__contact-not-found'), { kind: 'not-found', log: 'NotFound: Contact 57919 not found' })
  for (const name of ['read__not-found', 'write__contacts__not-found', 'subscriber__create__remove-webhook-failed']) {
    t.match(fault(404, name), { kind: 'not-found', signInAgain: true }, name)
  }
  t.match(fault(400, 'write__contacts__bad-request')?.admin, /The firstName field is required/)
  t.match(fault(400, 'subscriber__create__create-webhook-bad-request-1')?.admin, /Invalid URL.*Unrecognized level/)
  t.match(fault(400, 'subscriber__create__create-webhook-bad-request-2')?.log, /ObjectExists/)
})

t.test('registers callbacks in the recorded shape and reads the recorded answer', { skip }, async (t) => {
  const recorded = row(fixture('subscriber__create__contacts__request'))
  const { ctx, asked } = vendor(({ method }) =>
    method === 'POST' ? { status: 201, body: fixture('subscriber__create__contacts__response') } : { body: [] },
  )
  t.strictSame(await webhooks.register?.(ctx, 'https://test.com/webhook'), ['26559', '26559', '26559'])
  const sent = asked.filter(({ method }) => method === 'POST').map(({ body }) => row(body))
  t.equal(sent.length, 3)
  for (const body of sent) {
    t.equal(body.url, recorded.url)
    for (const [key, value] of Object.entries(recorded)) {
      if (key !== 'connectWiseID') t.type(body[key], typeof value, key)
    }
  }
})

t.test('a callback that exists already, recorded as refused, is looked for before giving up', { skip }, async (t) => {
  const { ctx } = vendor(({ method }) =>
    method === 'POST'
      ? { status: 400, body: fixture('subscriber__create__create-webhook-bad-request-2') }
      : { body: [] },
  )
  t.match((await failure(webhooks.register?.(ctx, 'https://test.com/webhook'))).admin, /already exists/)
})

t.test('removing a callback that is gone, recorded as refused, is done', { skip }, async (t) => {
  const answer: Answer = ({ method }) =>
    method === 'DELETE'
      ? { status: 404, body: fixture('subscriber__create__remove-webhook-failed') }
      : { body: [fixture('subscriber__create__contacts__response')] }
  const { ctx, asked } = vendor(answer)
  await webhooks.unregister?.(ctx, 'https://test.com/webhook')
  t.strictSame(asked.at(-1)?.path, 'system/callbacks/26559')
})

t.test('recorded callbacks with their signature', { skip }, async (t) => {
  const signingKey = 'test-signing-key'
  const sign = (text: string) => {
    const bytes = new TextEncoder().encode(text)
    const key = createHash('sha256').update(signingKey).digest()
    return {
      raw: bytes,
      headers: { 'x-content-signature': createHmac('sha256', key).update(bytes).digest('base64') },
      query: { recordId: '57962', action: 'deleted' },
    }
  }
  const { ctx, asked } = vendor(() => ({ body: { signing_key: signingKey } }), {
    site: 'sandbox-na.myconnectwise.net',
    companyId: 'cobalt',
  })
  const deleted = sign(raw('webhook__contact-delete'))
  t.equal(await webhooks.verify(ctx, deleted), true)
  t.equal(asked[0]?.url.href, row(row(fixture('webhook__contact-delete')).Metadata).key_url)
  t.strictSame(webhooks.touched(deleted), {
    id: '824d99d2-33c0-4c56-9ded-d99d895a90e3',
    hints: [{ stream: 'contacts', sourceId: '57962' }],
  })
  t.equal(await webhooks.verify(ctx, { ...deleted, raw: deleted.raw.slice(0, -1) }), false)

  // The recording of the creation names another tenant in its key address.
  const created = sign(
    raw('webhook__contact-create').replace('{{testServerURL}}', 'https://sandbox-na.myconnectwise.net'),
  )
  t.equal(await webhooks.verify(ctx, created), false)
  const tenant = vendor(() => ({ body: { signing_key: signingKey } }), {
    site: 'sandbox-na.myconnectwise.net',
    companyId: 'myCompany',
  })
  t.equal(await webhooks.verify(tenant.ctx, created), true)
  t.strictSame(webhooks.touched(created).hints, [{ stream: 'contacts', sourceId: '57960' }])
})

t.test('the body of a recorded callback is that of a contact', { skip }, async (t) => {
  const entity: unknown = JSON.parse(String(row(fixture('webhook__contact-create')).Entity))
  const { ctx } = vendor(() => ({ body: [entity] }))
  t.match(await contacts.readOne?.(ctx, '57960'), {
    sourceId: '57960',
    name: 'Lillie Keebler',
    lastName: undefined,
    companyId: undefined,
    updatedAt: '2026-06-09T21:59:47Z',
    active: true,
  })
})

t.test('every error file of the recordings is one of those above', { skip }, async (t) => {
  const errors = readdirSync(folder).filter((name) => 'code' in row(fixture(name.replace('.json', ''))))
  t.equal(errors.length, 7)
  t.equal(kindOfStatus(404), 'not-found')
})
