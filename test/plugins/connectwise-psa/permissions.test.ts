import t from 'tap'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { check, permissions } from '../../../plugins/connectwise-psa/permissions.ts'
import { type Answer, failure, notThere, vendor } from './vendor.ts'

const info = { version: 'v2025.1.108', isCloud: true, cloudRegion: 'NA' }
const no = { status: 403, body: { code: 'Security', message: 'no' } }
const all: Answer = ({ path }) => (path.endsWith('/count') ? no : { body: path === 'system/info' ? info : [] })
const without =
  (...paths: string[]): Answer =>
  (asked) =>
    paths.includes(asked.path) ? no : all(asked)

const states = async (answer: Answer) => {
  const { permissions } = await check(vendor(answer).ctx)
  return Object.fromEntries(permissions.map(({ permission, state }) => [permission, state]))
}

t.test('names the account and one line per right, by reading alone', async (t) => {
  const { ctx, asked } = vendor(all)
  const checked = await check(ctx)
  t.equal(checked.account, 'na.myconnectwise.net/acme')
  t.equal(checked.accountName, 'Acme, na.myconnectwise.net, NA, version v2025.1.108')
  t.strictSame(
    checked.permissions.map((line) => line.permission),
    connectWise.permissions.map((right) => right.id),
  )
  t.ok(asked.every(({ method }) => method === 'GET'))
  const lists = asked.filter(({ path }) => path !== 'system/info' && !path.endsWith('/count'))
  t.ok(lists.every(({ query }) => query.pageSize === '1'))
  t.equal(asked.length, 10)
})

t.test('the same account whichever of its hosts was typed', async (t) => {
  const account = async (site: string, companyId: string) => (await check(vendor(all, { site, companyId }).ctx)).account
  t.equal(await account('https://api-na.myconnectwise.net/', 'ACME'), await account('na.myconnectwise.net', 'acme'))
  t.not(await account('eu.myconnectwise.net', 'acme'), await account('na.myconnectwise.net', 'acme'))
})

t.test('what reading cannot show is not called ok', async (t) => {
  t.match(await states(all), { companies: 'ok', 'configurations-edit': 'unknown', callbacks: 'unknown' })
})

t.test('missing rights, and what hangs on them', async (t) => {
  t.match(await states(without('company/configurations', 'system/callbacks', 'service/tickets')), {
    companies: 'ok',
    contacts: 'ok',
    configurations: 'missing',
    'configurations-edit': 'missing',
    callbacks: 'missing',
    tickets: 'missing',
  })
  t.match(await states(without('company/companies')), { companies: 'missing', configurations: 'ok' })
  t.equal((await check(vendor(without('system/info')).ctx)).accountName, 'Acme, na.myconnectwise.net')
})

t.test('a role that opens more than the hub needs, and modules that are not there', async (t) => {
  const members: Answer = (asked) => (asked.path === 'system/members/count' ? { body: { count: 5 } } : all(asked))
  const { permissions } = await check(vendor(members).ctx)
  t.match(
    permissions.filter(({ state }) => state === 'excessive'),
    [{ permission: 'companies', message: /members \(System > Member Maintenance\)\. Set these to None/ }],
  )
  const absent: Answer = (asked) => (asked.path === 'project/tickets/count' ? notThere : all(asked))
  t.match(await states(absent), { companies: 'ok' })
})

t.test('wrong keys and outages are no missing rights', async (t) => {
  t.equal((await failure(check(vendor(() => ({ status: 401, body: 'no' })).ctx))).kind, 'auth')
  t.equal((await failure(check(vendor(() => ({ status: 503 })).ctx))).kind, 'transient')
})

t.test('the list for the panel carries nothing but the contract', async (t) => {
  for (const right of permissions) {
    t.strictSame(Object.keys(right).sort(), ['capability', 'id', 'required', 'right', 'where'])
  }
})
