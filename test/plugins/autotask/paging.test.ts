/** Past the 500 rows of a page to the last record, and never in circles. */
import t from 'tap'
import type { SimulatedAnswer } from '../../../core/connector/simulator.ts'
import { failure } from '../connected.ts'
import { bodyOf, type Row, simulated } from './simulated.ts'

const size = { companies: 12, contacts: 60, configurations: 1_201, tickets: 5 }

const isQuery = ({ path, method }: { path: string; method: string }, entity: string) =>
  method === 'POST' && path.endsWith(`/${entity}/query`)

/** The answer with its list changed. */
function changed(answer: SimulatedAnswer, change: (items: Row[]) => Row[], details: Row = {}): SimulatedAnswer {
  const { items, pageDetails } = Object(answer.body)
  return { ...answer, body: { items: change(items), pageDetails: { ...pageDetails, ...details } } }
}

t.test('each page is a query for the ids above the last one', async (t) => {
  const { records, plain, server } = await simulated(t, size)
  const found = await records('configurations', {}, plain())
  t.equal(found.length, 1_201)
  const bodies = server.requests.filter((request) => isQuery(request, 'ConfigurationItems')).map(bodyOf)
  t.same(
    bodies.map(({ MaxRecords, Filter }) => ({ MaxRecords, Filter })),
    [0, 501, 1_001].map((value) => ({ MaxRecords: 500, Filter: [{ op: 'gte', field: 'id', value }] })),
  )
  t.ok(bodies.every(({ IncludeFields }) => Array.isArray(IncludeFields) && IncludeFields.includes('id')))
  t.notOk(server.requests.some(({ path }) => path.includes('/next')))
})

t.test('goes on behind a checkpoint, and reads nothing twice', async (t) => {
  const { pages, plain } = await simulated(t, size)
  const whole = await pages('configurations', {}, plain())
  t.same(
    whole.map(({ checkpoint, total }) => [checkpoint, total]),
    [
      [500, 1_201],
      [1_000, undefined],
      [1_201, undefined],
    ],
  )
  const rest = await pages('configurations', { checkpoint: 500 }, plain())
  t.same(
    rest.flatMap(({ records }) => records).map(({ sourceId }) => Number(sourceId)),
    Array.from({ length: 701 }, (_, index) => index + 501),
  )
  t.equal(rest[0]?.total, undefined)
})

t.test('a page that was cut short goes on where Autotask says there is more', async (t) => {
  const { records } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => {
        if (!isQuery(request, 'ConfigurationItems') || Object(answer.body).items?.length < 500) return answer
        return changed(answer, (items) => items.slice(0, 130), { nextPageUrl: 'https://elsewhere.example/next' })
      },
    },
  )
  t.equal((await records('configurations')).length, 1_201, 'and the address it names is not followed')
})

t.test('more is said to come, and nothing does', async (t) => {
  const { records } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) =>
        isQuery(request, 'Contacts') ? changed(answer, () => [], { nextPageUrl: 'https://x.example/' }) : answer,
    },
  )
  t.equal((await failure(records('contacts'))).kind, 'vendor')
})

t.test('rows out of order, or the same page again, are no complete list', async (t) => {
  let reversed = true
  let first: SimulatedAnswer | undefined
  const { records } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => {
        if (!isQuery(request, 'ConfigurationItems')) return answer
        if (reversed) return changed(answer, (items) => items.toReversed())
        first ??= answer
        return first
      },
    },
  )
  t.match(await failure(records('configurations')), { kind: 'vendor', message: /id not above/ })
  reversed = false
  t.match(await failure(records('configurations')), { kind: 'vendor', message: /id not above/ })
})

t.test('user-defined fields take whole rows; without them only the named fields are asked for', async (t) => {
  const { records, server } = await simulated(t, size)
  await records('configurations')
  const [asked] = server.requests.filter((request) => isQuery(request, 'ConfigurationItems'))
  t.equal(bodyOf(asked).IncludeFields, undefined)
})

t.test('products are fetched many at a time, each once', async (t) => {
  const { records, server } = await simulated(t, size)
  await records('configurations')
  const asked = server.requests
    .filter((request) => isQuery(request, 'Products'))
    .flatMap((request) => {
      const filter = bodyOf(request).Filter
      return Array.isArray(filter) ? [filter.find(({ op }) => op === 'in')?.value] : []
    })
  t.ok(asked.length <= 3, 'once a page at most')
  t.ok(asked.every((ids) => ids.length <= 500))
  const ids = asked.flat()
  t.equal(new Set(ids).size, ids.length)
})

t.test('products that may not be read cost the maker and nothing else', async (t) => {
  const { records, simulator, reported } = await simulated(t, { ...size, configurations: 40 })
  simulator.take('products')
  const found = await records('configurations')
  t.equal(found.length, 40)
  t.ok(
    found.every(({ manufacturer, model, productNumber }) =>
      [manufacturer, model, productNumber].every((value) => value === undefined),
    ),
  )
  t.same(reported, ['warning products'])
})

