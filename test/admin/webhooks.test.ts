import t from 'tap'
import { startPanel } from './panel.ts'
import { company, goodSettings, source } from './source.ts'

const byItself = source('acme')
const registered: string[] = []
const verify = async () => true
const touched = () => ({ hints: [] })
const acme = {
  ...byItself.connector,
  webhooks: {
    streams: ['companies', 'contacts'] as const,
    register: async (_: unknown, url: string) => {
      registered.splice(0, registered.length, url)
      return ['hook-1']
    },
    unregister: async () => {
      registered.length = 0
    },
    verify,
    touched,
  },
}
const steps = ['Open Admin > Webhooks.', 'Enter the address.']
const byHand = {
  ...source('manual').connector,
  kind: 'documentation' as const,
  webhooks: { streams: ['companies'] as const, steps, verify, touched },
}
const none = { ...source('none').connector, kind: 'documentation' as const }
const publicUrl = 'https://hub.example/'
const panel = await startPanel(t, { connectors: [acme, byHand, none], publicUrl })
const { database } = panel
for (const connector of ['acme', 'manual', 'none'])
  await panel.act('connections', 'add', { connector, name: connector, settings: goodSettings })
const webhooks = async (id: number) => (await panel.get(`/admin/api/pages/connection?id=${id}`)).json.webhooks

t.test('only a connector that takes webhooks shows them; off, they say what they would bring', async (t) => {
  t.equal(await webhooks(3), null)
  t.match(await webhooks(1), {
    on: false,
    byHand: false,
    streams: ['Companies', 'Contacts'],
    steps: [],
    publicUrl: 'https://hub.example',
    since: null,
    runs: [],
  })
  t.match(await webhooks(2), { on: false, byHand: true, steps })
})

t.test('registered at the vendor: no address is told to anybody', async (t) => {
  const answer = await panel.act('connection', 'webhooksOn', { id: 1 })
  t.match(answer.json.result, { address: null, ids: ['hook-1'] })
  const token = registered[0]?.split('/').at(-1) ?? ''
  t.match(token, /^[\w-]{43}$/)
  const { text, json } = await panel.get('/admin/api/pages/connection?id=1')
  t.match(json.webhooks, { on: true, hub: 'https://hub.example', since: String })
  for (const shown of [answer.text, text]) t.notMatch(shown, token)
  t.same((await panel.act('connection', 'webhooksOff', { id: 1 })).json.result, null)
  t.match(await webhooks(1), { on: false })
  t.same(registered, [])
})

t.test('entered by hand: the address is the answer to the button, and nowhere else', async (t) => {
  const first = (await panel.act('connection', 'webhooksOn', { id: 2 })).json.result
  t.match(first, { address: /^https:\/\/hub\.example\/hooks\/2\/[\w-]{43}$/ })
  const second = (await panel.act('connection', 'webhooksOn', { id: 2 })).json.result
  t.not(second.address, first.address, 'another one each time')
  const token = second.address.split('/').at(-1)
  for (const path of [
    '/admin',
    '/admin/api/pages/connections',
    '/admin/api/pages/connection?id=2',
    '/admin/api/resources/audit-log/actions/list',
  ])
    t.notMatch((await panel.get(path)).text, token, path)
  t.match((await panel.act('connection', 'webhooksOff', { id: 2 })).json.result, /Delete the webhook in Manual PSA too/)
  const noted = await database.rows("select action, target from audit_log where action like 'connection.webhooks%'")
  t.match(noted.at(-1), { action: 'connection.webhooks-off', target: 'connection 2' })
})

t.test('what webhooks brought stands beside the syncs, and does not hide a failed one', async (t) => {
  await panel.act('connection', 'webhooksOn', { id: 1 })
  byItself.companies = [company(1)]
  byItself.gate = async () => {
    throw new Error('broken connector')
  }
  const signal = new AbortController().signal
  const request = { connectionId: 1, mode: 'apply', pass: 'full', trigger: 'force' } as const
  const failed = await panel.engine.run(request, { signal, limitMinutes: 5 })
  byItself.gate = async () => {}
  const told = { ...request, pass: 'incremental', trigger: 'webhook', touched: [] } as const
  const brought = await panel.engine.run(told, { signal, limitMinutes: 5 })
  if ('busy' in failed || 'busy' in brought) throw new Error('busy')
  t.equal(brought.state, 'succeeded')

  const data = (await panel.get('/admin/api/pages/connection?id=1')).json
  t.match(data.webhooks.runs, [{ id: brought.runId, trigger: 'webhook' }])
  t.match(data.brief, { last: { id: failed.runId, state: 'failed' }, recent: [{ id: failed.runId }] })
  t.equal(data.brief.recent.length, 1)
  const home = (await panel.get('/admin/api/dashboard')).json
  t.match(home.decisions[0], { title: 'The last sync of acme failed' })
  t.match(home.runs, [{ id: failed.runId }])
  t.equal(home.runs.length, 1)
})

t.test('without a public address they are explained, not offered', async (t) => {
  const silent = await startPanel(t, { connectors: [acme] })
  await silent.act('connections', 'add', { connector: 'acme', name: 'Acme', settings: goodSettings })
  t.match((await silent.get('/admin/api/pages/connection?id=1')).json.webhooks, { on: false, publicUrl: null })
  const refused = await silent.act('connection', 'webhooksOn', { id: 1 })
  t.equal(refused.status, 422)
  t.match(refused.json.message, /Set TRIBUTARY_PUBLIC_URL/)
})
