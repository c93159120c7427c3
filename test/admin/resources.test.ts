import t from 'tap'
import { startPanel } from './panel.ts'

const panel = await startPanel(t)
const { database } = panel

await database.run(
  `insert into connections (connector, kind, name, settings, account_name) values ('acme', 'psa', 'Acme', '{"token":"in the open"}', 'Acme')`,
)
await database.run("insert into companies (name) values ('Aldi %'), ('Beta_Works'), ('Gamma')")
await database.run(
  `insert into configurations (connection_id, source_id, source_url, name, company_id, serial_number, custom_fields, active, warranty_expiration, content_hash)
   select 1, n, 'https://acme.example/' || n, 'PC-' || n, 1 + n % 3, 'SN' || n, '{"Colour":"red"}', n % 2 = 0, '2026-01-01'::date + n, gen_random_uuid()
   from generate_series(1, 60) n`,
)
await database.run('update configurations set removed_at = now() where id > 50')
await database.run(
  `insert into configurations (connection_id, source_id, name, content_hash) values
     (1, 'a', '100%_sure', gen_random_uuid()), (1, 'b', '=1+2', gen_random_uuid()), (1, 'c', 'say "hi", you', gen_random_uuid())`,
)
const list = (query = '', resource = 'configurations') =>
  panel.get(`/admin/api/resources/${resource}/actions/list?${query}`)
const names = (answer: { json: { records: { params: { name: string } }[] } }) =>
  answer.json.records.map(({ params }) => params.name)

t.test('a list shows what it names, nothing else, and no JSON column', async (t) => {
  const { json, status } = await list('filters.q=PC-7')
  t.equal(status, 200)
  t.same(Object.keys(json.records[0].params).sort(), [
    'companyId',
    'id',
    'manufacturer',
    'model',
    'name',
    'removedAt',
    'serialNumber',
    'sourceUrl',
    'type',
    'warrantyExpiration',
  ])
  t.equal(json.records[0].params.warrantyExpiration, '2026-01-08', 'a day is a day')
  t.same(json.records[0].populated.companyId.params, { id: 2, name: 'Beta_Works' }, 'of what it points to: id and name')
})

t.test('a record shows its custom fields as text and no column that is not named', async (t) => {
  const { json } = await panel.get('/admin/api/resources/configurations/records/7/show')
  t.equal(json.record.params.customFields, '{"Colour": "red"}')
  t.notOk('contentHash' in json.record.params)
  const connection = await panel.get('/admin/api/resources/connections/records/1/show')
  t.notMatch(connection.text, /in the open/)
})

t.test('the search is in any case, and signs mean themselves', async (t) => {
  t.same(names(await list('filters.q=pc-33')), ['PC-33'])
  t.same(names(await list('filters.q=sn33')), ['PC-33'], 'the serial is searched, too')
  t.same(names(await list('filters.q=%25')), ['100%_sure'])
  t.same(names(await list('filters.q=0%25_S')), ['100%_sure'])
  t.equal((await list('filters.q=_')).json.meta.total, 1)
})

t.test('removed records are hidden until they are asked for', async (t) => {
  t.equal((await list()).json.meta.total, 53)
  t.equal((await list('filters.removed=only')).json.meta.total, 10)
  t.equal((await list('filters.removed=all')).json.meta.total, 63)
})

t.test('filters by reference, flag, day and emptiness', async (t) => {
  t.equal((await list('filters.companyId=1')).json.meta.total, 16)
  t.equal((await list('filters.companyId=none')).json.meta.total, 3)
  t.equal((await list('filters.active=true&filters.companyId=1')).json.meta.total, 8)
  t.equal((await list('filters.active=none')).json.meta.total, 3)
  t.equal(
    (await list('filters.warrantyExpiration~~from=2026-01-05&filters.warrantyExpiration~~to=2026-01-06')).json.meta
      .total,
    2,
  )
  t.equal((await list('filters.updatedAt~~from=2020-01-01&filters.updatedAt~~to=2020-12-31')).json.meta.total, 0)
})

t.test('what is not offered is refused, in a sentence', async (t) => {
  for (const [query, message] of [
    ['filters.contentHash=x', /cannot be filtered by "contentHash"/],
    ['filters.serialNumber=x', /cannot be filtered by "serialNumber"/],
    ['filters.companyId=x', /must be a whole number/],
    ['filters.warrantyExpiration~~from=yesterday', /is no date/],
    ['sortBy=contentHash', /cannot be sorted by "contentHash"/],
    ['sortBy=name;select', /cannot be sorted/],
    ['page=100000', /Only the first 10,000/],
  ] as const) {
    const { status, json } = await list(query)
    t.equal(status, 400, query)
    t.match(json.message, message)
  }
  await list('filters.__proto__.polluted=1&__proto__.polluted=1&constructor.prototype.polluted=1')
  t.notOk('polluted' in {}, 'and what looks like a prototype reaches none')
  const users = await list('filters.passwordHash=x', 'users')
  t.equal(users.status, 400)
  t.equal((await panel.get('/admin/api/resources/users/actions/search/x?searchProperty=passwordHash')).status, 400)
})

t.test('pages are bounded, complete and stable, also where many are equal', async (t) => {
  t.equal((await list('perPage=5000')).json.records.length, 53)
  const seen = new Set<number>()
  for (let page = 1; page <= 6; page++)
    for (const record of (await list(`perPage=10&page=${page}&sortBy=manufacturer&direction=desc`)).json.records)
      seen.add(record.params.id)
  t.equal(seen.size, 53)
})