t.test('an item without a title is not lost where products may not be read', async (t) => {
  const { records, simulator } = await simulated(
    t,
    { ...size, configurations: 3 },
    {},
    {
      altered: (request, answer) =>
        isQuery(request, 'ConfigurationItems')
          ? changed(answer, (items) => items.map((item, at) => ({ ...item, ...untitled[at] })))
          : answer,
    },
  )
  const nobody = { referenceTitle: '', rmmDeviceAuditHostname: null, serialNumber: null }
  const untitled = [nobody, { ...nobody, serialNumber: 'S-7' }, { ...nobody, rmmDeviceAuditHostname: 'HOST' }].map(
    (item) => ({ ...item, referenceNumber: 'A-1' }),
  )
  simulator.take('products')
  t.same(
    (await records('configurations')).map(({ name }) => name),
    ['A-1', 'S-7', 'HOST'],
  )
})

t.test('countries that may not be read cost the country', async (t) => {
  const { records, reported } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) =>
        isQuery(request, 'Countries') ? { status: 404, body: { Message: 'No HTTP resource was found' } } : answer,
    },
  )
  t.ok((await records('sites')).every(({ country }) => country === undefined || country === null))
  t.same(reported, ['warning countries'])
})

t.test('what changed since, by any of the stamps that a filter may name', async (t) => {
  const { records, world, server, plain } = await simulated(t, size)
  const since = '2026-07-20T00:00:00Z'
  for (const id of [3, 1_200]) {
    const row = world.configurations.get(id)
    if (row) world.configurations.put({ ...row, updatedAt: '2026-08-01T00:00:00Z' })
  }
  const expected = [...world.configurations.after(0)].filter(({ updatedAt }) => updatedAt >= since)
  const changedRows = await records('configurations', { since }, plain())
  t.same(
    changedRows.map(({ sourceId }) => sourceId),
    expected.map(({ id }) => String(id)),
  )
  t.ok(expected.length >= 2 && expected.length < 100)
  const asked = server.requests.filter((request) => isQuery(request, 'ConfigurationItems')).map(bodyOf)
  t.same(Object(asked[0]?.Filter)[1], {
    op: 'or',
    items: ['lastModifiedTime', 'createDate'].map((field) => ({ op: 'gte', field, value: '2026-07-20T00:00:00.000Z' })),
  })
  await records('companies', { since })
  const companies = server.requests.filter((request) => isQuery(request, 'Companies')).map(bodyOf)
  t.same(
    Object(companies[0]?.Filter)[1].items.map(({ field }: { field: string }) => field),
    ['lastTrackedModifiedDateTime', 'lastActivityDate', 'createDate'],
  )
})

t.test('where no stamp may be filtered by, everything is read and said so', async (t) => {
  const { records, reported } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => {
        if (!request.path.endsWith('/entityInformation/fields')) return answer
        const { fields } = Object(answer.body)
        return { ...answer, body: { fields: fields.map((field: Row) => ({ ...field, isQueryable: false })) } }
      },
    },
  )
  t.equal((await records('contacts', { since: '2099-01-01T00:00:00Z' })).length, 60)
  t.same(reported, ['info no-stamps'])
})

t.test('where the stamp of edits may not be filtered by, the others are not enough', async (t) => {
  const { records, reported } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => {
        if (!request.path.endsWith('/entityInformation/fields')) return answer
        const edits = ['lastModifiedDate', 'lastModifiedTime', 'lastTrackedModifiedDateTime']
        const { fields } = Object(answer.body)
        const described = fields.map((field: Row) =>
          edits.includes(String(field.name)) ? { ...field, isQueryable: false } : field,
        )
        return { ...answer, body: { fields: described } }
      },
    },
  )
  const since = '2099-01-01T00:00:00Z'
  t.equal((await records('contacts', { since })).length, 60)
  t.equal((await records('companies', { since })).length, 12)
  t.equal((await records('configurations', { since })).length, 1_201)
  t.same(reported, ['info no-stamps', 'info no-stamps', 'info no-stamps'])
})

t.test('filters by type and by the flag that stands for a status', async (t) => {
  const { records, world, server } = await simulated(t, size)
  const some = await records('configurations', {
    filter: { configurationTypes: ['1', '3'], configurationStatuses: ['inactive'] },
  })
  t.same(
    some.map(({ sourceId }) => sourceId),
    [...world.configurations.after(0)]
      .filter(({ typeId, active }) => [1, 3].includes(typeId) && !active)
      .map(({ id }) => String(id)),
  )
  server.clearLog()
  await records('companies', { filter: { companyStatuses: ['active', 'inactive'] } })
  const [asked] = server.requests.filter((request) => isQuery(request, 'Companies')).map(bodyOf)
  t.same(asked?.Filter, [{ op: 'gte', field: 'id', value: 0 }], 'both are no filter')
  t.equal((await failure(records('companies', { filter: { companyStatuses: ['4'] } }))).kind, 'config')
  t.equal((await failure(records('companies', { filter: { companyTypes: ['1 or 1'] } }))).kind, 'bug')
})
