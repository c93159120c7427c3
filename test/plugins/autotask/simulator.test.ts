/** The simulator speaks Autotask's protocol, oddities included. */
import t from 'tap'
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'
import { type Row, simulated } from './simulated.ts'

const size = { companies: 12, contacts: 1_040, configurations: 40, tickets: 20 }
const everything = { op: 'gte', field: 'id', value: 0 }

const items = (answer: SimulatedAnswer): Row[] => Object(answer.body).items
const details = (answer: SimulatedAnswer): Row => Object(answer.body).pageDetails
const errors = (answer: SimulatedAnswer): string => JSON.stringify(Object(answer.body).errors)

t.test('pages by the address of the next one, with the same verb only', async (t) => {
  const { ask } = await simulated(t, size)
  const query = { MaxRecords: 500, Filter: [everything] }
  const seen: unknown[] = []
  let answer = await ask('POST', 'Contacts/query', query)
  t.match(details(answer), { count: 500, requestCount: 500, prevPageUrl: null })
  for (;;) {
    seen.push(...items(answer).map(({ id }) => id))
    const { nextPageUrl } = details(answer)
    if (typeof nextPageUrl !== 'string') break
    answer = await ask('POST', nextPageUrl, query)
  }
  t.same(
    seen,
    Array.from({ length: 1_040 }, (_, index) => index + 1),
  )
  const search = encodeURIComponent(JSON.stringify({ Filter: [everything], MaxRecords: 2, IncludeFields: ['id'] }))
  const first = await ask('GET', `Contacts/query?search=${search}`)
  const second = await ask('GET', String(details(first).nextPageUrl))
  t.same(
    [...items(first), ...items(second)].map(({ id }) => id),
    [1, 2, 3, 4],
  )
  t.equal((await ask('PUT', 'Contacts/query', query)).status, 405)
})

t.test('a filter is a must, and what it may say is limited', async (t) => {
  const { ask } = await simulated(t, size)
  const refused = async (body: unknown, entity = 'Companies') => {
    const answer = await ask('POST', `${entity}/query`, body)
    t.equal(answer.status, 500)
    return errors(answer)
  }
  t.match(await refused({}), /at least one filter/)
  t.match(await refused({ Filter: [] }), /at least one filter/)
  t.match(await refused({ MaxRecords: 501, Filter: [everything] }), /MaxRecords/)
  t.match(await refused({ Filter: [{ op: 'eq', field: 'nme', value: 1 }] }), /Unable to find nme/)
  t.match(await refused({ Filter: [{ op: 'like', field: 'companyName', value: 'x' }] }), /Unknown operator/)
  t.match(await refused({ Filter: [{ op: 'eq', field: 'isActive', value: 'true' }] }), /true or false/)
  t.match(await refused({ Filter: [{ op: 'eq', field: 'creatorType', value: 1 }] }, 'Tickets'), /may not be queried/)
  const many = Array.from({ length: 501 }, (_, index) => index)
  t.match(await refused({ Filter: [{ op: 'in', field: 'id', value: many }] }), /500 OR/)
  const udf = (field: string) => ({ op: 'eq', field, value: '1', udf: true })
  t.match(
    await refused({ Filter: [udf('Rack units'), udf('Asset owner')] }, 'ConfigurationItems'),
    /Only one user-defined/,
  )
  t.match(await refused({ Filter: [udf('None')] }, 'ConfigurationItems'), /Unable to find the user-defined field/)
})

t.test('filters mean what the help pages say', async (t) => {
  const { ask, world } = await simulated(t, size)
  const ids = async (entity: string, ...filter: object[]) =>
    items(await ask('POST', `${entity}/query`, { Filter: filter, IncludeFields: ['ID'] })).map(({ id }) => Number(id))
  const machines = [...world.configurations.after(0)]
  const those = (keep: (row: (typeof machines)[number]) => boolean) => machines.filter(keep).map(({ id }) => id)
  t.same(
    await ids('ConfigurationItems', { op: 'eq', field: 'ISACTIVE', value: false }),
    those(({ active }) => !active),
  )
  t.same(
    await ids('ConfigurationItems', { op: 'exist', field: 'serialNumber' }),
    those(({ serialNumber }) => Boolean(serialNumber)),
  )
  t.same(await ids('ConfigurationItems', { op: 'notIn', field: 'id', value: those(({ id }) => id > 3) }), [1, 2, 3])
  t.same(
    await ids('ConfigurationItems', { op: 'eq', field: 'Backed up?', value: '1', udf: true }),
    those(({ customFields }) => customFields['backed-up'] === true),
  )
  const group = (op: string) => ({
    op,
    items: [
      { op: 'lte', field: 'id', value: 3 },
      { op: 'eq', field: 'id', value: 9 },
    ],
  })
  t.same(await ids('ConfigurationItems', group('or')), [1, 2, 3, 9])
  t.same(await ids('ConfigurationItems', group('and')), [])
  t.same(
    await ids('ConfigurationItems', { op: 'gt', field: 'id', value: 36 }, { op: 'noteq', field: 'id', value: 38 }),
    [37, 39, 40],
  )
  t.same(
    await ids('Companies', { op: 'beginsWith', field: 'companyName', value: 'PAPER lantern' }),
    [0],
    'the own company has the id 0',
  )
  t.same(await ids('Companies', { op: 'contains', field: 'companyName', value: 'own comp' }), [0])
  t.same(await ids('Companies', { op: 'endsWith', field: 'companyName', value: 'company)' }), [0])
  t.same(
    await ids(
      'Companies',
      { op: 'lt', field: 'createDate', value: '2019-02-01T14:00:01Z' },
      { op: 'gte', field: 'id', value: 1 },
    ),
    Array.from({ length: 11 }, (_, i) => i + 2),
  )
  const counted = await ask('POST', 'ConfigurationItems/query/count', {
    Filter: [{ op: 'eq', field: 'isActive', value: false }],
  })
  t.same(counted.body, { queryCount: those(({ active }) => !active).length })
})

