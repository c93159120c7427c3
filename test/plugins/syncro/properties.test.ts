/** Which property holds which fact: chosen, of a usual name, or found by the agent; and how its value is read. */
import t from 'tap'
import { dayOf, dayOrder } from '../../../plugins/syncro/days.ts'
import { usualFact } from '../../../plugins/syncro/properties.ts'
import type { SyncroSettings } from '../../../plugins/syncro/settings.ts'
import { type Body, instead, objectIn, rowsIn, simulated } from './simulated.ts'

const size = { companies: 2, contacts: 2, configurations: 1, tickets: 1 }

t.test('days', async (t) => {
  t.equal(dayOrder('mm-dd-yy'), 'mdy')
  t.equal(dayOrder('dd/mm/yyyy'), 'dmy')
  t.equal(dayOrder('yy-mm-dd'), 'ymd')
  t.equal(dayOrder(null), 'mdy')
  const days: [unknown, Parameters<typeof dayOf>[1], ReturnType<typeof dayOf>][] = [
    ['2027-02-01', 'mdy', '2027-02-01'],
    ['2027-02-01T23:59:59-08:00', 'mdy', '2027-02-01'],
    ['02/01/2027', 'mdy', '2027-02-01'],
    ['02-01-2027', 'dmy', '2027-01-02'],
    ['1.2.2027', 'dmy', '2027-02-01'],
    ['2027/2/1', 'dmy', '2027-02-01'],
    ['', 'mdy', null],
    ['  ', 'mdy', null],
    [null, 'mdy', null],
    ['02/01/27', 'mdy', undefined],
    ['2027-02-30', 'mdy', undefined],
    ['13/13/2027', 'mdy', undefined],
    ['next year', 'mdy', undefined],
    [20270201, 'mdy', undefined],
    [undefined, 'mdy', undefined],
    [{}, 'mdy', undefined],
  ]
  for (const [value, order, day] of days) t.equal(dayOf(value, order), day, `${JSON.stringify(value)} ${order}`)
})

t.test('usual names', async (t) => {
  t.equal(usualFact('Warranty Expiration'), 'warranty')
  t.equal(usualFact('WARRANTY END-DATE'), 'warranty')
  t.equal(usualFact('Date of purchase'), 'purchase')
  t.equal(usualFact('Warranty'), undefined)
})

/** The one asset with these properties, as read. */
async function assetWith(
  t: Parameters<typeof simulated>[0],
  properties: unknown,
  own: Partial<SyncroSettings> = {},
  more: Body = {},
) {
  const one = await simulated(
    t,
    size,
    {},
    instead('customer_assets', (body) => ({
      ...body,
      assets: [{ ...rowsIn(body, 'assets')[0], asset_serial: null, properties, ...more }],
    })),
  )
  const [record] = await one.records('configurations', {}, one.settings(own))
  return { record, reported: one.reported }
}

t.test('the chosen field, then one of a usual name, then the agent', async (t) => {
  const inventory = {
    general: { manufacturer: 'from inventory', model: 'i', serial_number: 'SN-1' },
    os: { name: 'Windows', build: '22631' },
  }
  const bare = await assetWith(t, { kabuto_information: inventory })
  t.match(bare.record, { manufacturer: 'from inventory', model: 'i', serialNumber: 'SN-1', osType: 'Windows' })
  t.equal(bare.record?.warrantyExpiration, null, 'defined for the type and not carried is empty')
  const agent = { manufacturer: 'agent', kabuto_information: inventory }
  t.equal((await assetWith(t, agent)).record?.manufacturer, 'agent')
  t.equal((await assetWith(t, { ...agent, Make: 'people' })).record?.manufacturer, 'people')
  t.equal((await assetWith(t, { Make: 'people', ...agent })).record?.manufacturer, 'people', 'in any order')
  const chosen = { manufacturerField: 'Vendor', warrantyField: 'Cover', serialField: 'Tag' }
  const full = {
    ...agent,
    Make: 'people',
    Vendor: 'chosen',
    Cover: '03/01/2027',
    'Warranty End': '2030-01-01',
    Tag: 'T-9',
  }
  t.match((await assetWith(t, full, chosen, { asset_serial: 'S' })).record, {
    manufacturer: 'chosen',
    warrantyExpiration: '2027-03-01',
    serialNumber: 'T-9',
  })
  const without = await assetWith(t, { 'Warranty End': '2030-01-01', manufacturer: 'agent' }, chosen)
  t.equal(without.record?.warrantyExpiration, undefined, 'a field that is chosen is not replaced by another')
  t.equal(without.record?.manufacturer, 'agent', 'only what the agent says stands in for it')
})

