/** What the simulated world holds is what the connector makes of it: companies, sites and contacts, field by field. */
import t from 'tap'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { pagesOf, simulated } from './simulated.ts'

type Facts = Readonly<Record<string, unknown>>

const size = { companies: 40, contacts: 400, configurations: 60, tickets: 1 }
const id = (value: number | null) => (value === null ? null : String(value))

/** Where the two differ. An empty value may be left out by the vendor; then it is not sent. */
function differences(read: Facts, truth: Facts): readonly string[] {
  return Object.entries(truth)
    .filter(([field, value]) => {
      const found = read[field]
      if (value === null || value === '') return found !== undefined && found !== null
      return JSON.stringify(found) !== JSON.stringify(value)
    })
    .map(
      ([field, value]) => `${read.sourceId} ${field}: ${JSON.stringify(read[field])} is not ${JSON.stringify(value)}`,
    )
}

t.test('companies', async (t) => {
  const { world, context } = await simulated(t, size)
  const records = (await pagesOf('companies', context())).flatMap((page) => page.records)
  t.ok(records.length > 20)
  const wrong = records.flatMap((record) => {
    const truth = world.companies.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const market = truth.marketId === null ? undefined : world.markets.get(truth.marketId)
    const { name, identifier, website, phone, addressLine1, addressLine2, city, state, postalCode, country } = truth
    const status = world.companyStatuses.get(truth.statusId)
    return differences(record, {
      ...{ name, identifier, website, phone, addressLine1, addressLine2, city, state, postalCode, country },
      statusId: id(truth.statusId),
      status: status?.name,
      active: status?.active,
      typeIds: truth.typeIds.map(String),
      types: truth.typeIds.map((type) => world.companyTypes.get(type)?.name),
      marketIds: market ? [String(market.id)] : null,
      markets: market ? [market.name] : null,
      updatedAt: truth.updatedAt,
    })
  })
  t.strictSame(wrong, [])
})

t.test('sites', async (t) => {
  const { world, context } = await simulated(t, size)
  const records = (await pagesOf('sites', context())).flatMap((page) => page.records)
  t.ok(records.length > 40)
  const wrong = records.flatMap((record) => {
    const truth = world.sites.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const { name, active, primary, phone, addressLine1, addressLine2, city, state, postalCode, country } = truth
    return differences(record, {
      ...{ name, active, primary, phone, addressLine1, addressLine2, city, state, postalCode, country },
      companyId: id(truth.companyId),
      updatedAt: truth.updatedAt,
    })
  })
  t.strictSame(wrong, [])
})

t.test('contacts', async (t) => {
  const { world, context } = await simulated(t, size)
  const records = (await pagesOf('contacts', context())).flatMap((page) => page.records)
  t.equal(records.length, size.contacts)
  const wrong = records.flatMap((record) => {
    const truth = world.contacts.get(Number(record.sourceId))
    if (!truth) return ['unknown']
    const { firstName, lastName, title, email, active, primary } = truth
    const { addressLine1, addressLine2, city, state, postalCode, country } = truth
    return differences(record, {
      ...{ firstName, lastName, title, email, active, primary },
      ...{ addressLine1, addressLine2, city, state, postalCode, country },
      // A number of whichever kind is better than none.
      ...(truth.phone ? { phone: truth.phone } : {}),
      mobile: truth.mobile,
      name: [firstName, lastName].filter(Boolean).join(' '),
      companyId: id(truth.companyId),
      siteId: id(truth.siteId),
      types: truth.typeIds.map((type) => world.contactTypes.get(type)?.name),
      updatedAt: truth.updatedAt,
    })
  })
  t.strictSame(wrong, [])
})

t.test('writes to configurations whose type has a required question', async (t) => {
  const { world, context, server } = await simulated(t, size, { questionsRequired: true })
  const write = connectWise.writeBack?.configurations.write
  const rows = [...world.configurations.after(0)]
  for (const row of rows) {
    const outcome = await write?.(context(), String(row.id), { purchaseDate: '2024-02-29' }, {})
    if (outcome?.outcome !== 'written') t.fail(`configuration ${row.id}`)
    t.equal(world.configurations.get(row.id)?.purchaseDate, '2024-02-29')
  }
  t.ok(server.requests.some(({ method, body }) => method === 'PATCH' && body.includes('"questions"')))
})
