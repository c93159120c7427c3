import t from 'tap'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { mightyClient } from '../../../plugins/halo-psa/simulator.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const size = { companies: 5, contacts: 20, configurations: 20, tickets: 5 }

t.test('everything there: what reading shows is ok, the rest is called unknown', async (t) => {
  const { context, server } = await simulated(t, size)
  const checked = await haloPsa.check(context())
  t.match(checked, { account: server.origin.slice(7), accountName: /simulator/ })
  t.same(Object.fromEntries(checked.permissions.map(({ permission, state }) => [permission, state])), {
    customers: 'ok',
    sites: 'ok',
    users: 'ok',
    assets: 'ok',
    'assets-edit': 'unknown',
    tickets: 'ok',
    webhooks: 'unknown',
  })
  t.match(checked.permissions.find(({ permission }) => permission === 'users')?.message, /20 in all/)
  t.notOk(
    server.requests.some(({ method, path }) => method !== 'GET' && path !== '/auth/token'),
    'it changes nothing',
  )
})

t.test('a tenant is part of the account, typed or not', async (t) => {
  const { context, settings, server } = await simulated(t, size, { tenant: 'Acme' })
  for (const own of [{}, { tenant: 'Acme' }, { tenant: 'Acme', authServer: `${server.origin}/auth` }])
    t.equal((await haloPsa.check(context({}, settings(own)))).account, `${server.origin.slice(7)}/acme`)
})

t.test('permissions the application lacks, one by one', async (t) => {
  const { context, simulator, server } = await simulated(t, size)
  const { settings, missing } = simulator.limitedSettings(server.origin)
  const { permissions } = await haloPsa.check(context({}, settings))
  t.same(
    permissions.filter(({ state }) => state === 'missing').map(({ permission }) => permission),
    missing,
  )
  t.match(permissions.find(({ permission }) => permission === 'assets-edit')?.message, /Tick edit:assets/)
})

t.test('more than needed is said', async (t) => {
  const { context, settings } = await simulated(t, size)
  const { permissions } = await haloPsa.check(context({}, settings(mightyClient)))
  t.ok(permissions.every(({ state, message }) => state === 'excessive' && message.includes('"all"')))
})

t.test('lists that a role hides come empty: missing where there always is one, unknown elsewhere', async (t) => {
  const { context } = await simulated(t, size, { hidden: ['Client', 'Site', 'Asset'] })
  const { permissions } = await haloPsa.check(context())
  const state = (id: string) => permissions.find(({ permission }) => permission === id)?.state
  t.same(['customers', 'sites', 'assets', 'users'].map(state), ['missing', 'missing', 'unknown', 'ok'])
})

t.test('one that lost the right to customers says so and removes nothing', async (t) => {
  const { records } = await simulated(t, size, { hidden: ['Client', 'Site'] })
  for (const stream of ['companies', 'companyStatuses', 'sites', 'contacts'] as const) {
    const error = await failure(records(stream))
    t.equal(error.kind, 'permission', stream)
    t.match(error.admin, /role of the agent/)
  }
})

t.test('no user at all, although every site has its general user, is a missing right; no person is none', async (t) => {
  const hidden = await simulated(t, size, { hidden: ['Users'] })
  const error = await failure(hidden.records('contacts'))
  t.equal(error.kind, 'permission')
  t.match(error.admin, /role of the agent/)
  const state = async ({ context }: typeof hidden) =>
    (await haloPsa.check(context())).permissions.find(({ permission }) => permission === 'users')?.state
  t.equal(await state(hidden), 'missing')
  const none = await simulated(t, { ...size, contacts: 0 })
  t.same(await none.records('contacts'), [])
  t.equal(await state(none), 'ok')
})

t.test('an agent that may read no look-ups: companies come, their types without names', async (t) => {
  const { records, reported } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) => (request.path === '/api/Lookup' ? { status: 403, body: {} } : answer),
    },
  )
  const found = await records('companies')
  t.equal(found.length, 5)
  t.ok(found.some(({ typeIds, types }) => typeIds && typeIds.length > 0 && types === undefined))
  t.same(reported, ['warning company-types'])
  t.equal((await failure(records('companyTypes'))).kind, 'permission')
})
