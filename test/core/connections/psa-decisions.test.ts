/** What people decided in one PSA holds in the next. */
import t from 'tap'
import { PsaSwitch } from '../../../core/connections/psa-switch.ts'
import type { RecordOf, SourceConnector } from '../../../core/connector/index.ts'
import { type AcmeSettings, bench, by, settings, syncing, variant } from './fixture.ts'

/** A PSA that lists companies of these names, and types, under ids of its own. */
function psa(id: string, companies: readonly string[], types: readonly string[]): SourceConnector<AcmeSettings> {
  const records = (names: readonly string[]) => names.map((name, index) => ({ sourceId: `${id}-${index}`, name }))
  return variant(id, 'psa', {
    check: async () => ({ account: id, permissions: [] }),
    streams: {
      companyTypes: {
        deletes: 'by-absence',
        read: async function* () {
          yield { records: records(types) }
        },
      },
      companies: {
        deletes: 'by-absence',
        read: async function* () {
          const rows: RecordOf<'companies'>[] = records(companies)
          yield { records: rows }
        },
      },
    },
  })
}

t.test('ignored companies and types stay ignored, several linked to one company are asked for', async (t) => {
  const names = ['Alder Dental', 'Birch Legal', 'Birch Legal West', 'Cedar Twins']
  const parts = await bench(t, [
    psa('old', names, ['Client', 'Customer', 'Vendor']),
    psa(
      'new',
      [...names.map((name) => name.toUpperCase()), 'Dogwood', 'cedar  twins'],
      ['client', 'customer', 'VENDOR'],
    ),
  ])
  const { database, connections } = parts
  const note = async () => {}
  const { mapping, engine } = syncing(database, connections)
  const sync = (connectionId: number) =>
    engine.run(
      { connectionId, mode: 'apply', pass: 'full', trigger: 'force' },
      { signal: AbortSignal.timeout(30_000), limitMinutes: 1 },
    )
  const psaSwitch = new PsaSwitch(parts, connections, note)

  const old = await connections.add({ connector: 'old', name: 'Old', settings }, by)
  await connections.update(old.id, { importCompanies: 'all' }, by)
  await connections.check(old.id)
  await sync(old.id)
  await mapping.values.createUnmapped(old.id, 'companyTypes', by)
  const link = async (name: string) => {
    const row = await database.row<{ id: number; company_id: number }>(
      'select id, company_id from company_links where connection_id = $1 and name = $2',
      [old.id, name],
    )
    if (row === undefined) throw new Error(name)
    return row
  }
  await mapping.companies.ignore([(await link('Alder Dental')).id], true, by)
  const branch = await link('Birch Legal West')
  await mapping.companies.link(branch.id, (await link('Birch Legal')).company_id, by)
  await database.run("update company_type_mappings set ignored = true, target_id = null where name = 'Vendor'")
  // Two of the source's types are one of the hub's.
  await database.run(
    "update company_type_mappings set target_id = (select target_id from company_type_mappings where name = 'Client') where name = 'Customer'",
  )
  const before = await database.rows('select * from connections order by id')

  const plan = await psaSwitch.plan({ connector: 'new', settings }, AbortSignal.timeout(30_000))
  t.match(plan.companies, { matched: 0, fresh: 1, ignored: 1, left: [] })
  t.same(plan.companies?.ambiguous, ['BIRCH LEGAL', 'BIRCH LEGAL WEST', 'cedar  twins', 'CEDAR TWINS'])
  t.same(await database.rows('select * from connections order by id'), before, 'nothing was stored')
  t.match(await database.row('select count(*) from company_links where connection_id <> $1', [old.id]), { count: 0 })

  const { id } = await psaSwitch.run({ connector: 'new', name: 'New', settings }, by)
  t.equal(id, old.id + 1, 'the plan used up no number')
  await sync(id)
  t.match(
    await database.rows(
      'select name, link_state from company_links where connection_id = $1 order by lower(name), source_id',
      [id],
    ),
    [
      { name: 'ALDER DENTAL', link_state: 'ignored' },
      { name: 'BIRCH LEGAL', link_state: 'ambiguous' },
      { name: 'BIRCH LEGAL WEST', link_state: 'ambiguous' },
      { name: 'cedar  twins', link_state: 'ambiguous' },
      { name: 'CEDAR TWINS', link_state: 'ambiguous' },
      { name: 'Dogwood', link_state: 'linked' },
    ],
  )
  const client = await database.row<{ id: number }>("select id from company_types where lower(name) = 'client'")
  t.match(
    await database.rows(
      'select name, ignored, target_id from company_type_mappings where connection_id = $1 order by lower(name)',
      [id],
    ),
    [
      { name: 'client', ignored: false, target_id: client?.id },
      { name: 'customer', ignored: false, target_id: client?.id },
      { name: 'VENDOR', ignored: true, target_id: null },
    ],
  )

  // Back again: what was chosen for the old account is chosen again, though the connection is a new one.
  await database.run(
    `update connections set disabled_streams = '{companyTypes}', filter = '{"companyTypes": ["old-0"]}' where id = $1`,
    [old.id],
  )
  const taken = psaSwitch.run({ connector: 'old', name: ' new ', settings }, by)
  t.match(
    (await taken.then(({ id: back }) => connections.get(back))).name,
    'new',
    'the name of the one that goes is free',
  )
  t.match(
    await database.row("select filter, disabled_streams, predecessor_id from connections where state = 'active'"),
    {
      filter: { companyTypes: ['old-0'] },
      disabled_streams: ['companyTypes'],
      predecessor_id: id,
    },
  )
})

t.test('a name that is taken is found out before anything is done', async (t) => {
  const { connections, ...parts } = await bench(t, [
    psa('old', [], []),
    psa('new', [], []),
    variant('docs', 'documentation'),
  ])
  const psaSwitch = new PsaSwitch(parts, connections, async () => {})
  const old = await connections.add({ connector: 'old', name: 'Old', settings }, by)
  await connections.add({ connector: 'docs', name: 'Docs', settings }, by)
  await t.rejects(
    psaSwitch.run({ connector: 'new', name: 'DOCS', settings }, by),
    /called DOCS, so nothing was changed/,
  )
  t.match(await connections.get(old.id), { state: 'active', secrets: { token: true } })
})
