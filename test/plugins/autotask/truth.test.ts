/** What the simulated world holds is what the connector makes of it, field by field. */
import t from 'tap'
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { autotask } from '../../../plugins/autotask/connector.ts'
import { simulated } from './simulated.ts'

type Facts = Readonly<Record<string, unknown>>

const size = { companies: 40, contacts: 700, configurations: 1_300, tickets: 60 }
const id = (value: number | null) => (value === null ? null : String(value))
/** The own company has the id 0. */
const companyId = (value: number | null) => (value === 1 ? '0' : id(value))
const empty = (value: string | null) => (value === '' ? null : value)
const links = /\/ww5\/Autotask\/AutotaskExtend\/\w+\.aspx\?Code=\w+&\w+=\d+$/

function differences(read: Facts, truth: Facts): readonly string[] {
  return Object.entries(truth)
    .filter(([field, value]) => JSON.stringify(read[field]) !== JSON.stringify(value))
    .map(
      ([field, value]) => `${read.sourceId} ${field}: ${JSON.stringify(read[field])} is not ${JSON.stringify(value)}`,
    )
}

/** The stamps carry other fractions of a second than the world's. */
function second(stamp: unknown): string {
  return String(stamp).slice(0, 19)
}

const status = (active: boolean) => ({
  active,
  statusId: active ? 'active' : 'inactive',
  status: active ? 'Active' : 'Inactive',
})

t.test('every stream yields exactly what the simulator says it holds', async (t) => {
  for (const pascal of [false, true]) {
    const { simulator, records, world, server } = await simulated(t, size, { pascal })
    world.companies.remove(7)
    world.contacts.remove(20)
    for (const stream of Object.keys(autotask.streams) as (keyof typeof autotask.streams)[]) {
      const ids = (await records(stream)).map(({ sourceId }) => sourceId)
      t.same(ids.sort(), [...simulator.expected(stream)].sort(), stream)
    }
    t.same(server.errors, [], 'the simulator itself did not fail')
  }
})

t.test('companies', async (t) => {
  const { world, records } = await simulated(t, size)
  const found = await records('companies')
  t.equal(found[0]?.sourceId, '0', 'the own company comes first, with the id that is none')
  const wrong = found.flatMap((record) => {
    const truth = world.companies.get(record.sourceId === '0' ? 1 : Number(record.sourceId))
    if (!truth) return ['unknown']
    const [type] = truth.typeIds
    const market = truth.marketId === null ? undefined : world.markets.get(truth.marketId)
    return differences(
      { ...record, updatedAt: second(record.updatedAt), url: links.test(record.url ?? '') },
      {
        name: truth.name,
        identifier: truth.identifier,
        website: empty(truth.website),
        phone: empty(truth.phone),
        addressLine1: empty(truth.addressLine1),
        addressLine2: empty(truth.addressLine2),
        city: truth.city,
        state: truth.state,
        postalCode: truth.postalCode,
        country: truth.country,
        ...status(truth.active),
        typeIds: type === undefined ? null : [String(type)],
        types: type === undefined ? null : [world.companyTypes.get(type)?.name],
        marketIds: market ? [String(market.id)] : null,
        markets: market ? [market.name] : null,
        updatedAt: second(truth.updatedAt),
        url: true,
      },
    )
  })
  t.strictSame(wrong, [])
  t.ok(found.some(({ typeIds }) => typeIds === null) && found.some(({ active }) => active === false))
})

t.test('sites', async (t) => {
  const { world, records } = await simulated(t, size)
  const found = await records('sites')
  t.equal(found.length, world.sites.size)
  const wrong = found.flatMap((record) => {
    const truth = world.sites.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const { name, active, primary, city, state, postalCode, country } = truth
    return differences(record, {
      ...{ name, active, primary, city, state, postalCode, country },
      phone: empty(truth.phone),
      addressLine1: empty(truth.addressLine1),
      addressLine2: empty(truth.addressLine2),
      companyId: companyId(truth.companyId),
    })
  })
  t.strictSame(wrong, [])
})

t.test('contacts, with their user-defined fields', async (t) => {
  const { world, records } = await simulated(t, size)
  const customFields = world.contactFields.map(({ title }) => title)
  const found = await records('contacts', { customFields })
  t.equal(found.length, size.contacts)
  const wrong = found.flatMap((record) => {
    const truth = world.contacts.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const { firstName, lastName, active, primary, city, state, postalCode, country } = truth
    return differences(
      { ...record, updatedAt: second(record.updatedAt) },
      {
        ...{ firstName, lastName, active, primary, city, state, postalCode, country },
        name: [firstName, lastName].filter(Boolean).join(' '),
        title: empty(truth.title),
        email: empty(truth.email),
        phone: empty(truth.phone),
        mobile: empty(truth.mobile),
        addressLine1: empty(truth.addressLine1),
        addressLine2: empty(truth.addressLine2),
        companyId: companyId(truth.companyId),
        siteId: id(truth.siteId),
        types: undefined,
        updatedAt: second(truth.updatedAt),
        customFields: Object.fromEntries(
          world.contactFields.map((field) => [field.title, custom(field, truth.customFields[field.id])]),
        ),
      },
    )
  })
  t.strictSame(wrong, [])
  t.ok(
    found.some(({ phone }) => / x\d+$/.test(phone ?? '')),
    'extensions stand apart in Autotask',
  )
})

/** A checkbox of the world is a list of two in Autotask. */
function custom({ type }: World['contactFields'][number], value: unknown): unknown {
  if (type === 'boolean' && typeof value === 'boolean') return value ? 'Yes' : 'No'
  return value === '' ? null : (value ?? null)
}

