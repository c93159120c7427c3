import t from 'tap'
import type { WorldConfiguration } from '../../../core/connector/simulator.ts'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { sysId } from '../../../plugins/servicenow/simulator/rows.ts'
import { failure } from '../connected.ts'
import { type Simulated, simulated } from './simulated.ts'

const tiny = { companies: 6, contacts: 40, configurations: 80, tickets: 5 }
const write = serviceNow.writeBack?.configurations.write ?? (() => Promise.reject(new Error('no write-back')))

function machine({ world }: Simulated, type = 3): WorldConfiguration {
  const found = [...world.configurations.after(0)].find(
    ({ typeId, manufacturerId, serialNumber }) => typeId === type && manufacturerId !== null && serialNumber,
  )
  if (!found) throw new Error('no such machine')
  return found
}

const patches = ({ server }: Simulated) =>
  server.requests.filter(({ method }) => method === 'PATCH').map(({ path, body }) => [path, JSON.parse(body)])

t.test('sends only what changes, raw, to the real class, and nothing the second time', async (t) => {
  const one = await simulated(t, tiny)
  const row = machine(one)
  const id = sysId('cmdb_ci', row.id)
  const change = { warrantyExpiration: '2031-02-28', purchaseDate: row.purchaseDate, manufacturer: 'Fortinet' }
  const outcome = await write(one.context(), id, change, { warrantyExpiration: row.warrantyExpiration })
  t.match(outcome, { outcome: 'written', current: { warrantyExpiration: '2031-02-28', manufacturer: 'Fortinet' } })
  const maker = [...one.world.manufacturers.after(0)].find(({ name }) => name === 'Fortinet')?.id ?? 0
  t.same(patches(one), [
    [
      `/api/now/table/cmdb_ci_server/${id}`,
      { warranty_expiration: '2031-02-28', manufacturer: sysId('core_company', 1_000_000_000 + maker) },
    ],
  ])
  t.same(one.world.configurations.get(row.id), {
    ...row,
    warrantyExpiration: '2031-02-28',
    manufacturerId: maker,
    updatedAt: one.world.configurations.get(row.id)?.updatedAt,
  })
  t.match(await write(one.context(), id, change, {}), { outcome: 'unchanged' })
  t.match(await write(one.context(), id, { warrantyExpiration: null }, {}), {
    outcome: 'written',
    current: { warrantyExpiration: null },
  })
  t.equal(patches(one).length, 2)
})

t.test('stops at a conflict, and for a record that is gone', async (t) => {
  const one = await simulated(t, tiny)
  const id = sysId('cmdb_ci', machine(one).id)
  const conflict = await write(
    one.context(),
    id,
    { warrantyExpiration: '2031-01-01' },
    { warrantyExpiration: '1999-01-01' },
  )
  t.match(conflict, { outcome: 'conflict', message: /warrantyExpiration/ })
  t.match(await write(one.context(), sysId('cmdb_ci', 9_999), { warrantyExpiration: '2031-01-01' }, {}), {
    outcome: 'not-found',
  })
  t.same(patches(one), [])
})

t.test('a maker that is not there, or there twice, does not hold up the dates', async (t) => {
  const one = await simulated(t, tiny)
  const id = sysId('cmdb_ci', machine(one).id)
  const both = await write(one.context(), id, { warrantyExpiration: '2031-02-28', manufacturer: 'Nobody & Sons' }, {})
  t.match(both, { outcome: 'written', message: /no single manufacturer "Nobody & Sons"/ })
  t.same(
    patches(one).map(([, body]) => body),
    [{ warranty_expiration: '2031-02-28' }],
  )
  t.match(await failure(write(one.context(), id, { manufacturer: 'Evil^manufacturer=true' }, {})), { kind: 'vendor' })
  const twice = one.world.manufacturers.lastId + 1
  one.world.manufacturers.put({ id: twice, name: 'Fortinet', updatedAt: '2026-01-01T00:00:00Z' })
  t.match(await failure(write(one.context(), id, { manufacturer: 'Fortinet' }, {})), {
    kind: 'vendor',
    admin: /single/,
  })
})

t.test('what ServiceNow takes back is an error', async (t) => {
  const one = await simulated(t, tiny, { assetLed: true })
  const id = sysId('cmdb_ci', machine(one).id)
  const lost = await failure(write(one.context(), id, { warrantyExpiration: '2031-02-28' }, {}))
  t.match(lost, { kind: 'permission', admin: /did not make the change: warrantyExpiration/ })
  one.simulator.hideColumns((_table, column) => column === 'warranty_expiration')
  t.match(await failure(write(one.context(), id, { warrantyExpiration: '2031-02-28' }, {})), { kind: 'permission' })
})

t.test('dates kept in the asset are written there, the maker to the item', async (t) => {
  const one = await simulated(t, tiny, { assetLed: true })
  const row = machine(one, 1)
  const context = one.context({}, one.settings({ datesFrom: 'asset' }))
  const change = { warrantyExpiration: '2031-02-28', manufacturer: 'APC' }
  const outcome = await write(context, sysId('cmdb_ci', row.id), change, { warrantyExpiration: row.warrantyExpiration })
  t.match(outcome, { outcome: 'written', current: { ...change, purchaseDate: row.purchaseDate } })
  t.same(
    patches(one).map(([path]) => String(path).split('/').slice(-2)),
    [
      ['alm_hardware', sysId('alm_asset', row.id)],
      ['u_cmdb_ci_workstation', sysId('cmdb_ci', row.id)],
    ],
  )
})

t.test('a column that cannot be seen is not said to be empty', async (t) => {
  const one = await simulated(t, tiny)
  const id = sysId('cmdb_ci', machine(one).id)
  one.simulator.hideColumns((_table, column) => column === 'purchase_date')
  for (const outcome of ['written', 'unchanged']) {
    const told = await write(one.context(), id, { warrantyExpiration: '2031-02-28' }, {})
    t.match(told, { outcome, current: { warrantyExpiration: '2031-02-28' } })
    t.notOk('purchaseDate' in told.current, 'what the hub has stays')
  }
})
