import t from 'tap'
import type { RunRequest } from '../../core/sync/request.ts'
import { startPanel } from './panel.ts'
import { company, contact, goodSettings, source } from './source.ts'

const acme = source()
const panel = await startPanel(t, { connectors: [acme.connector] })
const { database, engine } = panel

async function run(request: Partial<RunRequest> = {}, signal = new AbortController().signal) {
  const result = await engine.run(
    { connectionId: 1, mode: 'apply', pass: 'full', trigger: 'force', ...request },
    { signal, limitMinutes: 5 },
  )
  if ('busy' in result) throw new Error('busy')
  return result
}
const page = async (path: string) => (await panel.get(`/admin/api/pages/${path}`)).json
const home = async () => (await panel.get('/admin/api/dashboard')).json
const titles = async () => (await home()).decisions.map(({ title }: { title: string }) => title)

t.test('before the first connection home has nothing to tell, and the catalogue offers what is loaded', async (t) => {
  t.match(await home(), { connections: [], decisions: [], runs: [], totals: [{ resource: 'companies', count: 0 }] })
  t.match(await page('connections'), {
    psa: null,
    catalogue: [
      {
        id: 'acme',
        fields: [
          { name: 'url', required: true },
          { name: 'token', secret: true },
        ],
        streams: [{ title: 'Markets' }, { title: 'Companies' }, { title: 'Contacts' }],
      },
    ],
  })
})

t.test('settings are tested before they are stored, and what is wrong is said by field', async (t) => {
  const wrong = await panel.act('connections', 'check', {
    connector: 'acme',
    settings: { url: 'acme', token: 'short' },
  })
  t.equal(wrong.status, 422)
  t.match(wrong.json.fields, { url: /Address should be a web address/, token: /at least 8 characters/ })
  const refused = await panel.act('connections', 'check', {
    connector: 'acme',
    settings: { ...goodSettings, token: 'another-token' },
  })
  t.match(refused.json.result, { ok: false, kind: 'auth', message: /not accepted/ })
  t.equal((await panel.act('connections', 'check', { connector: 'nope', settings: {} })).status, 422)
  t.same(await database.rows('select id from connections'), [])
})

t.test('a new connection is tested, planned, and tells its secret to nobody', async (t) => {
  const added = await panel.act('connections', 'add', { connector: 'acme', name: 'Acme', settings: goodSettings })
  t.same(added.json.result, { id: 1 })
  const data = await page('connection?id=1')
  t.match(data, {
    connection: { name: 'Acme', state: 'active', secrets: { token: true }, accountName: 'Acme simulator' },
    brief: { simulator: true, missingPermissions: 1, running: null, last: null },
    hosts: ['acme.example'],
    streams: [{ stream: 'markets' }, { stream: 'companies' }, { stream: 'contacts' }],
  })
  t.ok(Date.parse(data.brief.nextRun) > Date.now(), 'tonight')
  t.match(await titles(), [/Acme lacks 1 permission/])
  for (const path of [
    '/admin',
    '/admin/api/dashboard',
    '/admin/api/pages/connections',
    '/admin/api/pages/connection?id=1',
    '/admin/api/resources/connections/actions/export',
  ])
    t.notMatch((await panel.get(path)).text, /the-right-token/, path)
  const [entry] = await database.rows("select actor, address from audit_log where action = 'connection.add'")
  t.match(entry, { actor: 'admin@example.com', address: '127.0.0.1' })
})

t.test('a saved form changes what it names and keeps a secret that was left blank', async (t) => {
  const scope = {
    disabledStreams: ['markets'],
    breaker: { share: 0.5, count: 3 },
    importCompanies: 'all',
    schedule: '0 */4 * * *',
  }
  const saved = await panel.act('connection', 'save', { id: 1, name: 'Acme Ltd', ...scope, settings: { token: '' } })
  t.match(saved.json.result, { ok: true }, 'and is tested at once')
  t.match((await page('connection?id=1')).connection, { name: 'Acme Ltd', ...scope })
  t.equal((await panel.act('connection', 'save', { id: 1, schedule: 'sometimes' })).status, 422)
  t.equal((await panel.act('connection', 'save', { id: 1, breaker: { share: 2, count: 1 } })).status, 400)
  const wrong = await panel.act('connection', 'save', { id: 1, settings: { token: 'a-wrong-token' } })
  t.match(wrong.json.result, { ok: false, kind: 'auth' })
  t.match(await titles(), [/Acme Ltd refuses our sign-in/])
  const undone = { disabledStreams: [], importCompanies: 'selected', schedule: '' }
  await panel.act('connection', 'save', { id: 1, name: 'Acme', ...undone, settings: { token: goodSettings.token } })
  t.match((await page('connection?id=1')).connection, { state: 'active', schedule: null })
})

