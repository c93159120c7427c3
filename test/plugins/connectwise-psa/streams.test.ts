import t from 'tap'
import type { Page } from '../../../core/connector/contract.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { companies } from '../../../plugins/connectwise-psa/streams/companies.ts'
import { configurations } from '../../../plugins/connectwise-psa/streams/configurations.ts'
import * as lookups from '../../../plugins/connectwise-psa/streams/lookups.ts'
import { sites } from '../../../plugins/connectwise-psa/streams/sites.ts'
import { collect, failure, lists, vendor } from './vendor.ts'

const link = (record: string, id: number) =>
  `https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails?recordType=${record}&companyName=Acme&recid=${id}`

const flat = async <K extends StreamName>(read: AsyncIterable<Page<K>>): Promise<RecordOf<K>[]> =>
  (await collect(read)).flatMap((page) => page.records)

const company = {
  id: 250,
  identifier: 'BEACON',
  name: 'Beacon Dental',
  status: { id: 1, name: 'Active', _info: { status_href: 'https://elsewhere.example/x' } },
  addressLine1: '1 High St',
  addressLine2: '',
  city: 'Tampa',
  state: 'FL',
  zip: '33602',
  country: { id: 1, name: 'United States' },
  phoneNumber: '8135550100',
  website: 'www.beacon.example',
  market: { id: 23, name: 'Healthcare' },
  types: [
    { id: 1, name: 'Client' },
    { id: 5, name: 'Partner' },
  ],
  deletedFlag: false,
  customFields: [
    { id: 7, caption: 'Tier', type: 'Text', entryMethod: 'List', value: 'false' },
    { id: 8, caption: 'VIP', type: 'Checkbox', value: 'True' },
    { id: 9, caption: 'Wi-Fi', type: 'Password', value: 'hunter2' },
    { id: 10, caption: 'Since', type: 'Date', value: '2020-02-29T00:00:00Z' },
    { id: 11, caption: 'Seats', type: 'Number', value: null },
    { id: 12, caption: 'Not chosen', type: 'Text', value: 'x' },
  ],
  _info: { lastUpdated: '2026-06-04T17:14:20Z', updatedBy: 'admin1' },
}
const statuses = [
  { id: 1, name: 'Active', defaultFlag: true, inactiveFlag: false },
  { id: 2, name: 'Former', defaultFlag: false, inactiveFlag: true },
]

t.test('a company, field by field', async (t) => {
  const { ctx } = vendor(lists({ 'company/companies': [company], 'company/companies/statuses': statuses }))
  const [page] = await collect(companies.read({ ...ctx, customFields: ['7', '8', '9', '10', '11', '13'] }))
  t.strictSame(page?.records, [
    {
      sourceId: '250',
      url: link('CompanyFV', 250),
      updatedAt: '2026-06-04T17:14:20Z',
      name: 'Beacon Dental',
      identifier: 'BEACON',
      website: 'www.beacon.example',
      phone: '8135550100',
      statusId: '1',
      status: 'Active',
      typeIds: ['1', '5'],
      types: ['Client', 'Partner'],
      marketIds: ['23'],
      markets: ['Healthcare'],
      active: true,
      addressLine1: '1 High St',
      addressLine2: null,
      city: 'Tampa',
      state: 'FL',
      postalCode: '33602',
      country: 'United States',
      customFields: { 7: 'false', 8: true, 10: '2020-02-29', 11: null },
    },
  ])
  t.strictSame(page?.checkpoint, { query: 0, last: 250 })
  t.equal(page?.total, 1)
})

