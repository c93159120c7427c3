import t from 'tap'
import type { NewConnection } from '../../../core/connections/setup.ts'
import { acme, bench, by, failure, settings, variant, warranties } from './fixture.ts'

const { database, vault, catalogue, connections, audit } = await bench(t, [
  acme(),
  variant('docs', 'documentation'),
  variant('other-psa', 'psa'),
  variant('tenant', 'identity'),
  warranties(),
])

t.beforeEach(async () => {
  await database.run('truncate connections, companies restart identity cascade')
  audit.length = 0
})

const docs = { connector: 'docs', name: 'Docs', settings }

t.test('a connection is stored without its secrets, and shown without them', async (t) => {
  const view = await connections.add({ connector: 'acme', name: ' Our PSA ', settings: { ...settings, board: '' } }, by)
  t.match(view, {
    name: 'Our PSA',
    connector: 'acme',
    connectorName: 'Acme PSA',
    loaded: true,
    kind: 'psa',
    state: 'active',
    settings: { url: 'https://acme.example', region: 'eu' },
    secrets: { token: true, backupToken: false },
    account: null,
    checkResult: null,
    breaker: { share: 0.25, count: 50 },
  })
  t.same(await vault.read(view.id), { token: 'top-secret-1' })
  const everything = JSON.stringify([
    view,
    await connections.list(),
    await database.rows('select * from connections'),
    audit,
  ])
  t.notMatch(everything, 'top-secret')
  t.match(audit, [{ action: 'connection.add', target: `connection ${view.id}`, actor: 'cli' }])
})

t.test('what cannot be added is refused with a sentence, and nothing is stored', async (t) => {
  const refused = (wish: Partial<NewConnection>, message: RegExp) =>
    t.rejects(connections.add({ ...docs, ...wish }, by), { message }, String(message))
  await refused({ connector: 'nothing' }, /no connector "nothing"/)
  await refused({ name: ' ' }, /needs a name/)
  await refused({ settings: { url: 'https://acme.example' } }, /API token is needed/)
  await refused({ companyId: 1 }, /serves all companies/)
  await refused({ connector: 'tenant' }, /Choose the company/)
  await refused({ connector: 'tenant', companyId: 99 }, /not there any more/)
  t.same(await connections.list(), [])
  t.same(await database.rows('select * from connection_secrets'), [])

  await connections.add(docs, by)
  await refused({ name: 'DOCS' }, /another one/)
})

t.test('a tenant belongs to one company; a company may have several tenants', async (t) => {
  const company = await database.row<{ id: number }>("insert into companies (name) values ('Acme') returning id")
  const companyId = company?.id ?? 0
  t.equal((await connections.add({ ...docs, connector: 'tenant', companyId }, by)).companyId, companyId)
  t.equal((await connections.add({ ...docs, connector: 'tenant', name: 'Second', companyId }, by)).companyId, companyId)
})

t.test('one PSA at a time, in words; disconnect one to connect another, or to bring the first back', async (t) => {
  const first = await connections.add({ connector: 'acme', name: 'First', settings }, by)
  const second = { connector: 'other-psa', name: 'Second', settings }
  await t.rejects(connections.add(second, by), { name: 'Refusal', message: /Only one PSA.*disconnect "First"/ })
  await connections.pause(first.id, by)
  await t.rejects(connections.add(second, by), { name: 'Refusal', message: /Only one PSA/ })
  t.equal(await connections.remove(first.id, by), undefined)
  await connections.add(second, by)

  await t.rejects(connections.resume(first.id, by), { name: 'Refusal', message: /Enter the secrets/ })
  await connections.update(first.id, { settings: { token: 'new-token-1' } }, by)
  await t.rejects(connections.resume(first.id, by), { name: 'Refusal', message: /Only one PSA.*"Second"/ })
})

t.test('removed: secrets gone, the run under way cancelled, the rest kept', async (t) => {
  const { id } = await connections.add(docs, by)
  await database.run(
    `insert into sync_runs (connection_id, mode, pass, trigger, lease) values ($1, 'apply', 'full', 'force', gen_random_uuid())`,
    [id],
  )
  await connections.remove(id, by)
  t.match(await connections.get(id), {
    state: 'disconnected',
    settings: { url: 'https://acme.example' },
    secrets: { token: false },
  })
  t.same(await vault.read(id), {})
  t.same(await database.rows('select cancel_requested from sync_runs'), [{ cancel_requested: true }])
  t.match(await failure(connections.open(id, { signal: AbortSignal.timeout(1000) })), {
    kind: 'config',
    admin: /disconnected/,
  })
  await t.rejects(connections.pause(id, by), { name: 'Refusal' })
  await t.resolves(connections.add(docs, by), 'its name is free')

  await connections.update(id, { name: 'Docs again', settings: { token: 'new-token-1' } }, by)
  await connections.resume(id, by)
  t.match(await connections.get(id), { state: 'active' })
})