t.test('Force Sync queues once, says so, and is noted', async (t) => {
  t.equal((await panel.act('connection', 'sync', { id: 1, full: true })).json.result, 'queued')
  t.equal((await panel.act('connection', 'sync', { id: 1, full: true })).json.result, 'already-queued')
  t.equal((await home()).connections[0].queued, true)
  const [entry] = await database.rows("select detail from audit_log where action = 'sync.force'")
  t.same(entry?.detail, { full: true, plan: false, confirmed: false })
  await panel.act('connection', 'pause', { id: 1 })
  const refused = await panel.act('connection', 'sync', { id: 1 })
  t.equal(refused.status, 422)
  t.match(refused.json.message, /paused; resume it first/)
  t.equal((await home()).connections[0].nextRun, null)
  await panel.act('connection', 'resume', { id: 1 })
})

t.test('a dry run is a plan: it can be looked at, and applied as it is', async (t) => {
  acme.companies = [company(1), company(2), company(3, 'Beta')]
  acme.markets = [{ sourceId: 'm1', name: 'Retail' }]
  const { runId } = await run({ mode: 'plan' })
  t.match(await page(`run?id=${runId}`), { run: { mode: 'plan', state: 'succeeded' }, simulator: true, planned: 4 })
  t.match(await titles(), [/lacks/, /The dry run of Acme is ready/])
  const { plan } = await page(`run?id=${runId}&part=plan`)
  t.match(plan.filter(({ stream }: { stream: string }) => stream === 'companies')[0], {
    action: 'create',
    label: 'Company 1',
    record: { name: 'Company 1' },
  })
  t.same(await database.rows('select id from company_links'), [], 'nothing is written')
  t.equal((await panel.act('run', 'applyPlan', { id: runId })).json.result, 4)
  t.equal((await database.rows('select id from company_links')).length, 3)
  t.equal((await page(`run?id=${runId}`)).planned, 0)
})

t.test('mapping: a preview, then import, joining, ignoring', async (t) => {
  await database.run("insert into companies (name) values ('beta'), ('Elsewhere')")
  const data = await page('mapping')
  t.match(data, { connection: 1, waiting: { companies: 3, markets: 1 }, companies: { counts: { unmapped: 3 } } })
  const ids = data.companies.rows.map(({ id }: { id: number }) => id)
  t.same((await panel.act('mapping', 'preview', { connection: 1, ids })).json.result, {
    link: 1,
    create: 2,
    ambiguous: 0,
  })
  t.match(await titles(), [/lacks/, /3 companies of Acme are not mapped yet/, /1 market of Acme is not mapped yet/])
  const [first, second] = (await page('mapping?q=company')).companies.rows
  t.match((await panel.act('mapping', 'import', { connection: 1, ids: [first.id] })).json.result, {
    created: 1,
    linked: 1,
  })
  await panel.act('mapping', 'link', { id: second.id, companyId: 2 })
  t.match((await page('mapping?state=linked')).companies.rows, [
    { companyName: 'Beta' },
    { matchedBy: 'import' },
    { matchedBy: 'person' },
  ])
  await panel.act('mapping', 'unlink', { id: second.id })
  await panel.act('mapping', 'ignore', { ids: [second.id] })
  t.match((await page('mapping?state=ignored')).companies.rows, [{ id: second.id }])
  await panel.act('mapping', 'ignore', { ids: [second.id], heed: true })
  await panel.act('mapping', 'linkToNew', { id: second.id })
  t.match(await page('mapping?find=compan'), { found: [{ name: 'Company 1' }, { name: 'Company 2' }] })
})

t.test('mapping: values are created, mapped to one of the own, or ignored', async (t) => {
  t.match((await panel.act('mapping', 'createUnmapped', { kind: 'markets', connection: 1 })).json.result, {
    created: 1,
    mapped: 1,
  })
  const { values } = await page('mapping?tab=markets')
  t.match(values, { rows: [{ name: 'Retail', targetId: 1 }], targets: [{ id: 1, name: 'Retail' }] })
  await panel.act('mapping', 'map', { kind: 'markets', id: 1, to: 'ignore' })
  t.match((await page('mapping?tab=markets')).values.rows, [{ ignored: true, targetId: null }])
  await panel.act('mapping', 'map', { kind: 'markets', id: 1, to: '1' })
  t.match((await page('mapping?tab=markets')).values.rows, [{ ignored: false, targetId: 1 }])
  t.equal((await panel.act('mapping', 'map', { kind: 'users', id: 1, to: '1' })).status, 400)
})

