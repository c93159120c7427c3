/** Lists are read to their last record, whatever happens to their pages; never in circles, never silently short. */
import t from 'tap'
import { failure } from '../connected.ts'
import { instead, type More, simulated } from './simulated.ts'

const size = { companies: 8, contacts: 250, configurations: 250, tickets: 1 }
const contactsPath = /contacts\/summary$/
const assetsPath = /hardwareasset\/searchselect$/

const list = (result: unknown): unknown[] => (Array.isArray(result) ? result : [])
const page = (request: { readonly query: URLSearchParams }) => Number(request.query.get('PageNumber'))
const active = (request: { readonly query: URLSearchParams }) => request.query.get('Filter.IsActive') === 'true'

async function contacts(more: More) {
  const { records, world, reported, server } = await simulated(t, size, {}, more)
  return { world, reported, server, found: () => records('contacts') }
}

t.test('pages of the size asked for, counted from 1, active ones and inactive ones', async (t) => {
  const { records, asked } = await simulated(t, size)
  t.equal((await records('contacts')).length, 250)
  t.strictSame(
    asked(contactsPath).map(({ query }) => [...query].flat().join(' ')),
    [
      'Filter.IsActive true PageSize 100 PageNumber 1',
      'Filter.IsActive true PageSize 100 PageNumber 2',
      'Filter.IsActive true PageSize 100 PageNumber 3',
      'Filter.IsActive false PageSize 100 PageNumber 1',
    ],
    'the total says where the end is',
  )
  t.equal((await records('configurationTypes')).length > 5, true)
  t.equal(asked(assetsPath).at(-1)?.query.get('PageNumber'), '2', 'without a total an empty page is the end')
})

t.test('a server that holds fewer on a page than asked for is read as well', async (t) => {
  for (const mostPerPage of [7, 33, 99]) {
    const { records, simulator } = await simulated(t, size, { mostPerPage })
    for (const stream of ['contacts', 'configurations'] as const) {
      const found = (await records(stream)).map(({ sourceId }) => sourceId)
      t.same(found.sort(), [...simulator.expected(stream)].sort(), `${stream}, ${mostPerPage} a page`)
    }
  }
})

t.test('a record that moved to another page meanwhile is found on a second walk', async (t) => {
  let lost = false
  const { found, reported } = await contacts(
    instead(contactsPath, (result, request) => {
      if (lost || !active(request) || page(request) !== 2) return {}
      lost = true
      return { result: list(result).slice(1) }
    }),
  )
  t.equal((await found()).length, 250)
  t.ok(lost)
  t.same(reported, [])
})

t.test('a total beyond what is handed out: nothing that is not shown counts as gone', async (t) => {
  const short = instead(contactsPath, () => ({ totalRecords: 400 }))
  const { pages, records } = await simulated(t, size, {}, short)
  const read = await pages('contacts')
  t.equal(read.flatMap((page) => page.records).length, 250)
  t.match(read.at(-1)?.partial, /400 records in .* hands out \d+/)
  t.equal(read.filter(({ partial }) => partial !== undefined).length, 1)
  t.equal((await records('companies')).length, 8)

  const both = await simulated(
    t,
    size,
    {},
    instead(contactsPath, () => ({ totalRecords: 250 })),
  )
  const whole = await both.pages('contacts')
  t.equal(whole.flatMap((page) => page.records).length, 250)
  t.notOk(
    whole.some(({ partial }) => partial !== undefined),
    'a total of active and inactive ones together is met',
  )
})

t.test('what accounts keep back is said of sites and companies, too', async (t) => {
  const { pages } = await simulated(
    t,
    size,
    {},
    instead(/accounts\/summary$/, () => ({ totalRecords: 99 })),
  )
  for (const stream of ['companies', 'sites'] as const)
    t.match((await pages(stream)).at(-1)?.partial, /99 records/, stream)
})

t.test('pages that are cut short and counted as full ones end the reading', async (t) => {
  const { found } = await contacts(instead(contactsPath, (result) => ({ result: list(result).slice(0, 60) })))
  const error = await failure(found())
  t.equal(error.kind, 'vendor')
  t.match(error.admin, /cut short/)
})

