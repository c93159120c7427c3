import t from 'tap'
import { companies } from '../../../plugins/connectwise-psa/streams/companies.ts'
import { configurations } from '../../../plugins/connectwise-psa/streams/configurations.ts'
import { collect, failure, lists, records, screen, vendor } from './vendor.ts'

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
      url: screen('CompanyFV', 250),
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
  const [bare, emptied] = await records(companies.read({ ...ctx, customFields: ['7'] }))
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
  const [record] = await records(companies.read(ctx))
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
    (await records(companies.read(ctx))).map((record) => [record.sourceId, record.typeIds, record.types]),
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
