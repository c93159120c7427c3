import t from 'tap'
import { startPanel } from './panel.ts'
import { company, goodSettings, source } from './source.ts'

const acme = source('acme')
const other = source('other')
const third = source('third')
const panel = await startPanel(t, { connectors: [acme.connector, other.connector, third.connector] })
const { database } = panel
const page = async (path: string) => (await panel.get(`/admin/api/pages/${path}`)).json

async function sync(connectionId: number) {
  await panel.engine.run(
    { connectionId, mode: 'apply', pass: 'full', trigger: 'force', confirmed: true },
    { signal: new AbortController().signal, limitMinutes: 5 },
  )
}

const wish = { connector: 'other', name: 'Other', settings: goodSettings }
const begin = async (values: object = wish) => (await panel.act('switch', 'plan', values)).json.result.plan
const look = (plan: string, role?: 'manager') => panel.act('switch', 'look', { plan }, role)

/** Asks again until the plan is there, as the browser does. */
async function made(plan: string) {
  for (;;) {
    const answer = await look(plan)
    if (answer.status !== 200 || answer.json.result.check !== null) return answer
    await new Promise(setImmediate)
  }
}
const states = () => database.rows('select name, state from connections order by id')
const secrets = () => database.rows('select connection_id as id, field from connection_secrets order by 1, 2')

t.test('without a PSA there is nothing to switch from', async (t) => {
  t.match(await page('switch'), { from: null, earlier: [] })
  t.match((await made(await begin())).json, { message: /no PSA to switch from/ })
})

t.test('a plan names what would come of it, and changes nothing', async (t) => {
  await panel.act('connections', 'add', { connector: 'acme', name: 'Acme', settings: goodSettings })
  acme.companies = [company(1, 'Alpha'), company(2, 'Beta'), company(3, 'Gamma')]
  await sync(1)
  await panel.act('mapping', 'import', { connection: 1 })
  other.companies = [company(7, 'alpha '), company(8, 'BETA'), company(9, 'Beta'), company(10, 'Delta')]
  t.match(await page('switch'), { from: { id: 1, name: 'Acme' }, catalogue: [{ id: 'acme' }, { id: 'other' }, {}] })

  const { result } = (await made(await begin())).json
  t.match(result, {
    check: { ok: true },
    read: 4,
    returning: false,
    companies: {
      matched: 1,
      fresh: 1,
      ambiguous: { count: 2, names: ['BETA', 'Beta'] },
      ignored: 0,
      imported: 'selected',
    },
    configurations: { matched: 0, fresh: 0, left: 0 },
  })
  t.ok(result.companies.left.names.includes('Gamma'))
  t.match(await states(), [{ name: 'Acme', state: 'active' }])
  t.match(await secrets(), [{ id: 1, field: 'token' }])
})

t.test('what is ignored stays so, and is not counted as new', async (t) => {
  acme.companies = [...acme.companies, company(4, 'Omega')]
  await sync(1)
  const link = await database.row<{ id: number }>("select id from company_links where name = 'Omega'")
  t.equal((await panel.act('mapping', 'ignore', { ids: [link?.id] })).status, 200)
  other.companies = [...other.companies, company(11, 'OMEGA')]
  t.match((await made(await begin())).json.result.companies, { ignored: 1, fresh: 1, matched: 1 })
})

t.test('long lists of names are cut, their number is not', async (t) => {
  acme.companies = [...acme.companies, ...Array.from({ length: 300 }, (_, index) => company(100 + index))]
  await sync(1)
  await panel.act('mapping', 'import', { connection: 1 })
  const { left } = (await made(await begin())).json.result.companies
  t.ok(left.count > 300)
  t.equal(left.names.length, 200)
})

t.test(
  'a sign-in that is refused is told as a test result; what fails while reading is told as a sentence',
  async (t) => {
    const refused = await begin({ ...wish, settings: { ...goodSettings, token: 'a-wrong-token' } })
    t.match((await made(refused)).json.result, { check: { ok: false, kind: 'auth' }, companies: null })
    t.equal((await look(refused)).status, 404, 'and is not kept')
    other.gate = async () => {
      throw new Error('broken connector')
    }
    t.equal((await made(await begin())).status, 500)
    other.gate = async () => {}
    t.equal((await panel.act('switch', 'plan', { ...wish, name: '' })).status, 400)
    t.match(await states(), [{ name: 'Acme', state: 'active' }])
  },
)

