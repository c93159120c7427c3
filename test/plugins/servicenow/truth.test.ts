/** What the simulated world holds is what the connector makes of it, field by field. */
import t from 'tap'
import { streamNames } from '../../../core/connector/records.ts'
import type { WorldAddress } from '../../../core/connector/simulator.ts'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { classOf, installState } from '../../../plugins/servicenow/simulator/hardware.ts'
import { idBelow, sysId } from '../../../plugins/servicenow/simulator/rows.ts'
import { simulated, small } from './simulated.ts'

type Facts = Readonly<Record<string, unknown>>

const ref = (table: string, id: number | null) => (id === null ? null : sysId(table, id))
const held = (value: string | null | undefined) => value || null

/** Empty lines of an address are not kept: a street is one column. */
function address({ addressLine1, addressLine2, city, state, postalCode, country }: WorldAddress): Facts {
  const [first = null, second = null] = [addressLine1, addressLine2].filter(Boolean)
  return { addressLine1: first, addressLine2: second, city, state, postalCode, country }
}

function differences(read: Facts, truth: Facts): readonly string[] {
  return Object.entries(truth)
    .filter(([field, value]) => JSON.stringify(read[field]) !== JSON.stringify(value))
    .map(
      ([field, value]) => `${read.sourceId} ${field}: ${JSON.stringify(read[field])} is not ${JSON.stringify(value)}`,
    )
}

const form = (origin: string, table: string, id: unknown) => `${origin}/nav_to.do?uri=${table}.do%3Fsys_id%3D${id}`

t.test('every stream yields exactly what the simulator says it holds', async (t) => {
  for (const zoneMinutes of [-480, 0, 330]) {
    const one = await simulated(t, { ...small, contacts: 1_200, configurations: 1_300 }, { zoneMinutes })
    one.world.companies.remove(7)
    one.world.contacts.remove(20)
    for (const stream of streamNames) {
      if (!serviceNow.streams[stream]) continue
      const records: readonly { readonly sourceId: string }[] = await one.records(stream)
      t.same(records.map(({ sourceId }) => sourceId).sort(), [...one.simulator.expected(stream)].sort(), stream)
    }
    t.same(one.server.errors, [])
  }
})

t.test('companies, with columns for type and status', async (t) => {
  const { world, records, server } = await simulated(t)
  const read = await records('companies')
  t.equal(read.length, small.companies, 'neither makers nor the own company')
  const wrong = read.flatMap((record) => {
    const truth = world.companies.get(idBelow(record.sourceId))
    if (!truth) return ['unknown']
    const type = world.companyTypes.get(truth.typeIds[0] ?? 0)
    const status = world.companyStatuses.get(truth.statusId)
    return differences(record, {
      url: form(server.origin, 'core_company', record.sourceId),
      name: truth.name,
      website: held(truth.website),
      phone: held(truth.phone),
      typeIds: type ? [String(type.id)] : null,
      types: type ? [type.name] : null,
      statusId: String(truth.statusId),
      status: status?.name,
      active: status?.active,
      updatedAt: truth.updatedAt,
      ...address(truth),
    })
  })
  t.same(wrong, [])
})

t.test('companies of a plain instance: flags are the types, and all are active', async (t) => {
  const { world, simulator, server, records } = await simulated(t)
  const { companyTypeColumn: _type, companyStatusColumn: _status, ...settings } = simulator.settings(server.origin)
  const read = await records('companies', {}, settings)
  for (const record of read) {
    const vendor = world.companies.get(idBelow(record.sourceId))?.typeIds.includes(3)
    t.same(record.typeIds, vendor ? ['customer', 'vendor'] : ['customer'])
    t.match(record, { statusId: 'active', status: 'Active', active: true })
  }
  t.same(
    (await records('companyTypes', {}, settings)).map(({ sourceId }) => sourceId),
    ['customer', 'vendor', 'manufacturer'],
  )
  t.match(await records('companyStatuses', {}, settings), [{ sourceId: 'active', name: 'Active' }])
  const vendors = await records('companies', { filter: { companyTypes: ['vendor'] } }, settings)
  t.ok(vendors.length > 0 && vendors.every(({ typeIds }) => typeIds?.includes('vendor')))
  t.same(await records('companies', { filter: { companyStatuses: ['other'] } }, settings), [])
  t.same(await records('companies', { filter: { companyTypes: ['of a column'] } }, settings), [])
})

t.test('customers of Customer Service Management', async (t) => {
  const { world, records, settings } = await simulated(t)
  const own = settings({ customerTable: 'customer_account' })
  const accounts = await records('companies', {}, own)
  t.equal(accounts.length, small.companies)
  t.match(accounts[0], { identifier: 'ACCT0000001' })
  const contacts = await records('contacts', {}, own)
  t.ok(contacts.length > 300)
  for (const record of contacts)
    t.equal(record.companyId, ref('core_company', world.contacts.get(idBelow(record.sourceId))?.companyId ?? null))
  t.ok(contacts.some(({ primary }) => primary))
})

