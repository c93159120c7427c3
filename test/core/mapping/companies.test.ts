import t from 'tap'
import { companyStreams } from '../../../core/mapping/children.ts'
import { type LinkQuery, listSourceCompanies } from '../../../core/mapping/company-list.ts'
import { previewImport } from '../../../core/mapping/preview.ts'
import { tables } from '../../../core/store/columns.ts'
import { testDatabase } from '../../database.ts'
import { by, Seed } from './seed.ts'

const database = await testDatabase(t)
const seed = new Seed(database)

t.beforeEach(async () => {
  await database.run('truncate connections, companies, company_links, stream_states restart identity cascade')
  for (const stream of companyStreams) await database.run(`truncate ${tables[stream]}`)
  seed.audit.length = 0
})

async function fullRequired(connectionId: number): Promise<string[]> {
  const rows = await database.rows<{ stream: string }>(
    'select stream from stream_states where connection_id = $1 and full_required order by stream',
    [connectionId],
  )
  return rows.map((row) => row.stream)
}

/** As after a complete sync: nothing needs to be read whole. */
async function settleStreams(connectionId: number): Promise<void> {
  await database.run(
    `insert into stream_states (connection_id, stream, full_required, pass_id, checkpoint)
     select $1, unnest($2::text[]), false, 1, '{}'
     on conflict (connection_id, stream) do update set full_required = false, pass_id = 1, checkpoint = '{}'`,
    [connectionId, ['companies', 'companyTypes', ...companyStreams]],
  )
}

async function companyOf(
  stream: (typeof companyStreams)[number],
  sourceId: string,
): Promise<number | null | undefined> {
  const row = await database.row<{ company_id: number | null }>(
    `select company_id from ${tables[stream]} where source_id = $1`,
    [sourceId],
  )
  return row?.company_id
}

t.test('import matches first, creates the rest in the integration group, and twice is once', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const known = await seed.company('Known')
  await seed.company('Twins')
  await seed.company('Twins')
  const links = new Map<string, number>()
  for (const name of ['Known', 'New', 'Twins', 'Unwanted', 'Gone'])
    links.set(
      name,
      await seed.record('companies', psa, name, { phone: '1', removed_at: name === 'Gone' ? new Date() : null }),
    )
  await seed.companies.ignore([links.get('Unwanted') ?? 0], true, by)

  const preview = await previewImport(database, psa, 'all-passing')
  t.match(preview.link, [{ name: 'Known', company: { companyId: known, how: 'name' } }])
  t.match(preview.create, [{ name: 'New' }])
  t.match(preview.ambiguous, [{ name: 'Twins', candidates: [{ name: 'Twins' }, { name: 'Twins' }] }])
  t.same(preview.link.length + preview.create.length + preview.ambiguous.length, 3)
  t.same(await seed.names('companies'), ['Known', 'Twins', 'Twins'], 'a preview writes nothing')

  t.same(await seed.companies.import(psa, 'all-passing', by), { linked: 1, created: 1 })
  t.match(
    await database.row(
      'select c.name, phone, g.name as group from companies c join groups g on g.id = group_id where is_integration_group',
    ),
    { name: 'New', phone: '1', group: 'Imported companies' },
  )
  t.match(await seed.linkState(links.get('New') ?? 0), { link_state: 'linked', matched_by: 'import' })
  t.match(await seed.linkState(links.get('Unwanted') ?? 0), { link_state: 'ignored', company_id: null })

  t.same(await seed.companies.import(psa, 'all-passing', by), { linked: 0, created: 0 })
  t.equal((await seed.names('companies')).length, 4)
  t.match(seed.audit.at(-2), { action: 'company.import', actor: 'cli', detail: { linked: 1, created: 1 } })
})

t.test('two imports at the same moment create every company once', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  for (let i = 1; i <= 30; i++) await seed.record('companies', psa, `Company ${i}`)
  const results = await Promise.all([1, 2, 3].map(() => seed.companies.import(psa, 'all-passing', by)))
  t.equal(
    results.reduce((sum, { created }) => sum + created, 0),
    30,
  )
  t.equal((await seed.names('companies')).length, 30)
})

t.test('only the chosen are imported, and only what passes the filter counts as all', async (t) => {
  const filter = { companyTypes: ['client'], companyStatuses: ['active'] }
  const psa = await seed.connection({ kind: 'psa', filter })
  const chosen = await seed.record('companies', psa, 'Chosen', { type_source_ids: ['vendor'] })
  await seed.record('companies', psa, 'Passes', { type_source_ids: ['vendor', 'client'], status_source_id: 'active' })
  await seed.record('companies', psa, 'Other type', { type_source_ids: ['vendor'], status_source_id: 'active' })
  await seed.record('companies', psa, 'Other status', { type_source_ids: ['client'], status_source_id: 'gone' })
  await seed.record('companies', psa, 'Says nothing')
  t.same(await seed.companies.import(psa, [chosen], by), { linked: 0, created: 1 })
  t.same(await seed.names('companies'), ['Chosen'])
  t.match((await previewImport(database, psa, 'all-passing')).create, [{ name: 'Passes' }])
  await seed.companies.import(psa, 'all-passing', by)
  t.same(await seed.names('companies'), ['Chosen', 'Passes'])
})

t.test('with "import all" a sync imports by itself, without it it does not', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  await seed.record('companies', psa, 'Acme')
  await seed.after(psa, 'companies')
  t.same(await seed.names('companies'), [])
  t.same(await seed.after(psa, 'companies', true), ['companies-imported'])
  t.same(await seed.names('companies'), ['Acme'])
})

