import t from 'tap'
import { startPanel } from './panel.ts'
import { goodSettings, source } from './source.ts'

const panel = await startPanel(t, { connectors: [source('acme').connector] })
const { database } = panel
const connection = async () => (await panel.get('/admin/api/pages/connection?id=1')).json.connection
const again = (values: object) => panel.act('connection', 'reconnect', { id: 1, ...values })

await panel.act('connections', 'add', { connector: 'acme', name: 'Acme', settings: goodSettings })

t.test('what is connected is not connected again', async (t) => {
  t.equal((await again({ settings: goodSettings })).status, 409)
})

t.test('without its secrets, or with wrong ones, a disconnected connection stays what it is', async (t) => {
  await panel.act('connection', 'disconnect', { id: 1 })
  t.match(await connection(), { state: 'disconnected', secrets: { token: false } })
  t.match((await again({})).json.fields, { token: /needed/ })
  t.match((await again({ settings: { token: 'a-wrong-token' } })).json.result, { ok: false, kind: 'auth' })
  t.match(await connection(), { state: 'disconnected', secrets: { token: false } })
})

t.test('a name that is taken is refused, and the secrets are not kept', async (t) => {
  await database.run(
    "insert into connections (connector, kind, name, settings) values ('docs', 'documentation', 'Acme', '{}')",
  )
  t.match((await again({ settings: { token: goodSettings.token } })).json, { message: /has this name/ })
  t.match(await connection(), { state: 'disconnected', secrets: { token: false } })
})

t.test('with its secrets it goes on where it was: tested, scheduled, the same connection', async (t) => {
  const answer = await again({ name: 'Acme Ltd', settings: { token: goodSettings.token } })
  t.match(answer.json.result, { ok: true })
  t.notMatch(answer.text, /the-right-token/)
  const { json } = await panel.get('/admin/api/pages/connection?id=1')
  t.match(json.connection, { name: 'Acme Ltd', state: 'active', secrets: { token: true }, checkResult: { ok: true } })
  t.ok(Date.parse(json.brief.nextRun) > Date.now())
})