t.test('what cannot be read is left out, and dates are spoken of', async (t) => {
  const { record, reported } = await assetWith(t, {
    'Warranty Expiration': 'in two years',
    'Purchase Date': '',
    Stage: 999_999_999,
    Notes: { odd: 1 },
  })
  t.equal(record?.warrantyExpiration, undefined)
  t.equal(record?.purchaseDate, null)
  t.equal(record?.status, undefined, 'an option nobody knows')
  t.equal(record?.statusId, undefined)
  t.equal(record?.notes, undefined)
  t.ok(reported.includes('warning unreadable-dates'))
  for (const odd of [null, undefined, 'x', []]) t.ok((await assetWith(t, odd)).record?.name)
})

t.test('a machine whose agent checks in has not changed', async (t) => {
  const reading = async (checkedInAt: string) => {
    const { records, server } = await simulated(t, { ...size, configurations: 60 }, { checkedInAt })
    return JSON.stringify(await records('configurations')).replaceAll(server.origin, '')
  }
  t.equal(await reading('2026-08-01T10:00:00Z'), await reading('2026-08-02T10:00:00Z'))
  const { record } = await assetWith(t, { ram: '' })
  t.ok(record?.updatedAt, 'without an agent it is the last change')
})

t.test('a field that is defined and not carried is empty; one that is not defined says nothing', async (t) => {
  const own = { warrantyField: 'Warranty Expiration', purchaseDateField: 'Bought', statusField: 'Stage' }
  const { record } = await assetWith(t, { ram: '16 GB' }, own)
  t.strictSame([record?.warrantyExpiration, record?.status, record?.statusId, record?.notes], [null, null, null, null])
  t.equal(record?.purchaseDate, undefined, 'renamed or removed in Syncro: what the hub has stays')
  const without = await assetWith(t, undefined, own)
  t.equal(without.record?.warrantyExpiration, undefined, 'no properties at all')
  t.equal(without.record?.notes, undefined)
})

t.test('a field of another asset type is not missing here', async (t) => {
  const settings = instead('settings', (body) => {
    const assets = objectIn(body, 'assets')
    const fields = rowsIn(assets, 'asset_type_fields').map((row) => ({ ...row, asset_type_id: 4 }))
    return { ...body, assets: { ...assets, asset_type_fields: fields } }
  })
  const one = await simulated(t, { ...size, configurations: 60 }, {}, settings)
  const read = await one.records('configurations')
  const unsaid = read.filter(({ notes }) => notes === undefined)
  t.ok(unsaid.length > 0 && unsaid.every(({ typeId }) => typeId !== '4'))
  t.ok(read.some(({ typeId, notes }) => typeId === '4' && notes === null))
})

t.test('a text in a drop-down field is a text', async (t) => {
  t.match((await assetWith(t, { Stage: 'Active' })).record, { status: 'Active', statusId: 'name:Active' })
})

