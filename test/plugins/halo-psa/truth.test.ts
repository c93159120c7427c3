/** What the simulated world holds is what the connector makes of it, field by field. */
import t from 'tap'
import type { WorldConfiguration } from '../../../core/connector/simulator.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { differences } from '../truth.ts'
import { type Simulated, simulated } from './simulated.ts'

const size = { companies: 30, contacts: 420, configurations: 900, tickets: 60 }
const shifted = (id: number | null) => (id === null ? null : String(id + 10))
const id = (value: number | null) => (value === null ? null : String(value))
const known = (value: string | null) => value || null

t.test('every stream yields exactly what the simulator says it holds', async (t) => {
  for (const quirks of [{}, { statusesIgnoreType: true, ignoresChanges: true }]) {
    const { simulator, records, world, server } = await simulated(t, size, quirks)
    world.companies.remove(7)
    world.contacts.remove(20)
    for (const stream of Object.keys(haloPsa.streams) as (keyof typeof haloPsa.streams)[]) {
      const ids = (await records(stream)).map(({ sourceId }) => sourceId)
      t.same(ids.sort(), [...simulator.expected(stream)].sort(), stream)
    }
    t.same(server.errors, [], 'the simulator itself did not fail')
  }
})

t.test('companies', async (t) => {
  const { world, records, server } = await simulated(t, size)
  const found = await records('companies', { customFields: ['182'] })
  t.equal(found.length, 30, 'the placeholder "Unassigned" is none')
  const wrong = found.flatMap((record) => {
    const truth = world.companies.get(Number(record.sourceId) - 10)
    if (!truth) return ['unknown']
    const [type, ...relationships] = truth.typeIds
    return differences(record, {
      url: `${server.origin}/customers?clientid=${record.sourceId}`,
      updatedAt: truth.updatedAt,
      name: truth.name,
      identifier: truth.identifier,
      website: known(truth.website),
      phone: known(truth.phone),
      statusId: truth.active ? 'active' : 'inactive',
      status: truth.active ? 'Active' : 'Inactive',
      active: truth.active,
      typeIds: [...(type ? [String(type)] : []), ...relationships.map((one) => `relationship-${one}`)],
      types: truth.typeIds.map((one) => world.companyTypes.get(one)?.name),
      addressLine1: known(truth.addressLine1),
      addressLine2: known(truth.addressLine2),
      city: known(truth.city),
      state: known(truth.state),
      postalCode: known(truth.postalCode),
      country: undefined,
    })
  })
  t.same(wrong, [])
  t.same(
    new Set(found.map(({ customFields }) => customFields?.['182'])),
    new Set(['Silver', 'Gold', null]),
    'a choice by its text',
  )
})

t.test('sites', async (t) => {
  const { world, records } = await simulated(t, size)
  const found = await records('sites')
  t.ok(found.length > 40)
  const wrong = found.flatMap((record) => {
    const truth = world.sites.get(Number(record.sourceId) - 10)
    if (!truth) return ['unknown']
    return differences(record, {
      companyId: shifted(truth.companyId),
      name: truth.name,
      active: truth.active,
      primary: truth.primary,
      phone: known(truth.phone),
      addressLine1: known(truth.addressLine1),
      addressLine2: known(truth.addressLine2),
      city: known(truth.city),
      state: known(truth.state),
      postalCode: known(truth.postalCode),
      country: known(truth.country),
    })
  })
  t.same(wrong, [])
})