t.test('a run is seen while it goes: counts, log, companies, changes', async (t) => {
  acme.contacts = Array.from({ length: 20 }, (_, index) => contact(index + 1))
  await run()
  acme.contacts = acme.contacts.map((person) => ({ ...person, name: `${person.name} the Second` }))
  const { promise, resolve } = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  acme.gate = async () => {
    reached.resolve()
    await promise
  }
  const going = run()
  await reached.promise
  const { running } = (await home()).connections[0]
  t.match(running, { state: 'running', connectionName: 'Acme' })
  const live = await page(`run?id=${running.id}`)
  t.match(live.run, { state: 'running', finishedAt: null })
  t.ok(live.run.streams.some(({ state }: { state: string }) => state === 'running'))
  resolve()
  acme.gate = async () => {}
  await going
  const done = await page(`run?id=${running.id}`)
  t.equal(done.run.state, 'succeeded')
  t.equal(done.run.streams.find(({ stream }: { stream: string }) => stream === 'contacts').updated, 20)
  const { changes } = await page(`run?id=${running.id}&part=changes`)
  t.match(changes[0], { field: 'name', label: /the Second/, after: /the Second/ })
  t.equal(changes.length, 20)
  const { companies } = await page(`run?id=${running.id}&part=companies`)
  t.match(
    companies.filter(({ stream }: { stream: string }) => stream === 'contacts'),
    [{ company: 'Company 1', updated: 20 }],
  )
  t.notOk(
    companies.some(({ companySourceId }: { companySourceId: string }) => companySourceId === ''),
    'a line is about a company',
  )
  const log = (await page(`run?id=${running.id}`)).log
  t.same((await page(`run?id=${running.id}&after=${log.at(-1)?.id ?? 1}`)).log, [], 'only what is new')
})

t.test('cancelling asks the worker; a run that has ended cannot be cancelled', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  acme.gate = async () => {
    reached.resolve()
    await promise
  }
  const going = run()
  await reached.promise
  const { id } = (await home()).connections[0].running
  t.equal((await panel.act('run', 'cancel', { id })).status, 200)
  t.match((await page(`run?id=${id}`)).run, { cancelRequested: true })
  acme.gate = async () => {}
  resolve()
  await going
  t.equal((await panel.act('run', 'cancel', { id })).status, 409)
  t.equal((await panel.get('/admin/api/pages/run?id=999')).status, 404)
})

t.test('what the safety limit withheld is reviewed: some applied, the rest rejected', async (t) => {
  acme.contacts = acme.contacts.slice(0, 4)
  await run()
  t.match(await titles(), [/lacks/, /Contacts: 16 gone, withheld/])
  t.match(await page('reviews'), {
    groups: [
      { stream: 'contacts', action: 'remove', count: 16, connection: 'Acme', breaker: { share: 0.5, count: 3 } },
    ],
  })
  const { changes } = await page('reviews?list=true&connection=1&stream=contacts')
  t.match(changes[0], { label: /Person/, recordId: Number })
  const ids = changes.slice(0, 2).map(({ id }: { id: number }) => id)
  t.equal((await panel.act('reviews', 'apply', { ids })).json.result, 2)
  t.equal((await panel.act('reviews', 'reject', { connection: 1, stream: 'contacts' })).json.result, 14)
  t.same((await page('reviews')).groups, [])
  const [gone] = await database.rows('select count(*) as count from contacts where removed_at is not null')
  t.equal(gone?.count, 2)
  t.equal((await panel.act('reviews', 'apply', {})).status, 400, 'never everything by accident')
})

t.test('a failed sync, silence and disconnection are seen on home', async (t) => {
  acme.gate = async () => {
    throw new Error('broken connector')
  }
  await run()
  acme.gate = async () => {}
  t.match(await titles(), [/The last sync of Acme failed/, /lacks/])
  await run()
  await database.run(
    "update sync_runs set started_at = now() - interval '4 days', finished_at = now() - interval '3 days'",
  )
  t.match(await titles(), [/lacks/, /Acme has been silent for 3 days/])
  await panel.act('connection', 'disconnect', { id: 1 })
  t.same((await home()).connections, [])
  t.match((await page('connections')).connections, [{ state: 'disconnected' }])
  t.equal((await panel.get('/admin/api/pages/connection?id=99')).status, 422)
})