t.test('sites, with and without a column for the main one', async (t) => {
  for (const primaryColumn of [false, true]) {
    const { world, records, server } = await simulated(t, small, { primaryColumn })
    const read = await records('sites')
    t.equal(read.length, world.sites.size, 'not the countries')
    const wrong = read.flatMap((record) => {
      const truth = world.sites.get(idBelow(record.sourceId))
      if (!truth) return ['unknown']
      const { name, active, primary, updatedAt } = truth
      return differences(record, {
        ...{ name, active, primary, updatedAt, phone: held(truth.phone), ...address(truth) },
        companyId: ref('core_company', truth.companyId),
        url: form(server.origin, 'cmn_location', record.sourceId),
      })
    })
    t.same(wrong, [])
  }
})

t.test('contacts', async (t) => {
  const { world, records, server } = await simulated(t)
  const customFields = ['u_newsletter', 'u_department', 'u_cake_day']
  const read = await records('contacts', { customFields })
  const wrong = read.flatMap((record) => {
    const truth = world.contacts.get(idBelow(record.sourceId))
    if (!truth) return ['unknown']
    const { firstName, primary, active, updatedAt, customFields: custom } = truth
    return differences(record, {
      ...{ firstName, primary, active, updatedAt, ...address(truth) },
      name: [firstName, truth.lastName].filter(Boolean).join(' '),
      lastName: held(truth.lastName),
      title: held(truth.title),
      email: held(truth.email),
      phone: held(truth.phone),
      mobile: held(truth.mobile),
      types: truth.typeIds.includes(6) ? ['Contact', 'VIP'] : ['Contact'],
      companyId: ref('core_company', truth.companyId),
      siteId: ref('cmn_location', truth.siteId),
      url: form(server.origin, 'sys_user', record.sourceId),
      customFields: {
        u_newsletter: custom.newsletter,
        u_department: custom.department,
        u_cake_day: custom['cake-day'],
      },
    })
  })
  t.same(wrong, [])
  t.equal(read.length, [...world.contacts.after(0)].filter(({ companyId }) => companyId !== null).length)
  t.notOk(JSON.stringify(server.requests.map(({ query }) => String(query))).includes('user_password'))
})

t.test('configurations', async (t) => {
  const customFields = [
    'u_asset_owner',
    'u_rack_units',
    'u_backed_up',
    'u_battery_date',
    'u_lifecycle',
    'u_admin_login',
  ]
  for (const assetLed of [false, true]) {
    const { world, records, server, settings } = await simulated(t, small, { assetLed })
    const own = settings(assetLed ? { datesFrom: 'asset' } : {})
    const read = await records('configurations', { customFields }, own)
    t.equal(read.length, small.configurations)
    const wrong = read.flatMap((record) => {
      const truth = world.configurations.get(idBelow(record.sourceId))
      if (!truth) return ['unknown']
      const {
        name,
        active,
        purchaseDate,
        warrantyExpiration,
        installationDate,
        updatedAt,
        customFields: custom,
      } = truth
      const computer = [1, 2, 3, 7].includes(truth.typeId)
      return differences(record, {
        ...{ name, active, purchaseDate, warrantyExpiration, installationDate, updatedAt },
        url: form(server.origin, 'cmdb_ci', record.sourceId),
        companyId: ref('core_company', truth.companyId),
        siteId: ref('cmn_location', truth.siteId),
        contactId: ref('sys_user', truth.contactId),
        typeId: classOf(truth.typeId),
        type: world.configurationTypes.get(truth.typeId)?.name,
        statusId: installState(truth.statusId),
        status: world.configurationStatuses.get(truth.statusId)?.name,
        serialNumber: held(truth.serialNumber),
        assetTag: held(truth.assetTag),
        manufacturer: truth.manufacturerId === null ? null : world.manufacturers.get(truth.manufacturerId)?.name,
        model: held(truth.model),
        productNumber: held(truth.productNumber),
        osType: computer ? held(truth.osType) : undefined,
        osVersion: computer ? held(truth.osVersion) : undefined,
        macAddress: held(truth.macAddress),
        ipAddress: held(truth.ipAddress),
        notes: held(truth.notes),
        customFields: {
          u_asset_owner: custom['asset-owner'] || null,
          u_rack_units: custom['rack-units'],
          u_backed_up: custom['backed-up'],
          u_battery_date: custom['battery-date'],
          u_lifecycle: custom.lifecycle,
        },
      })
    })
    t.same(wrong.slice(0, 5), [])
    t.notMatch(JSON.stringify(read), /simulator-planted-password/)
  }
})

t.test('custom fields are offered with their types and options, passwords never', async (t) => {
  const { world, context } = await simulated(t)
  const offered = (await serviceNow.streams.configurations?.customFields?.(context())) ?? []
  t.same(
    offered.map(({ title }) => title),
    world.configurationFields.map(({ title }) => title),
  )
  t.same(offered.at(-1)?.options, world.configurationFields.at(-1)?.options)
})

