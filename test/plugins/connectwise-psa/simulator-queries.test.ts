import t from 'tap'
import { asking, forwardOnly, type Row } from './simulator-asked.ts'

const small = { companies: 12, contacts: 60, configurations: 130, tickets: 20 }
const ids = (rows: readonly Row[]) => rows.map(({ id }) => Number(id))
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

t.test('25 rows unless asked otherwise, 1,000 at most', async (t) => {
  const { rows, api } = asking({ configurations: 1_200 })
  t.same(ids(await rows('company/configurations')), upTo(25))
  t.equal((await rows('company/configurations', { pageSize: 1000 })).length, 1000)
  for (const query of [{ pageSize: 1001 }, { pageSize: 0 }, { pageSize: 'many' }, { page: 0 }, { page: '-1' }]) {
    t.equal((await api('company/configurations', query)).status, 400, JSON.stringify(query))
  }
})

t.test('forward-only paging goes by id and tells with a link whether there is more', async (t) => {
  const { rows, api, world } = asking(small)
  const seen: number[] = []
  for (let pageId = 0, more = true; more; ) {
    const { body, headers } = await api('company/configurations', { pageSize: 40, pageId }, forwardOnly)
    const page = ids(Array.isArray(body) ? body : [])
    seen.push(...page)
    pageId = page.at(-1) ?? 0
    more = headers?.link !== undefined
    if (more) t.match(headers?.link, new RegExp(`pageId=${pageId}>; rel="next"$`))
    world.configurations.remove(5)
  }
  t.same(seen, upTo(130), 'a row that goes away behind the reader shifts nothing')
  t.same(await rows('company/configurations', { pageId: 130, pageSize: 40 }, forwardOnly), [])
  t.equal((await api('company/configurations', { orderBy: 'id asc' }, forwardOnly)).status, 400)
  t.equal(
    (await api('company/configurations', { pageSize: 13, pageId: 117 }, forwardOnly)).headers?.link,
    undefined,
    'a full last page',
  )
  t.same(
    ids(await rows('company/configurations', { pageId: 100, pageSize: 2 })),
    [1, 2],
    'without the header pageId means nothing',
  )
})

t.test('navigable paging counts pages', async (t) => {
  const { rows, api } = asking(small)
  const pages = [1, 2, 3, 4].map((page) => rows('company/configurations', { page, pageSize: 40, orderBy: 'id asc' }))
  t.same((await Promise.all(pages)).flatMap(ids), upTo(130))
  t.same(ids(await rows('company/configurations', { page: 3, pageSize: 10 })), upTo(30).slice(20), 'out of turn')
  t.same(await rows('company/configurations', { page: 99, pageSize: 40 }), [])
  const { headers } = await api('company/configurations', { page: 2, pageSize: 40, conditions: 'id > 10' })
  const rels = [...(headers?.link ?? '').matchAll(/page=(\d+)[^>]*>; rel="(\w+)"/g)].map(
    ([, page, rel]) => `${rel} ${page}`,
  )
  t.same(rels, ['next 3', 'last 3', 'first 1', 'prev 1'])
})

t.test('rows shift under who counts pages', async (t) => {
  const { rows, world } = asking(small)
  const first = ids(await rows('company/configurations', { page: 1, pageSize: 40 }))
  world.configurations.remove(1)
  const second = ids(await rows('company/configurations', { page: 2, pageSize: 40 }))
  t.notOk([...first, ...second].includes(41), 'row 41 is lost, as it would be there')
})

t.test('conditions', async (t) => {
  const { rows, world, api } = asking()
  const query = { pageSize: 1000, fields: 'id' }
  const configurations = [...world.configurations.after(0)].slice(0, 1000)
  const expectation = (holds: (row: (typeof configurations)[number]) => boolean) =>
    configurations.filter(holds).map(({ id }) => id)
  const cases: [string, (row: (typeof configurations)[number]) => boolean][] = [
    ['company/id=2', (row) => row.companyId === 2],
    ['company/id = 2 and status/id in (1,2)', (row) => row.companyId === 2 && [1, 2].includes(row.statusId)],
    ['company/id=2 and (type/id=1 or type/id=2)', (row) => row.companyId === 2 && [1, 2].includes(row.typeId)],
    ['type/id=1 or type/id=2 and company/id=2', (row) => row.typeId === 1 || (row.typeId === 2 && row.companyId === 2)],
    ['id>900 AND id<=950', (row) => row.id > 900 && row.id <= 950],
    ['id not in (1,2,3)', (row) => row.id > 3],
    ['not (id > 3)', (row) => row.id <= 3],
    ['id != 7', (row) => row.id !== 7],
    ['name like "C2-*"', (row) => row.name.startsWith('C2-')],
    ['NAME like "%-lt-%"', (row) => row.name.includes('-LT-')],
    ['name contains "srv"', (row) => row.name.includes('SRV')],
    ['name = "c2-lt-1"', (row) => row.name === 'C2-LT-1'],
    ['name="100%_sure" or name="the \\"big\\" one"', (row) => ['100%_sure', 'the "big" one'].includes(row.name)],
    ['type/name="Printer & Scanner"', (row) => row.typeId === 5],
    ['activeFlag=False', (row) => !row.active],
    ['activeFlag = true and billFlag=false', (row) => row.active],
    ['serialNumber = null', (row) => row.serialNumber === null],
    ['serialNumber!=null', (row) => row.serialNumber !== null],
    ['serialNumber not like "*"', () => false],
    ['lastUpdated>=[2026-05-17T03:00:00Z]', (row) => row.updatedAt >= '2026-05-17T03:00:00Z'],
    ['LastUpdated < [2026-05-17T03:00:00Z]', (row) => row.updatedAt < '2026-05-17T03:00:00Z'],
    ['_info/lastUpdated=[2026-05-17T03:00:00Z]', (row) => row.updatedAt === '2026-05-17T03:00:00Z'],
    [
      'warrantyExpirationDate<[2024-02-29]',
      (row) => row.warrantyExpiration !== null && row.warrantyExpiration < '2024-02-29',
    ],
  ]
  for (const [conditions, holds] of cases) {
    const found = ids(await rows('company/configurations', { ...query, conditions: `id<=1000 and (${conditions})` }))
    t.same(found, expectation(holds), conditions)
    const { body } = await api('company/configurations/count', { conditions: `id<=1000 and (${conditions})` })
    t.same(body, { count: found.length }, `count of ${conditions}`)
  }
  t.ok(
    cases.filter(([, holds]) => expectation(holds).length > 0).length >= cases.length - 2,
    'the cases find something',
  )
})