t.test('definitions in other words, or none', async (t) => {
  const assets = {
    asset_types: [{ id: '17', name: 'Laptop' }, { name: 'No id' }, null, 'x'],
    asset_type_fields: [{ id: 5, label: 'State', type: 'select', type_id: 17 }, { name: '' }],
    asset_type_field_answers: [{ id: 6, name: 'In use', field_id: 5 }, { id: 7 }],
  }
  const settings = (change: Body) => instead('settings', (body) => ({ ...body, ...change }))
  const one = await simulated(t, size, {}, settings({ assets, locale: null, ticket: undefined }))
  t.strictSame(
    (await one.records('configurationTypes')).map(({ sourceId }) => sourceId),
    ['17', 'name:Syncro Device'],
  )
  const named = one.settings({ statusField: 'State' })
  t.match(await one.records('configurationStatuses', {}, named), [{ sourceId: 'name:In use', name: 'In use' }])
  t.strictSame(await one.records('ticketBoards'), [])

  const empty = await simulated(t, size, {}, settings({ assets: {} }))
  const [asset] = await empty.records('configurations')
  t.match(asset, { typeId: /^name:/ })
})

t.test('choices: what is defined and what assets carry, the usual name first, no passwords', async (t) => {
  const one = await simulated(
    t,
    { ...size, configurations: 30 },
    {},
    instead('settings', (body) => {
      const assets = objectIn(body, 'assets')
      const more = { id: 1, name: 'Admin password', field_type: 'text', asset_type_id: 1 }
      return { ...body, assets: { ...assets, asset_type_fields: [...rowsIn(assets, 'asset_type_fields'), more] } }
    }),
  )
  const { syncro } = await import('../../../plugins/syncro/connector.ts')
  const choices = async (field: Parameters<NonNullable<typeof syncro.choices>>[1]) =>
    (await syncro.choices?.(one.context(), field)) ?? []
  const warranty = await choices('warrantyField')
  t.equal(warranty[0]?.value, 'Warranty Expiration')
  t.ok(
    warranty.some(({ value }) => value === 'ram'),
    'what the agent reports',
  )
  t.notOk(warranty.some(({ value }) => /password|kabuto_information/.test(value)))
  const status = await choices('statusField')
  t.match(status[0]?.label, /^Stage \(Active, Spare/)
  t.ok(status.length < warranty.length, 'only drop-down fields')
  t.equal((await choices('websiteField'))[0]?.value, 'Website')
  t.strictSame(await choices('subdomain'), [])
})

t.test('custom fields are looked for all over the list, not only at its head', async (t) => {
  const one = await simulated(
    t,
    { ...size, companies: 20, contacts: 900 },
    {},
    instead('contacts', (body, { query }) => ({
      ...body,
      contacts: rowsIn(body, 'contacts').map((row) => ({
        ...row,
        properties: { [`Only on page ${query.get('page')}`]: 'x' },
      })),
    })),
  )
  const { syncro } = await import('../../../plugins/syncro/connector.ts')
  const fields = await syncro.streams.contacts?.customFields?.(one.context())
  const found = fields?.map(({ title }) => Number(title.split(' ').at(-1))) ?? []
  const last = Math.max(...one.asked('contacts').map(({ query }) => Number(query.get('page'))))
  t.ok(last > 10 && found.includes(1) && found.includes(last))
  t.ok(found.length >= 4 && found.length <= 6, 'a form has no minutes to wait')
})

t.test('configurations of chosen types: Syncro picks them out, one list for each', async (t) => {
  const one = await simulated(t, { ...size, configurations: 150 })
  const read = await one.records('configurations', { filter: { configurationTypes: ['1', '4'] } })
  t.ok(read.length > 20 && read.every(({ typeId }) => typeId === '1' || typeId === '4'))
  t.strictSame([...new Set(one.asked('customer_assets').map(({ query }) => query.get('asset_type_id')))], ['1', '4'])
  one.server.clearLog()
  const both = await one.records('configurations', { filter: { configurationTypes: ['1', 'name:Syncro Device'] } })
  t.ok(both.length > 10 && both.every(({ typeId }) => typeId === '1'))
  t.ok(one.asked('customer_assets').every(({ query }) => !query.has('asset_type_id')))
})