t.test('an update changes what it names; an empty secret stays, null takes it away', async (t) => {
  const { id } = await connections.add({ ...docs, settings: { ...settings, backupToken: 'second', board: '1' } }, by)
  const renamed = await connections.update(id, { name: 'Handbook' }, by)
  t.match(renamed, { name: 'Handbook', settings: { board: '1' } })
  await connections.update(id, { settings: { token: '', backupToken: '', region: 'us' } }, by)
  t.same(await vault.read(id), { token: 'top-secret-1', backupToken: 'second' })
  t.same((await connections.get(id)).settings, { url: 'https://acme.example', region: 'us', board: '1' })
  await connections.update(id, { settings: { token: 'changed-token', backupToken: null, board: '' } }, by)
  t.same(await vault.read(id), { token: 'changed-token' })
  t.same((await connections.get(id)).settings, { url: 'https://acme.example', region: 'us' })
  t.match(await failure(connections.update(id, { settings: { token: null } }, by)), {
    fields: { token: 'API token is needed.' },
  })
  t.match(await failure(connections.update(id, { settings: { region: 'mars' } }, by)), { fields: { region: /one of/ } })
  t.same(await vault.read(id), { token: 'changed-token' })
  t.notMatch(JSON.stringify(audit), /secret-1|changed-token/)
})

t.test('a selection the connector cannot follow is refused', async (t) => {
  const { id } = await connections.add(docs, by)
  const refused = (changes: object, message: RegExp) =>
    t.rejects(connections.update(id, changes, by), { name: 'Refusal', message })
  await refused({ name: ' ' }, /needs a name/)
  await refused({ filter: { colours: ['red'] } }, /colours/)
  await refused({ disabledStreams: ['invoices'] }, /no stream "invoices"/)
  await refused({ customFields: { companies: ['1'] } }, /no custom fields for "companies"/)
  await refused({ breaker: { share: 2, count: 1 } }, /between 0 and 1/)
  await refused({ breaker: { share: 0.5, count: 1.5 } }, /whole number/)
  await refused({ writeBack: { configurations: ['purchaseDate'] } }, /cannot take "purchaseDate"/)
  await refused({ schedule: 'sometimes' }, /cron/)
  await refused({ timeZone: 'Mars' }, /no time zone/)
  t.match(
    await connections.update(
      id,
      {
        schedule: '0 3 * * *',
        timeZone: 'Europe/Berlin',
        importCompanies: 'all',
        writeBack: { configurations: ['warrantyExpiration'] },
        breaker: { share: 0.1, count: 5 },
      },
      by,
    ),
    { schedule: '0 3 * * *', timeZone: 'Europe/Berlin', importCompanies: 'all', breaker: { share: 0.1, count: 5 } },
  )
  t.match(await connections.update(id, { schedule: null, timeZone: null }, by), { schedule: null, timeZone: null })
})

t.test('another selection makes the streams concerned be read whole, from the start, and no others', async (t) => {
  const { id } = await connections.add(docs, by)
  const streams = ['companies', 'configurations', 'contacts', 'markets', 'sites']
  const settle = () =>
    database.run(
      `insert into stream_states (connection_id, stream, full_required, pass_id, checkpoint)
       select $1, unnest($2::text[]), false, 1, '{"page": 3}'
       on conflict (connection_id, stream) do update set full_required = false, pass_id = 1, checkpoint = '{"page": 3}'`,
      [id, streams],
    )
  const stale = async () => {
    const rows = await database.rows<{ stream: string }>(
      'select stream from stream_states where full_required and pass_id is null and checkpoint is null order by stream',
    )
    return rows.map((row) => row.stream)
  }
  const after = async (changes: object) => {
    await settle()
    await connections.update(id, changes, by)
    return stale()
  }
  t.same(await after({ filter: { configurationTypes: ['1', '2'] } }), ['configurations'])
  t.same(await after({ filter: { configurationTypes: ['2', '1'] } }), [], 'the order does not count')
  t.same(await after({ filter: { configurationTypes: ['1'], companyStatuses: [] } }), ['configurations'])
  t.same(await after({ filter: { configurationTypes: ['1'], companyTypes: ['9'] } }), [
    'companies',
    'configurations',
    'contacts',
    'sites',
  ])
  t.same(await after({ customFields: { configurations: ['7'] } }), ['configurations'])
  t.same(await after({ customFields: { configurations: ['7'] } }), [])
  t.same(await after({ disabledStreams: ['companies'] }), ['companies'])
  t.same(await after({ disabledStreams: [] }), ['companies'])
  t.same(await after({ name: 'Other name', schedule: '0 1 * * *' }), [])
})

