/** What the simulator does that the connector's tests do not show. */
import t from 'tap'
import { createWorld } from '../../../core/conformance/world.ts'
import { isRow } from '../../../core/connector/parse.ts'
import { customerId } from '../../../plugins/syncro/simulator/clients.ts'
import { type SyncroQuirks, simulate } from '../../../plugins/syncro/simulator.ts'
import { type Body, objectIn, rowsIn } from './simulated.ts'

const origin = 'http://127.0.0.1:4123'

function asking(quirks: SyncroQuirks = {}) {
  const world = createWorld({ companies: 130, contacts: 200, configurations: 120, tickets: 20 })
  const simulator = simulate(world, quirks)
  const { apiToken } = simulator.settings(origin)
  const ask = async (
    path: string,
    query = '',
    own: { readonly method?: string; readonly authorization?: string; readonly body?: object } = {},
  ): Promise<{ status: number; body: Body; headers: Readonly<Record<string, string>> }> => {
    const { method = 'GET', authorization = `Bearer ${apiToken}`, body } = own
    const answer = await simulator.answer({
      method,
      path: `/api/v1/${path}`,
      query: new URLSearchParams(query),
      headers: { authorization },
      body: body === undefined ? '' : JSON.stringify(body),
      origin,
    })
    const parsed: unknown = JSON.parse(JSON.stringify(answer.body ?? null))
    return { status: answer.status, body: isRow(parsed) ? parsed : {}, headers: answer.headers ?? {} }
  }
  return { world, apiToken, ask }
}

t.test('the token counts in the header only, with its scheme or without', async (t) => {
  const { ask, apiToken } = asking()
  t.equal((await ask('me')).status, 200)
  t.equal((await ask('me', '', { authorization: apiToken })).status, 200)
  t.equal((await ask('me', `api_key=${apiToken}`, { authorization: '' })).status, 401)
  t.equal((await ask('me')).body.user_token, apiToken, 'it tells the token itself')
})

t.test('pages: sizes and what is announced differ from list to list', async (t) => {
  const { ask } = asking()
  const all = 'include_disabled=true'
  const customers = await ask('customers', all)
  t.equal(rowsIn(customers.body, 'customers').length, 100)
  t.strictSame(customers.body.meta, { total_pages: 2, total_entries: 130, per_page: 100, page: 1 })
  t.equal(rowsIn((await ask('customers', `${all}&page=2`)).body, 'customers').length, 30)
  t.equal(rowsIn((await ask('customers', `${all}&page=3`)).body, 'customers').length, 0)
  t.equal(rowsIn((await ask('customers', `${all}&per_page=5`)).body, 'customers').length, 100, 'not a parameter')
  t.strictSame((await ask('tickets')).body.meta, { total_pages: 1, page: 1 })
  t.notOk('meta' in (await asking({ bareAssets: true }).ask('customer_assets')).body)
  const comments = (await ask('tickets/1/comments')).body
  t.strictSame(comments.meta, { total_pages: 1, page: 1, per_page: 10 })
})

t.test('disabled customers are hidden unless asked for; any column sorts', async (t) => {
  const { ask, world } = asking()
  const disabled = [...world.companies.after(0)].filter(({ active }) => !active).length
  t.equal(objectIn((await ask('customers')).body, 'meta').total_entries, 130 - disabled)
  const rows = rowsIn((await ask('customers', 'include_disabled=true&sort=city DESC')).body, 'customers')
  const cities = rows.map(({ city }) => String(city ?? ''))
  t.strictSame(cities, [...cities].sort().reverse())
  t.equal((await ask('customers', 'sort=nonsense ASC')).status, 500)
})

t.test('refusals in all their shapes', async (t) => {
  const { ask } = asking()
  t.match(await ask('customer_assets/9999'), { status: 404, body: { error: 'Asset not found' } })
  t.match(await ask('tickets/9999'), { status: 404, body: { message: 'Not found' } })
  t.match(await ask(`customers/${customerId(9999)}`), { status: 404, body: {} })
  t.equal((await ask('nonsense')).status, 404)
  t.equal((await ask('settings', '', { method: 'POST' })).status, 404)
  const wrong = { method: 'PUT', body: { name: 'x', asset_type_name: 'No such type' } }
  t.match(await ask('customer_assets/1', '', wrong), { status: 422, body: { message: ["Asset type can't be blank"] } })
  const throttled = asking({ perMinute: 2, retryAfter: 7 })
  await throttled.ask('me')
  await throttled.ask('me')
  t.match(await throttled.ask('me'), { status: 429, headers: { 'retry-after': '7' } })
})

t.test('a change keeps what is not mentioned, and drops what the type does not have', async (t) => {
  const { ask, world } = asking()
  const asset = async () => objectIn(objectIn((await ask('customer_assets/5')).body, 'asset'), 'properties')
  const before = await asset()
  const properties = { 'Asset owner': 'Finance', 'Purchase Date': '2020-02-29', Nonsense: 'x' }
  t.equal((await ask('customer_assets/5', '', { method: 'PUT', body: { name: 'x', properties } })).status, 200)
  const { Nonsense, ...after } = await asset()
  t.equal(Nonsense, undefined)
  t.match(after, { 'Asset owner': 'Finance', 'Purchase Date': '2020-02-29' })
  t.strictSame(
    Object.keys(before).filter((label) => !(label in after)),
    [],
  )
  t.equal(world.configurations.get(5)?.purchaseDate, '2020-02-29', 'the world knows')
})

t.test('an asset carries its customer whole, with the key of its portal', async (t) => {
  const { ask, world } = asking()
  const [row = {}] = rowsIn((await ask('customer_assets')).body, 'assets')
  const company = world.companies.get(world.configurations.get(Number(row.id))?.companyId ?? 0)
  t.match(row.customer, { id: customerId(company?.id ?? 0), online_profile_url: /portal_key=/ })
  t.equal(row.id, 120, 'the newest first')
})
