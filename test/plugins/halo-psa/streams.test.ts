/** What the truth test does not show: incremental passes, filters, odd rows, tenants that are otherwise. */
import t from 'tap'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { customValue, day, ref, stamp } from '../../../plugins/halo-psa/streams/fields.ts'
import { instead, simulated } from './simulated.ts'

const size = { companies: 12, contacts: 130, configurations: 140, tickets: 5 }
const since = '2026-07-10T00:00:00.000Z'
const later = '2026-07-15T10:00:00Z'

t.test('an incremental pass asks for what changed, and only in the types it changed in', async (t) => {
  const { world, records, asked } = await simulated(t, size)
  const row = world.configurations.get(5)
  const contact = world.contacts.get(5)
  const company = world.companies.get(3)
  if (!row || !contact || !company) throw new Error('no rows')
  world.configurations.put({ ...row, name: 'changed', updatedAt: later })
  world.contacts.put({ ...contact, title: 'changed', updatedAt: later })
  world.companies.put({ ...company, updatedAt: later })
  t.same(
    (await records('configurations', { since })).map(({ sourceId, name }) => [sourceId, name]),
    [['5', 'changed']],
  )
  const queries = asked('Asset').map(({ query }) => [query.get('lastupdatefromdate'), query.get('assettype_id')])
  t.same(queries[0], ['2199-01-01T00:00:00.000Z', null], 'first whether Halo filters at all')
  t.same(new Set(queries.slice(1).map(([from]) => from)), new Set([since]))
  t.same(new Set(queries.slice(1).map(([, type]) => type)), new Set([null, String(row.typeId)]))
  t.same(
    (await records('contacts', { since })).map(({ sourceId }) => sourceId),
    ['5'],
  )
  t.same(
    (await records('companies', { since })).map(({ sourceId }) => sourceId),
    ['13'],
  )
  t.equal(asked('Client/13').length, 1, 'one detail for the one that changed')
})

t.test('a Halo that ignores the parameter is read whole, and it is said', async (t) => {
  const { records, reported } = await simulated(t, size, { ignoresChanges: true })
  t.equal((await records('configurations', { since })).length, 140)
  t.equal((await records('contacts', { since })).length, 130)
  t.same(reported, ['info no-incremental', 'info no-incremental'])
})

t.test('it asks fifteen hours back, for no time zone is further from UTC', async (t) => {
  for (const stream of ['companies', 'contacts', 'configurations'] as const)
    t.equal(haloPsa.streams[stream]?.incremental?.overlapSeconds, 54_000)
  t.equal(haloPsa.streams.sites?.incremental, undefined)
})

t.test('filters are applied by Halo, and held to by the hub where it might ignore them', async (t) => {
  const { records, asked, world } = await simulated(t, size)
  const inactive = await records('companies', { filter: { companyStatuses: ['inactive'] } })
  t.ok(inactive.every(({ active }) => active === false))
  t.match(Object.fromEntries(asked('Client').at(-1)?.query ?? []), { includeactive: 'false', includeinactive: 'true' })
  const filter = { configurationTypes: ['2', '3'], configurationStatuses: ['1', '4'] }
  const found = await records('configurations', { filter })
  const rows = [...world.configurations.after(0)]
  const wanted = rows.filter(({ typeId, statusId }) => [2, 3].includes(typeId) && [1, 4].includes(statusId))
  t.equal(found.length, wanted.length)
  t.equal(asked('Asset').at(-1)?.query.get('assetstatuses'), '1,4')
  t.same(
    new Set(asked('Asset').map(({ query }) => query.get('assettype_id') ?? query.get('assettypes'))),
    new Set(['2,3', '2', '3']),
  )
  const careless = await simulated(
    t,
    size,
    {},
    instead('Asset', (body) => ({
      ...body,
      assets: (Array.isArray(body.assets) ? body.assets : []).map((row) => ({ ...row, status_id: 1 + (row.id % 5) })),
    })),
  )
  const all = await careless.records('configurations', { filter: { configurationStatuses: ['5'] } })
  t.ok(all.length > 0 && all.every(({ statusId }) => statusId === '5'))
})

t.test('a pass goes on behind its checkpoint, in the middle of a type', async (t) => {
  const { pages, records } = await simulated(t, { ...size, configurations: 700 })
  const whole = await pages('configurations')
  t.equal(whole[0]?.total, 700)
  t.same(whole[0]?.records.at(-1)?.typeId, whole[1]?.records[0]?.typeId, 'it is in the middle')
  for (const place of [0, 1, 2]) {
    const { checkpoint } = whole[place] ?? {}
    t.match(checkpoint, { type: String, page: Number, last: Number, before: Number })
    const rest = await records('configurations', { checkpoint })
    const before = whole.slice(0, place + 1).flatMap((page) => page.records)
    t.equal(rest.length + before.length, 700)
    t.notOk(rest.some(({ sourceId }) => before.some((one) => one.sourceId === sourceId)))
  }
})

