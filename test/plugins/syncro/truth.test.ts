/** What the simulated world holds is what the connector makes of it, field by field. */
import t from 'tap'
import type { World, WorldContact } from '../../../core/connector/simulator.ts'
import { customerId } from '../../../plugins/syncro/simulator/clients.ts'
import { differences } from '../truth.ts'
import { simulated } from './simulated.ts'

const size = { companies: 40, contacts: 400, configurations: 700, tickets: 1 }

/** Syncro cannot tell an empty text from nothing. */
const text = (value: string | null | undefined) => value || null
const customer = (company: number | null) => (company === null ? null : String(customerId(company)))
const later = (one: string, other: string | undefined) => (other !== undefined && other > one ? other : one)

/** Company → the person its customer names. */
function personsOf(world: World): ReadonlyMap<number | null, WorldContact> {
  const persons = new Map<number | null, WorldContact>()
  for (const contact of world.contacts.after(0))
    if (contact.primary && !persons.has(contact.companyId)) persons.set(contact.companyId, contact)
  return persons
}

t.test('companies', async (t) => {
  const { world, records } = await simulated(t, size)
  const persons = personsOf(world)
  const read = await records('companies')
  const wrong = [...world.companies.after(0)].flatMap((truth) => {
    const id = customer(truth.id)
    const record = read.find(({ sourceId }) => sourceId === id)
    if (!record) return [`${id} is missing`]
    return differences(record, {
      name: truth.name,
      website: text(truth.website),
      phone: text(truth.phone),
      statusId: truth.active ? 'active' : 'disabled',
      status: truth.active ? 'Active' : 'Disabled',
      active: truth.active,
      addressLine1: text(truth.addressLine1),
      addressLine2: text(truth.addressLine2),
      city: text(truth.city),
      state: text(truth.state),
      postalCode: text(truth.postalCode),
      // The person is part of the customer, so the customer changes with it.
      updatedAt: later(truth.updatedAt, persons.get(truth.id)?.updatedAt),
    })
  })
  t.strictSame(wrong, [])
  t.equal(read.length, world.companies.size)
  t.ok(
    read.some(({ active }) => active === false),
    'disabled ones come, too',
  )
})

t.test('sites: the main address of a customer, and its further ones', async (t) => {
  const { world, records, companies } = await simulated(t, size)
  const read = await records('sites', { companies })
  const main = read.filter(({ primary }) => primary)
  const wrong = main.flatMap((record) => {
    const truth = world.companies.get(Number(record.companyId) - customerId(0))
    if (!truth) return [`${record.sourceId} belongs to nobody`]
    return differences(record, {
      sourceId: `main-${customer(truth.id)}`,
      name: 'Main',
      active: truth.active,
      phone: text(truth.phone),
      addressLine1: text(truth.addressLine1),
      city: text(truth.city),
      postalCode: text(truth.postalCode),
    })
  })
  const further = [...world.sites.after(0)].filter(({ primary }) => !primary)
  for (const truth of further) {
    const record = read.find(({ sourceId }) => sourceId === String(truth.id))
    if (!record) wrong.push(`${truth.id} is missing`)
    else {
      const { name, updatedAt } = truth
      wrong.push(
        ...differences(record, {
          ...{ name, updatedAt, primary: false, companyId: customer(truth.companyId) },
          active: world.companies.get(truth.companyId)?.active,
          addressLine1: text(truth.addressLine1),
          addressLine2: text(truth.addressLine2),
          city: text(truth.city),
          state: text(truth.state),
          postalCode: text(truth.postalCode),
        }),
      )
    }
  }
  t.strictSame(wrong, [])
  t.ok(main.length > 20 && further.length > 20)
  t.equal(read.length, main.length + further.length)
})

