import t from 'tap'
import { testDatabase } from '../../database.ts'
import { by, Seed } from './seed.ts'

const database = await testDatabase(t)
const seed = new Seed(database)

t.beforeEach(async () => {
  await database.run(
    `truncate connections, company_type_mappings, company_status_mappings, market_mappings, company_types, company_statuses,
       markets, companies, company_links restart identity cascade`,
  )
})

const address = {
  address_line1: '1 High Street',
  address_line2: 'Suite 5',
  city: 'Leeds',
  state: 'West Yorkshire',
  postal_code: 'LS1',
  country: 'United Kingdom',
}

async function company(id: number) {
  return database.row<Record<string, unknown>>('select * from companies where id = $1', [id])
}

async function values(companyId: number, kind: 'company_type' | 'market'): Promise<string[]> {
  const [table, names] =
    kind === 'market' ? ['companies_markets', 'markets'] : ['companies_company_types', 'company_types']
  const rows = await database.rows<{ name: string }>(
    `select n.name from ${table} x join ${names} n on n.id = x.${kind}_id where company_id = $1 order by n.name`,
    [companyId],
  )
  return rows.map((row) => row.name)
}

t.test("name, web site, phone and address of the PSA are the hub's; nothing is written twice", async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const acme = await seed.company('Acme', { description: 'ours', website: 'https://old.example' })
  const link = await seed.record('companies', psa, '1', {
    name: 'Acme',
    website: 'https://acme.example',
    phone: '0113',
    ...address,
  })
  await seed.after(psa, 'companies')
  t.match(await company(acme), {
    name: 'Acme',
    website: 'https://acme.example',
    phone: '0113',
    description: 'ours',
    ...address,
  })
  await database.run("update company_links set name = 'Acme Holding' where id = $1", [link])
  t.same(await seed.after(psa, 'companies'), ['companies-updated'])
  t.match(await company(acme), { name: 'Acme Holding' })
  const before = await seed.versions()
  t.same(await seed.after(psa, 'companies'), [])
  t.equal(await seed.versions(), before)
})

t.test('an empty field at the source empties nothing', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const status = await seed.target('companyStatuses', 'Active')
  const type = await seed.target('companyTypes', 'Client')
  const acme = await seed.company('Acme', {
    website: 'https://acme.example',
    phone: '0113',
    status_id: status,
    ...address,
  })
  await database.run('insert into companies_company_types values ($1, $2)', [acme, type])
  await seed.record('companies', psa, '1', { name: 'Acme', country: 'UK' })
  await seed.after(psa, 'companies')
  t.match(await company(acme), {
    website: 'https://acme.example',
    phone: '0113',
    status_id: status,
    ...address,
    country: 'UK',
  })
  t.same(await values(acme, 'company_type'), ['Client'])
})

t.test('an address with a street is one value: nothing of the old one stays in it', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const acme = await seed.company('Acme', address)
  await seed.record('companies', psa, '1', { name: 'Acme', address_line1: '9 New Road', city: 'York' })
  await seed.after(psa, 'companies')
  t.match(await company(acme), { address_line1: '9 New Road', address_line2: null, city: 'York', postal_code: null })
})

t.test('the PSA speaks before other sources, whichever came last; what it leaves empty another may fill', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const documentation = await seed.connection()
  const acme = await seed.company('Acme')
  await seed.record('companies', psa, '1', { name: 'Acme', phone: '0113' })
  await seed.after(psa, 'companies')
  await seed.record('companies', documentation, 'a', { name: 'ACME', phone: '999', website: 'https://acme.example' })
  await seed.after(documentation, 'companies')
  t.match(await company(acme), { name: 'Acme', phone: '0113', website: 'https://acme.example' })
  const before = await seed.versions()
  await seed.after(psa, 'companies')
  await seed.after(documentation, 'companies')
  t.equal(await seed.versions(), before, 'the two do not take turns')
  await seed.disconnect(psa)
  await seed.after(documentation, 'companies')
  t.match(await company(acme), { name: 'ACME', phone: '999' })
})

t.test('a company gone at the source keeps what it had', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const acme = await seed.company('Acme')
  const link = await seed.record('companies', psa, '1', { name: 'Acme', phone: '0113' })
  await seed.after(psa, 'companies')
  await database.run("update company_links set removed_at = now(), phone = 'x' where id = $1", [link])
  await seed.after(psa, 'companies')
  t.match(await company(acme), { name: 'Acme', phone: '0113', removed_at: null })
  t.match(await seed.linkState(link), { link_state: 'linked', company_id: acme })
})

