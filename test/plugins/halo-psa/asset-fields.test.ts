import t from 'tap'
import { plain } from '../../../plugins/halo-psa/asset-fields.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { instead, simulated } from './simulated.ts'

const size = { companies: 5, contacts: 5, configurations: 120, tickets: 1 }

t.test('names are compared without case, spaces and punctuation', async (t) => {
  for (const name of ['Serial No.', 'serial  no', ' SERIAL_NO ', 'Serial No:']) t.equal(plain(name), 'serial no')
})

t.test('the choices: all fields of the tenant, those found by name marked, columns first', async (t) => {
  const { context } = await simulated(t, size)
  const choices = async (field: Parameters<NonNullable<typeof haloPsa.choices>>[1]) =>
    (await haloPsa.choices?.(context(), field)) ?? []
  const serial = await choices('serialNumberField')
  t.match(serial.find(({ value }) => value === 'Serial No.')?.label, /found by its name/)
  t.equal(serial.find(({ value }) => value === 'MAC')?.label, 'MAC')
  t.match((await choices('warrantyField'))[0], { value: 'column:warranty_end', label: /warranty tab/ })
  t.match((await choices('purchaseDateField'))[0], { value: 'column:supplier_purchasedate' })
  t.equal(
    (await choices('manufacturerField')).some(({ value }) => value.startsWith('column:')),
    false,
  )
})

t.test('an agent that may not read definitions gets the fields from the assets themselves', async (t) => {
  const { context } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => (request.path === '/api/Field' ? { status: 403, body: {} } : answer),
    },
  )
  const values = (await haloPsa.choices?.(context(), 'osField'))?.map(({ value }) => value)
  t.ok(values?.includes('Operating System') && values.includes('OS Name'))
})

t.test('what the admin chose is used, and nothing else', async (t) => {
  const { records, settings, world } = await simulated(t, size)
  const own = settings({ serialNumberField: 'Part Number', purchaseDateField: 'column:supplier_purchasedate' })
  const found = await records('configurations', {}, own)
  for (const { sourceId, typeId, serialNumber, purchaseDate } of found) {
    const row = world.configurations.get(Number(sourceId))
    if (typeId === '1') t.equal(serialNumber, row?.productNumber || null)
    if (typeId === '2') t.equal(serialNumber, undefined, 'this type has no such field')
    if (typeId === '1') t.equal(purchaseDate, null, 'the supplier tab is empty here')
  }
})

t.test('what no asset has a field for is told, with the setting that mends it', async (t) => {
  const told: string[] = []
  const renamed = instead('Asset', (body) => ({
    ...body,
    assets: (Array.isArray(body.assets) ? body.assets : []).map((row) => ({
      ...row,
      fields: [{ id: 1, name: 'S/N', value: 'ABC123' }],
    })),
  }))
  const one = await simulated(t, size, {}, renamed)
  const read = async (own: Parameters<typeof one.settings>[0], since?: string) => {
    const context = { ...one.context(since ? { since } : {}, one.settings(own)) }
    const report = ({ level, message }: { level: string; message: string }) => void told.push(`${level} ${message}`)
    for await (const _page of haloPsa.streams.configurations?.read({ ...context, report }) ?? []);
    return told.splice(0)
  }
  const [line, ...others] = await read({})
  t.same(others, [])
  t.match(line, /^warning .*"Serial number field", "Operating system field", "Manufacturer field"/)
  t.notMatch(line, /Purchase|Warranty/, 'those have a tab')
  t.match(await read({ serialNumberField: 'S/N' }), [/^info .*"Operating system field", "Manufacturer field"/])
  t.same(await read({}, '2026-07-01T00:00:00.000Z'), [], 'an incremental pass shows too few')
})

t.test('asset fields can be chosen as custom fields, by name across types', async (t) => {
  const { context, records, world } = await simulated(t, size)
  const offered = await haloPsa.streams.configurations?.customFields?.(context())
  t.match(
    offered?.find(({ id }) => id === 'field:os build'),
    { title: 'OS Build', type: 'asset field' },
  )
  t.match(
    offered?.find(({ id }) => id === '404'),
    { type: 'list', options: ['New', 'In use', 'Due for "refresh"', 'Außer Betrieb'] },
  )
  t.notOk(
    offered?.some(({ id }) => id === '490'),
    'encrypted',
  )
  const found = await records('configurations', { customFields: ['field:os build'] })
  for (const { sourceId, typeId, customFields } of found) {
    if (typeId !== '2') t.same(customFields, {})
    else t.same(customFields, { 'field:os build': world.configurations.get(Number(sourceId))?.osVersion || null })
  }
})
