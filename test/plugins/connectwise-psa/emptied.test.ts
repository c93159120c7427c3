/** What a person empties in ConnectWise PSA is emptied in the hub: the real engine against the simulator. */
import t from 'tap'
import { serveSimulator } from '../../../core/conformance/server.ts'
import { createWorld } from '../../../core/conformance/world.ts'
import type { StreamName } from '../../../core/connector/records.ts'
import { CompanyMappings } from '../../../core/mapping/companies.ts'
import { Mapping } from '../../../core/mapping/mapping.ts'
import { ValueMappings } from '../../../core/mapping/values.ts'
import { SyncEngine } from '../../../core/sync/engine.ts'
import type { RunRequest } from '../../../core/sync/request.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { simulate } from '../../../plugins/connectwise-psa/simulator.ts'
import { bench, by } from '../../core/connections/fixture.ts'

const world = createWorld({ companies: 3, contacts: 10, configurations: 10, tickets: 1 })
const server = await serveSimulator(simulate(world))
t.teardown(() => server.close())
const { database, connections } = await bench(t, [connectWise])
const mapping = new Mapping(new ValueMappings(database, async () => {}), new CompanyMappings(database, async () => {}))
const engine = new SyncEngine({
  database,
  open: (id, options) => connections.openSource(id, options),
  afterStream: (...given) => mapping.afterStream(...given),
  needsSignIn: (id, admin) => connections.needsSignIn(id, admin),
})
const settings = simulate(world).settings(server.origin)
const { id } = await connections.add({ connector: connectWise.id, name: 'ConnectWise', settings }, by)

async function sync(request: Partial<RunRequest> = {}): Promise<void> {
  const result = await engine.run(
    { connectionId: id, mode: 'apply', pass: 'incremental', trigger: 'force', ...request },
    { signal: AbortSignal.timeout(60_000), limitMinutes: 1 },
  )
  if ('busy' in result || result.state !== 'succeeded') throw new Error(JSON.stringify(result))
}

const address = ['address_line1', 'address_line2', 'city', 'state', 'postal_code', 'country']
const columns = {
  companies: ['website', 'phone', 'market_source_ids', 'markets', ...address],
  sites: ['phone', ...address],
  contacts: ['site_source_id', 'last_name', 'title', 'email', 'phone', 'mobile', ...address],
  configurations: [
    ...['site_source_id', 'contact_source_id', 'serial_number', 'asset_tag', 'manufacturer', 'model'],
    ...['product_number', 'os_type', 'os_version', 'mac_address', 'ip_address', 'notes'],
    ...['purchase_date', 'installation_date', 'warranty_expiration'],
  ],
} satisfies Partial<Record<StreamName, readonly string[]>>
type Emptied = keyof typeof columns

/** The columns of a record that hold something. */
async function filled(stream: Emptied, sourceId: number): Promise<readonly string[]> {
  const table = stream === 'companies' ? 'company_links' : stream
  const row = await database.row<Record<string, unknown>>(`select * from ${table} where source_id = $1`, [
    String(sourceId),
  ])
  if (row === undefined) throw new Error(`${stream} ${sourceId} is not in the hub`)
  return columns[stream].filter((column) => row[column] !== null)
}

const place = {
  addressLine1: '1 Main St',
  addressLine2: 'Suite 4',
  city: 'Tampa',
  state: 'FL',
  postalCode: '33602',
  country: 'United States',
}
const noPlace = { addressLine1: null, addressLine2: null, city: null, state: null, postalCode: null, country: null }
const [site] = world.sites.after(0)
const companyId = site?.companyId ?? 0
const siteId = site?.id ?? 0
const contactId = 5

/** Two of each: what one shows in a list the other shows when it is read by its id. */
function fill(contacts: readonly number[], configurations: readonly number[]): void {
  const company = world.companies.get(companyId)
  if (company) world.companies.put({ ...company, ...place, website: 'www.example.com', phone: '1', marketId: 1 })
  if (site) world.sites.put({ ...site, ...place, phone: '2' })
  for (const number of contacts) {
    const row = world.contacts.get(number)
    if (row) {
      const reached = { email: 'a@example.com', phone: '3', mobile: '4' }
      world.contacts.put({ ...row, ...place, ...reached, companyId, siteId, lastName: 'Doe', title: 'Chief' })
    }
  }
  for (const number of configurations) {
    const row = world.configurations.get(number)
    if (row) {
      const days = { purchaseDate: '2024-01-31', installationDate: '2024-02-01', warrantyExpiration: '2027-01-31' }
      const texts = { serialNumber: 'S-1', assetTag: 'A', model: 'M', productNumber: 'P', osType: 'O', osVersion: '1' }
      const own = { macAddress: '00:11', ipAddress: '10.0.0.1', notes: 'N', manufacturerId: 1 }
      world.configurations.put({ ...row, ...days, ...texts, ...own, companyId, siteId, contactId })
    }
  }
}

function empty(contact: number, configuration: number): void {
  const updatedAt = new Date().toISOString()
  const person = world.contacts.get(contact)
  if (person) {
    const reached = { email: null, phone: null, mobile: null }
    world.contacts.put({ ...person, ...noPlace, ...reached, siteId: null, lastName: null, title: null, updatedAt })
  }
  const machine = world.configurations.get(configuration)
  if (machine) {
    const days = { purchaseDate: null, installationDate: null, warrantyExpiration: null }
    const texts = {
      serialNumber: null,
      assetTag: null,
      model: null,
      productNumber: null,
      osType: null,
      osVersion: null,
    }
    const own = { macAddress: null, ipAddress: null, notes: null, manufacturerId: null, siteId: null, contactId: null }
    world.configurations.put({ ...machine, ...days, ...texts, ...own, updatedAt })
  }
}

t.before(async () => {
  fill([1, 2], [1, 2])
  await sync()
  await mapping.companies.import(id, 'all-passing', by)
  await sync({ pass: 'full' })
})

t.test('everything that is to be emptied was filled', async (t) => {
  t.same(await filled('companies', companyId), columns.companies)
  t.same(await filled('sites', siteId), columns.sites)
  for (const number of [1, 2]) {
    t.same(await filled('contacts', number), columns.contacts)
    t.same(await filled('configurations', number), columns.configurations)
  }
})

t.test('an incremental pass empties them', async (t) => {
  empty(1, 1)
  const company = world.companies.get(companyId)
  const updatedAt = new Date().toISOString()
  if (company) world.companies.put({ ...company, ...noPlace, website: null, phone: null, marketId: null, updatedAt })
  if (site) world.sites.put({ ...site, ...noPlace, phone: null, updatedAt })
  await sync()
  t.same(await filled('companies', companyId), [])
  t.same(await filled('sites', siteId), [])
  t.same(await filled('contacts', 1), [])
  t.same(await filled('configurations', 1), [])
  t.same(await filled('configurations', 2), columns.configurations, 'what was not touched is as it was')
})

t.test("so does what a webhook's delivery has read again", async (t) => {
  empty(2, 2)
  await sync({
    trigger: 'webhook',
    touched: [
      { stream: 'contacts', sourceId: '2' },
      { stream: 'configurations', sourceId: '2' },
    ],
  })
  t.same(await filled('contacts', 2), [])
  t.same(await filled('configurations', 2), [])
})
