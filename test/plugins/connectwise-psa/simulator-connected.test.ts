/** The connector reads, writes and listens to the simulator through the hub's own client and a real server. */
import t from 'tap'
import type { RecordOf } from '../../../core/connector/records.ts'
import type { WorldConfiguration } from '../../../core/connector/simulator.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { pagesOf, type Simulated, simulated } from './simulated.ts'
import { failure } from './vendor.ts'

const small = { companies: 25, contacts: 1_300, configurations: 1_600, tickets: 60 }

const streamNames = [
  'companyTypes',
  'companyStatuses',
  'markets',
  'companies',
  'sites',
  'contacts',
  'configurationTypes',
  'configurationStatuses',
  'configurations',
  'ticketBoards',
  'ticketPriorities',
  'ticketStatuses',
] as const

/** Faults would show in the connector; defects of the simulator itself show here. */
function sound({ server }: Simulated): void {
  t.same(server.errors, [], 'the simulator itself did not fail')
}

t.test('every stream yields exactly what the simulator says it holds', async (t) => {
  for (const quirks of [{}, { release: 'v2025_1', typesApart: true }]) {
    const one = await simulated(t, small, quirks)
    one.world.companies.remove(7)
    one.world.contacts.remove(20)
    for (const stream of streamNames) {
      const pages = await pagesOf(stream, one.context())
      const ids = pages.flatMap<{ readonly sourceId: string }>(({ records }) => records).map(({ sourceId }) => sourceId)
      t.same(ids.sort(), [...one.simulator.expected(stream)].sort(), stream)
    }
    const [page] = (await pagesOf('companies', one.context())).filter(({ removals }) => removals)
    t.same(page?.removals?.length, 3, 'deleted companies are reported as removed')
    const typed = (await pagesOf('companies', one.context())).flatMap(({ records }) => records)
    for (const { sourceId, typeIds } of typed) {
      t.same(
        [...(typeIds ?? [])].map(Number).sort(),
        [...(one.world.companies.get(Number(sourceId))?.typeIds ?? [])].sort(),
        `types of ${sourceId}`,
      )
    }
    sound(one)
  }
})

/** What the connector must make of a configuration of the world. */
function recordOf(row: WorldConfiguration, { world }: Simulated): Partial<RecordOf<'configurations'>> {
  // An empty reference is left out of every other configuration.
  const empty = row.id % 2 === 0 ? null : undefined
  const known = (value: string | null) => (value === null ? undefined : value === '' ? null : value)
  const id = (value: number | null) => (value === null ? empty : String(value))
  return {
    sourceId: String(row.id),
    updatedAt: row.updatedAt,
    companyId: id(row.companyId),
    siteId: id(row.siteId),
    contactId: id(row.contactId),
    name: row.name,
    typeId: id(row.typeId),
    type: world.configurationTypes.get(row.typeId)?.name,
    statusId: id(row.statusId),
    status: world.configurationStatuses.get(row.statusId)?.name,
    active: row.active,
    serialNumber: known(row.serialNumber),
    assetTag: known(row.assetTag),
    manufacturer: row.manufacturerId === null ? empty : world.manufacturers.get(row.manufacturerId)?.name,
    model: known(row.model),
    productNumber: known(row.productNumber),
    osType: known(row.osType),
    osVersion: known(row.osVersion),
    macAddress: known(row.macAddress),
    ipAddress: known(row.ipAddress),
    purchaseDate: known(row.purchaseDate),
    installationDate: known(row.installationDate),
    warrantyExpiration: known(row.warrantyExpiration),
    notes: known(row.notes),
    customFields: {
      '70': row.customFields['asset-owner'] || null,
      '71': row.customFields['rack-units'] ?? null,
      '72': row.customFields['backed-up'] ?? null,
      '73': row.customFields['battery-date'] ?? null,
      '74': row.customFields.lifecycle ?? null,
    },
  }
}