t.test('not sent, empty and false stay three things', async (t) => {
  const rows = [
    { id: 1, name: 'Bare', types: [] },
    { id: 2, name: 'Emptied', types: null, market: {}, status: null, website: null, phoneNumber: '', country: {} },
  ]
  const { ctx } = vendor(lists({ 'company/companies': rows, 'company/companies/statuses': statuses }))
  const [bare, emptied] = await flat(companies.read({ ...ctx, customFields: ['7'] }))
  for (const field of [
    'website',
    'phone',
    'statusId',
    'status',
    'marketIds',
    'active',
    'city',
    'country',
    'updatedAt',
    'customFields',
  ] as const) {
    t.equal(bare?.[field], undefined, `${field} was not sent`)
  }
  t.strictSame(bare?.typeIds, [])
  for (const field of [
    'website',
    'phone',
    'statusId',
    'status',
    'marketIds',
    'markets',
    'typeIds',
    'country',
  ] as const) {
    t.equal(emptied?.[field], null, `${field} is empty`)
  }
  t.equal(emptied?.active, undefined, 'without a status nobody can tell')
})

t.test('deleted companies are reported, inactive ones are kept', async (t) => {
  const rows = [
    { ...company, id: 1, deletedFlag: true },
    { ...company, id: 2, status: { id: 2, name: 'Former' } },
  ]
  const { ctx } = vendor(lists({ 'company/companies': rows, 'company/companies/statuses': statuses }))
  const [page] = await collect(companies.read(ctx))
  t.strictSame(page?.removals, ['1'])
  t.match(page?.records, [{ sourceId: '2', active: false }])
  t.equal(await companies.readOne?.(ctx, '1'), null)
  t.match(await companies.readOne?.(ctx, '2'), { sourceId: '2', active: false })
  t.equal(await companies.readOne?.(ctx, '3'), null)
})

t.test('without the right to read statuses companies still come, with a warning', async (t) => {
  const tables = lists({ 'company/companies': [company] })
  const { ctx, reported } = vendor((asked) =>
    asked.path === 'company/companies/statuses'
      ? { status: 403, body: { code: 'Security', message: 'no' } }
      : tables(asked),
  )
  const [record] = await flat(companies.read(ctx))
  t.equal(record?.active, undefined)
  t.strictSame(reported, ['warning company-statuses'])

  const down = vendor((asked) => (asked.path.endsWith('statuses') ? { status: 503 } : tables(asked)))
  t.equal((await failure(collect(companies.read(down.ctx)))).kind, 'transient', 'an outage is no missing right')
})

t.test('types that a company leaves out come from the associations', async (t) => {
  const { types: _types, ...untyped } = company
  const rows = [company, { ...untyped, id: 251 }, { ...untyped, id: 252 }]
  const associations = [
    { id: 1, type: { id: 5, name: 'Partner' }, company: { id: 251, name: 'x' } },
    { id: 2, type: { id: 9, name: 'Other' }, company: { id: 250, name: 'x' } },
  ]
  const { ctx, asked } = vendor(
    lists({
      'company/companies': rows,
      'company/companies/statuses': [],
      'company/companyTypeAssociations': associations,
    }),
  )
  t.strictSame(
    (await flat(companies.read(ctx))).map((record) => [record.sourceId, record.typeIds, record.types]),
    [
      ['250', ['1', '5'], ['Client', 'Partner']],
      ['251', ['5'], ['Partner']],
      ['252', [], []],
    ],
  )
  t.equal(asked.find(({ path }) => path.endsWith('Associations'))?.query.conditions, 'company/id in (251,252)')
})