t.test('a plan belongs to who made it, is not ready while it is read, and can be given up', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  other.gate = async () => {
    reached.resolve()
    await promise
  }
  const plan = await begin()
  await reached.promise
  t.match((await look(plan)).json.result, { check: null, read: 0, companies: null })
  t.equal((await panel.act('switch', 'run', { plan })).status, 409)
  t.equal((await look(plan, 'manager')).status, 404)
  await panel.act('switch', 'drop', { plan }, 'manager')
  t.equal((await look(plan)).status, 200, 'nobody else gives it up')
  await panel.act('switch', 'drop', { plan })
  t.match((await look(plan)).json, { message: /not there any more/ })
  const next = await begin()
  await begin()
  t.equal((await look(next)).status, 404, 'one at a time')
  resolve()
  other.gate = async () => {}
})

t.test('a name that is taken, and a PSA that changed meanwhile, are refused before anything is touched', async (t) => {
  await database.run(
    "insert into connections (connector, kind, name, settings) values ('docs', 'documentation', 'Docs', '{}')",
  )
  const taken = await begin({ ...wish, name: 'docs' })
  await made(taken)
  t.match((await panel.act('switch', 'run', { plan: taken })).json, { message: /called docs, so nothing was changed/ })
  const late = await begin()
  await made(late)
  await database.run("update connections set state = 'disconnected' where id = 1")
  t.match((await panel.act('switch', 'run', { plan: late })).json, { message: /Another PSA is connected/ })
  await database.run("update connections set state = 'active' where id = 1")
  t.match(await states(), [{ state: 'active' }, { name: 'Docs' }])
  t.match(await secrets(), [{ id: 1, field: 'token' }])
})

t.test('what is confirmed is what was planned; then the old one can be gone back to', async (t) => {
  await panel.act('connection', 'save', { id: 1, disabledStreams: ['markets'] })
  const plan = await begin()
  await made(plan)
  const answer = await panel.act('switch', 'run', { plan })
  t.match(answer.json.result, { id: Number, left: null })
  const { id } = answer.json.result
  t.match(await states(), [
    { name: 'Acme', state: 'disconnected' },
    { name: 'Docs' },
    { name: 'Other', state: 'active' },
  ])
  t.match(await secrets(), [{ id, field: 'token' }])
  t.equal((await panel.act('switch', 'run', { plan })).status, 404, 'once')
  const [entry] = await database.rows("select actor from audit_log where action = 'connection.switch'")
  t.match(entry, { actor: 'admin@example.com' })
  t.ok((await page(`connection?id=${id}`)).brief.nextRun, 'it has its schedule')

  const next = async () => {
    const { decisions } = (await panel.get('/admin/api/dashboard')).json
    return decisions.filter(({ title }: { title: string }) => /first sync/.test(title))
  }
  t.match(await next(), [{ title: 'Other waits for its first sync', detail: /from Acme/, href: /connection\?id=/ }])
  await panel.act('connection', 'sync', { id, full: true })
  t.same(await next(), [], 'it is on its way')
  await sync(id)
  t.same(await next(), [])

  const data = await panel.get('/admin/api/pages/switch')
  t.match(data.json, {
    from: { name: 'Other' },
    earlier: [{ id: 1, name: 'Acme', connector: 'acme', settings: { url: goodSettings.url } }],
  })
  t.notMatch(data.text, /the-right-token/)
  t.match(await page('connection?id=1'), { otherPsa: 'Other', connection: { state: 'disconnected' } })
  t.match((await panel.act('connection', 'reconnect', { id: 1, settings: goodSettings })).json, {
    message: /switch from Other instead/,
  })
  t.match(await secrets(), [{ id, field: 'token' }])
})

t.test(
  'back at an account that was connected before, the plan says that what was chosen there holds again',
  async (t) => {
    const back = { connector: 'acme', name: 'Acme', settings: goodSettings }
    const plan = await begin(back)
    t.match((await made(plan)).json.result, { returning: true })
    const { id } = (await panel.act('switch', 'run', { plan })).json.result
    t.match((await page(`connection?id=${id}`)).connection, {
      name: 'Acme',
      state: 'active',
      disabledStreams: ['markets'],
    })
  },
)
