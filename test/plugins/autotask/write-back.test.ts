/** Warranty facts pushed to configuration items. */
import t from 'tap'
import type { Writable, WriteOutcome } from '../../../core/connector/contract.ts'
import { autotask } from '../../../plugins/autotask/connector.ts'
import type { AutotaskSettings } from '../../../plugins/autotask/settings.ts'
import type { AutotaskQuirks } from '../../../plugins/autotask/simulator.ts'
import { failure } from '../connected.ts'
import { bodyOf, type Row, type Simulated, simulated } from './simulated.ts'

const size = { companies: 8, contacts: 20, configurations: 200, tickets: 5 }

type Own = Simulated & {
  write(id: number, change: Writable, expected?: Writable, settings?: AutotaskSettings): Promise<WriteOutcome>
  sent(): { readonly method: string; readonly path: string; readonly body: Row }[]
}

async function opened(
  t: Parameters<typeof simulated>[0],
  quirks: AutotaskQuirks = {},
  more: Parameters<typeof simulated>[3] = {},
): Promise<Own> {
  const one = await simulated(t, size, quirks, more)
  return {
    ...one,
    async write(id, change, expected = {}, settings) {
      const outcome = await autotask.writeBack?.configurations.write(
        one.context({}, settings),
        String(id),
        change,
        expected,
      )
      if (outcome === undefined) throw new Error('no write-back')
      return outcome
    },
    sent: () =>
      one.server.requests
        .filter(({ method, path }) => method !== 'GET' && !path.includes('/query'))
        .map((request) => ({
          method: request.method,
          path: request.path.replace(/^.*V1\.0\//, ''),
          body: bodyOf(request),
        })),
  }
}

t.test('sends only what changes, with the id in the body, and reads again', async (t) => {
  const { write, sent, world, server } = await opened(t)
  const before = world.configurations.get(7)
  const outcome = await write(
    7,
    { warrantyExpiration: '2031-02-28' },
    { warrantyExpiration: before?.warrantyExpiration ?? null },
  )
  t.same(outcome, {
    outcome: 'written',
    current: { warrantyExpiration: '2031-02-28', purchaseDate: before?.purchaseDate ?? null },
  })
  t.same(sent(), [
    { method: 'PATCH', path: 'ConfigurationItems', body: { id: 7, warrantyExpirationDate: '2031-02-28T00:00:00Z' } },
  ])
  t.equal(server.requests.at(-1)?.method, 'GET')
  const { updatedAt: _now, ...after } = world.configurations.get(7) ?? {}
  const { updatedAt: _then, ...held } = before ?? {}
  t.same(after, { ...held, warrantyExpiration: '2031-02-28' }, 'nothing else is touched')
  server.clearLog()
  t.equal((await write(7, { warrantyExpiration: '2031-02-28' })).outcome, 'unchanged')
  t.same(sent(), [])
})

t.test('purchase date and manufacturer go where the admin named a field', async (t) => {
  const { write, sent, world, plain } = await opened(t)
  const outcome = await write(8, { purchaseDate: '2024-02-29', manufacturer: 'Tinkerers Ltd' })
  t.match(outcome, { outcome: 'written', current: { purchaseDate: '2024-02-29', manufacturer: 'Tinkerers Ltd' } })
  t.same(sent()[0]?.body, {
    id: 8,
    userDefinedFields: [
      { name: 'Purchase Date', value: '2024-02-29' },
      { name: 'Manufacturer', value: 'Tinkerers Ltd' },
    ],
  })
  t.equal(world.configurations.get(8)?.purchaseDate, '2024-02-29')
  await write(9, { purchaseDate: '2024-03-01' }, {}, plain({ purchaseDateField: 'installDate' }))
  t.same(sent()[1]?.body, { id: 9, installDate: '2024-03-01T00:00:00Z' })
  t.equal(world.configurations.get(9)?.installationDate, '2024-03-01')
})

t.test('what Autotask has no field for is said, and does not hold up the rest', async (t) => {
  const { write, sent, plain } = await opened(t)
  t.match(await failure(write(8, { manufacturer: 'Nobody' }, {}, plain())), { kind: 'config', admin: /"Manufacturer"/ })
  t.same(sent(), [])
  const partly = await write(8, { warrantyExpiration: '2031-01-01', purchaseDate: '2020-01-01' }, {}, plain())
  t.match(partly, { outcome: 'written', message: /"Purchase date"/ })
  t.same(sent()[0]?.body, { id: 8, warrantyExpirationDate: '2031-01-01T00:00:00Z' })
  const unknown = plain({ manufacturerField: 'No such field' })
  t.match(await failure(write(8, { manufacturer: 'Nobody' }, {}, unknown)), { kind: 'config', admin: /No such field/ })
})

t.test('the manufacturer is read from the product, or what an RMM tool found, until it is written', async (t) => {
  const { write, sent, world } = await opened(t)
  const rows = [...world.configurations.after(0)]
  const makerOf = (id: number | null) => (id === null ? undefined : world.manufacturers.get(id)?.name)
  const product = rows.find(({ id, manufacturerId }) => manufacturerId && id % 5 !== 0)
  const audited = rows.find(({ id, manufacturerId }) => manufacturerId && id % 5 === 0)
  for (const row of [product, audited]) {
    const maker = makerOf(row?.manufacturerId ?? null) ?? ''
    t.equal(
      (await write(row?.id ?? 0, { manufacturer: maker.toUpperCase() })).outcome,
      'unchanged',
      'whatever the case',
    )
    const conflict = await write(row?.id ?? 0, { manufacturer: 'Other' }, { manufacturer: 'Expected' })
    t.match(conflict, { outcome: 'conflict', current: { manufacturer: maker }, message: /manufacturer/ })
  }
  t.same(sent(), [])
})

t.test('a list takes one of its values', async (t) => {
  const { write, sent, plain } = await opened(t)
  const settings = plain({ manufacturerField: 'Lifecycle & Größe' })
  t.equal((await write(8, { manufacturer: 'außer BETRIEB' }, {}, settings)).outcome, 'written')
  t.same(sent()[0]?.body.userDefinedFields, [{ name: 'Lifecycle & Größe', value: '4' }])
  t.match(await failure(write(8, { manufacturer: 'HP' }, {}, settings)), { kind: 'vendor', admin: /has no "HP"/ })
  const dates = plain({ purchaseDateField: 'Lifecycle & Größe' })
  t.equal((await failure(write(8, { purchaseDate: '2024-01-01' }, {}, dates))).kind, 'config')
})

t.test('what is gone, refused or silently not made', async (t) => {
  const { write, world, simulator } = await opened(t)
  world.configurations.remove(30)
  t.same(await write(30, { warrantyExpiration: '2031-01-01' }), { outcome: 'not-found', current: {} })
  t.equal((await write(99_999, { warrantyExpiration: '2031-01-01' })).outcome, 'not-found', 'item null, not 404')
  simulator.take('configurations-edit')
  t.equal((await failure(write(8, { warrantyExpiration: '2031-01-01' }))).kind, 'permission')
  const deaf = await opened(
    t,
    {},
    {
      altered: (request, answer) =>
        request.method === 'GET' && request.path.endsWith('/ConfigurationItems/8')
          ? { ...answer, body: { item: { ...Object(answer.body).item, warrantyExpirationDate: null } } }
          : answer,
    },
  )
  t.match(await failure(deaf.write(8, { warrantyExpiration: '2031-01-01' })), {
    kind: 'vendor',
    admin: /did not make it/,
  })
})

t.test('a required user-defined field that blocks the update is told in Autotask’s words', async (t) => {
  const { write, server } = await opened(t)
  server.fault({
    when: ({ method }) => method === 'PATCH',
    effect: { kind: 'status', status: 500, body: { errors: ['Missing Required UDF: Rack'] } },
  })
  t.match(await failure(write(8, { warrantyExpiration: '2031-01-01' })), {
    kind: 'vendor',
    admin: /Missing Required UDF/,
  })
  t.equal(server.requests.filter(({ method }) => method === 'PATCH').length, 1, 'and not repeated')
})

t.test('where a zone takes no PATCH the whole item goes back as it was read', async (t) => {
  const { write, sent, world } = await opened(t, { noPatch: true })
  const rows = [...world.configurations.after(0)]
  const quiet = rows.filter(({ id, notes }) => !notes && id % 10 !== 0).slice(0, 20)
  for (const before of quiet) {
    const outcome = await write(before.id, { warrantyExpiration: '2031-02-28', manufacturer: 'Tinkerers' })
    t.equal(outcome.outcome, 'written')
    const { updatedAt: _now, ...after } = world.configurations.get(before.id) ?? {}
    const { updatedAt: _then, ...held } = before
    // The name may be an RMM tool's, which no update carries.
    const name = before.id % 11 === 0 ? '' : before.name
    t.same(after, { ...held, name, notes: before.notes, warrantyExpiration: '2031-02-28' })
  }
  t.same(sent()[1]?.method, 'PUT')
  t.equal(sent()[1]?.path, `ConfigurationItems/${quiet[0]?.id}`)
  t.notOk(Object.hasOwn(sent()[1]?.body ?? {}, 'rmmDeviceAuditHostname'), 'read-only fields stay out')
})

t.test('a whole item keeps its fields however Autotask spells and describes them', async (t) => {
  const { write, world } = await opened(
    t,
    { noPatch: true },
    {
      altered: (request, answer) => {
        if (!request.path.endsWith('/ConfigurationItems/entityInformation/fields')) return answer
        const fields: Row[] = Object(answer.body).fields
        const described = fields.filter(({ name }) => name !== 'serialNumber')
        const spelt = described.map(({ isReadOnly, ...field }) => ({
          ...field,
          name: String(field.name).toUpperCase(),
          ...(isReadOnly ? { isReadOnly } : {}),
        }))
        return { ...answer, body: { fields: spelt } }
      },
    },
  )
  const rows = [...world.configurations.after(0)].filter(({ id, notes }) => !notes && id % 10 !== 0 && id % 11 !== 0)
  const [before] = rows.filter(({ serialNumber, siteId }) => serialNumber && siteId)
  t.equal((await write(before?.id ?? 0, { warrantyExpiration: '2031-02-28' })).outcome, 'written')
  const { updatedAt: _now, ...after } = world.configurations.get(before?.id ?? 0) ?? {}
  const { updatedAt: _then, ...held } = before ?? {}
  t.same(after, { ...held, warrantyExpiration: '2031-02-28' })
})

t.test('a whole item that would lose something is not sent', async (t) => {
  const { write, sent, world } = await opened(t, { noPatch: true })
  const rows = [...world.configurations.after(0)]
  const noted = rows.find(({ id, notes }) => notes && id % 10 !== 0)
  const masked = rows.find(({ id, notes }) => !notes && id % 10 === 0)
  t.match(await failure(write(noted?.id ?? 0, { warrantyExpiration: '2031-01-01' })), {
    kind: 'vendor',
    admin: /its notes/,
  })
  t.match(await failure(write(masked?.id ?? 0, { warrantyExpiration: '2031-01-01' })), {
    kind: 'vendor',
    admin: /protected/,
  })
  t.ok(sent().every(({ method }) => method === 'PATCH'))
  t.same([...world.configurations.after(0)], rows)
})
