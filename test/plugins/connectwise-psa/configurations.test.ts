import t from 'tap'
import { preparer } from '../../../core/sync/prepare.ts'
import { configurations } from '../../../plugins/connectwise-psa/streams/configurations.ts'
import { collect, failure, lists, records, screen, vendor } from './vendor.ts'

const configuration = {
  id: 4711,
  name: 'BEA-LT-014',
  type: { id: 17, name: 'Managed Workstation' },
  status: { id: 2, name: 'Active' },
  company: { id: 250, identifier: 'BEACON', name: 'Beacon Dental' },
  contact: { id: 58024, name: 'Jo Smith' },
  site: { id: 1000, name: 'Main' },
  serialNumber: '5CG1234ABC',
  modelNumber: 'EliteBook 840 G8',
  tagNumber: 'A-100',
  purchaseDate: '2023-03-31T00:00:00Z',
  installationDate: '2023-04-05T00:00:00Z',
  warrantyExpirationDate: '2026-03-31T00:00:00Z',
  vendorNotes: 'seller',
  notes: 'docking station',
  macAddress: '00:11:22:33:44:55',
  ipAddress: '10.0.0.14',
  osType: 'Windows 11 Pro',
  osInfo: '10.0.22631',
  vendor: { id: 300, identifier: 'CDW', name: 'CDW' },
  manufacturer: { id: 12, name: 'HP' },
  manufacturerPartNumber: '336H0UT',
  activeFlag: true,
  customFields: [{ id: 7, caption: 'Link', type: 'Hyperlink', value: 'https://x.example' }],
  _info: { lastUpdated: '2026-05-02T11:22:33Z' },
}

t.test('a configuration, field by field; the maker is not the seller', async (t) => {
  const { ctx, asked } = vendor(lists({ 'company/configurations': [configuration] }))
  t.strictSame(await records(configurations.read({ ...ctx, customFields: ['7'] })), [
    {
      sourceId: '4711',
      url: screen('ConfigFV', 4711),
      updatedAt: '2026-05-02T11:22:33Z',
      companyId: '250',
      siteId: '1000',
      contactId: '58024',
      name: 'BEA-LT-014',
      typeId: '17',
      type: 'Managed Workstation',
      statusId: '2',
      status: 'Active',
      active: true,
      serialNumber: '5CG1234ABC',
      assetTag: 'A-100',
      manufacturer: 'HP',
      model: 'EliteBook 840 G8',
      productNumber: '336H0UT',
      osType: 'Windows 11 Pro',
      osVersion: '10.0.22631',
      macAddress: '00:11:22:33:44:55',
      ipAddress: '10.0.0.14',
      purchaseDate: '2023-03-31',
      installationDate: '2023-04-05',
      warrantyExpiration: '2026-03-31',
      notes: 'docking station',
      customFields: { 7: 'https://x.example' },
    },
  ])
  t.match(await configurations.readOne?.(ctx, '4711'), { sourceId: '4711' })
  t.equal(asked.at(-1)?.query.conditions, 'id=4711')
  t.equal(await configurations.readOne?.(ctx, '1'), null)
  t.equal((await failure(Promise.resolve(configurations.readOne?.(ctx, '1 or 1=1')))).kind, 'bug')
})

t.test('a pass goes on behind its checkpoint, also between two queries', async (t) => {
  const rows = Array.from({ length: 2100 }, (_, i) => ({ ...configuration, id: i + 1 }))
  const { ctx, asked } = vendor(lists({ 'company/configurations': rows }))
  const pages = await collect(configurations.read(ctx))
  t.strictSame(
    pages.map((page) => page.checkpoint),
    [1000, 2000, 2100].map((last) => ({ query: 0, last })),
  )
  t.strictSame(
    pages.map((page) => page.total),
    [2100, undefined, undefined],
  )

  asked.length = 0
  const rest = await records(configurations.read({ ...ctx, checkpoint: { query: 0, last: 2000 } }))
  t.strictSame([rest.length, rest[0]?.sourceId], [100, '2001'])
  t.equal(asked[0]?.path, 'company/configurations', 'no second count')

  const many = Array.from({ length: 300 }, (_, i) => String(i + 1000))
  const split = { ...ctx, filter: { configurationTypes: many } }
  asked.length = 0
  const queries = (await collect(configurations.read(split))).map((page) => page.checkpoint)
  t.same(queries.at(-1), { query: asked.filter(({ path }) => path.endsWith('count')).length - 1, last: 2100 })
  asked.length = 0
  const last = await collect(configurations.read({ ...split, checkpoint: { query: 1, last: 2100 } }))
  t.ok(asked[0]?.query.pageId === '2100' && asked[0].query.conditions?.startsWith('type/id in ('))
  t.strictSame(
    asked.slice(0, 2).map(({ query }) => query.pageId),
    ['2100', '0'],
    'the next query begins at its beginning',
  )
  t.ok(last.every((page) => typeof page.checkpoint === 'object'))
})

t.test('a date that cannot be read sets its record aside; left out, it is empty', async (t) => {
  const { warrantyExpirationDate: _left, ...without } = configuration
  const odd = { ...configuration, id: 4712, purchaseDate: 'next spring' }
  const { ctx } = vendor(lists({ 'company/configurations': [without, odd] }))
  const prepare = preparer('configurations', configurations.leftOutWhenEmpty)
  const { rows, rejected } = prepare({ records: await records(configurations.read(ctx)) })
  t.match(
    rows.map(({ json }) => JSON.parse(json)),
    [{ sourceId: '4711', warrantyExpiration: null, purchaseDate: '2023-03-31' }],
  )
  t.match(rejected, [{ sourceId: '4712', reason: /purchaseDate/ }])
})
