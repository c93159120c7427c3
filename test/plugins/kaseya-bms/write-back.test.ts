import t, { type Test } from 'tap'
import type { Writable } from '../../../core/connector/contract.ts'
import { writeBack } from '../../../plugins/kaseya-bms/write-back.ts'
import { failure } from '../connected.ts'
import { detailPath, instead, type More, simulated } from './simulated.ts'

const size = { companies: 8, contacts: 20, configurations: 60, tickets: 1 }
const lookupPath = /\/tenantlookup\//

async function scene(t: Test, more: More = {}) {
  const all = await simulated(t, size, {}, more)
  const row = [...all.world.configurations.after(0)].find(
    ({ warrantyExpiration, purchaseDate, manufacturerId, notes, contactId }) =>
      warrantyExpiration && purchaseDate && manufacturerId && notes && contactId,
  )
  if (!row) throw new Error('no such configuration')
  const write = (change: Writable, expected: Writable = {}, own: object = {}) =>
    writeBack.configurations.write(
      all.context({}, { ...all.simulator.settings(all.server.origin), ...own }),
      String(row.id),
      change,
      expected,
    )
  const stored = async () => Object(await detail(all, row.id))
  return { ...all, row, write, stored, puts: () => all.asked(detailPath, 'PUT') }
}

async function detail({ context }: Awaited<ReturnType<typeof simulated>>, id: number): Promise<unknown> {
  const { body } = await context().http.request({ url: `v2/servicedesk/hardwareasset/${id}` })
  return Object(body).result
}

t.test('reads, changes, writes and looks: everything else is as it was', async (t) => {
  const { write, stored, puts, row, world } = await scene(t)
  const before = await stored()
  const change = { warrantyExpiration: '2031-05-17', purchaseDate: '2028-02-29', manufacturer: 'lenovo' }
  const outcome = await write(change, { warrantyExpiration: row.warrantyExpiration })
  t.match(outcome, {
    outcome: 'written',
    current: { warrantyExpiration: '2031-05-17', purchaseDate: '2028-02-29', manufacturer: 'Lenovo' },
  })
  const after = await stored()
  const { warrantyExpirationDate, acquisitionDate, manufacturerId, manufacturer, modifiedOn, ...rest } = after
  t.strictSame(rest, pick(before, Object.keys(rest)))
  t.equal(Object.keys(after).length, Object.keys(before).length)
  t.strictSame(
    [warrantyExpirationDate, acquisitionDate, manufacturerId, manufacturer],
    ['2031-05-17T00:00:00', '2028-02-29T00:00:00', 3, 'Lenovo'],
  )
  t.not(modifiedOn, before.modifiedOn)
  t.equal(world.configurations.get(row.id)?.purchaseDate, '2028-02-29')
  const body = JSON.parse(puts()[0]?.body ?? '')
  t.equal(puts().length, 1)
  t.ok(Object.keys(body).length > 50, 'the whole asset')
  t.notOk('ComputerName' in body, 'an asset does not show it, so nobody knows it')
  t.equal(body.PurchaseCost, before.purchaseCost)
  t.equal(body.DnsServers, before.dnsServers)
  t.match(await write(change), { outcome: 'unchanged' })
  t.equal(puts().length, 1)
})

function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, from[name]]))
}

t.test('a day is cleared with null; times of day make no difference', async (t) => {
  const { write, world, row } = await scene(t)
  t.match(await write({ warrantyExpiration: row.warrantyExpiration }), { outcome: 'unchanged' })
  t.match(await write({ purchaseDate: null }), { outcome: 'written', current: { purchaseDate: null } })
  t.equal(world.configurations.get(row.id)?.purchaseDate, null)
})

t.test('what is not as expected is a conflict, and nothing at all is sent', async (t) => {
  const { write, puts, row } = await scene(t)
  const outcome = await write(
    { warrantyExpiration: '2031-05-17', purchaseDate: '2028-02-29' },
    { warrantyExpiration: '1999-01-01', purchaseDate: row.purchaseDate },
  )
  t.match(outcome, { outcome: 'conflict', message: /warrantyExpiration/, current: { purchaseDate: row.purchaseDate } })
  t.equal(puts().length, 0)
})

