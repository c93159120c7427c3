import t from 'tap'
import { syncro } from '../../../plugins/syncro/connector.ts'
import type { SyncroSettings } from '../../../plugins/syncro/settings.ts'
import { failure } from '../connected.ts'
import { type Body, instead, objectIn, rowsIn, simulated } from './simulated.ts'

const size = { companies: 4, contacts: 10, configurations: 80, tickets: 1 }

async function writing(
  t: Parameters<typeof simulated>[0],
  quirks: Parameters<typeof simulated>[2] = {},
  more: Parameters<typeof simulated>[3] = {},
  own: Partial<SyncroSettings> = {},
) {
  const one = await simulated(t, size, quirks, more)
  const target = syncro.writeBack?.configurations
  if (!target) throw new Error('no write-back')
  const settings = one.settings(own)
  const bag = async (id: number) => {
    const { body } = await one.context({}, settings).http.request({ url: `customer_assets/${id}` })
    return objectIn(objectIn({ body }, 'body'), 'asset').properties
  }
  const find = (wanted: (row: NonNullable<ReturnType<typeof one.world.configurations.get>>) => boolean) => {
    const row = [...one.world.configurations.after(0)].find(wanted)
    if (!row) throw new Error('no such configuration here')
    return row
  }
  return {
    ...one,
    bag,
    find,
    puts: () => one.server.requests.filter(({ method }) => method === 'PUT').map(({ body }) => JSON.parse(body)),
    write: (
      id: number,
      change: Parameters<typeof target.write>[2],
      expected: Parameters<typeof target.write>[3] = {},
    ) => target.write(one.context({}, settings), String(id), change, expected),
  }
}

t.test('the bag goes as it was read, with the changes; the inventory stays at home', async (t) => {
  const { write, find, bag, puts, world } = await writing(t)
  const row = find(({ typeId, purchaseDate, id }) => typeId === 1 && purchaseDate !== null && id % 7 !== 0)
  const before = objectIn({ bag: await bag(row.id) }, 'bag')
  const change = { warrantyExpiration: '2031-05-17', purchaseDate: '2028-02-29', manufacturer: 'HP' }
  t.strictSame(await write(row.id, change, { purchaseDate: row.purchaseDate }), { outcome: 'written', current: change })
  const [sent] = puts()
  const { kabuto_information: inventory, ...plain } = before
  t.ok(inventory)
  t.strictSame(sent, {
    name: row.name,
    properties: {
      ...plain,
      'Warranty Expiration': '2031-05-17',
      'Purchase Date': '2028-02-29',
      manufacturer: 'HP',
    },
  })
  t.equal(puts().length, 1)
  t.match(world.configurations.get(row.id), { warrantyExpiration: '2031-05-17', purchaseDate: '2028-02-29' })
  const after = objectIn({ bag: await bag(row.id) }, 'bag')
  t.strictSame(
    Object.keys(after).sort(),
    [...new Set([...Object.keys(before), 'Warranty Expiration', 'manufacturer'])].sort(),
  )
})

t.test('where properties are replaced nothing is lost either', async (t) => {
  const { write, find, bag, puts } = await writing(t, { replaces: true })
  const row = find(({ typeId }) => typeId === 2)
  const before = objectIn({ bag: await bag(row.id) }, 'bag')
  t.equal((await write(row.id, { warrantyExpiration: '2031-05-17' })).outcome, 'written')
  const after = objectIn({ bag: await bag(row.id) }, 'bag')
  t.strictSame({ ...after, 'Warranty Expiration': '' }, { ...before, 'Warranty Expiration': '' })
  t.equal(puts().length, 2, 'the inventory came back with a second request')
  t.ok(puts()[1].properties.kabuto_information)
})

t.test('properties that stay away are an error that names them', async (t) => {
  let written = false
  const { write, find } = await writing(
    t,
    {},
    {
      altered: (request, answer) => {
        if (request.method === 'PUT') written = true
        if (!written || request.method !== 'GET' || !/customer_assets\/\d+$/.test(request.path)) return answer
        const asset = objectIn({ body: answer.body }, 'body').asset
        const { Stage: _, ...properties } = objectIn(objectIn({ asset }, 'asset'), 'properties')
        return { ...answer, body: { asset: { ...objectIn({ asset }, 'asset'), properties } } }
      },
    },
  )
  const error = await failure(write(find(({ typeId }) => typeId === 1).id, { purchaseDate: '2028-02-29' }))
  t.match(error, { kind: 'vendor', admin: /dropped properties .*: Stage\./ })
})

t.test('the same day in another spelling is no change', async (t) => {
  const { write, find, puts } = await writing(t)
  const row = find(({ id, purchaseDate }) => id % 7 === 0 && purchaseDate !== null)
  t.match(await write(row.id, { purchaseDate: row.purchaseDate }, { purchaseDate: '1999-01-01' }), {
    outcome: 'unchanged',
    current: { purchaseDate: row.purchaseDate },
  })
  t.strictSame(puts(), [])
})