t.test('conditions nobody can read are refused', async (t) => {
  const { api } = asking(small)
  for (const conditions of [
    'nonsense=1',
    'company/nonsense=1',
    'id',
    'id=',
    '=1',
    'id=1 and',
    '(id=1',
    'id=1)',
    'id in 1',
    'id in ()',
    'id in (1,)',
    "name='single'",
    'name="open',
    'name like 5',
    'name contains null',
    'id > null',
    'id > true',
    'lastUpdated>2026-08-01',
    'lastUpdated>[yesterday]',
    'lastUpdated>[2026-13-45]',
    'id=1 id=2',
    'id=1;',
    'types/id=4',
    'name="a" "b"',
    'a/b/c=1',
  ]) {
    const { status, body } = await api('company/companies', { conditions })
    t.equal(status, 400, conditions)
    t.match(body, { code: 'InvalidObject', errors: [{ resource: 'conditions' }] }, conditions)
  }
  for (const query of [
    { childConditions: 'id=1' },
    { customFieldConditions: 'nonsense="x"' },
    { orderBy: 'nonsense' },
    { orderBy: 'id up' },
    { fields: 'id,nonsense' },
  ]) {
    t.equal((await api('company/contacts', query)).status, 400, JSON.stringify(query))
  }
  t.equal(
    (await api('company/companies', { conditions: `id in (${upTo(500).join(',')})` })).status,
    414,
    'addresses stay short',
  )
})

t.test('conditions on lists inside a row, and on custom fields', async (t) => {
  const { rows, world } = asking()
  const companies = await rows('company/companies', { childConditions: 'types/id=4', pageSize: 1000 })
  t.same(
    ids(companies),
    [...world.companies.after(0)].filter(({ typeIds }) => typeIds.includes(4)).map(({ id }) => id),
  )
  const [contact] = [...world.contacts.after(0)].filter(({ email }) => email)
  const conditions = `communicationItems/value like "${contact?.email}"`
  t.ok(ids(await rows('company/contacts', { childConditions: conditions })).includes(contact?.id ?? 0))
  const owned = await rows('company/configurations', {
    customFieldConditions: 'caption="Asset owner" and value="Finance"',
    pageSize: 1000,
  })
  t.same(
    ids(owned),
    [...world.configurations.after(0)]
      .filter(({ customFields }) => customFields['asset-owner'] === 'Finance')
      .map(({ id }) => id)
      .slice(0, 1000),
  )
  t.ok(owned.length > 10 && companies.length > 1)
})

t.test('order and chosen fields', async (t) => {
  const { rows } = asking(small)
  t.same(ids(await rows('company/configurations', { orderBy: 'id desc', pageSize: 3 })), [130, 129, 128])
  const byStatus = await rows('company/configurations', { orderBy: 'status/id desc, id desc', pageSize: 1000 })
  const keys = byStatus.map((row) => [Object(row.status).id, Number(row.id)])
  t.same(
    keys,
    [...keys].sort((a, b) => b[0] - a[0] || b[1] - a[1]),
  )
  const updated = (await rows('company/configurations', { orderBy: '_info/lastUpdated desc', pageSize: 1000 })).map(
    (row) => Object(row._info).lastUpdated,
  )
  t.same(updated, [...updated].sort().reverse())
  const [row] = await rows('company/configurations', {
    fields: 'id,company/name,company/id,_info,serialNumber',
    pageSize: 1,
  })
  t.same(Object.keys(JSON.parse(JSON.stringify(row))).sort(), ['_info', 'company', 'id', 'serialNumber'])
  t.same(Object.keys(Object(row?.company)).sort(), ['id', 'name'])
})

t.test('search takes the same in the body', async (t) => {
  const { rows, world } = asking(small)
  const body = { conditions: 'company/id=2 and closedFlag=False', orderBy: 'id desc' }
  const found = ids(await rows('service/tickets/search', { pageSize: 1000 }, { method: 'POST', body }))
  const open = [...world.tickets.after(0)].filter(
    ({ companyId, statusId }) => companyId === 2 && !world.ticketStatuses.get(statusId)?.closed,
  )
  t.same(found, open.map(({ id }) => id).reverse())
  t.ok(found.length > 0)
})
