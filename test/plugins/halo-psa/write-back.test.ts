import t from 'tap'
import type { Writable } from '../../../core/connector/contract.ts'
import type { WorldConfiguration } from '../../../core/connector/simulator.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import type { HaloSettings } from '../../../plugins/halo-psa/settings.ts'
import { failure } from '../connected.ts'
import { type More, type Simulated, simulated } from './simulated.ts'

const size = { companies: 8, contacts: 20, configurations: 200, tickets: 1 }

interface Scene extends Simulated {
  /** An asset of the type that holds a purchase date, a warranty and a maker. */
  full(typeId: number): WorldConfiguration
  write(row: WorldConfiguration, change: Writable, expected?: Writable): ReturnType<typeof write>
  /** What was posted, one entry a request. */
  posted(): readonly Readonly<Record<string, unknown>>[]
}

const write = haloPsa.writeBack?.configurations.write ?? (() => Promise.reject(new Error('no write-back')))

async function scene(
  t: Parameters<typeof simulated>[0],
  more: More = {},
  own: Partial<HaloSettings> = {},
): Promise<Scene> {
  const one = await simulated(t, size, {}, more)
  return {
    ...one,
    full(typeId) {
      for (const row of one.world.configurations.after(0))
        if (
          row.typeId === typeId &&
          row.purchaseDate &&
          row.warrantyExpiration &&
          row.manufacturerId &&
          row.serialNumber
        )
          return row
      throw new Error(`no asset of type ${typeId}`)
    },
    write: (row, change, expected = {}) => write(one.context({}, one.settings(own)), String(row.id), change, expected),
    posted: () =>
      one.server.requests
        .filter(({ method, path }) => method === 'POST' && path === '/api/Asset')
        .map(({ body }) => JSON.parse(body)[0]),
  }
}

t.test('a tab is written alone: the id, the column, noon; the second time nothing is sent', async (t) => {
  const one = await scene(t)
  const row = one.full(1)
  const change = { warrantyExpiration: '2031-05-17' }
  t.match(await one.write(row, change, { warrantyExpiration: row.warrantyExpiration }), {
    outcome: 'written',
    current: { ...change, purchaseDate: row.purchaseDate },
  })
  t.strictSame(one.posted(), [{ id: row.id, warranty_end: '2031-05-17T12:00:00' }])
  t.equal(one.world.configurations.get(row.id)?.warrantyExpiration, '2031-05-17')
  t.equal((await one.write(row, change)).outcome, 'unchanged')
  t.equal(one.posted().length, 1)
  t.ok(
    Array.isArray(
      JSON.parse(
        one.server.requests.find(({ path, method }) => method === 'POST' && path === '/api/Asset')?.body ?? '',
      ),
    ),
  )
})

t.test('an asset field is written with all the others as they are: none is wiped', async (t) => {
  const one = await scene(t)
  const row = one.full(2)
  t.equal((await one.write(row, { purchaseDate: '2024-02-29' })).outcome, 'written')
  const [sent] = one.posted()
  t.match(sent, { id: row.id, _dontaddnewfields: true, isassetdetails: true, fields: Array })
  t.notOk(Object.hasOwn(sent ?? {}, 'warranty_end'))
  const after = one.world.configurations.get(row.id)
  const { updatedAt: _stamp, ...rest } = after ?? row
  const { updatedAt: _before, ...before } = row
  t.same(rest, { ...before, purchaseDate: '2024-02-29' })
})

t.test('tab and field in one go', async (t) => {
  const one = await scene(t)
  const row = one.full(1)
  const change = { warrantyExpiration: '2031-05-17', purchaseDate: '2024-02-29', manufacturer: 'lenovo' }
  t.match(await one.write(row, change), { outcome: 'written', current: { ...change, manufacturer: /lenovo/i } })
  t.equal(one.posted().length, 1)
  t.match(one.posted()[0], { warranty_end: '2031-05-17T12:00:00', fields: Array })
})

t.test('a type without a purchase date field keeps it on the supplier tab', async (t) => {
  const one = await scene(t)
  const row = one.full(3)
  t.equal((await one.write(row, { purchaseDate: '2024-02-29' })).outcome, 'written')
  t.strictSame(one.posted(), [{ id: row.id, supplier_purchasedate: '2024-02-29T12:00:00' }])
})

t.test('the manufacturer: a choice by its number, a text as it is, an unknown one held back', async (t) => {
  const one = await scene(t)
  const [choice, free] = [one.full(1), one.full(2)]
  t.equal(
    (await one.write(choice, { manufacturer: 'Apple' })).outcome,
    choice.manufacturerId === 4 ? 'unchanged' : 'written',
  )
  t.equal(one.world.configurations.get(choice.id)?.manufacturerId, 4)
  t.equal((await one.write(free, { manufacturer: 'Framework' })).outcome, 'written')
  t.equal(one.world.manufacturers.get(one.world.configurations.get(free.id)?.manufacturerId ?? 0)?.name, 'Framework')
  const both = await one.write(choice, { manufacturer: 'Nobody', warrantyExpiration: '2033-01-01' })
  t.match(both, {
    outcome: 'written',
    message: /no choice "Nobody"/,
    current: { warrantyExpiration: '2033-01-01', manufacturer: 'Apple' },
  })
  t.match((await failure(one.write(choice, { manufacturer: 'Nobody' }))).admin, /no choice "Nobody"/)
})