t.test('types follow the mapping; those the source does not know stay', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const acme = await seed.company('Acme')
  const own = await seed.target('companyTypes', 'Given by hand')
  await database.run('insert into companies_company_types values ($1, $2)', [acme, own])
  for (const name of ['Client', 'Vendor', 'Partner']) await seed.record('companyTypes', psa, name)
  const link = await seed.record('companies', psa, '1', { name: 'Acme', type_source_ids: ['Client', 'Vendor'] })
  await seed.after(psa, 'companies')
  t.same(await values(acme, 'company_type'), ['Given by hand'], 'nothing is mapped yet')

  await seed.values.createUnmapped(psa, 'companyTypes', by)
  t.same(await values(acme, 'company_type'), ['Client', 'Given by hand', 'Vendor'], 'mapped, they are there at once')

  await database.run("update company_links set type_source_ids = '{Partner}' where id = $1", [link])
  await seed.after(psa, 'companies')
  t.same(await values(acme, 'company_type'), ['Given by hand', 'Partner'])
  await database.run('update company_links set type_source_ids = null where id = $1', [link])
  await seed.after(psa, 'companies')
  t.same(await values(acme, 'company_type'), ['Given by hand', 'Partner'], 'not sent is not empty')
  await database.run("update company_links set type_source_ids = '{}' where id = $1", [link])
  await seed.after(psa, 'companies')
  t.same(await values(acme, 'company_type'), ['Given by hand'], 'an empty list is')
})

t.test('a value that is mapped otherwise moves all its companies', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const gold = await seed.target('companyTypes', 'Gold')
  const silver = await seed.target('companyTypes', 'Silver')
  const acme = await seed.company('Acme')
  await seed.record('companies', psa, '1', { name: 'Acme', type_source_ids: ['1'], status_source_id: 'A' })
  await seed.after(psa, 'companies')
  const type = await seed.record('companyTypes', psa, '1', { name: 'Gold' })
  await seed.values.map('companyTypes', type, gold, by)
  t.same(await values(acme, 'company_type'), ['Gold'])
  await seed.values.map('companyTypes', type, silver, by)
  t.equal((await values(acme, 'company_type')).length, 1)
  t.same(await database.rows('select company_type_id from companies_company_types'), [{ company_type_id: silver }])

  const on = await seed.target('companyStatuses', 'On')
  const off = await seed.target('companyStatuses', 'Off')
  const status = await seed.record('companyStatuses', psa, 'A', { name: 'Active' })
  await seed.values.map('companyStatuses', status, on, by)
  t.match(await company(acme), { status_id: on })
  await seed.values.map('companyStatuses', status, off, by)
  t.match(await company(acme), { status_id: off })
  await seed.values.ignore('companyStatuses', status, true, by)
  await seed.after(psa, 'companies')
  t.match(await company(acme), { status_id: off }, 'ignored, it says nothing')
})

t.test('the first market is the primary one', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const acme = await seed.company('Acme')
  const link = await seed.record('companies', psa, '1', { name: 'Acme', market_source_ids: ['unknown', '2', '1'] })
  for (const [id, name] of [
    ['1', 'Health'],
    ['2', 'Retail'],
  ] as const)
    await seed.record('markets', psa, id, { name })
  await seed.values.createUnmapped(psa, 'markets', by)
  await seed.after(psa, 'companies')
  const primary = async () =>
    (
      await database.row<{ name: string }>(
        'select m.name from companies c join markets m on m.id = primary_market_id where c.id = $1',
        [acme],
      )
    )?.name
  t.same(await values(acme, 'market'), ['Health', 'Retail'])
  t.equal(await primary(), 'Retail')
  await database.run("update company_links set market_source_ids = '{1}' where id = $1", [link])
  await seed.after(psa, 'companies')
  t.same(await values(acme, 'market'), ['Health'])
  t.equal(await primary(), 'Health')
  await database.run("update company_links set market_source_ids = '{}' where id = $1", [link])
  await seed.after(psa, 'companies')
  t.same(await values(acme, 'market'), [])
  t.equal(await primary(), undefined)
  const before = await seed.versions()
  await seed.after(psa, 'companies')
  t.equal(await seed.versions(), before)
})