t.test('assets of a type the agent cannot see still come, without fields', async (t) => {
  const { records, reported, world } = await simulated(t, size, { unlistedType: 2 })
  const found = await records('configurations')
  t.equal(found.length, 140)
  const hidden = found.filter(({ typeId }) => typeId === '2')
  t.ok(hidden.length > 50 && hidden.every(({ serialNumber, name }) => serialNumber === undefined && name))
  t.ok(hidden.every(({ sourceId, name }) => world.configurations.get(Number(sourceId))?.name === name))
  t.same(reported, ['info unlisted-asset-types'])
  t.same((await records('configurationTypes')).map(({ sourceId }) => sourceId).includes('2'), false)
})

t.test('assets of a chosen type come also when the type is no longer listed', async (t) => {
  const { pages, records } = await simulated(t, size, { unlistedType: 2 })
  const filter = { configurationTypes: ['3', '2'] }
  const found = await records('configurations', { filter })
  t.same(new Set(found.map(({ typeId }) => typeId)), new Set(['2', '3']))
  t.equal((await pages('configurations', { filter }))[0]?.total, found.length)
})

t.test('assets that are added while the pass goes on do not make it read everything again', async (t) => {
  const { context, world, asked, reported } = await simulated(t, size)
  let pages = 0
  for await (const _page of haloPsa.streams.configurations?.read(context()) ?? []) {
    const [row] = world.configurations.after(0)
    if (pages++ === 2 && row) world.configurations.put({ ...row, id: 5_000, typeId: 1 })
  }
  const plain = asked('Asset').filter(({ query }) => !query.has('assettype_id') && query.get('page_size') === '100')
  t.same([plain.length, reported], [0, []])
})

t.test('the placeholder customer: its users and assets belong to nobody', async (t) => {
  const { records } = await simulated(
    t,
    size,
    {},
    instead('Asset', (body) => ({
      ...body,
      assets: (Array.isArray(body.assets) ? body.assets : []).map((row) => ({ ...row, client_id: 1, site_id: 1 })),
    })),
  )
  t.ok((await records('configurations')).every(({ companyId, siteId }) => companyId === null && siteId === null))
  t.equal(await haloPsa.streams.companies?.readOne?.((await simulated(t, size)).context(), '1'), null)
})

t.test('not sent, empty and none stay three things', async (t) => {
  const odd = [
    { id: 1, key_field: 'Bare', assettype_id: 1 },
    { id: 2, key_field: '', inventory_number: 'A-2', status_id: 0, warranty_end: '1899-12-30T00:00:00', fields: [] },
    { id: 3, key_field: null, inventory_number: '', inactive: null, client_id: null, fields: null },
    {
      id: 4,
      key_field: 'Odd',
      fields: [null, 5, { name: 7 }, { id: 1, name: 'OS', value: { odd: 1 } }],
      commissiondate: 'soon',
    },
  ]
  const { records } = await simulated(
    t,
    size,
    {},
    instead('Asset', (_body, { query }) => {
      const mine = query.get('assettype_id') === '1' || query.get('assettype_id') === null
      return { record_count: mine ? 4 : 0, assets: mine ? odd : [] }
    }),
  )
  const [bare, empty, nulls, strange] = await records('configurations')
  for (const field of ['serialNumber', 'statusId', 'active', 'companyId', 'warrantyExpiration', 'assetTag'] as const)
    t.equal(bare?.[field], undefined, `${field} was not sent`)
  t.match(empty, { name: 'A-2', statusId: null, warrantyExpiration: null })
  t.match(nulls, { name: 'Asset 3', active: null, companyId: null, assetTag: null })
  t.match(strange, { name: 'Odd', osType: undefined, installationDate: undefined })
})

t.test('a tab with one of the empty dates does not hide the field beside it', async (t) => {
  for (const none of ['1900-01-01T00:00:00', '1899-12-30T00:00:00', '0001-01-01T00:00:00', null]) {
    const { records } = await simulated(
      t,
      { ...size, configurations: 20 },
      {},
      instead('Asset', (body) => ({
        ...body,
        assets: (Array.isArray(body.assets) ? body.assets : []).map((row) => ({
          ...row,
          warranty_end: none,
          fields: [{ id: 1, name: 'Warranty Expiry', value: '2029-01-31T12:00:00' }],
        })),
      })),
    )
    const found = await records('configurations')
    t.same(new Set(found.map(({ warrantyExpiration }) => warrantyExpiration)), new Set(['2029-01-31']), String(none))
  }
})

