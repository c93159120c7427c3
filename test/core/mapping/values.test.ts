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
  seed.audit.length = 0
})

t.test('create unmapped: makes what the hub lacks, uses what it has, and twice is once', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const client = await seed.target('companyTypes', 'CLIENT')
  for (const name of ['Client', 'Vendor', 'vendor', 'Partner', 'Old']) await seed.record('companyTypes', psa, name)
  const { rows } = await seed.values.list(psa, 'companyTypes')
  const ignored = rows.find((row) => row.name === 'Partner')?.id ?? 0
  await seed.values.ignore('companyTypes', ignored, true, by)
  await database.run("update company_type_mappings set removed_at = now() where name = 'Old'")

  t.same(await seed.values.createUnmapped(psa, 'companyTypes', by), { created: 1, reused: 1, mapped: 3 })
  t.same(await seed.names('company_types'), ['Client', 'Vendor'], 'and the source decides upper and lower case')
  const list = await seed.values.list(psa, 'companyTypes')
  t.same(list.counts, { mapped: 3, unmapped: 0, ignored: 1, stale: 0 })
  t.equal(list.rows.find((row) => row.name === 'Client')?.targetId, client)

  const before = await seed.versions()
  t.same(await seed.values.createUnmapped(psa, 'companyTypes', by), { created: 0, reused: 0, mapped: 0 })
  t.equal(await seed.versions(), before)
  t.same(
    seed.audit.map((entry) => entry.action),
    ['mapping.ignore', 'mapping.create'],
  )
})

t.test('create unmapped by two people at once makes every value once', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  for (const name of ['A', 'B', 'C']) await seed.record('markets', psa, name)
  const results = await Promise.all([1, 2, 3].map(() => seed.values.createUnmapped(psa, 'markets', by)))
  t.equal(
    results.reduce((sum, result) => sum + result.created, 0),
    3,
  )
  t.same(await seed.names('markets'), ['A', 'B', 'C'])
})

t.test('the name of the PSA wins as soon as two values are mapped, and when it changes later', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const target = await seed.target('companyTypes', 'Client')
  const mapping = await seed.record('companyTypes', psa, '1', { name: 'Customer' })
  t.same(await seed.values.map('companyTypes', mapping, target, by), {
    renamed: [{ id: target, before: 'Client', after: 'Customer' }],
    conflicts: [],
  })
  await database.run("update company_type_mappings set name = 'Kunde' where id = $1", [mapping])
  t.same(await seed.after(psa, 'companyTypes'), ['value-renamed'])
  t.same(await seed.names('company_types'), ['Kunde'])
  const before = await seed.versions()
  t.same(await seed.after(psa, 'companyTypes'), [])
  t.equal(await seed.versions(), before)
})

t.test('several source values behind one of the hub leave its name alone', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const target = await seed.target('companyTypes', 'Client')
  for (const name of ['Gold', 'Silver'])
    await seed.values.map('companyTypes', await seed.record('companyTypes', psa, name), target, by)
  await seed.after(psa, 'companyTypes')
  // The first mapping alone took the name; the second made it nobody's.
  t.same(await seed.names('company_types'), ['Gold'])
  await database.run("update company_type_mappings set name = name || '!'")
  await seed.after(psa, 'companyTypes')
  t.same(await seed.names('company_types'), ['Gold'])
  await database.run("update company_type_mappings set removed_at = now() where name = 'Silver!'")
  await seed.after(psa, 'companyTypes')
  t.same(await seed.names('company_types'), ['Gold!'], 'a value that is gone does not count')
})

t.test('beside the PSA another source does not name anything; alone it does', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const documentation = await seed.connection()
  const target = await seed.target('companyTypes', 'Client')
  await seed.values.map('companyTypes', await seed.record('companyTypes', psa, 'Customer'), target, by)
  await seed.values.map('companyTypes', await seed.record('companyTypes', documentation, 'Organisation'), target, by)
  t.same(await seed.names('company_types'), ['Customer'])
  await seed.disconnect(psa)
  await seed.after(documentation, 'companyTypes')
  t.same(await seed.names('company_types'), ['Organisation'])
})

