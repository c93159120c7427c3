/** What the simulated world holds is what the connector makes of it, field by field. */
import t from 'tap'
import { type StreamName, streamNames } from '../../../core/connector/records.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import type { KaseyaQuirks } from '../../../plugins/kaseya-bms/simulator.ts'
import { differences } from '../truth.ts'
import { simulated } from './simulated.ts'

const size = { companies: 30, contacts: 220, configurations: 230, tickets: 30 }
const id = (value: number | null) => (value === null ? null : String(value))
const known = (value: string | null) => value || null
const address = ['addressLine1', 'addressLine2', 'city', 'state', 'postalCode', 'country'] as const
const names: readonly StreamName[] = streamNames.filter((name) => kaseyaBms.streams[name])

const servers: readonly (readonly [name: string, quirks: KaseyaQuirks])[] = [
  ['as seen', {}],
  ['as described', { pascalCase: true, multipartOnly: true }],
  ['otherwise where nothing is confirmed', { ignoresActivity: true, singlesWrapped: true, mostPerPage: 30 }],
]

for (const [name, quirks] of servers) {
  t.test(`every stream yields exactly what a server that answers ${name} holds`, async (t) => {
    const { simulator, records, world, server } = await simulated(t, size, quirks)
    world.companies.remove(7)
    world.contacts.remove(20)
    world.configurations.remove(33)
    for (const stream of names) {
      const found = (await records(stream)).map(({ sourceId }) => sourceId)
      t.same(found.sort(), [...simulator.expected(stream)].sort(), stream)
    }
    t.same(server.errors, [], 'the simulator itself did not fail')
  })
}

t.test('the same records whichever way a server spells its answers', async (t) => {
  const [seen, described] = [await simulated(t, size), await simulated(t, size, { pascalCase: true })]
  for (const stream of names) {
    t.strictSame(await described.records(stream), await seen.records(stream), stream)
  }
})

t.test('companies', async (t) => {
  const { world, records } = await simulated(t, size)
  const sites = [...world.sites.after(0)]
  const wrong = (await records('companies')).flatMap((record) => {
    const truth = world.companies.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const type = truth.typeIds[0] === undefined ? undefined : world.companyTypes.get(truth.typeIds[0])
    const main = sites.find(({ companyId, primary }) => companyId === truth.id && primary)
    return differences(record, {
      updatedAt: truth.updatedAt,
      name: truth.name,
      identifier: truth.identifier,
      website: known(truth.website),
      phone: known(main?.phone ?? null),
      statusId: truth.active ? 'active' : 'inactive',
      status: truth.active ? 'Active' : 'Inactive',
      active: truth.active,
      typeIds: type ? [String(type.id)] : null,
      types: type ? [type.name] : null,
      ...Object.fromEntries(address.map((field) => [field, known(main?.[field] ?? null)])),
      url: undefined,
      customFields: undefined,
      marketIds: undefined,
      markets: undefined,
    })
  })
  t.same(wrong, [])
})

t.test('sites', async (t) => {
  const { world, records } = await simulated(t, size)
  const found = await records('sites')
  t.ok(
    found.some((record) => Number(record.sourceId) % 7 === 0 && record.city),
    'also where the main address is second',
  )
  const wrong = found.flatMap((record) => {
    const truth = world.sites.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const { name, active, primary, companyId, updatedAt } = truth
    return differences(record, {
      ...{ name, active, primary, updatedAt },
      companyId: id(companyId),
      phone: known(truth.phone),
      ...Object.fromEntries(address.map((field) => [field, known(truth[field])])),
    })
  })
  t.same(wrong, [])
})