t.test('the main site is asked for only where it is not the only one, of companies in scope', async (t) => {
  const { records, asked, world } = await simulated(t, { ...size, companies: 40 })
  const several = [...world.companies.after(0)].filter(
    ({ id }) => [...world.sites.after(0)].filter(({ companyId }) => companyId === id).length > 1,
  )
  t.ok(several.length > 2)
  const companies = several.slice(0, 2).map(({ id }) => String(id + 10))
  const found = await records('sites', { companies })
  const details = several.filter(({ id }) => asked(`Client/${id + 10}`).length > 0)
  t.same(details, several.slice(0, 2))
  for (const { companyId, sourceId, primary } of found) {
    const truth = world.sites.get(Number(sourceId) - 10)
    const isKnown = companies.includes(String(companyId)) || !several.some(({ id }) => String(id + 10) === companyId)
    t.equal(primary, isKnown ? truth?.primary : undefined)
  }
})

t.test('one contact is read with the sites of its company only', async (t) => {
  const { context, asked, records } = await simulated(t, { ...size, companies: 200 })
  const all = await records('contacts')
  for (const contact of all.filter((_, place) => place % 40 === 0)) {
    const before = asked('Site').length
    t.same(await haloPsa.streams.contacts?.readOne?.(context(), contact.sourceId), contact)
    const queries = asked('Site').slice(before)
    t.same(
      queries.map(({ query }) => query.get('client_id')),
      contact.siteId ? [contact.companyId] : [],
    )
  }
})

t.test('times and references', async (t) => {
  t.equal(stamp('2026-08-01T06:30:00.113'), '2026-08-01T06:30:00.113Z')
  t.equal(stamp('2026-08-01T06:30:00Z'), '2026-08-01T06:30:00Z')
  t.equal(stamp('2026-08-01T06:30:00+02:00'), '2026-08-01T06:30:00+02:00')
  for (const none of [null, '', '1900-01-01T00:00:00', '0001-01-01T00:00:00']) t.equal(stamp(none), null, String(none))
  for (const odd of [undefined, 5, {}, 'soon']) t.equal(stamp(odd), undefined)
  t.equal(day('2023-03-31T20:00:00.000Z'), '2023-03-31')
  t.equal(day('1900-01-01T00:00:00'), null)
  t.equal(day('31/03/2023'), undefined)
  t.same(
    [ref(12.0), ref('12'), ref(0), ref(-1), ref(null), ref(undefined), ref({})],
    ['12', '12', null, null, null, undefined, undefined],
  )
  t.same(
    [
      customValue({ type: 2, value: 2, display: 'Gold' }),
      customValue({ type: 2, value: null, display: '' }),
      customValue({ type: 4, value: '2026-01-31T12:00:00' }),
      customValue({ type: 6, value: 'true' }),
      customValue({ type: 0, value: 'x' }),
    ],
    ['Gold', null, '2026-01-31', true, 'x'],
  )
})

t.test('look-ups found by name; another look-up in the answer is told', async (t) => {
  const { records } = await simulated(t, size)
  const types = await records('companyTypes')
  t.match(types[0], { sourceId: '1', name: 'Client', active: true })
  t.ok(types.some(({ sourceId }) => sourceId === 'relationship-4'))
  const none = await simulated(
    t,
    size,
    {},
    instead('Lookup', () => []),
  )
  t.same(await none.records('companyTypes'), [])
  t.same(none.reported, ['warning company-types'])
})

t.test('ticket statuses: closed ones known where Halo can leave them out', async (t) => {
  const { records, world } = await simulated(t, size)
  for (const { sourceId, closed } of await records('ticketStatuses'))
    t.equal(closed, world.ticketStatuses.get(Number(sourceId))?.closed)
  const deaf = await simulated(
    t,
    size,
    {},
    instead('Status', () => [
      { id: 1, name: 'New' },
      { id: 9, name: 'Closed' },
    ]),
  )
  t.ok((await deaf.records('ticketStatuses')).every(({ closed }) => closed === undefined))
})

t.test('the job title from the custom field the admin chose', async (t) => {
  const { records, context, settings, world } = await simulated(t, size)
  const offered = await haloPsa.choices?.(context(), 'jobTitleField')
  t.same(
    offered?.map(({ label }) => label),
    world.contactFields.map(({ title }) => title),
  )
  const found = await records('contacts', {}, settings({ jobTitleField: '301' }))
  for (const { sourceId, title } of found)
    t.equal(title, world.contacts.get(Number(sourceId))?.customFields.department ?? null)
})
