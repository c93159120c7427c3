import t, { type Test } from 'tap'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import { check } from '../../../plugins/kaseya-bms/permissions.ts'
import { permissions } from '../../../plugins/kaseya-bms/rights.ts'
import type { KaseyaQuirks } from '../../../plugins/kaseya-bms/simulator.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const size = { companies: 5, contacts: 5, configurations: 5, tickets: 1 }

async function scene(t: Test, quirks: KaseyaQuirks = {}) {
  const all = await simulated(t, size, quirks)
  const states = async () =>
    Object.fromEntries((await check(all.context())).permissions.map(({ permission, state }) => [permission, state]))
  return { ...all, states }
}

t.test('names the account and one line per right, by reading alone', async (t) => {
  const { context, server } = await scene(t)
  const checked = await check(context())
  t.match(checked.account, /^127\.0\.0\.1:\d+\/4711$/)
  t.match(checked.accountName, /^Paper Lantern IT \(Kaseya BMS simulator\), 127/)
  t.strictSame(
    checked.permissions.map((line) => line.permission),
    kaseyaBms.permissions.map((right) => right.id),
  )
  const asked = server.requests.filter(({ path }) => !path.includes('/authenticate'))
  t.ok(asked.every(({ method }) => method === 'GET'))
  t.ok(asked.every(({ path, query }) => /lookup|userinfo/.test(path) || query.get('PageSize') === '1'))
  t.equal(asked.length, 6)
})

t.test('what reading cannot show is not called ok; what is missing is, with what hangs on it', async (t) => {
  const { states, server } = await scene(t)
  t.strictSame(await states(), {
    accounts: 'ok',
    contacts: 'ok',
    'hardware-assets': 'ok',
    tickets: 'ok',
    lookups: 'ok',
    'hardware-assets-modify': 'unknown',
  })
  server.fault({ path: '/searchselect', effect: { kind: 'status', status: 403, body: { message: 'no' } } })
  server.fault({
    path: '/crm/accounts',
    effect: { kind: 'status', status: 200, body: { success: false, error: { message: 'Access denied' } } },
  })
  t.match(await states(), {
    accounts: 'missing',
    'hardware-assets': 'missing',
    'hardware-assets-modify': 'missing',
    contacts: 'ok',
  })
})

t.test('more rights than needed are told', async (t) => {
  const { states, server } = await scene(t, { administrator: true })
  t.match(await states(), { accounts: 'excessive', contacts: 'ok' })
  server.fault({
    path: '/userinfo',
    effect: {
      kind: 'status',
      status: 200,
      body: { Success: true, Result: { UserAccessRights: [{ CanDelete: true }, { CanDelete: false }] } },
    },
  })
  t.match(await states(), { accounts: 'excessive' })
})

t.test('without the user information the account is the company name', async (t) => {
  const { context, server } = await scene(t)
  server.fault({ path: '/userinfo', effect: { kind: 'status', status: 403, body: {} } })
  t.match((await check(context())).account, /\/paper lantern it$/)
})

t.test('a stream that is refused says which right to grant', async (t) => {
  const { records, context, simulator, server, world } = await scene(t)
  const settings = simulator.limitedSettings(server.origin).settings
  const error = await failure(records('configurations', {}, settings))
  t.match(error, { kind: 'permission', admin: /lacks Service Desk > Hardware Assets: View\. Grant it in/ })
  server.fault({ path: /hardwareasset\/\d+$/, method: 'PUT', effect: { kind: 'status', status: 403, body: 'no' } })
  const [asset] = [...world.configurations.after(0)].filter(({ siteId }) => siteId)
  const written = kaseyaBms.writeBack?.configurations.write(
    context(),
    String(asset?.id),
    { purchaseDate: '2031-01-01' },
    {},
  )
  t.match((await failure(Promise.resolve(written))).admin, /Hardware Assets: Modify/)
})

t.test('an outage is no missing right', async (t) => {
  const { context, server } = await scene(t)
  server.fault({ path: '/servicedesk/tickets', times: 9, effect: { kind: 'status', status: 503 } })
  t.equal((await failure(check(context()))).kind, 'transient')
})

t.test('the list for the panel carries nothing but the contract', async (t) => {
  for (const right of permissions) {
    t.strictSame(Object.keys(right).sort(), ['capability', 'id', 'required', 'right', 'where'])
  }
})
