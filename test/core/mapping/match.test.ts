import t from 'tap'
import { listSourceCompanies } from '../../../core/mapping/company-list.ts'
import { testDatabase } from '../../database.ts'
import { by, Seed } from './seed.ts'

const database = await testDatabase(t)
const seed = new Seed(database)
const linked = (company_id: number, matched_by: string) => ({ link_state: 'linked', matched_by, company_id })
const unmapped = { link_state: 'unmapped', matched_by: null, company_id: null }
const ambiguous = { link_state: 'ambiguous', matched_by: null, company_id: null }

t.afterEach(async () => {
  await database.run('truncate companies, company_links, connections restart identity cascade')
})

t.test('a company is found by its exact name, whatever case and spaces, and by nothing similar', async (t) => {
  const acme = await seed.company('ACME  Übersee GmbH ')
  await seed.company('Beta Ltd')
  const connection = await seed.connection()
  const same = await seed.record('companies', connection, '1', { name: ' Acme übersee gmbh' })
  const similar = await seed.record('companies', connection, '2', { name: 'Beta Ltd.' })
  t.same(await seed.after(connection, 'companies'), ['companies-linked'])
  t.same(await seed.linkState(same), linked(acme, 'name'))
  t.same(await seed.linkState(similar), unmapped)
})

t.test('an id goes before a name, and an id is compared as a whole', async (t) => {
  const byId = await seed.company('Some other name', { external_id: '250' })
  const byIdentifier = await seed.company('Third name', { external_id: 'ACME' })
  await seed.company('First')
  await seed.company('Ten', { external_id: '10' })
  const psa = await seed.connection({ kind: 'psa' })
  const first = await seed.record('companies', psa, '250', { name: 'First' })
  const second = await seed.record('companies', psa, '251', { name: 'Second', identifier: 'ACME' })
  const one = await seed.record('companies', psa, '1', { name: 'One', identifier: '100' })
  await seed.after(psa, 'companies')
  t.same(await seed.linkState(first), linked(byId, 'external-id'))
  t.same(await seed.linkState(second), linked(byIdentifier, 'external-id'))
  t.same(await seed.linkState(one), unmapped)
})

t.test('an external id is an id in the PSA, not in any system that counts from 1 too', async (t) => {
  await seed.company('Acme', { external_id: '17' })
  const documentation = await seed.connection({ kind: 'documentation' })
  const link = await seed.record('companies', documentation, '17', { name: 'Somebody else' })
  await seed.after(documentation, 'companies')
  t.same(await seed.linkState(link), unmapped)
})

t.test('two companies of the hub for one at the source, and the reverse, are ambiguous and stay so', async (t) => {
  const north = await seed.company('Twins')
  const south = await seed.company('twins')
  const shared = await seed.company('Shared')
  const connection = await seed.connection()
  const twins = await seed.record('companies', connection, '1', { name: 'Twins' })
  const shared1 = await seed.record('companies', connection, '2', { name: 'Shared' })
  const shared2 = await seed.record('companies', connection, '3', { name: 'shared' })
  t.same(await seed.after(connection, 'companies'), ['companies-ambiguous'])
  for (const link of [twins, shared1, shared2]) t.same(await seed.linkState(link), ambiguous)

  const { rows } = await listSourceCompanies(database, connection, { filter: 'ambiguous' })
  t.same(
    rows.map((row) => [row.name, row.candidates.map((candidate) => candidate.companyId)]),
    [
      ['Shared', [shared]],
      ['shared', [shared]],
      ['Twins', [north, south].sort((a, b) => a - b)],
    ],
  )

  await seed.companies.link(twins, south, by)
  await seed.companies.linkToNew(shared2, by)
  t.same(await seed.linkState(twins), linked(south, 'person'))
  const made = await seed.linkState(shared2)
  t.equal(made.matched_by, 'person')
  t.not(made.company_id, shared)
  // The new company bears the name too: who the other one is has not become clearer.
  await seed.after(connection, 'companies')
  t.same(await seed.linkState(shared1), ambiguous)
})