t.test('every field of every configuration arrives as the world has it', async (t) => {
  const one = await simulated(t, small)
  const customFields = ['70', '71', '72', '73', '74', '90']
  const records = (await pagesOf('configurations', one.context({ customFields }))).flatMap((page) => page.records)
  const wrong: unknown[] = []
  for (const record of records) {
    const row = one.world.configurations.get(Number(record.sourceId))
    const expected = row && JSON.stringify(recordOf(row, one))
    const { url: _url, customFields: values, ...rest } = record
    // Empty custom field texts may arrive as they are or as null.
    const tidy = { ...rest, customFields: { ...values, '70': values?.['70'] || null } }
    if (JSON.stringify(tidy) !== expected) wrong.push({ is: JSON.stringify(tidy), expected })
  }
  t.same(wrong.slice(0, 3), [])
  t.equal(records.length, 1_600)
  t.notMatch(JSON.stringify(records), /simulator-planted-password/)
  const offered = await connectWise.streams.configurations?.customFields?.(one.context())
  t.same(
    offered?.map(({ title }) => title),
    one.world.configurationFields.map(({ title }) => title),
  )
  t.same(
    offered?.find(({ id }) => id === '74')?.options,
    one.world.configurationFields.find(({ id }) => id === 'lifecycle')?.options,
  )
})

t.test('only what changed since', async (t) => {
  const one = await simulated(t, small)
  const since = '2026-06-30T23:00:00Z'
  const now = new Date().toISOString()
  for (const id of [3, 1_200]) {
    const row = one.world.configurations.get(id)
    if (row) one.world.configurations.put({ ...row, updatedAt: now })
  }
  const changed = (await pagesOf('configurations', one.context({ since }))).flatMap(({ records }) => records)
  const expected = [...one.world.configurations.after(0)]
    .filter(({ updatedAt }) => updatedAt >= since)
    .map(({ id }) => String(id))
  t.same(
    changed.map(({ sourceId }) => sourceId),
    expected,
  )
  t.ok(expected.includes('3') && expected.length < 30)
  const filtered = await pagesOf(
    'configurations',
    one.context({ filter: { configurationTypes: ['1', '3'], configurationStatuses: ['1'] } }),
  )
  t.ok(
    filtered
      .flatMap(({ records }) => records)
      .every(({ typeId, statusId }) => ['1', '3'].includes(String(typeId)) && statusId === '1'),
  )
})

t.test('sees which rights are missing, and wrong keys', async (t) => {
  const one = await simulated(t, small)
  const { simulator, server } = one
  const checked = await connectWise.check(one.context())
  t.notOk(checked.permissions.some(({ state }) => state === 'missing'))
  t.notOk(checked.permissions.some(({ state }) => state === 'excessive'))
  const admin = await connectWise.check(one.context({}, simulator.adminSettings(server.origin)))
  t.match(admin.permissions[0], { permission: 'companies', state: 'excessive', message: /members .*project tickets/ })
  const { settings, missing } = simulator.limitedSettings(server.origin)
  const limited = await connectWise.check(one.context({}, settings))
  t.same(
    limited.permissions.filter(({ state }) => state === 'missing').map(({ permission }) => permission),
    missing,
  )
  t.equal((await failure(pagesOf('configurations', one.context({}, settings)))).kind, 'permission')
  t.equal(
    (
      await failure(
        connectWise.check(one.context({}, { ...simulator.wrongSettings(server.origin), publicKey: 'Other' })),
      )
    ).kind,
    'auth',
  )
  t.equal(
    (await failure(connectWise.check(one.context({}, { ...settings, companyId: 'nobody', publicKey: 'Third' })))).kind,
    'config',
  )
  sound(one)
})