t.test('opened, a connector gets its settings with secrets, and what was selected for the stream', async (t) => {
  const { id } = await connections.add(docs, by)
  await connections.update(id, { filter: { companyTypes: ['1'] }, customFields: { configurations: ['7'] } }, by)
  const lines: unknown[] = []
  const open = await connections.openSource(id, {
    signal: AbortSignal.timeout(60_000),
    report: (line, stream) => lines.push([stream, line.message]),
  })
  const context = open.readContext({ stream: 'configurations', companies: ['4'], since: '2026-01-01T00:00:00Z' })
  t.same(context.settings, { url: 'https://acme.example', token: 'top-secret-1', region: 'eu' })
  t.match(context, {
    filter: { companyTypes: ['1'] },
    customFields: ['7'],
    companies: ['4'],
    since: '2026-01-01T00:00:00Z',
  })
  t.same(open.readContext({ stream: 'companies', companies: [] }).customFields, [])
  context.report({ level: 'info', code: 'x', message: 'token top-secret-1 read' })
  open.context().report({ level: 'info', code: 'x', message: 'no stream' })
  t.same(lines, [
    ['configurations', 'token [hidden] read'],
    [undefined, 'no stream'],
  ])
  open.close()
})

t.test(
  'a sync does not start on a paused connection, nor on one that answers warranties; live questions may',
  async (t) => {
    const { id } = await connections.add(docs, by)
    await connections.pause(id, by)
    const signal = AbortSignal.timeout(60_000)
    t.match(await failure(connections.openSource(id, { signal })), { kind: 'config', admin: /paused/ })
    ;(await connections.open(id, { signal })).close()
    const maker = await connections.add({ connector: 'maker', name: 'Maker', settings }, by)
    t.match(await failure(connections.openSource(maker.id, { signal })), { kind: 'config', admin: /nothing to sync/ })
    await t.rejects(connections.open(999, { signal }), { name: 'Refusal' })
  },
)

t.test('a refused sign-in stops everything until somebody acts', async (t) => {
  const { id } = await connections.add(docs, by)
  await connections.needsSignIn(id, 'The key was revoked; enter a new one.')
  t.match(await connections.get(id), { state: 'needs-sign-in', checkResult: { ok: false, message: /revoked/ } })
  const signal = AbortSignal.timeout(60_000)
  t.match(await failure(connections.open(id, { signal })), { kind: 'auth', admin: /revoked/ })
  await connections.update(id, { settings: { token: 'another-token' } }, by)
  t.match(await connections.get(id), { state: 'active', checkResult: null })
})

t.test('a connection whose plugin is gone is shown, and says so when it is used', async (t) => {
  await database.run(
    "insert into connections (connector, kind, name, settings) values ('gone', 'documentation', 'Old', '{}')",
  )
  const [view] = await connections.list()
  t.match(view, { name: 'Old', connectorName: 'gone', loaded: false, secrets: {} })
  t.match(await failure(connections.open(view?.id ?? 0, { signal: AbortSignal.timeout(1000) })), {
    kind: 'config',
    admin: /"gone" is not loaded/,
  })
  t.match(await connections.firewall(), [{ name: 'Old', hosts: [], problem: /not loaded/ }])
})

t.test('settings a newer connector wants are asked for when it is opened', async (t) => {
  const { id } = await connections.add(docs, by)
  await database.run("update connections set settings = settings - 'url' where id = $1", [id])
  t.match(await failure(connections.open(id, { signal: AbortSignal.timeout(1000) })), {
    kind: 'config',
    admin: /Docs.*Address is needed/,
  })
  await database.run(
    `update connections set settings = settings || '{"url": "https://a.example", "dropped": 1}' where id = $1`,
    [id],
  )
  const open = await connections.open(id, { signal: AbortSignal.timeout(60_000) })
  t.same(open.settings, { url: 'https://a.example', token: 'top-secret-1', region: 'eu' })
  open.close()
})

t.test('the firewall page names every host of what is connected', async (t) => {
  const { id } = await connections.add(docs, by)
  const gone = await connections.add({ ...docs, name: 'Gone' }, by)
  await connections.remove(gone.id, by)
  await connections.pause(id, by)
  t.same(await connections.firewall(), [
    { connectionId: id, name: 'Docs', connectorName: 'docs by Acme', hosts: ['acme.example', 'login.acme.example'] },
  ])
  await database.run(`update connections set settings = '{"url": "nonsense"}'`)
  t.match(await connections.firewall(), [{ hosts: [], problem: /cannot be told/ }])
})

t.test('live choices and custom fields', async (t) => {
  const { id } = await connections.add(docs, by)
  t.same(await connections.choices(id, 'board'), [{ value: '1', label: 'Board of 12' }])
  await t.rejects(connections.choices(id, 'region'), { name: 'Refusal' })
  t.same(await connections.customFields(id, 'configurations'), [{ id: '7', title: 'Colour', type: 'text' }])
  await t.rejects(connections.customFields(id, 'companies'), {
    name: 'Refusal',
    message: /no custom fields for "Companies"/,
  })
  t.equal(catalogue.all().length, 5)
})
