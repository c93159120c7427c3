import t from 'tap'
import { sites } from '../../../plugins/connectwise-psa/streams/sites.ts'
import { collect, failure, lists, records, vendor } from './vendor.ts'

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
  t.strictSame(await records(sites.read({ ...ctx, companies: ['250'] })), [
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
  const read = await records(sites.read({ ...ctx, companies: ['250'] }))
  t.strictSame(
    read.map((site) => site.state),
    ['Florida', 'FL', null, null, undefined],
  )
})

t.test('sites go on behind the last finished company and bear one that vanished', async (t) => {
  const companiesInScope = Array.from({ length: 250 }, (_, i) => String(i + 1))
  const { ctx } = vendor(({ path, query }) => {
    if (path === 'company/companies') return { body: query.conditions === 'id=7' ? [] : [{ id: 1 }] }
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
  const rest = await records(sites.read({ ...ctx, companies: companiesInScope, checkpoint: '200' }))
  t.strictSame([rest.length, rest[0]?.companyId], [50, '201'])
  t.equal((await records(sites.read({ ...ctx, companies: ['1', '2'], checkpoint: '999' }))).length, 2)
  t.strictSame(await collect(sites.read(ctx)), [])
})

t.test('an error of one company is no empty list', async (t) => {
  const { ctx } = vendor(() => ({ status: 403, body: { code: 'Security', message: 'no' } }))
  t.equal((await failure(collect(sites.read({ ...ctx, companies: ['1'] })))).kind, 'permission')
})

t.test('a list that is not found although its company is there is told, not taken for no sites', async (t) => {
  for (const body of [{ code: 'ConnectWiseApi', message: 'The endpoint does not exist.' }, '<html>', undefined]) {
    const { ctx } = vendor(({ path }) => (path === 'company/companies' ? { body: [{ id: 1 }] } : { status: 404, body }))
    t.equal((await failure(collect(sites.read({ ...ctx, companies: ['1'] })))).kind, 'not-found')
    const nothing = vendor(() => ({ status: 404, body }))
    t.equal((await failure(collect(sites.read({ ...nothing.ctx, companies: ['1'] })))).kind, 'not-found')
  }
})