function machine(row: WorldConfiguration, world: World): Facts {
  const maker = row.manufacturerId === null ? null : (world.manufacturers.get(row.manufacturerId)?.name ?? null)
  return {
    name: row.name,
    companyId: companyId(row.companyId),
    siteId: id(row.siteId),
    contactId: id(row.contactId),
    typeId: id(row.typeId),
    type: world.configurationTypes.get(row.typeId)?.name,
    ...status(row.active),
    serialNumber: empty(row.serialNumber),
    assetTag: empty(row.assetTag),
    manufacturer: maker,
    model: row.model ?? 'Unlisted device',
    productNumber: empty(row.productNumber),
    osType: [row.osType, row.osVersion].filter(Boolean).join(' ') || null,
    osVersion: undefined,
    macAddress: empty(row.macAddress),
    ipAddress: row.ipAddress,
    purchaseDate: row.purchaseDate,
    installationDate: row.installationDate,
    warrantyExpiration: row.warrantyExpiration,
    notes: empty(row.notes),
    updatedAt: second(row.updatedAt),
    customFields: Object.fromEntries(
      world.configurationFields.map((field) => [field.title, custom(field, row.customFields[field.id])]),
    ),
  }
}

t.test('configurations, with their user-defined fields', async (t) => {
  for (const pascal of [false, true]) {
    const { world, records } = await simulated(t, size, { pascal })
    const customFields = [...world.configurationFields.map(({ title }) => title), 'Door code']
    const found = await records('configurations', { customFields })
    t.equal(found.length, size.configurations)
    const wrong = found.flatMap((record) => {
      const truth = world.configurations.get(Number(record.sourceId))
      if (!truth) return ['unknown']
      const { 'Door code': code, ...values } = record.customFields ?? {}
      // Protected data reads as asterisks: not known, and not empty.
      const masked = Number(record.sourceId) % 10 === 0
      if (masked ? code !== undefined : code !== null) return [`${record.sourceId}: ${code}`]
      return differences(
        { ...record, customFields: values, updatedAt: second(record.updatedAt) },
        machine(truth, world),
      )
    })
    t.strictSame(wrong.slice(0, 3), [])
    t.notMatch(JSON.stringify(found), /\*\*\*\*\*/)
  }
})

t.test('offers the user-defined fields with their options', async (t) => {
  const { world, context } = await simulated(t, size)
  const offered = await autotask.streams.configurations?.customFields?.(context())
  t.same(
    offered?.map(({ id }) => id),
    ['Purchase Date', 'Manufacturer', ...world.configurationFields.map(({ title }) => title), 'Door code'],
  )
  t.same(
    offered?.find(({ title }) => title === 'Lifecycle & Größe')?.options,
    world.configurationFields.find(({ id }) => id === 'lifecycle')?.options,
  )
  t.same(await autotask.choices?.(context(), 'purchaseDateField'), [
    { value: 'installDate', label: 'Install date (Autotask’s own field)' },
    { value: 'Purchase Date', label: 'Purchase Date' },
    { value: 'Battery "best before"', label: 'Battery "best before"' },
  ])
  t.ok((await autotask.choices?.(context(), 'manufacturerField'))?.some(({ value }) => value === 'Manufacturer'))
  t.same(await autotask.choices?.(context(), 'secret'), [])
})

t.test('picklists: values are text there and numbers in the records', async (t) => {
  const { world, records } = await simulated(t, size)
  t.same(
    (await records('companyTypes')).map(({ sourceId, name, isDefault }) => ({ sourceId, name, isDefault })),
    [...world.companyTypes.after(0)].map(({ id, name }) => ({ sourceId: String(id), name, isDefault: id === 1 })),
  )
  t.same(
    (await records('markets')).map(({ name }) => name),
    [...world.markets.after(0)].map(({ name }) => name),
  )
  t.same(
    (await records('configurationTypes')).find(({ active }) => active === false)?.name,
    'Pager (retired type)',
    'inactive values are kept: old records hold them',
  )
  t.same(await records('companyStatuses'), [
    { sourceId: 'active', name: 'Active', active: true },
    { sourceId: 'inactive', name: 'Inactive', active: false },
  ])
  t.same(await records('configurationStatuses'), await records('companyStatuses'))
  t.same(
    (await records('ticketStatuses')).filter(({ closed }) => closed),
    [{ sourceId: '5', name: 'Complete', closed: true, sortOrder: 4, isDefault: false, active: true }],
    'one status closes, by its number',
  )
  t.same(
    (await records('ticketPriorities')).map(({ name, sortOrder }) => [name, sortOrder]),
    [...world.priorities.after(0)].map(({ name, sortOrder }) => [name, sortOrder]),
  )
  t.same(
    (await records('ticketBoards')).map(({ name }) => name),
    [...world.boards.after(0)].map(({ name }) => name),
  )
})

t.test('a purchase date is read from where the admin says, or not at all', async (t) => {
  const { world, records, plain } = await simulated(t, { ...size, configurations: 300 })
  const rows = [...world.configurations.after(0)]
  const dates = async (settings: ReturnType<typeof plain>) =>
    (await records('configurations', {}, settings)).map(({ purchaseDate }) => purchaseDate)
  t.same(
    await dates(plain()),
    rows.map(() => undefined),
  )
  t.same(
    await dates(plain({ purchaseDateField: 'installDate' })),
    rows.map(({ installationDate }) => installationDate),
  )
  t.same(
    await dates(plain({ purchaseDateField: 'Purchase Date' })),
    rows.map(({ purchaseDate }) => purchaseDate),
  )
})