t.test('contacts', async (t) => {
  const { world, records } = await simulated(t, size)
  const found = await records('contacts')
  t.ok(found.some(({ companyId }) => companyId === null) && found.some(({ city }) => city))
  const wrong = found.flatMap((record) => {
    const truth = world.contacts.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const site = truth.siteId === null ? undefined : world.sites.get(truth.siteId)
    return differences(record, {
      name: [truth.firstName, truth.lastName].filter(Boolean).join(' '),
      firstName: truth.firstName,
      lastName: known(truth.lastName),
      companyId: id(truth.companyId),
      siteId: id(truth.siteId),
      title: known(truth.title),
      email: known(truth.email),
      // A number of whichever kind is better than none.
      phone: known(truth.phone ?? truth.mobile),
      mobile: known(truth.mobile),
      types: truth.primary ? ['Point of contact'] : [],
      primary: truth.primary,
      active: truth.active,
      updatedAt: truth.updatedAt,
      ...Object.fromEntries(address.map((field) => [field, known(site?.[field] ?? null)])),
    })
  })
  t.same(wrong, [])
})

t.test('configurations with their details', async (t) => {
  const { world, records } = await simulated(t, size)
  const found = await records('configurations', { customFields: ['501', '503', '504', '505'] })
  t.equal(found.length, size.configurations)
  const main = (company: number) =>
    [...world.sites.after(0)].find(({ companyId, primary }) => companyId === company && primary)
  const wrong = found.flatMap((record) => {
    const truth = world.configurations.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const { customFields } = truth
    const date = customFields['battery-date']
    const backedUp = customFields['backed-up']
    return differences(record, {
      name: truth.name,
      companyId: id(truth.companyId),
      siteId: id(truth.siteId ?? main(truth.companyId)?.id ?? null),
      contactId: id(truth.contactId),
      typeId: id(truth.typeId),
      type: world.configurationTypes.get(truth.typeId)?.name,
      statusId: truth.active ? 'active' : 'inactive',
      status: truth.active ? 'Active' : 'Inactive',
      active: truth.active,
      serialNumber: known(truth.serialNumber),
      assetTag: known(truth.assetTag),
      manufacturer: truth.manufacturerId === null ? null : world.manufacturers.get(truth.manufacturerId)?.name,
      model: known(truth.model),
      osType: known(truth.osType),
      osVersion: known(truth.osVersion),
      macAddress: known(truth.macAddress),
      ipAddress: known(truth.ipAddress),
      purchaseDate: truth.purchaseDate,
      warrantyExpiration: truth.warrantyExpiration,
      notes: known(truth.notes),
      updatedAt: truth.updatedAt,
      installationDate: undefined,
      productNumber: undefined,
      customFields: {
        501: customFields['asset-owner'] || null,
        503: typeof backedUp === 'boolean' ? String(backedUp) : null,
        504: date ? `${date}T00:00:00` : null,
        505: customFields.lifecycle ?? null,
      },
    })
  })
  t.same(wrong, [])
})

t.test('the small tables', async (t) => {
  const { world, records } = await simulated(t, size)
  t.match(
    await records('companyTypes'),
    [...world.companyTypes.after(0)].map(({ name }) => ({ name, active: true })),
  )
  t.strictSame(await records('companyStatuses'), [
    { sourceId: 'active', name: 'Active', active: true },
    { sourceId: 'inactive', name: 'Inactive', active: true },
  ])
  t.strictSame(await records('configurationStatuses'), [
    { sourceId: 'active', name: 'Active', active: true },
    { sourceId: 'inactive', name: 'Inactive', active: false },
  ])
  for (const { sourceId, name } of await records('configurationTypes'))
    t.equal(name, world.configurationTypes.get(Number(sourceId))?.name)
  t.match(
    await records('ticketBoards'),
    [...world.boards.after(0)].map(({ name, active }) => ({ name, active })),
  )
  t.match(
    await records('ticketPriorities'),
    [...world.priorities.after(0)].map(({ name, isDefault }) => ({ name, isDefault, color: '#ff0000' })),
  )
  t.match(
    await records('ticketStatuses'),
    [...world.ticketStatuses.after(0)].map(({ id: order, name }) => ({ name, sortOrder: order })),
  )
})