t.test('a maker BMS does not have holds up itself, not the dates', async (t) => {
  const { write, puts } = await scene(t)
  t.match(await write({ manufacturer: 'Nobody', purchaseDate: '2028-02-29' }), {
    outcome: 'written',
    current: { purchaseDate: '2028-02-29' },
    message: /no active manufacturer "Nobody"/,
  })
  t.equal((await failure(write({ manufacturer: 'Nobody' }))).kind, 'vendor')
  t.equal(puts().length, 1)
})

t.test('a lookup table of another name, or none that may be read', async (t) => {
  const { write, puts, server } = await scene(t)
  const makers = { manufacturerTable: 'Makers' }
  t.match(await write({ manufacturer: 'HP', purchaseDate: '2028-02-29' }, {}, makers), {
    outcome: 'written',
    message: /table "Makers" .* cannot be read.*settings/,
  })
  const error = await failure(write({ manufacturer: 'HP' }, {}, makers))
  t.match(error.admin, /table "Makers" .* cannot be read.*settings/, 'nobody is sent to add a maker that is there')
  t.equal(puts().length, 1)
  server.fault({ path: lookupPath, times: 9, effect: { kind: 'status', status: 503 } })
  t.equal((await failure(write({ manufacturer: 'HP' }))).kind, 'transient', 'an outage is no missing table')
})

t.test('an asset without a location is left alone', async (t) => {
  const { write, puts } = await scene(
    t,
    instead(detailPath, (result) => ({ result: { ...Object(result), accountLocationId: null } })),
  )
  const error = await failure(write({ purchaseDate: '2028-02-29' }))
  t.equal(error.kind, 'vendor')
  t.match(error.admin, /AccountLocationId/)
  t.equal(puts().length, 0)
})

t.test('a change that was taken and not made, and one that emptied something else, are told', async (t) => {
  const lazy = await scene(t, {
    altered: (request, answer) =>
      request.method === 'PUT' ? { status: 200, body: { success: true, result: null } } : answer,
  })
  lazy.server.fault({
    path: detailPath,
    method: 'PUT',
    effect: { kind: 'status', status: 200, body: { success: true, result: {} } },
  })
  t.match((await failure(lazy.write({ purchaseDate: '2028-02-29' }))).admin, /did not make it: AcquisitionDate/)

  let isWritten = false
  const careless = await scene(t, {
    altered: (request, answer) => {
      if (request.method === 'PUT') isWritten = true
      if (!isWritten || !detailPath.test(request.path)) return answer
      const body = JSON.parse(JSON.stringify(answer.body))
      return { ...answer, body: { ...body, result: { ...body.result, description: '', barCode: null } } }
    },
  })
  t.match((await failure(careless.write({ purchaseDate: '2028-02-29' }))).admin, /empty now: Description, BarCode/)
})

t.test('what an RMM tool rewrites meanwhile is no harm', async (t) => {
  let count = 0
  const { write } = await scene(
    t,
    instead(detailPath, (result) => ({
      result: { ...Object(result), lastCheckIn: `2026-06-0${++count}T00:00:00`, ipAddress: `10.0.0.${count}` },
    })),
  )
  t.match(await write({ purchaseDate: '2028-02-29' }), { outcome: 'written' })
})

t.test('a refusal says why; an asset that is gone is not found', async (t) => {
  const { write, server, world, row, context } = await scene(t)
  server.fault({
    path: detailPath,
    method: 'PUT',
    effect: {
      kind: 'status',
      status: 200,
      body: { success: false, error: { code: 422, message: 'Serial number is taken' } },
    },
  })
  t.match((await failure(write({ purchaseDate: '2028-02-29' }))).admin, /Serial number is taken/)
  world.configurations.remove(row.id)
  t.match(await write({ purchaseDate: '2028-02-29' }), { outcome: 'not-found', current: {} })
  for (const id of ['x', '', '1/../2', '99999999999'])
    t.match(await writeBack.configurations.write(context(), id, {}, {}), { outcome: 'not-found' })
})