t.test('a field the type does not have is said; so is a column that cannot be written', async (t) => {
  const nowhere = await scene(t, {}, { purchaseDateField: 'No such field' })
  t.match(
    (await failure(nowhere.write(nowhere.full(1), { purchaseDate: '2024-02-29' }))).admin,
    /have no field for the purchase date/,
  )
  t.same(nowhere.posted(), [])
  const column = await scene(t, {
    altered: (request, answer) => {
      if (!request.path.startsWith('/api/Asset/')) return answer
      return { ...answer, body: { ...Object(answer.body), manufacturer_id: 3, manufacturer_name: 'HP', fields: [] } }
    },
  })
  t.match(
    (await failure(column.write(column.full(1), { manufacturer: 'Dell' }))).admin,
    /a column the hub cannot write/,
  )
})

t.test('a tab that is left out because it is empty can be written', async (t) => {
  const one = await scene(t, {
    altered: (request, answer) => {
      const { warranty_end: end, ...rest } = Object(answer.body)
      if (!request.path.startsWith('/api/Asset/') || !String(end).startsWith('1900')) return answer
      return { ...answer, body: rest }
    },
  })
  const row = one.full(1)
  one.world.configurations.put({ ...row, warrantyExpiration: null })
  const change = { warrantyExpiration: '2031-05-17' }
  t.match(await one.write(row, change, { warrantyExpiration: null }), { outcome: 'written', current: change })
  t.match(await one.write(row, { warrantyExpiration: null }), { outcome: 'written' })
  t.equal((await one.write(row, { warrantyExpiration: null })).outcome, 'unchanged')
})

t.test('what changed in Halo meanwhile is a conflict, and nothing at all is sent', async (t) => {
  const one = await scene(t)
  const row = one.full(1)
  const outcome = await one.write(
    row,
    { warrantyExpiration: '2031-05-17', purchaseDate: '2024-02-29' },
    { warrantyExpiration: '1999-12-31', purchaseDate: row.purchaseDate },
  )
  t.match(outcome, {
    outcome: 'conflict',
    current: { warrantyExpiration: row.warrantyExpiration },
    message: /warrantyExpiration/,
  })
  t.same(one.posted(), [])
  t.equal((await one.write(row, { purchaseDate: '2024-02-29' }, { purchaseDate: null })).outcome, 'conflict')
})

t.test('a record that is gone, and an id that is none', async (t) => {
  const one = await scene(t)
  t.strictSame(await write(one.context(), '999999', { purchaseDate: '2024-02-29' }, {}), {
    outcome: 'not-found',
    current: {},
  })
  t.equal((await failure(write(one.context(), '9/../10', {}, {}))).kind, 'bug')
})

t.test('emptying a date: 1900, as Halo keeps it; null where that does not do it', async (t) => {
  const one = await scene(t)
  const row = one.full(1)
  t.match(await one.write(row, { warrantyExpiration: null }), {
    outcome: 'written',
    current: { warrantyExpiration: null },
  })
  t.strictSame(one.posted(), [{ id: row.id, warranty_end: '1900-01-01T00:00:00' }])
  t.equal((await one.write(row, { purchaseDate: null })).outcome, 'written', 'a field is emptied by an empty text')
  t.equal(one.world.configurations.get(row.id)?.purchaseDate, null)

  let cleared = false
  const other: Scene = await scene(t, {
    altered: (request, answer) => {
      if (request.method === 'POST' && request.path === '/api/Asset')
        cleared = request.body.includes('"warranty_end":null')
      if (request.method !== 'GET' || !request.path.startsWith('/api/Asset/')) return answer
      return { ...answer, body: { ...Object(answer.body), warranty_end: cleared ? null : '2026-03-31T12:00:00' } }
    },
  })
  t.equal((await other.write(other.full(1), { warrantyExpiration: null })).outcome, 'written')
  t.same(
    other.posted().map(({ warranty_end }) => warranty_end),
    ['1900-01-01T00:00:00', null],
  )
})

t.test('accepted but not made is an error; so is a field that was lost', async (t) => {
  const deaf = await scene(t, {
    altered: (request, answer) =>
      request.method === 'GET' && request.path.startsWith('/api/Asset/')
        ? { ...answer, body: { ...Object(answer.body), warranty_end: '2026-03-31T12:00:00' } }
        : answer,
  })
  t.match(
    (await failure(deaf.write(deaf.full(1), { warrantyExpiration: '2031-05-17' }))).admin,
    /did not make it: warrantyExpiration/,
  )

  let wrote = false
  const careless = await scene(t, {
    altered: (request, answer) => {
      if (request.method === 'POST' && request.path === '/api/Asset') wrote = true
      if (!wrote || request.method !== 'GET' || !request.path.startsWith('/api/Asset/')) return answer
      const body = Object(answer.body)
      const fields = body.fields.map((field: { name: string }) =>
        field.name === 'Model' ? { ...field, value: '' } : field,
      )
      return { ...answer, body: { ...body, fields } }
    },
  })
  const row = [...careless.world.configurations.after(0)].find(
    (one) => one.typeId === 1 && one.model && one.purchaseDate,
  )
  if (!row) throw new Error('no asset with a model')
  t.match((await failure(careless.write(row, { purchaseDate: '2024-02-29' }))).admin, /other fields .*: Model/)
})

t.test('without the right to write: told', async (t) => {
  const one = await scene(t, {
    altered: (request, answer) =>
      request.method === 'POST' && request.path === '/api/Asset' ? { status: 403, body: {} } : answer,
  })
  t.equal((await failure(one.write(one.full(1), { warrantyExpiration: '2031-05-17' }))).kind, 'permission')
})