t.test('wanted fields: unknown names are passed over, the others come', async (t) => {
  const { ask } = await simulated(t, size)
  const answer = await ask('POST', 'Companies/query', {
    Filter: [everything],
    IncludeFields: ['id', 'companyName', 'nonsense'],
  })
  t.same(Object.keys(items(answer)[0] ?? {}), ['id', 'companyName', 'userDefinedFields'])
})

t.test('what is not there: a record, a path, a method, a page', async (t) => {
  const { ask, server, simulator } = await simulated(t, size)
  t.same(await ask('GET', 'Companies/1'), { status: 200, body: { item: null } }, 'the own company has another id')
  t.match(await ask('GET', 'Companies/0'), { status: 200, body: { item: { id: 0 } } })
  t.match(await ask('GET', 'Nonsense/1'), { status: 404, body: { Message: /No HTTP resource/ } })
  t.match(await ask('PATCH', 'ConfigurationItems/1', { id: 1 }), {
    status: 405,
    body: { Message: /http method 'PATCH'/ },
  })
  t.match(await ask('POST', 'Contacts', { firstName: 'x' }), { status: 405 }, 'children are made below their parent')
  t.match(await ask('GET', `${server.origin}/nowhere`), { status: 404, body: /<html>/ })
  t.ok(simulator.entities.includes('ConfigurationItemWebhooks'))
})

t.test('rights are refused with a 500', async (t) => {
  const { ask, simulator } = await simulated(t, size)
  simulator.take('tickets')
  t.match(await ask('POST', 'Tickets/query', { Filter: [everything] }), {
    status: 500,
    body: { errors: [/adequate permissions/] },
  })
  const { body } = await ask('GET', 'Tickets/entityInformation')
  t.match(body, { info: { userAccessForQuery: 'None', canQuery: true } })
})

t.test('updates: the id in the body, unknown names without a word, a PUT empties', async (t) => {
  const { ask, world } = await simulated(t, size)
  const before = world.configurations.get(4)
  t.same(await ask('PATCH', 'ConfigurationItems', { id: 4, nonsense: 1, companyID: 9 }), {
    status: 200,
    body: { itemId: 4 },
  })
  const { updatedAt: _now, ...after } = world.configurations.get(4) ?? {}
  const { updatedAt: _then, ...held } = before ?? {}
  t.same(after, held)
  const udf = (name: string, value: unknown) =>
    ask('PATCH', 'ConfigurationItems', { id: 4, userDefinedFields: [{ name, value }] })
  t.match(errors(await udf('nonsense', 'x')), /does not exist/)
  t.match(errors(await udf('Door code', '*****')), /protected/)
  t.match(errors(await udf('Lifecycle & Größe', '99')), /Invalid picklist value/)
  t.match(errors(await ask('PATCH', 'ConfigurationItems', { id: 4, installDate: 'soon' })), /Invalid date/)
  t.match(errors(await ask('PATCH', 'ConfigurationItems', { id: 4444 })), /No matching records/)
  t.match(
    errors(await ask('PUT', 'ConfigurationItems', { id: 4, companyID: 2, isActive: true })),
    /Missing Required Field: productID/,
  )
  t.equal((await ask('PUT', 'ConfigurationItems', { id: 4, companyID: 2, isActive: true, productID: 1 })).status, 200)
  t.match(world.configurations.get(4), { serialNumber: null, warrantyExpiration: null, notes: null })
})

t.test('a hundred thousand machines stay where they are: a page costs milliseconds', async (t) => {
  const { ask } = await simulated(t, { ...size, configurations: 100_000 })
  const query = (from: number) => ({ MaxRecords: 500, Filter: [{ op: 'gte', field: 'id', value: from }] })
  await ask('POST', 'ConfigurationItems/query', query(1))
  const before = process.memoryUsage().heapUsed
  const answer = await ask('POST', 'ConfigurationItems/query', query(99_601))
  t.equal(items(answer).length, 400)
  t.equal(details(answer).nextPageUrl, null)
  t.ok(process.memoryUsage().heapUsed - before < 50_000_000)
  t.same((await ask('POST', 'ConfigurationItems/query/count', { Filter: [everything] })).body, { queryCount: 100_000 })
})