t.test('a conflict sends nothing at all', async (t) => {
  const { write, find, puts } = await writing(t)
  const row = find(({ purchaseDate }) => purchaseDate !== null)
  const change = { purchaseDate: '2028-02-29', warrantyExpiration: '2031-05-17' }
  t.match(await write(row.id, change, { purchaseDate: '1999-01-01' }), {
    outcome: 'conflict',
    message: /purchaseDate/,
    current: { purchaseDate: row.purchaseDate },
  })
  t.strictSame(puts(), [])
})

t.test('clearing, and a record that is gone', async (t) => {
  const { write, find, puts } = await writing(t)
  const row = find(({ warrantyExpiration }) => warrantyExpiration !== null)
  t.match(await write(row.id, { warrantyExpiration: null }), {
    outcome: 'written',
    current: { warrantyExpiration: null },
  })
  t.equal(puts()[0].properties['Warranty Expiration'], '')
  t.strictSame(await write(99_999, { warrantyExpiration: null }), { outcome: 'not-found', current: {} })
  t.equal((await failure(write(-1, {}))).kind, 'bug')
})

const settingsWith = (change: (assets: Body) => Body) =>
  instead('settings', (body) => ({ ...body, assets: change(objectIn(body, 'assets')) }))

t.test("the field must be one of the asset's type", async (t) => {
  const unknown = await writing(t, {}, {}, { warrantyField: 'Cover' })
  const { id } = unknown.find(({ typeId }) => typeId === 1)
  t.match(await failure(unknown.write(id, { warrantyExpiration: '2031-05-17' })), {
    kind: 'config',
    admin: /type "Managed Workstation" have no field "Cover"/,
  })
  t.strictSame(unknown.puts(), [])

  const none = await writing(
    t,
    {},
    settingsWith((assets) => ({
      ...assets,
      asset_type_fields: rowsIn(assets, 'asset_type_fields').filter(({ name }) => name !== 'Purchase Date'),
    })),
  )
  const bare = none.find(({ id, typeId, purchaseDate }) => typeId === 1 && purchaseDate === null && id % 2 === 0)
  t.match(await failure(none.write(bare.id, { purchaseDate: '2028-02-29' })), {
    kind: 'config',
    admin: /have no field for purchaseDate/,
  })
})

t.test('a field people made goes before that of the agent; another type has its own', async (t) => {
  const { write, find, puts } = await writing(t)
  const other = find(({ typeId }) => typeId === 4)
  t.equal((await write(other.id, { manufacturer: 'Fortinet ' })).outcome, 'written')
  t.ok('Manufacturer' in puts()[0].properties && !('manufacturer' in puts()[0].properties))
})

t.test('a drop-down field takes the number of its option', async (t) => {
  const makers = settingsWith((assets) => {
    const fields = rowsIn(assets, 'asset_type_fields')
    const maker = { id: 9001, name: 'Maker', field_type: 'drop_down', asset_type_id: 1 }
    const answers = rowsIn(assets, 'asset_type_field_answers')
    return {
      ...assets,
      asset_type_fields: [...fields, maker],
      asset_type_field_answers: [...answers, { id: 77, value: 'HP', asset_type_field_id: 9001 }],
    }
  })
  const { write, find, puts } = await writing(t, {}, makers, { manufacturerField: 'Maker' })
  const { id } = find(({ typeId }) => typeId === 1)
  t.match(await failure(write(id, { manufacturer: 'Acme' })), { kind: 'config', admin: /no option "Acme"/ })
  // The simulated type has no such field, so the value goes nowhere: taken, and not made.
  t.match(await failure(write(id, { manufacturer: 'hp' })), { kind: 'vendor', admin: /did not make it: manufacturer/ })
  t.equal(puts()[0].properties.Maker, 77)
})

t.test('an answer without its wrapper, and one that is no asset', async (t) => {
  const { write, find } = await writing(
    t,
    {},
    {
      altered: (request, answer) =>
        request.method === 'GET' && /customer_assets\/\d+$/.test(request.path)
          ? { ...answer, body: objectIn({ body: answer.body }, 'body').asset }
          : answer,
    },
  )
  t.equal((await write(find(({ typeId }) => typeId === 1).id, { purchaseDate: '2028-02-29' })).outcome, 'written')
  const odd = await writing(
    t,
    {},
    {
      altered: (request, answer) => (/customer_assets\/\d+$/.test(request.path) ? { ...answer, body: {} } : answer),
    },
  )
  t.equal((await failure(odd.write(1, { purchaseDate: '2028-02-29' }))).kind, 'vendor')
})
