import t from 'tap'
import { LazyTable } from '../../../core/conformance/world/table.ts'
import { createWorld } from '../../../core/conformance/world.ts'
import type { World, WorldRow, WorldTable } from '../../../core/connector/simulator.ts'

const tableNames = [
  'companyTypes',
  'companyStatuses',
  'markets',
  'companies',
  'sites',
  'contactTypes',
  'contacts',
  'manufacturers',
  'configurationTypes',
  'configurationStatuses',
  'configurations',
  'boards',
  'ticketStatuses',
  'priorities',
  'tickets',
] as const satisfies readonly (keyof World)[]

const all = <T extends WorldRow>(table: WorldTable<T>): T[] => [...table.after(0)]
const ids = (table: WorldTable<WorldRow>): number[] => all(table).map((row) => row.id)

t.test('the default world has the size of a mid-size provider', async (t) => {
  const world = createWorld()
  t.equal(world.companies.size, 60)
  t.equal(world.configurations.size, 4_000)
  t.equal(world.contacts.size, 2_500)
  t.equal(world.tickets.size, 300)
  t.ok(world.sites.size > 60 && world.sites.size < 300, `${world.sites.size} sites`)
  for (const name of tableNames) {
    const table: WorldTable<WorldRow> = world[name]
    t.same(
      ids(table),
      Array.from({ length: table.size }, (_, index) => index + 1),
      `${name}: ids ascend from 1`,
    )
  }
})

t.test('the seed decides, and nothing else', async (t) => {
  // As text: tap would print the difference of thousands of rows.
  const text = (table: WorldTable<WorldRow>) => JSON.stringify(all(table))
  const [one, same, other] = [createWorld({ seed: 5 }), createWorld({ seed: 5 }), createWorld({ seed: 6 })]
  for (const name of ['companies', 'sites', 'contacts', 'configurations', 'tickets'] as const) {
    t.equal(text(one[name]), text(same[name]), `${name} of the same seed`)
    t.not(text(one[name]), text(other[name]), `${name} of another seed`)
    t.same(one[name].get(17), same[name].get(17), `${name}: a row does not depend on the rows made before it`)
  }
})

t.test('references lead somewhere, and to the same company', async (t) => {
  for (const world of [
    createWorld(),
    createWorld({ seed: 3, companies: 7, contacts: 11, configurations: 50, tickets: 5 }),
  ]) {
    const wrong: string[] = []
    const check = (what: string, companyId: number | null, siteId: number | null, contactId: number | null) => {
      if (companyId !== null && !world.companies.get(companyId)) wrong.push(`${what}: company ${companyId}`)
      if (siteId !== null && world.sites.get(siteId)?.companyId !== companyId) wrong.push(`${what}: site ${siteId}`)
      if (contactId !== null && world.contacts.get(contactId)?.companyId !== companyId)
        wrong.push(`${what}: contact ${contactId}`)
    }
    for (const row of world.configurations.after(0)) {
      check(`configuration ${row.id}`, row.companyId, row.siteId, row.contactId)
      const known = world.configurationTypes.get(row.typeId) && world.configurationStatuses.get(row.statusId)
      if (!known || (row.manufacturerId !== null && !world.manufacturers.get(row.manufacturerId)))
        wrong.push(`configuration ${row.id}`)
      if (world.configurationStatuses.get(row.statusId)?.closed === row.active)
        wrong.push(`configuration ${row.id}: active`)
    }
    for (const row of world.contacts.after(0)) check(`contact ${row.id}`, row.companyId, row.siteId, null)
    for (const row of world.sites.after(0)) check(`site ${row.id}`, row.companyId, null, null)
    for (const row of world.tickets.after(0)) {
      check(`ticket ${row.id}`, row.companyId, null, row.contactId)
      if (world.ticketStatuses.get(row.statusId)?.boardId !== row.boardId) wrong.push(`ticket ${row.id}: board`)
      if (row.updatedAt < row.createdAt) wrong.push(`ticket ${row.id}: updated before it was created`)
    }
    for (const row of world.companies.after(0)) {
      if (row.typeIds.some((id) => !world.companyTypes.get(id))) wrong.push(`company ${row.id}: type`)
      if (world.companyStatuses.get(row.statusId)?.active !== row.active) wrong.push(`company ${row.id}: active`)
      const primary = all(world.sites).filter((site) => site.companyId === row.id && site.primary).length
      if (primary > 1) wrong.push(`company ${row.id}: ${primary} primary sites`)
    }
    t.same(wrong, [])
  }
})

t.test('one client is large, many are small', async (t) => {
  const counts = new Map<number, number>()
  for (const { companyId } of createWorld().configurations.after(0))
    counts.set(companyId, (counts.get(companyId) ?? 0) + 1)
  const sorted = [...counts.values()].sort((a, b) => b - a)
  t.ok((sorted[0] ?? 0) > 1_000, `the largest has ${sorted[0]}`)
  t.ok(sorted.filter((count) => count < 50).length > sorted.length / 2, 'most have fewer than 50')
  t.ok(counts.size < 60, 'some have none')
})