t.test('a name that is taken is left and reported, also when two would swap', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const a = await seed.target('markets', 'A')
  const b = await seed.target('markets', 'B')
  const mappedA = await seed.record('markets', psa, '1', { name: 'A' })
  const mappedB = await seed.record('markets', psa, '2', { name: 'B' })
  await seed.values.map('markets', mappedA, a, by)
  await seed.values.map('markets', mappedB, b, by)
  await database.run("update market_mappings set name = case name when 'A' then 'B' else 'A' end")
  t.same(await seed.after(psa, 'markets'), ['name-taken', 'name-taken'])
  t.same(await seed.names('markets'), ['A', 'B'])

  await database.run("update market_mappings set name = 'Same'")
  t.same(await seed.after(psa, 'markets'), ['value-renamed', 'name-taken'], 'two of one new name: one gets it')
  t.same(await seed.names('markets'), ['B', 'Same'])
})

t.test('stale and unmapped values can be told from the rest', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const target = await seed.target('companyStatuses', 'Active')
  const active = await seed.record('companyStatuses', psa, 'Active', { active: true, is_default: true })
  await seed.values.map('companyStatuses', active, target, by)
  await seed.record('companyStatuses', psa, 'New')
  await seed.record('companyStatuses', psa, 'Never mapped, gone', { removed_at: new Date() })
  await database.run('update company_status_mappings set removed_at = now() where id = $1', [active])
  const stale = await seed.values.list(psa, 'companyStatuses', { stale: true })
  t.match(stale.rows, [{ name: 'Active', targetName: 'Active', stale: true, active: true, isDefault: true }])
  const unmapped = await seed.values.list(psa, 'companyStatuses', { unmapped: true })
  t.match(unmapped.rows, [{ name: 'New', targetId: null, active: null }])
  t.same(unmapped.counts, { mapped: 0, unmapped: 1, ignored: 0, stale: 1 })
})

t.test('the status of new companies is the one the PSA says', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  await seed.record('companyStatuses', psa, 'Active', { is_default: true })
  await seed.record('companyStatuses', psa, 'Inactive', { is_default: false })
  await seed.record('companyStatuses', psa, 'Unclear')
  await seed.values.createUnmapped(psa, 'companyStatuses', by)
  const defaults = () => database.rows('select name from company_statuses where is_default')
  t.same(await defaults(), [{ name: 'Active' }])
  await database.run('update company_status_mappings set is_default = not is_default')
  await seed.after(psa, 'companyStatuses')
  t.same(await defaults(), [{ name: 'Inactive' }])
})

t.test('connected again to the same account, values are mapped as they were', async (t) => {
  const old = await seed.connection({ kind: 'psa', account: 'msp' })
  const target = await seed.target('companyTypes', 'Client')
  await seed.values.map('companyTypes', await seed.record('companyTypes', old, '1', { name: 'Client' }), target, by)
  await seed.values.ignore('companyTypes', await seed.record('companyTypes', old, '2', { name: 'Test' }), true, by)
  await seed.disconnect(old)
  const again = await seed.connection({ kind: 'psa', account: 'msp' })
  const mapped = await seed.record('companyTypes', again, '1', { name: 'Client' })
  await seed.record('companyTypes', again, '2', { name: 'Test' })
  await seed.record('companyTypes', again, '3', { name: 'New' })
  await seed.after(again, 'companyTypes')
  t.same((await seed.values.list(again, 'companyTypes')).counts, { mapped: 1, unmapped: 1, ignored: 1, stale: 0 })
  await seed.values.map('companyTypes', mapped, null, by)
  await seed.after(again, 'companyTypes')
  t.same((await seed.values.list(again, 'companyTypes')).counts.mapped, 0, 'a decision made since stands')
})

t.test('what does not exist is refused with a sentence', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const mapping = await seed.record('companyTypes', psa, '1')
  await t.rejects(seed.values.map('companyTypes', mapping, 999, by), { name: 'Refusal', message: /type is not there/ })
  await t.rejects(seed.values.map('companyTypes', 999, null, by), { name: 'Refusal', message: /not there/ })
})