t.test('contacts, and the person each customer names', async (t) => {
  const { world, records, companies } = await simulated(t, size)
  const read = await records('contacts', { companies, customFields: ['Newsletter opt-in', 'Department'] })
  const byId = new Map(read.map((record) => [record.sourceId, record]))
  const persons = new Set<number>()
  let listed = 0
  const wrong: string[] = []
  for (const truth of world.contacts.after(0)) {
    const { companyId, firstName, lastName } = truth
    if (companyId === null) {
      if (byId.has(String(truth.id))) wrong.push(`${truth.id} is a supplier's`)
      continue
    }
    const person = truth.primary && !persons.has(companyId)
    if (person) persons.add(companyId)
    else listed++
    const record = byId.get(person ? `customer-${customer(companyId)}` : String(truth.id))
    if (!record) {
      wrong.push(`${truth.id} is missing`)
      continue
    }
    wrong.push(
      ...differences(record, {
        companyId: customer(companyId),
        name: [firstName, lastName].filter(Boolean).join(' '),
        firstName,
        lastName,
        email: text(truth.email),
        mobile: text(truth.mobile),
        primary: person ? true : undefined,
        ...(person
          ? { active: world.companies.get(companyId)?.active }
          : {
              phone: text(truth.phone),
              title: text(truth.title),
              updatedAt: truth.updatedAt,
              addressLine1: text(truth.addressLine1),
              city: text(truth.city),
              customFields: Object.fromEntries(
                world.contactFields
                  .filter(({ id, title }) => title !== "Baker's date" && truth.customFields[id] != null)
                  .map(({ id, title }) => [title, String(truth.customFields[id])]),
              ),
            }),
      }),
    )
  }
  t.strictSame(wrong, [])
  t.ok(persons.size > 20 && listed > 300)
  t.equal(read.length, persons.size + listed)
})

t.test('configurations: own fields by name, the agent, typed dates, options of drop-down fields', async (t) => {
  const { world, records } = await simulated(t, size)
  // Assets point to contacts of the list, and the person of the customer is none of these.
  const persons = new Set(
    personsOf(world)
      .values()
      .map(({ id }) => id),
  )
  const customFields = world.configurationFields.map(({ title }) => title)
  const read = await records('configurations', { customFields })
  const byId = new Map(read.map((record) => [record.sourceId, record]))
  const wrong = [...world.configurations.after(0)].flatMap((truth) => {
    const record = byId.get(String(truth.id))
    if (!record) return [`${truth.id} is missing`]
    const { typeId } = truth
    const agent = typeId <= 3
    const type = world.configurationTypes.get(typeId)
    const status = world.configurationStatuses.get(truth.statusId)?.name
    const site = world.sites.get(truth.siteId ?? 0)
    const maker = world.manufacturers.get(truth.manufacturerId ?? 0)?.name ?? null
    return differences(record, {
      companyId: customer(truth.companyId),
      contactId: truth.contactId === null || persons.has(truth.contactId) ? null : String(truth.contactId),
      siteId: site && !site.primary ? String(site.id) : null,
      name: truth.name,
      typeId: String(typeId),
      type: type?.name,
      statusId: `name:${status}`,
      status,
      serialNumber: text(truth.serialNumber),
      manufacturer: text(maker),
      model: text(truth.model),
      osType: agent ? text(truth.osType) : undefined,
      osVersion: agent ? text(truth.osVersion) : undefined,
      purchaseDate: text(truth.purchaseDate),
      warrantyExpiration: text(truth.warrantyExpiration),
      notes: text(truth.notes),
      updatedAt: agent ? undefined : truth.updatedAt,
      customFields: Object.fromEntries(
        world.configurationFields
          .map(({ id: field, title }) => [title, truth.customFields[field]] as const)
          .filter(([, value]) => value !== null && value !== undefined)
          .map(([title, value]) => [title, value === '' ? null : String(value)]),
      ),
    })
  })
  t.strictSame(wrong, [])
  t.equal(read.length, size.configurations)
})

t.test('the small lists', async (t) => {
  const { world, records, settings } = await simulated(t, size)
  const names = (table: { after(id: number): Iterable<{ readonly name: string }> }) =>
    [...table.after(0)].map(({ name }) => name)
  const read = async (stream: Parameters<typeof records>[0]) =>
    (await records(stream)).map((record) => ('name' in record ? record.name : undefined))
  t.strictSame(await read('configurationTypes'), [...names(world.configurationTypes), 'Syncro Device'])
  t.strictSame(await read('configurationStatuses'), names(world.configurationStatuses))
  t.strictSame(await read('ticketBoards'), names(world.boards))
  t.strictSame(await read('ticketPriorities'), names(world.priorities))
  const statuses = await records('ticketStatuses')
  t.strictSame(
    statuses.filter(({ closed }) => closed).map(({ name }) => name),
    ['Resolved', 'Invoiced'],
  )
  const { statusField: _, ...bare } = settings()
  t.match(await records('configurationStatuses', {}, bare), [{ sourceId: 'active', name: 'Active' }])
  const [asset] = await records('configurations', {}, bare)
  t.match(asset, { statusId: 'active', status: 'Active' }, 'without a field for it every asset has the one status')
})