t.test('what belongs to a company follows it: linked, linked otherwise, unlinked', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const other = await seed.connection()
  const acme = await seed.company('Acme')
  const beta = await seed.company('Beta')
  const link = await seed.record('companies', psa, '7', { name: 'Whoever' })
  for (const stream of companyStreams) {
    await seed.record(stream, psa, 'mine', { company_source_id: '7' })
    await seed.record(stream, psa, 'not mine', { company_source_id: '77' })
    await seed.record(stream, other, 'of another source', { company_source_id: '7' })
  }
  await settleStreams(psa)
  await settleStreams(other)

  await seed.companies.link(link, acme, by)
  for (const stream of companyStreams) t.equal(await companyOf(stream, 'mine'), acme, stream)
  t.same(await fullRequired(psa), [...companyStreams].sort(), 'what was passed over until now is read')
  t.same(
    await database.row('select pass_id, checkpoint from stream_states where connection_id = $1 and stream = $2', [
      psa,
      'sites',
    ]),
    { pass_id: null, checkpoint: null },
    'and a pass under way does not count as whole',
  )
  t.same(await fullRequired(other), [])
  await seed.companies.link(link, beta, by)
  t.equal(await companyOf('configurations', 'mine'), beta)
  await seed.companies.unlink(link, by)
  for (const stream of companyStreams) {
    t.equal(await companyOf(stream, 'mine'), null)
    t.equal(await companyOf(stream, 'not mine'), null)
    t.equal(await companyOf(stream, 'of another source'), null)
  }
})

t.test('a company that was unlinked is neither linked nor imported by itself, but by hand', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  await seed.company('Acme')
  const link = await seed.record('companies', psa, '1', { name: 'Acme' })
  await seed.after(psa, 'companies')
  await seed.companies.unlink(link, by)
  await seed.after(psa, 'companies', true)
  t.same(await seed.linkState(link), { link_state: 'unmapped', matched_by: 'unlinked', company_id: null })
  t.same(await seed.names('companies'), ['Acme'])
  await seed.companies.import(psa, [link], by)
  t.match(await seed.linkState(link), { link_state: 'linked', matched_by: 'import' })
  t.same(await seed.names('companies'), ['Acme', 'Acme'])
})

t.test('ignored, a company loses its link and its records; heeded again, it is matched', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const acme = await seed.company('Acme')
  const link = await seed.record('companies', psa, '1', { name: 'Acme' })
  await seed.record('sites', psa, 'office', { company_source_id: '1' })
  await seed.after(psa, 'companies')
  t.equal(await companyOf('sites', 'office'), acme)
  await seed.companies.ignore([link], true, by)
  t.equal(await companyOf('sites', 'office'), null)
  await seed.after(psa, 'companies', true)
  t.match(await seed.linkState(link), { link_state: 'ignored', company_id: null })
  await seed.companies.ignore([link], false, by)
  t.match(await seed.linkState(link), { link_state: 'linked', company_id: acme })
  t.equal(await companyOf('sites', 'office'), acme)
})

t.test('impossible decisions are refused with a sentence and leave nothing behind', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const link = await seed.record('companies', psa, '1', { name: 'Acme' })
  await t.rejects(seed.companies.link(link, 999, by), { name: 'Refusal', message: /not there/ })
  await t.rejects(seed.companies.link(999, 1, by), { name: 'Refusal', message: /not there/ })
  await seed.companies.linkToNew(link, by)
  await t.rejects(seed.companies.linkToNew(link, by), { name: 'Refusal', message: /linked already/ })
  t.equal((await seed.names('companies')).length, 1)
})

t.test('the mapping page: filters, counts, search, and pages that miss and repeat nothing', async (t) => {
  const psa = await seed.connection({ kind: 'psa' })
  const acme = await seed.company('Acme')
  const names = ['Acme', 'acme 2', '100% Pure', '100 Pure', 'Same', 'same', 'Zeta', 'Gone']
  for (const [index, name] of names.entries())
    await seed.record('companies', psa, `id${index}`, {
      name,
      identifier: `ID-${name}`,
      removed_at: name === 'Gone' ? new Date() : null,
    })
  await seed.record('companies', await seed.connection(), 'x', { name: 'Of another connection' })
  await seed.after(psa, 'companies')

  const all = await listSourceCompanies(database, psa)
  t.same(all.counts, { all: 8, unmapped: 6, linked: 1, ignored: 0, ambiguous: 0, removed: 1 })
  t.equal(all.rows.length, 8)
  t.match(
    all.rows.find((row) => row.name === 'Acme'),
    { state: 'linked', matchedBy: 'name', companyId: acme, companyName: 'Acme', removed: false, sourceId: 'id0' },
  )
  const search = async (query: LinkQuery) =>
    (await listSourceCompanies(database, psa, query)).rows.map((row) => row.name)
  t.same(await search({ search: 'ACME' }), ['Acme', 'acme 2'])
  t.same(await search({ search: '100%' }), ['100% Pure'], 'a per cent sign is a per cent sign')
  t.same(await search({ search: 'id-zeta' }), ['Zeta'])
  t.same(await search({ search: 'id6' }), ['Zeta'])
  t.same(await search({ search: 'id' }), await search({}))
  t.same(await search({ filter: 'removed' }), ['Gone'])
  t.same(await search({ filter: 'linked' }), ['Acme'])

  const paged: number[] = []
  for (let after: string | undefined; ; ) {
    const page = await listSourceCompanies(database, psa, { limit: 3, ...(after !== undefined && { after }) })
    paged.push(...page.rows.map((row) => row.id))
    if (page.next === undefined) break
    after = page.next
  }
  t.same(
    paged,
    all.rows.map((row) => row.id),
  )
  await t.rejects(listSourceCompanies(database, psa, { after: 'nonsense' }), { name: 'Refusal' })
})
