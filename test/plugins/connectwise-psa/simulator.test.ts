import t from 'tap'
import { asking, forwardOnly, origin, type Row } from './simulator-asked.ts'

const small = { companies: 12, contacts: 60, configurations: 130, tickets: 20 }
const sent = (value: unknown) => JSON.parse(JSON.stringify(value))

t.test('says that it is a simulator, and where its API is', async (t) => {
  const { plain } = asking(small)
  const known = await plain('/login/companyinfo/paperlantern')
  t.match(known.body, { CompanyName: /simulator/i, Codebase: 'v4_6_release/', IsCloud: false, SiteUrl: undefined })
  const unknown = await plain('/login/companyinfo/nobody')
  t.same([unknown.status, unknown.body], [200, null])
  const cloud = asking(small, { release: 'v2025_1' })
  t.match((await cloud.plain('/login/companyinfo/PaperLantern')).body, {
    Codebase: 'v2025_1/',
    IsCloud: 'True',
    SiteUrl: '127.0.0.1:4123',
  })
  t.match((await cloud.api('system/info')).body, { isCloud: true })
})

t.test('wants a client id, the right keys and the current release', async (t) => {
  const { api, plain, simulator } = asking(small, { release: 'v2025_1' })
  const anonymous = await plain('/v2025_1/apis/3.0/system/info')
  t.equal(anonymous.status, 401)
  t.type(anonymous.body, 'string', 'no JSON without a client id')
  const wrong = await api('system/info', {}, { settings: simulator.wrongSettings(origin) })
  t.match(wrong, { status: 401, body: { code: 'Unauthorized' } })
  for (const codebase of ['v2025_1', 'v4_6_release', 'v2025_1/'])
    t.equal((await api('system/info', {}, { codebase })).status, 200, codebase)
  const gone = { status: 404, body: { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' } }
  t.match(await api('system/info', {}, { codebase: 'v2024_9' }), gone)
  simulator.upgrade('v2025_2')
  t.match(await api('system/info', {}, { codebase: 'v2025_1' }), gone)
  t.equal((await api('system/info', {}, { codebase: 'v2025_2' })).status, 200)
  t.equal((await api('system/info')).headers?.['api-current-version'], '2026.1')
  const pinned = { headers: { accept: 'application/vnd.connectwise.com+json; version=2025.1' } }
  t.equal((await api('system/info', {}, pinned)).headers?.['api-current-version'], '2025.1')
})

t.test('refuses what the API member may not, and what is not there', async (t) => {
  const { api, simulator } = asking(small)
  const { settings, missing } = simulator.limitedSettings(origin)
  const forbidden = { status: 403, body: { code: 'Security' } }
  for (const path of [
    'company/configurations',
    'company/configurations/1',
    'service/tickets/count',
    'system/callbacks',
  ]) {
    t.match(await api(path, {}, { settings }), forbidden, path)
  }
  for (const path of [
    'company/companies',
    'company/configurations/types',
    'service/boards',
    'procurement/manufacturers',
  ]) {
    t.equal((await api(path, {}, { settings })).status, 200, path)
  }
  t.same(missing, ['configurations', 'tickets', 'configurations-edit', 'callbacks'])
  t.match(await api('company/contacts/57919'), {
    status: 404,
    body: { code: 'NotFound', message: 'Contact 57919 not found' },
  })
  t.match(await api('company/companies/99/sites'), { status: 404, body: { code: 'NotFound' } })
  for (const path of ['company/nonsense', 'company/companies/abc', '', 'company/companies/1/2/3']) {
    t.match(await api(path), { status: 404, body: { code: 'ConnectWiseApi' } }, path)
  }
  t.equal((await api('company/companies', {}, { method: 'DELETE' })).status, 405)
  t.equal((await api('system/callbacks', {}, { method: 'POST' })).status, 415)
})

t.test('counts agree with the lists', async (t) => {
  const { api, rows } = asking(small)
  for (const path of [
    'company/companies',
    'company/companies/types',
    'company/companies/statuses',
    'company/companies/2/sites',
    'company/companies/2/typeAssociations',
    'company/companyTypeAssociations',
    'company/marketDescriptions',
    'company/communicationTypes',
    'company/contacts',
    'company/contacts/types',
    'company/configurations',
    'company/configurations/types',
    'company/configurations/statuses',
    'procurement/manufacturers',
    'system/userDefinedFields',
    'service/boards',
    'service/info/boards',
    'service/boards/1/statuses',
    'service/priorities',
    'service/tickets',
    'service/tickets/1/notes',
    'service/tickets/1/configurations',
    'system/callbacks',
  ]) {
    const list = await rows(path, { pageSize: 1000, pageId: 0 }, forwardOnly)
    t.same((await api(`${path}/count`)).body, { count: list.length }, path)
    t.ok(list.length > 0 || path.endsWith('configurations') || path.endsWith('callbacks'), `${path} has rows`)
    const ids = list.map(({ id }) => Number(id))
    t.same(
      ids,
      [...new Set(ids)].sort((a, b) => a - b),
      `${path} ascends`,
    )
    const [first] = list
    if (first) t.same(sent((await api(`${path}/${first.id}`)).body), sent(first), `${path}/{id}`)
  }
})

t.test('writes records the way ConnectWise does', async (t) => {
  const { rows, api, world } = asking()
  const all = async (path: string): Promise<Row[]> => sent(await rows(path, { pageSize: 1000 }))
  const [configurations, contacts, companies] = [
    await all('company/configurations'),
    await all('company/contacts'),
    await all('company/companies'),
  ]
  const everything = JSON.stringify([configurations, contacts, companies])
  t.notMatch(
    everything.replaceAll(/"value":null/g, ''),
    /:null/,
    'what is null is left out, but for custom field values',
  )
  t.ok(
    configurations.some((row) => JSON.stringify(row.site) === '{}'),
    'an empty reference is {}',
  )
  t.match(everything, /_href":"https:\/\/na\.simulator\.example\/v2024_1\/\/apis/, 'links lead astray')
  t.notOk(contacts.some((row) => Array.isArray(row.communicationItems) && row.communicationItems.length === 0))
  t.ok(
    contacts.some((row) => !('communicationItems' in row)),
    'no items, no list',
  )
  for (const row of contacts) {
    for (const kind of ['Email', 'Phone']) {
      const items = (Array.isArray(row.communicationItems) ? row.communicationItems : []).filter(
        (item) => item.communicationType === kind,
      )
      if (items.length > 0 && items.filter((item) => item.defaultFlag).length !== 1)
        t.fail(`contact ${row.id}: default ${kind}`)
    }
  }
  t.ok(
    configurations.every(
      (row) => Array.isArray(row.customFields) && row.customFields.length === world.configurationFields.length + 1,
    ),
  )
  t.ok(configurations.every((row) => JSON.stringify(row.customFields).includes('"type":"Password"')))
  const [status] = await all('company/configurations/statuses')
  t.match(status, { description: 'Active', name: undefined, closedFlag: false, defaultFlag: true })
  t.match(configurations[0]?.status, { id: Number, name: String })
  t.match((await all('company/contacts/types'))[0], { description: 'Decision Maker', name: undefined })
  const sites = (await Promise.all([2, 3, 5].map((id) => all(`company/companies/${id}/sites`)))).flat()
  t.ok(
    sites.every((site) => !('state' in site)) &&
      sites.some((site) => /^[A-Z]{2}$/.test(Object(site.stateReference).identifier)),
  )
  t.ok(
    companies.some((company) => company.state === 'WA'),
    'companies have the state as text',
  )
  t.equal(
    companies.filter((company) => company.deletedFlag === true && company.dateDeleted).length,
    3,
    'deleted companies are still listed',
  )
  const dates = configurations.flatMap((row) => [row.purchaseDate, row.warrantyExpirationDate]).filter(Boolean)
  t.ok(dates.length > 500 && dates.every((date) => /^\d{4}-\d\d-\d\dT00:00:00Z$/.test(String(date))))
  world.companies.remove(3)
  const contact = world.contacts.get(1)
  if (contact) world.contacts.put({ ...contact, companyId: 3 })
  t.same(sent((await api('company/contacts/1')).body).company, {}, 'a reference to a record that is gone is empty')
  const apart = asking(small, { typesApart: true })
  t.ok((await apart.rows('company/companies')).every((row) => sent(row).types === undefined))
})

t.test('a page of the bench comes out of a million rows without making the others', async (t) => {
  const { api } = asking({ companies: 5_000, contacts: 300_000, configurations: 1_000_000 })
  const { body } = await api('company/configurations', { pageSize: 1000, pageId: 998_999 }, forwardOnly)
  t.equal(Array.isArray(body) && body.at(-1).id, 999_999)
  t.same((await api('company/configurations/count')).body, { count: 1_000_000 })
  const sites = await api('company/companies/2/sites', { pageSize: 1000 }, forwardOnly)
  t.equal(Array.isArray(sites.body) && sites.body.length, 14)
})