t.test('what is no longer ambiguous is matched, or open again', async (t) => {
  const one = await seed.company('Twins')
  const other = await seed.company('Twins')
  const connection = await seed.connection()
  const link = await seed.record('companies', connection, '1', { name: 'Twins' })
  await seed.after(connection, 'companies')
  t.same(await seed.linkState(link), ambiguous)
  await database.run('update companies set removed_at = now() where id = $1', [other])
  await seed.after(connection, 'companies')
  t.same(await seed.linkState(link), linked(one, 'name'))

  await seed.company('Pair')
  await seed.company('Pair')
  const pair = await seed.record('companies', connection, '2', { name: 'Pair' })
  await seed.after(connection, 'companies')
  t.same(await seed.linkState(pair), ambiguous)
  await database.run("update companies set name = name || id where name = 'Pair'")
  await seed.after(connection, 'companies')
  t.same(await seed.linkState(pair), unmapped)
})

t.test('a second source company of the same name is not added to a company that is linked already', async (t) => {
  const acme = await seed.company('Acme')
  const connection = await seed.connection()
  const first = await seed.record('companies', connection, '1', { name: 'Acme' })
  await seed.after(connection, 'companies')
  const second = await seed.record('companies', connection, '2', { name: 'ACME' })
  await seed.after(connection, 'companies')
  t.same(await seed.linkState(first), linked(acme, 'name'))
  t.same(await seed.linkState(second), ambiguous)

  await database.run('update company_links set removed_at = now() where id = $1', [first])
  await seed.after(connection, 'companies')
  t.same(await seed.linkState(second), linked(acme, 'name'), 'made anew at the source, it is the company it was')
})

t.test('the better key wins a company; the weaker claim is asked about', async (t) => {
  const acme = await seed.company('Acme', { external_id: '7' })
  const psa = await seed.connection({ kind: 'psa' })
  const byName = await seed.record('companies', psa, '6', { name: 'Acme' })
  const byId = await seed.record('companies', psa, '7', { name: 'Acme Holding' })
  await seed.after(psa, 'companies')
  t.same(await seed.linkState(byId), linked(acme, 'external-id'))
  t.same(await seed.linkState(byName), ambiguous)
})

t.test('connected again to the same account, companies are what they were; another account starts anew', async (t) => {
  const old = await seed.connection({ kind: 'psa', account: 'msp' })
  const acme = await seed.company('Acme')
  const oldLink = await seed.record('companies', old, '1', { name: 'Called otherwise' })
  await seed.companies.link(oldLink, acme, by)
  const oldIgnored = await seed.record('companies', old, '2', { name: 'Ignored' })
  await seed.companies.ignore([oldIgnored], true, by)
  await seed.disconnect(old)

  const foreign = await seed.connection({ kind: 'psa', account: 'somebody else' })
  const stranger = await seed.record('companies', foreign, '1', { name: 'Stranger' })
  await seed.after(foreign, 'companies')
  t.same(await seed.linkState(stranger), unmapped)
  await seed.disconnect(foreign)

  const again = await seed.connection({ kind: 'psa', account: 'msp' })
  const link = await seed.record('companies', again, '1', { name: 'Called otherwise' })
  const ignored = await seed.record('companies', again, '2', { name: 'Ignored' })
  await seed.after(again, 'companies')
  t.same(await seed.linkState(link), linked(acme, 'earlier-connection'))
  t.same(await seed.linkState(ignored), { link_state: 'ignored', matched_by: 'earlier-connection', company_id: null })

  await seed.companies.ignore([ignored], false, by)
  await seed.after(again, 'companies')
  t.same(await seed.linkState(ignored), unmapped, 'what a person took back is not ignored again')
})

t.test('matching again writes nothing', async (t) => {
  await seed.company('Acme')
  await seed.company('Twins')
  await seed.company('Twins')
  const connection = await seed.connection()
  for (const name of ['Acme', 'Twins', 'Nobody']) await seed.record('companies', connection, name)
  await seed.after(connection, 'companies')
  const before = await seed.versions()
  t.same(await seed.after(connection, 'companies'), ['companies-ambiguous'])
  t.equal(await seed.versions(), before)
})