t.test('writes a warranty back, through the custom field quirk as well', async (t) => {
  const one = await simulated(t, small)
  const write = connectWise.writeBack?.configurations.write
  const { configurations } = one.world
  for (const row of [...configurations.after(0)].slice(0, 40)) {
    const change = { warrantyExpiration: '2031-02-28', manufacturer: 'Lenovo' }
    const { outcome } =
      (await write?.(one.context(), String(row.id), change, { warrantyExpiration: row.warrantyExpiration })) ?? {}
    if (outcome !== 'written') t.fail(`configuration ${row.id}: ${outcome}`)
    const after = configurations.get(row.id)
    // "LENOVO" is the same maker, and stays.
    const maker = one.world.manufacturers.get(after?.manufacturerId ?? 0)?.name
    if (after?.warrantyExpiration !== '2031-02-28' || maker?.toLowerCase() !== 'lenovo')
      t.fail(`configuration ${row.id} is not changed`)
    t.same(after?.customFields, row.customFields, 'custom fields stay')
  }
  const refused = one.server.requests.filter(({ method, status }) => method === 'PATCH' && status === 400)
  t.ok(refused.length > 10 && refused.length < 40, 'with and without the quirk')
  const conflict = await write?.(
    one.context(),
    '1',
    { warrantyExpiration: '2032-01-01' },
    { warrantyExpiration: '2020-01-01' },
  )
  t.equal(conflict?.outcome, 'conflict')
  t.equal((await write?.(one.context(), '999999', { warrantyExpiration: '2032-01-01' }, {}))?.outcome, 'not-found')
  sound(one)
})

t.test('shows tickets with their notes', async (t) => {
  const one = await simulated(t, small)
  const open = await connectWise.tickets?.list(one.context(), { companyId: '2', closed: false, limit: 50 })
  const expected = [...one.world.tickets.after(0)].filter(
    (row) => row.companyId === 2 && !one.world.ticketStatuses.get(row.statusId)?.closed,
  )
  t.same(
    open?.map(({ sourceId }) => sourceId),
    expected.map(({ id }) => String(id)).reverse(),
  )
  for (const row of [...one.world.tickets.after(0)].slice(0, 20)) {
    const ticket = await connectWise.tickets?.get(one.context(), String(row.id))
    t.match(ticket, { summary: row.summary, createdAt: row.createdAt })
    const notes = ticket?.notes.map(({ sourceId, text, kind, internal, author }) => ({
      id: Number(sourceId),
      text,
      kind,
      internal,
      author,
    }))
    t.same(
      notes,
      row.notes.map(({ id, text, kind, internal, author }) => ({ id, text, kind, internal, author })),
      `notes of ${row.id}`,
    )
  }
  sound(one)
})

t.test('registers webhooks and believes what is signed', async (t) => {
  const one = await simulated(t, small)
  const { webhooks } = connectWise
  const ctx = one.context()
  t.equal((await webhooks?.register?.(ctx, 'https://hub.example/hook'))?.length, 3)
  t.equal((await webhooks?.register?.(ctx, 'https://hub.example/hook'))?.length, 3, 'again changes nothing')
  for (const stream of ['companies', 'contacts', 'configurations'] as const) {
    const deliveries = one.simulator.deliveries?.(stream, '5', 'updated') ?? []
    t.equal(deliveries.length, 1)
    for (const { url, headers, body } of deliveries) {
      const query = Object.fromEntries(new URL(url).searchParams)
      t.same([query.recordId, query.action], ['5', 'updated'])
      const delivery = { raw: Buffer.from(body), headers, query }
      t.equal(await webhooks?.verify(ctx, delivery), true)
      t.equal(await webhooks?.verify(ctx, { ...delivery, raw: Buffer.from(body.replace('"ID":5', '"ID":6')) }), false)
      t.same(webhooks?.touched(delivery).hints, [{ stream, sourceId: '5' }])
    }
  }
  await webhooks?.unregister?.(ctx, 'https://hub.example/hook')
  t.same(one.simulator.deliveries?.('companies', '5', 'updated'), [])
  sound(one)
})

t.test('a new release in the cloud in the middle of a pass', async (t) => {
  const one = await simulated(t, small, { release: 'v2025_1' })
  const ids: string[] = []
  const ctx = one.context()
  for await (const { records } of connectWise.streams.configurations?.read(ctx) ?? []) {
    ids.push(...records.map(({ sourceId }) => sourceId))
    one.simulator.upgrade('v2025_2')
  }
  t.same(ids, [...one.simulator.expected('configurations')])
  t.equal(one.server.requests.filter(({ path }) => path.startsWith('/login/')).length, 2)
  sound(one)
})