t.test('it has what real data has', async (t) => {
  const world = createWorld()
  const companies = all(world.companies)
  const contacts = all(world.contacts)
  const configurations = all(world.configurations)
  const simple = (name: string) => name.toLowerCase().replace(/\s+/g, ' ').trim()
  const twins = companies.filter((one) =>
    companies.some((other) => other !== one && simple(other.name) === simple(one.name)),
  )
  t.ok(twins.length >= 3, 'companies that differ in case or spaces only')
  t.equal(new Set(companies.map((row) => row.identifier)).size, companies.length, 'identifiers are unique all the same')
  t.equal(new Set(all(createWorld({ companies: 5_000 }).companies).map((row) => row.name)).size, 5_000, 'so are names')
  for (const part of ["'", '&', '"', '<', '🦊', 'Ż', '月', '%', '\\', '=']) {
    t.ok(
      companies.some((row) => row.name.includes(part)),
      `a company name with ${part}`,
    )
  }
  t.ok(companies.every((row) => row.name.length <= 50 && row.identifier.length <= 30))
  t.ok(
    companies.some((row) => row.typeIds.length > 1),
    'several types',
  )
  t.ok(
    companies.some((row) => row.typeIds.length === 0),
    'no type',
  )
  t.ok(
    companies.some((row) => !row.active),
    'an inactive company',
  )
  t.ok(
    companies.some((row) => row.addressLine1 === null && row.country === null),
    'no address',
  )
  t.ok(
    contacts.some((row) => row.email === null) && contacts.some((row) => row.email === ''),
    'no e-mail, empty e-mail',
  )
  t.ok(contacts.some((row) => row.companyId === null) && contacts.some((row) => row.lastName === null))
  t.ok(contacts.some((row) => !row.active))
  t.ok(configurations.some((row) => row.siteId === null) && configurations.some((row) => row.notes === ''))
  t.ok(
    configurations.some((row) => row.serialNumber === null) && configurations.some((row) => row.serialNumber === '   '),
  )
  const serials = configurations.flatMap((row) => row.serialNumber ?? [])
  t.ok(new Set(serials).size < serials.length - 50, 'junk and duplicate serial numbers')
  const dates = new Set(configurations.flatMap((row) => [row.purchaseDate, row.warrantyExpiration]))
  for (const day of ['2024-02-29', '2025-02-28', '2021-12-31', '2025-01-31']) t.ok(dates.has(day), day)
  const updates = Map.groupBy(configurations, (row) => row.updatedAt)
  t.ok(
    Math.max(...[...updates.values()].map((rows) => rows.length)) > 1_000,
    'more than 1,000 changed in the same second',
  )
})

t.test('everything is fictional and well formed', async (t) => {
  const world = createWorld()
  const wrong: string[] = []
  const day = (value: string | null) =>
    value === null || new Date(`${value}T00:00:00Z`).toISOString().slice(0, 10) === value
  for (const row of world.configurations.after(0)) {
    if (![row.purchaseDate, row.installationDate, row.warrantyExpiration].every(day))
      wrong.push(`dates of configuration ${row.id}`)
    const fields = Object.keys(row.customFields)
    if (fields.join() !== world.configurationFields.map((field) => field.id).join())
      wrong.push(`fields of configuration ${row.id}`)
  }
  for (const row of world.contacts.after(0)) {
    if (row.email && !row.email.toLowerCase().endsWith('.example')) wrong.push(`e-mail ${row.email}`)
    for (const phone of [row.phone, row.mobile]) {
      if (phone && !/555-?01\d\d/.test(phone)) wrong.push(`phone ${phone}`)
    }
    if (Object.keys(row.customFields).join() !== world.contactFields.map((field) => field.id).join())
      wrong.push(`fields of contact ${row.id}`)
  }
  for (const row of world.companies.after(0)) {
    if (row.website && !row.website.endsWith('.example')) wrong.push(`website ${row.website}`)
    if (row.phone && !/555-?01\d\d/.test(row.phone)) wrong.push(`phone ${row.phone}`)
  }
  for (const name of tableNames) {
    const table: WorldTable<WorldRow> = world[name]
    for (const row of table.after(0)) {
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(row.updatedAt)) wrong.push(`${name} ${row.id}: ${row.updatedAt}`)
    }
  }
  t.same(wrong, [])
})

t.test('changes are kept on top, ids are never given twice', async (t) => {
  const table = new LazyTable(3, (id) => ({ id, updatedAt: `made ${id}` }))
  const version = table.version
  table.put({ id: 2, updatedAt: 'changed' })
  table.remove(1)
  table.put({ id: 9, updatedAt: 'added' })
  table.put({ id: 5, updatedAt: 'added' })
  t.ok(table.version > version)
  t.same(
    all(table).map((row) => `${row.id} ${row.updatedAt}`),
    ['2 changed', '3 made 3', '5 added', '9 added'],
  )
  t.same(
    [...table.after(2)].map((row) => row.id),
    [3, 5, 9],
  )
  t.same(
    [...table.after(5)].map((row) => row.id),
    [9],
  )
  t.same([...table.after(9)], [])
  t.same([table.size, table.lastId], [4, 9])
  table.remove(9)
  table.remove(9)
  t.same([table.size, table.lastId, table.get(9)], [3, 9, undefined], 'the highest id ever given stays')
  table.put({ id: 1, updatedAt: 'back' })
  t.same([table.size, table.get(1)?.updatedAt], [4, 'back'])
  t.same([table.get(0), table.get(4), table.get(1.5)], [undefined, undefined, undefined])
  t.throws(() => table.put({ id: 0, updatedAt: '' }), RangeError)
})

t.test('rows may come and go while somebody reads', async (t) => {
  const table = new LazyTable(2, (id) => ({ id, updatedAt: '' }))
  const seen: number[] = []
  for (const { id } of table.after(0)) {
    seen.push(id)
    if (id === 1) table.put({ id: 5, updatedAt: '' })
    if (id === 5) table.put({ id: 7, updatedAt: '' })
    if (id === 2) table.remove(1)
  }
  t.same(seen, [1, 2, 5, 7])
})

t.test('a million configurations are not held in memory', async (t) => {
  const world = createWorld({ companies: 5_000, contacts: 300_000, configurations: 1_000_000 })
  t.equal(world.configurations.size, 1_000_000)
  const [row] = world.configurations.after(999_998)
  t.equal(row?.id, 999_999, 'asking for the end makes only the end')
})