t.test('contacts', async (t) => {
  const { world, records } = await simulated(t, size)
  const found = await records('contacts', { customFields: ['300', '301', '302'] })
  t.equal(found.length, 420)
  const wrong = found.flatMap((record) => {
    const truth = world.contacts.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const site = truth.companyId === null || truth.siteId === null ? undefined : world.sites.get(truth.siteId)
    const types = truth.typeIds.filter((type) => type !== 6).map((type) => world.contactTypes.get(type)?.name)
    return differences(record, {
      companyId: shifted(truth.companyId),
      siteId: truth.companyId === null ? null : shifted(truth.siteId),
      name: [truth.firstName, truth.lastName].filter(Boolean).join(' '),
      firstName: truth.firstName,
      lastName: known(truth.lastName),
      types: [...types, ...(truth.typeIds.includes(6) ? ['Important contact'] : [])],
      title: known(truth.title),
      email: known(truth.email),
      phone: known(truth.phone),
      mobile: known(truth.mobile),
      active: truth.active,
      addressLine1: site ? known(site.addressLine1) : undefined,
      city: site ? known(site.city) : undefined,
      country: site ? known(site.country) : undefined,
      customFields: {
        300: truth.customFields.newsletter ?? null,
        301: truth.customFields.department ?? null,
        302: truth.customFields['cake-day'] ?? null,
      },
    })
  })
  t.same(wrong, [])
})

/** What the connector must make of a configuration of the world. */
function recordOf(row: WorldConfiguration, { world, server }: Simulated) {
  return {
    url: `${server.origin}/assets?id=${row.id}`,
    companyId: shifted(row.companyId),
    siteId: shifted(row.siteId),
    contactId: id(row.contactId),
    name: row.name,
    typeId: id(row.typeId),
    type: world.configurationTypes.get(row.typeId)?.name,
    statusId: id(row.statusId),
    status: world.configurationStatuses.get(row.statusId)?.name,
    active: row.active,
    serialNumber: known(row.serialNumber),
    assetTag: known(row.assetTag),
    manufacturer: row.manufacturerId === null ? null : world.manufacturers.get(row.manufacturerId)?.name,
    model: known(row.model),
    productNumber: known(row.productNumber),
    osType: known(row.osType),
    osVersion: known(row.osVersion),
    macAddress: known(row.macAddress),
    ipAddress: known(row.ipAddress),
    purchaseDate: row.purchaseDate,
    installationDate: row.installationDate,
    warrantyExpiration: row.warrantyExpiration,
  }
}

t.test('configurations: fields under other names and numbers in each type, and two kinds of columns', async (t) => {
  const one = await simulated(t, size)
  const customFields = ['400', '401', '402', '403', '404', '490', 'field:part number', 'field:sku']
  const found = await one.records('configurations', { customFields })
  t.equal(found.length, 900)
  const wrong = found.flatMap((record) => {
    const row = one.world.configurations.get(Number(record.sourceId))
    if (!row) return ['unknown']
    const own = row.customFields
    const maker = row.typeId === 3 ? 'field:sku' : row.typeId === 2 ? undefined : 'field:part number'
    return differences(record, {
      ...recordOf(row, one),
      notes: undefined,
      updatedAt: undefined,
      customFields: {
        400: own['asset-owner'] || null,
        401: own['rack-units'] ?? null,
        402: own['backed-up'] ?? null,
        403: own['battery-date'] ?? null,
        404: own.lifecycle ?? null,
        ...(maker ? { [maker]: known(row.productNumber) } : {}),
      },
    })
  })
  t.same(wrong.slice(0, 5), [])
  t.notMatch(JSON.stringify(found), /simulator-planted-password/)
})

t.test('a few hundred configurations: with notes and stamp at once', async (t) => {
  const one = await simulated(t, { ...size, configurations: 60 })
  const found = await one.records('configurations')
  const wrong = found.flatMap((record) => {
    const row = one.world.configurations.get(Number(record.sourceId))
    return row
      ? differences(record, { ...recordOf(row, one), notes: known(row.notes), updatedAt: row.updatedAt })
      : ['?']
  })
  t.same(wrong, [])
  t.ok(found.some(({ notes }) => notes))
  const [first] = found
  t.same(await haloPsa.streams.configurations?.readOne?.(one.context(), first?.sourceId ?? ''), first)
})