t.test('computers only, and companies by location', async (t) => {
  const { world, records, settings } = await simulated(t, small, {})
  const computers = await records('configurations', {}, settings({ configurationTable: 'cmdb_ci_computer' }))
  t.equal(
    computers.length,
    [...world.configurations.after(0)].filter(({ typeId }) => [1, 2, 3, 7].includes(typeId)).length,
  )
  for (const row of world.configurations.after(0)) world.configurations.put({ ...row, companyId: 0 })
  t.ok((await records('configurations')).every(({ companyId }) => companyId === null))
  const found = await records('configurations', {}, settings({ companyByPlace: true }))
  const companyAt = (id: number | null) => (id === null ? null : (world.sites.get(id)?.companyId ?? null))
  const wrong = found.filter(({ sourceId, companyId }) => {
    const row = world.configurations.get(idBelow(sourceId))
    const person = row?.contactId == null ? null : (world.contacts.get(row.contactId)?.companyId ?? null)
    return companyId !== ref('core_company', companyAt(row?.siteId ?? null) ?? person)
  })
  t.same(wrong, [])
})

t.test('lookups', async (t) => {
  const { world, records } = await simulated(t)
  const statuses = await records('configurationStatuses')
  for (const { id, name, closed } of world.configurationStatuses.after(0))
    t.match(
      statuses.find(({ sourceId }) => sourceId === installState(id)),
      { name, active: !closed },
    )
  t.same(
    (await records('ticketStatuses')).map(({ sourceId, name, closed }) => [sourceId, name, closed]),
    [
      ['1', 'New', false],
      ['2', 'In Progress', false],
      ['3', 'On Hold', false],
      ['6', 'Resolved', false],
      ['7', 'Closed', true],
      ['8', 'Canceled', true],
    ],
    'not those of all tasks, nor of another language',
  )
  t.match(
    await records('ticketPriorities'),
    [...world.priorities.after(0)].map(({ name, sortOrder }) => ({ name, sortOrder })),
  )
  t.match(
    await records('ticketBoards'),
    [...world.boards.after(0)].map(({ name, active }) => ({ name, active })),
  )
  t.match(await records('configurationTypes'), [{ sourceId: /cmdb_ci/ }])
})

t.test('a name nobody gave, a status nobody set, and the name of a record that cannot be seen', async (t) => {
  const emptied = (row: Record<string, unknown>, columns: readonly string[]) =>
    Object.fromEntries(
      Object.entries(row).map(([name, field]) => [
        name,
        columns.includes(name) ? { display_value: '', value: '' } : field,
      ]),
    )
  const unseen = (row: Record<string, unknown>, column: string) => ({
    ...row,
    [column]: { display_value: '', value: 'a'.repeat(32) },
  })
  const { records } = await simulated(
    t,
    small,
    {},
    {
      altered: ({ path }, answer) => {
        const { result } = Object(answer.body)
        if (!Array.isArray(result)) return answer
        const made = path.endsWith('sys_user')
          ? result.map((row) => emptied(row, ['name']))
          : result.map((row) => unseen(emptied(row, ['name', 'install_status', 'u_status']), 'manufacturer'))
        return {
          ...answer,
          body: { result: path.includes('core_company') ? result.map((row) => emptied(row, ['u_status'])) : made },
        }
      },
    },
  )
  for (const { name, serialNumber, assetTag, ...rest } of await records('configurations')) {
    t.equal(name, serialNumber ?? assetTag ?? '')
    t.match(rest, { statusId: null, status: null, active: null, manufacturer: undefined })
  }
  for (const { name, email } of await records('contacts')) t.equal(name, email ?? '')
  for (const company of await records('companies')) t.match(company, { statusId: null, active: null })
})

t.test('an item that Discovery found twice counts once', async (t) => {
  const original = sysId('cmdb_ci', 8)
  const twin = sysId('cmdb_ci', 9)
  const { context, pages } = await simulated(
    t,
    small,
    {},
    {
      altered: (_request, answer) => {
        const { result } = Object(answer.body)
        if (!Array.isArray(result)) return answer
        const marked = result.map((row) =>
          row.sys_id?.value === twin ? { ...row, duplicate_of: { display_value: 'It', value: original } } : row,
        )
        return { ...answer, body: { result: marked } }
      },
    },
  )
  for (const since of [undefined, '2000-01-01T00:00:00Z']) {
    const read = await pages('configurations', since ? { since } : {})
    const ids = read.flatMap(({ records }) => records.map(({ sourceId }) => sourceId))
    t.ok(ids.includes(original) && !ids.includes(twin))
    t.same(
      read.flatMap(({ removals = [] }) => removals),
      [twin],
    )
  }
  t.equal(await serviceNow.streams.configurations?.readOne?.(context(), twin), null)
})