t.test('a long list is counted up to its ceiling', async (t) => {
  await database.run(
    `insert into contacts (connection_id, source_id, name, content_hash) select 1, n, 'Contact ' || n, gen_random_uuid() from generate_series(1, 10100) n`,
  )
  t.equal((await list('perPage=1', 'contacts')).json.meta.total, 10_001)
})

t.test('nothing can be written through a record type', async (t) => {
  const before = await database.rows('select id, name, updated_at from companies order by id')
  for (const path of ['actions/new', 'records/1/edit', 'records/1/delete', 'bulk/bulkDelete?recordIds=1,2,3']) {
    const answer = await panel.post(`/admin/api/resources/companies/${path}`, { name: 'Taken', id: 77 })
    t.match(answer.json.notice, { type: 'error' }, path)
  }
  await panel.get('/admin/api/resources/companies/bulk/bulkDelete?recordIds=1,2,3')
  t.same(await database.rows('select id, name, updated_at from companies order by id'), before)
})

t.test('what does not exist is not found, and nothing else is told', async (t) => {
  for (const path of [
    'resources/sessions/actions/list',
    'resources/connection_secrets/actions/list',
    'resources/companies/actions/constructor',
    'pages/nope',
  ]) {
    const { status, text } = await panel.get(`/admin/api/${path}`)
    t.equal(status, 404, path)
    t.notMatch(text, /configurations|audit/)
  }
  for (const id of ['0', 'x', '99999', '1%20or%201=1'])
    t.match((await panel.get(`/admin/api/resources/companies/records/${id}/show`)).json.notice, { type: 'error' }, id)
})

t.test('the export has the filter of the list, names for ids, and no formula', async (t) => {
  const { text, headers } = await panel.get('/admin/api/resources/configurations/actions/export?filters.companyId=none')
  t.match(headers['content-type'], /text\/csv/)
  t.match(headers['content-disposition'], /^attachment; filename="configurations-\d{4}-\d\d-\d\d\.csv"$/)
  const lines = text.trimEnd().split('\r\n')
  t.equal(lines.length, 4)
  t.ok(lines[0]?.startsWith('\uFEFFId,Name,'))
  t.match(lines[2], /^\d+,'=1\+2,/)
  t.match(lines[3], /^\d+,"say ""hi"", you",/)
  t.match(lines[3], /,Acme,/, 'the connection by its name')

  const all = await panel.get('/admin/api/resources/contacts/actions/export')
  t.equal(all.text.trimEnd().split('\r\n').length, 10_101, 'further than a page, a batch and the ceiling of the list')
  t.equal((await panel.get('/admin/api/resources/configurations/actions/export?filters.contentHash=x')).status, 400)
})

t.test('every record type can be listed, searched and exported', async (t) => {
  const page = await panel.get('/admin')
  const state = JSON.parse(/id="state">(.*?)<\/script>/s.exec(page.text)?.[1] ?? '{}')
  const ids: string[] = state.state.resources.map(({ id }: { id: string }) => id)
  t.ok(ids.length > 25)
  for (const id of ids) {
    t.equal((await list('', id)).status, 200, `${id} lists`)
    t.equal((await list('filters.q=7', id)).status, 200, `${id} searches`)
    t.equal((await panel.get(`/admin/api/resources/${id}/actions/export`)).status, 200, `${id} exports`)
    t.equal((await panel.get(`/admin/api/resources/${id}/actions/search/1`)).status, 200, `${id} can be picked`)
    for (const filter of state.state.resources.find((each: { id: string }) => each.id === id).filterProperties)
      t.equal(
        (await list(`filters.${filter.propertyPath}=none`, id)).status,
        200,
        `${id} filters by ${filter.propertyPath}`,
      )
    for (const column of state.state.resources.find((each: { id: string }) => each.id === id).listProperties)
      if (column.isSortable)
        t.equal((await list(`sortBy=${column.propertyPath}`, id)).status, 200, `${id} sorts by ${column.propertyPath}`)
  }
})

t.test('a record tells where its values came from, and what its ids mean', async (t) => {
  await database.run(
    `insert into sync_runs (connection_id, mode, pass, trigger, lease, requested_by) values (1, 'apply', 'full', 'force', gen_random_uuid(), 'ada@example.com')`,
  )
  await database.run(
    "insert into sites (connection_id, source_id, company_source_id, name, content_hash) values (1, 's1', 'c', 'Main', gen_random_uuid())",
  )
  await database.run("update configurations set site_source_id = 's1', created_run_id = 1 where id = 7")
  await database.run(
    `insert into record_changes (run_id, stream, record_id, field, before, after) values (1, 'configurations', 7, 'serial_number', '"OLD"', '"SN7"')`,
  )
  const { json } = await panel.get('/admin/api/resources/configurations/records/7/origin')
  t.match(json.origin, {
    changes: [
      {
        field: 'serialNumber',
        label: 'Serial number',
        before: 'OLD',
        after: 'SN7',
        runId: 1,
        requestedBy: 'ada@example.com',
      },
    ],
    createdBy: { runId: 1 },
    meant: { siteSourceId: { resource: 'sites', id: 1 } },
  })
  t.equal(json.record.params.siteSourceId, 'Main')

  const company = await panel.get('/admin/api/resources/companies/records/1/origin')
  t.match(company.json.origin.related, [{ resource: 'configurations', count: 16 }])
})
