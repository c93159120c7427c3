/** Customers: what changed, filters and odd rows. */
import t from 'tap'
import { instead, objectIn, rowsIn, simulated } from './simulated.ts'

const size = { companies: 250, contacts: 250, configurations: 1, tickets: 1 }
const since = '2026-07-01T00:00:00.000Z'

async function changedIn(
  t: Parameters<typeof simulated>[0],
  quirks: Parameters<typeof simulated>[2] = {},
  more: Parameters<typeof simulated>[3] = {},
) {
  const one = await simulated(t, size, quirks, more)
  for (const id of [3, 140, 249]) {
    const row = one.world.companies.get(id)
    if (row) one.world.companies.put({ ...row, updatedAt: '2026-07-01T00:00:00Z' })
  }
  const all = await one.records('companies')
  one.server.clearLog()
  const read = await one.records('companies', { since })
  const news = all.filter(({ updatedAt }) => (updatedAt ?? '') >= '2026-07-01').map(({ sourceId }) => sourceId)
  return { ...one, read: read.map(({ sourceId }) => sourceId).sort(), news: news.sort() }
}

t.test('what changed comes first, so one page tells it', async (t) => {
  const { read, news, asked, reported } = await changedIn(t)
  t.ok(news.length >= 3)
  t.strictSame(read, news)
  t.equal(asked('customers').length, 1)
  t.equal(asked('customers')[0]?.query.get('sort'), 'updated_at DESC')
  t.equal(asked('customers')[0]?.query.get('include_disabled'), 'true')
  t.strictSame(reported, [])
})

t.test('an order that is not kept, or refused, costs time and no record', async (t) => {
  const ignored = await changedIn(t, { unsorted: true })
  t.strictSame([...new Set(ignored.read)], ignored.news)
  t.ok(ignored.reported.includes('info read-whole'))

  const refused = await changedIn(
    t,
    {},
    {
      altered: (request, answer) =>
        request.query.has('sort') ? { status: 422, body: { message: ['unknown column'] } } : answer,
    },
  )
  t.strictSame(refused.read, refused.news)
  t.equal(refused.asked('customers').length, 4)
})

t.test('customers that come or go meanwhile: read whole', async (t) => {
  let pages = 0
  const { read, news } = await changedIn(
    t,
    {},
    instead('customers', (body, { query }) => {
      if (!query.has('sort') || ++pages < 2) {
        const rows = rowsIn(body, 'customers')
        return query.has('sort') ? { ...body, customers: rows.map((row) => ({ ...row, updated_at: since })) } : body
      }
      return { ...body, meta: { ...objectIn(body, 'meta'), total_entries: 249 } }
    }),
  )
  t.ok(news.every((id) => read.includes(id)))
})

t.test('an import filter by status', async (t) => {
  const { records, world } = await simulated(t, size)
  const disabled = [...world.companies.after(0)].filter(({ active }) => !active).length
  t.ok(disabled > 0)
  t.equal((await records('companies', { filter: { companyStatuses: ['disabled'] } })).length, disabled)
  t.equal((await records('companies', { filter: { companyStatuses: ['active'] } })).length, 250 - disabled)
})

t.test('odd customers', async (t) => {
  const rows = [
    { id: 1, business_name: '', business_then_name: null, fullname: 'Ann Lee', disabled: null },
    { id: 2, business_name: 'B', properties: { 'WEB SITE': 'b.example', Website: null } },
    { id: 3, business_name: 'C', properties: 'odd' },
  ]
  const { records, settings } = await simulated(
    t,
    { companies: 1 },
    {},
    instead('customers', () => ({ customers: rows, meta: { total_pages: 1, total_entries: 3, page: 1 } })),
  )
  const read = await records('companies')
  t.match(read[0], { name: 'Ann Lee', active: null, status: null })
  t.equal(read[0]?.website, undefined, 'no properties are sent')
  t.equal(read[1]?.active, undefined, 'not sent')
  t.equal(read[2]?.website, undefined)
  const [, chosen] = await records('companies', {}, settings({ websiteField: 'WEB SITE' }))
  t.equal(chosen?.website, 'b.example')
  t.notOk(JSON.stringify(read).includes('portal_key'))
})
