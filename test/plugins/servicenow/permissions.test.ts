import t from 'tap'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { simulated } from './simulated.ts'

const tiny = { companies: 6, contacts: 40, configurations: 80, tickets: 5 }

function states(checked: Awaited<ReturnType<typeof serviceNow.check>>): Record<string, string> {
  return Object.fromEntries(checked.permissions.map(({ permission, state }) => [permission, state]))
}

t.test('names the instance and says what works', async (t) => {
  const { context, server } = await simulated(t, tiny)
  const checked = await serviceNow.check(context())
  t.equal(checked.account, new URL(server.origin).host)
  t.match(checked.accountName, /simulator/)
  t.match(states(checked), {
    companies: 'ok',
    configurations: 'ok',
    'configurations-edit': 'unknown',
    'least-rights': 'ok',
    assets: 'ok',
  })
  t.ok(server.requests.every(({ method }) => method === 'GET'))
  t.notOk(
    server.requests.some(({ path }) => path.endsWith('alm_hardware')),
    'assets are not asked for without need',
  )
})

t.test('warns of the role that opens everything', async (t) => {
  const { context } = await simulated(t, tiny, { roles: ['admin', 'itil'] })
  const checked = await serviceNow.check(context())
  t.match(checked.permissions.at(-1), { permission: 'least-rights', state: 'excessive', message: /admin/ })
})

t.test('does not know of roles it may not read', async (t) => {
  const one = await simulated(t, tiny)
  one.simulator.hideRows((table) => table === 'sys_user_has_role')
  t.match(states(await serviceNow.check(one.context())), { 'least-rights': 'unknown' })
  // A server that does not run the script ignores the condition and answers everybody.
  const other = await simulated(
    t,
    tiny,
    { roles: ['admin'] },
    {
      altered: (request, answer) =>
        request.query.get('sysparm_query')?.startsWith('sys_id=javascript')
          ? { ...answer, headers: { 'x-total-count': '41' } }
          : answer,
    },
  )
  t.match(states(await serviceNow.check(other.context())), { 'least-rights': 'unknown' })
})

t.test('sees refusals without a word: rows that are counted and not sent, columns that do not come', async (t) => {
  const one = await simulated(t, tiny)
  one.simulator.hideRows((table) => table === 'incident')
  one.simulator.hideColumns((table, column) => table === 'cmdb_ci_hardware' && column === 'warranty_expiration')
  const checked = await serviceNow.check(one.context())
  t.match(states(checked), { tickets: 'missing', configurations: 'missing', companies: 'ok' })
  t.match(checked.permissions.find(({ permission }) => permission === 'configurations')?.message, /warranty_expiration/)
  one.simulator.hideColumns(() => false)
  one.simulator.hideRows((table, id) => table === 'sys_user' && id % 4 === 0)
  t.match(
    (await serviceNow.check(one.context())).permissions.find(({ permission }) => permission === 'contacts'),
    { state: 'unknown', message: /5 of the first 20 rows/ },
  )
})

t.test('a recipe that was not followed is a missing table', async (t) => {
  const { context } = await simulated(
    t,
    tiny,
    {},
    {
      altered: (request, answer) =>
        request.path.endsWith('u_tributary_hook')
          ? {
              status: 400,
              body: { error: { message: 'Invalid table u_tributary_hook', detail: null }, status: 'failure' },
            }
          : answer,
    },
  )
  const checked = await serviceNow.check(context())
  t.match(
    checked.permissions.find(({ permission }) => permission === 'webhooks'),
    { state: 'missing', message: /README/ },
  )
})

t.test('a column that the settings name and that is not there is told', async (t) => {
  const { context, settings } = await simulated(t, tiny)
  const own = { companyStatusColumn: 'u_statsu', companyQuery: 'customer=true^custommer=true' }
  const checked = await serviceNow.check(context({}, settings(own)))
  t.match(
    checked.permissions.find(({ permission }) => permission === 'companies'),
    { state: 'missing', message: /u_statsu, custommer/ },
  )
})