t.test('the import filter is applied by ConnectWise', async (t) => {
  const { ctx, asked } = vendor(
    lists({ 'company/companies': [company], 'company/companies/statuses': [], 'company/configurations': [] }),
  )
  const filtered = {
    ...ctx,
    filter: {
      companyTypes: ['1', '5'],
      companyStatuses: ['1'],
      configurationTypes: ['17'],
      configurationStatuses: ['2'],
    },
    since: '2026-08-01T02:00:00.000Z',
  }
  await collect(companies.read(filtered))
  await collect(configurations.read(filtered))
  const queries = asked
    .filter(({ headers, path }) => headers['pagination-type'] && !path.endsWith('statuses'))
    .map(({ query }) => query)
  t.match(queries, [
    { conditions: 'status/id=1 and lastUpdated>=[2026-08-01T02:00:00Z]', childConditions: 'types/id in (1,5)' },
    { conditions: 'type/id=17 and status/id=2 and lastUpdated>=[2026-08-01T02:00:00Z]' },
  ])
  asked.length = 0
  await companies.readOne?.(filtered, '250')
  t.match(asked.find(({ path }) => path === 'company/companies')?.query, {
    conditions: 'id=250 and status/id=1',
    childConditions: 'types/id in (1,5)',
  })
})

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
  t.strictSame(await flat(configurations.read({ ...ctx, customFields: ['7'] })), [
    {
      sourceId: '4711',
      url: link('ConfigFV', 4711),
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
  const rest = await flat(configurations.read({ ...ctx, checkpoint: { query: 0, last: 2000 } }))
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

const siteRow = {
  id: 1000,
  name: 'Main',
  addressLine1: '1 High St',
  city: 'Tampa',
  stateReference: { id: 9, identifier: 'FL', name: 'Florida' },
  zip: '33602',
  country: { id: 1, name: 'United States' },
  phoneNumber: '8135550100',
  primaryAddressFlag: true,
  inactiveFlag: false,
  company: { id: 250 },
  _info: { lastUpdated: '2026-01-10T10:00:00Z' },
}

t.test('a site, read per company', async (t) => {
  const { ctx } = vendor(lists({ 'company/companies/250/sites': [siteRow] }))
  t.strictSame(await flat(sites.read({ ...ctx, companies: ['250'] })), [
    {
      sourceId: '1000',
      updatedAt: '2026-01-10T10:00:00Z',
      companyId: '250',
      name: 'Main',
      active: true,
      primary: true,
      phone: '8135550100',
      addressLine1: '1 High St',
      addressLine2: undefined,
      city: 'Tampa',
      state: 'FL',
      postalCode: '33602',
      country: 'United States',
    },
  ])
})

t.test('the state of a site: short, else long, else as text, else empty', async (t) => {
  const rows = [
    { ...siteRow, id: 1, stateReference: { id: 9, name: 'Florida' } },
    { ...siteRow, id: 2, stateReference: undefined, state: 'FL' },
    { ...siteRow, id: 3, stateReference: {} },
    { ...siteRow, id: 4, stateReference: null },
    { ...siteRow, id: 5, stateReference: undefined },
  ]
  const { ctx } = vendor(lists({ 'company/companies/250/sites': rows }))
  const read = await flat(sites.read({ ...ctx, companies: ['250'] }))
  t.strictSame(
    read.map((site) => site.state),
    ['Florida', 'FL', null, null, undefined],
  )
})

t.test('sites go on behind the last finished company and bear one that vanished', async (t) => {
  const companiesInScope = Array.from({ length: 250 }, (_, i) => String(i + 1))
  const { ctx } = vendor(({ path }) => {
    const company = Number(/companies\/(\d+)\/sites/.exec(path)?.[1])
    if (company === 7) return { status: 404, body: { code: 'NotFound', message: 'Company 7 not found' } }
    return { body: [{ ...siteRow, id: company * 10 }] }
  })
  const pages = await collect(sites.read({ ...ctx, companies: companiesInScope }))
  t.strictSame(
    pages.map((page) => [page.checkpoint, page.records.length]),
    [
      ['100', 99],
      ['200', 100],
      ['250', 50],
    ],
  )
  const rest = await flat(sites.read({ ...ctx, companies: companiesInScope, checkpoint: '200' }))
  t.strictSame([rest.length, rest[0]?.companyId], [50, '201'])
  t.equal((await flat(sites.read({ ...ctx, companies: ['1', '2'], checkpoint: '999' }))).length, 2)
  t.strictSame(await collect(sites.read(ctx)), [])
})

t.test('an error of one company is no empty list', async (t) => {
  const { ctx } = vendor(() => ({ status: 403, body: { code: 'Security', message: 'no' } }))
  t.equal((await failure(collect(sites.read({ ...ctx, companies: ['1'] })))).kind, 'permission')
})

t.test('the small tables', async (t) => {
  const _info = { lastUpdated: '2026-01-01T00:00:00Z' }
  const { ctx } = vendor(
    lists({
      'company/companies/types': [{ id: 5, name: 'Partner', defaultFlag: false, _info }],
      'company/companies/statuses': statuses,
      'company/marketDescriptions': [{ id: 23, name: 'Healthcare' }],
      'company/configurations/types': [
        { id: 17, name: 'Workstation', inactiveFlag: true },
        { id: 18, name: 'New' },
      ],
      'company/configurations/statuses': [{ id: 2, description: 'Active', closedFlag: false, defaultFlag: true }],
      'service/boards': [
        { id: 1, name: 'Help Desk', inactiveFlag: false },
        { id: 4, name: 'Old', inactiveFlag: true },
      ],
      'service/priorities': [{ id: 4, name: 'Priority 3', color: 'Yellow', sortOrder: 3, defaultFlag: true }],
      'service/boards/1/statuses': [
        {
          id: 16,
          name: 'New',
          board: { id: 1 },
          sortOrder: 1,
          inactive: false,
          closedStatus: false,
          defaultFlag: true,
        },
      ],
      'service/boards/4/statuses': [{ id: 40, name: 'Closed', sortOrder: 9, inactive: true, closedStatus: true }],
    }),
  )
  const same = (one: unknown, other: unknown) => t.same(JSON.parse(JSON.stringify(one)), other)
  same(await flat(lookups.companyTypes.read(ctx)), [
    { sourceId: '5', name: 'Partner', isDefault: false, updatedAt: '2026-01-01T00:00:00Z' },
  ])
  same(await flat(lookups.companyStatuses.read(ctx)), [
    { sourceId: '1', name: 'Active', active: true, isDefault: true },
    { sourceId: '2', name: 'Former', active: false, isDefault: false },
  ])
  same(await flat(lookups.markets.read(ctx)), [{ sourceId: '23', name: 'Healthcare' }])
  same(await flat(lookups.configurationTypes.read(ctx)), [
    { sourceId: '17', name: 'Workstation', active: false },
    { sourceId: '18', name: 'New' },
  ])
  same(await flat(lookups.configurationStatuses.read(ctx)), [
    { sourceId: '2', name: 'Active', active: true, isDefault: true },
  ])
  same(await flat(lookups.ticketBoards.read(ctx)), [
    { sourceId: '1', name: 'Help Desk', active: true },
    { sourceId: '4', name: 'Old', active: false },
  ])
  same(await flat(lookups.ticketPriorities.read(ctx)), [
    { sourceId: '4', name: 'Priority 3', sortOrder: 3, isDefault: true, color: 'Yellow' },
  ])
  same(await flat(lookups.ticketStatuses.read(ctx)), [
    { sourceId: '16', boardId: '1', name: 'New', closed: false, sortOrder: 1, isDefault: true, active: true },
    { sourceId: '40', boardId: '4', name: 'Closed', closed: true, sortOrder: 9, active: false },
  ])
})

t.test('the custom fields to choose from, with their options, without passwords', async (t) => {
  const definitions = [
    {
      id: 7,
      caption: 'Tier',
      options: [
        { id: 1, optionValue: 'Gold' },
        { id: 2, optionValue: 'Old', inactiveFlag: true },
      ],
    },
    { id: 8, caption: 'VIP' },
  ]
  const tables = lists({ 'company/companies': [company], 'system/userDefinedFields': definitions })
  const { ctx, asked } = vendor(tables)
  t.strictSame((await companies.customFields?.(ctx))?.slice(0, 2), [
    { id: '7', title: 'Tier', type: 'Text', options: ['Gold'] },
    { id: '8', title: 'VIP', type: 'Checkbox' },
  ])
  t.notOk((await companies.customFields?.(ctx))?.some((field) => field.id === '9'))
  t.equal(asked[0]?.query.fields, 'id,customFields')

  const forbidden = vendor((seen) =>
    seen.path.startsWith('system/') ? { status: 403, body: { code: 'Security' } } : tables(seen),
  )
  t.strictSame((await companies.customFields?.(forbidden.ctx))?.[0], { id: '7', title: 'Tier', type: 'Text' })
  t.strictSame(await configurations.customFields?.(vendor(lists({ 'company/configurations': [] })).ctx), [])
})