t.test('a list that never stands still ends the reading', async (t) => {
  let next = 1_000_000
  const { found } = await contacts(
    instead(contactsPath, (result) => ({
      totalRecords: 9_999_999,
      result: list(result).map((row) => ({ ...Object(row), id: next++ })),
    })),
  )
  const error = await failure(found())
  t.equal(error.kind, 'vendor')
})

t.test('the same page again and again ends the reading, with and without a total', async (t) => {
  for (const [path, stream] of [
    [contactsPath, 'contacts'],
    [assetsPath, 'configurationTypes'],
  ] as const) {
    let first: unknown
    const { records } = await simulated(
      t,
      size,
      {},
      instead(path, (result) => {
        first ??= result
        return { result: first, totalRecords: 999 }
      }),
    )
    const error = await failure(records(stream))
    t.equal(error.kind, 'vendor')
    t.match(error.admin, /same page/)
  }
})

t.test('a filter that is not heeded costs nothing', async (t) => {
  const { records, asked } = await simulated(t, size, { ignoresActivity: true })
  t.equal((await records('contacts')).length, 250)
  t.equal(asked(contactsPath).length, 3, 'one list has them all')
})

t.test('"inactive" that means "all", and "inactive" that is answered with active ones', async (t) => {
  const everything = await simulated(t, size, { inactiveMeansAll: true })
  const read = await everything.pages('contacts')
  t.equal(read.flatMap((page) => page.records).length, 250, 'each once')
  t.notOk(read.some(({ partial }) => partial !== undefined))

  const { found } = await contacts(
    instead(contactsPath, (result) => ({ result: list(result).map((row) => ({ ...Object(row), isActive: true })) })),
  )
  t.match((await failure(found())).admin, /answers with active ones only/)
})

t.test('what changed: by both stamps, for a new contact is not "modified"', async (t) => {
  const { world, records, asked } = await simulated(t, size)
  const since = '2026-07-10T00:00:00.000Z'
  const [one, other] = [world.contacts.get(5), world.contacts.get(6)]
  if (!one || !other) throw new Error('no contacts')
  world.contacts.put({ ...one, firstName: 'Changed', updatedAt: '2026-07-15T10:00:00Z' })
  world.contacts.put({ ...other, id: 251, firstName: 'New', updatedAt: since })
  t.same((await records('contacts', { since })).map(({ sourceId }) => sourceId).sort(), ['251', '5'])
  t.strictSame(
    new Set(
      asked(contactsPath).map(({ query }) => query.get('Filter.ModifiedOnFrom') ?? query.get('Filter.CreatedOnFrom')),
    ),
    new Set([since]),
  )
  t.same(await records('companies', { since: '2099-01-01T00:00:00Z' }), [])
})

t.test('filters go to BMS, one type at a time, and are held here too', async (t) => {
  const { world, records, asked } = await simulated(t, size)
  const filter = { configurationTypes: ['1', '3'], configurationStatuses: ['inactive'] }
  const found = await records('configurations', { filter })
  const expected = [...world.configurations.after(0)].filter(
    ({ typeId, active: on }) => !on && (typeId === 1 || typeId === 3),
  )
  t.same(found.map(({ sourceId }) => sourceId).sort(), expected.map(({ id }) => String(id)).sort())
  t.strictSame(
    new Set(asked(assetsPath).map(({ query }) => `${query.get('Filter.CategoryIds')} ${query.get('Filter.IsActive')}`)),
    new Set(['1 false', '3 false']),
  )
  const ignoring = await simulated(
    t,
    size,
    { ignoresActivity: true },
    instead(/accounts\/summary$/, () => ({})),
  )
  const companies = await ignoring.records('companies', { filter: { companyStatuses: ['inactive'] } })
  t.ok(companies.every(({ statusId }) => statusId === 'inactive'))
  t.equal((await failure(records('companies', { filter: { companyTypes: ['x;y'] } }))).kind, 'not-found')
})

t.test('accounts without their locations fail the sites rather than remove them', async (t) => {
  const { records } = await simulated(
    t,
    size,
    {},
    instead(/accounts\/summary$/, (result) => ({
      result: list(result).map((row) => ({ ...Object(row), locations: undefined })),
    })),
  )
  t.equal((await failure(records('sites'))).kind, 'vendor')
  t.ok((await records('companies')).every((record) => record.city === undefined && record.phone === undefined))
  t.ok((await records('contacts')).some((record) => record.siteId && !('city' in record)))
})
