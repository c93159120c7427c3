/** The simulator's own manners, asked over the wire without the connector. */
import t from 'tap'
import { type Simulated, simulated } from './simulated.ts'

const size = { companies: 12, contacts: 260, configurations: 300, tickets: 40 }

async function tokenOf({ server }: Simulated, own: Readonly<Record<string, string>> = {}, query = '') {
  const { clientId, clientSecret } = Object({
    clientId: 'b1b2b3b4-0000-4000-8000-000000000000',
    clientSecret: 'simulator-client-secret',
  })
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'read:customers read:assets edit:assets read:tickets',
    ...own,
  }
  const answer = await fetch(`${server.origin}/auth/token${query}`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, body: await answer.json() }
}

async function asker(one: Simulated) {
  const { body } = await tokenOf(one)
  return async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${one.server.origin}/api/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${body.access_token}`, ...init.headers },
    })
    const text = await answer.text()
    return { status: answer.status, body: /^[[{]/.test(text) ? JSON.parse(text) : text }
  }
}

t.test('says that it is a simulator', async (t) => {
  const one = await simulated(t, size)
  const info = await (await fetch(`${one.server.origin}/api/AuthInfo`)).json()
  t.match(info, { auth_url: `${one.server.origin}/auth`, tenant_id: '', name: /simulator/i })
})

t.test('tokens: for the right credentials, scopes and tenant, for a while', async (t) => {
  const one = await simulated(t, size, { tenant: 'acme', tokenSeconds: 0 })
  const right = await tokenOf(one, {}, '?tenant=acme')
  t.match(right, { status: 200, body: { token_type: 'Bearer', expires_in: 0, scope: /read:customers/ } })
  t.match(await tokenOf(one), { status: 401, body: { error: 'invalid_client' } })
  t.match(await tokenOf(one, { client_secret: 'x' }, '?tenant=acme'), { status: 401 })
  t.match(await tokenOf(one, { scope: 'read:sites' }, '?tenant=acme'), {
    status: 400,
    body: { error: 'invalid_scope' },
  })
  t.match(await tokenOf(one, { grant_type: 'password' }, '?tenant=acme'), { status: 400 })
  const late = await fetch(`${one.server.origin}/api/Client`, {
    headers: { authorization: `Bearer ${right.body.access_token}` },
  })
  t.equal(late.status, 401)
})

t.test('pages: a hundred at most, only asked for, only what is active', async (t) => {
  const one = await simulated(t, size)
  const ask = await asker(one)
  const page = async (query: string) => (await ask(`Users?${query}`)).body
  const big = await page('pageinate=true&page_size=1000&page_no=1&includeinactive=true&exclude_generaluser=true')
  t.match(big, { record_count: 260, page_size: 100, page_no: 1 })
  t.equal(big.users.length, 100)
  const paginated = await page('paginate=true&page_size=5')
  t.equal(paginated.users.length, 50, 'a misspelt parameter is ignored')
  const active = await page('pageinate=true&exclude_generaluser=true')
  t.ok(active.record_count < 260 && active.users.every(({ inactive }: { inactive: boolean }) => !inactive))
  t.equal((await page('pageinate=true&includeinactive=true')).record_count, 261, 'the general user')
  const last = await page('pageinate=true&page_size=100&page_no=3&includeinactive=true&exclude_generaluser=true')
  t.equal(last.users.length, 60)
  t.equal((await page('pageinate=true&page_no=9&includeinactive=true')).users.length, 0)
})

t.test('asset fields only for one type; replaced as a whole by what is sent', async (t) => {
  const one = await simulated(t, size)
  const ask = await asker(one)
  t.notOk((await ask('Asset?pageinate=true&includeassetfields=true')).body.assets[0].fields)
  const typed = (await ask('Asset?pageinate=true&includeassetfields=true&assettype_id=1&includeinactive=true')).body
  t.ok(
    typed.assets.every(
      (row: { fields: unknown; assettype_id: number }) => Array.isArray(row.fields) && row.assettype_id === 1,
    ),
  )
  const [row] = typed.assets
  const post = (body: unknown) => ask('Asset', { method: 'POST', body: JSON.stringify(body) })
  t.match(await post({ id: row.id }), { status: 400, body: { errorMessage: /array/ } })
  t.equal((await post([{ id: 99_999 }])).status, 404)
  t.equal((await post([{ id: row.id, nonsense: 1 }])).status, 201, 'what it does not know is ignored')
  await post([{ id: row.id, fields: [{ id: 101, value: 'kept' }] }])
  const after = one.world.configurations.get(row.id)
  t.match(after, { name: 'kept', serialNumber: null, model: null, manufacturerId: null, purchaseDate: null })
})

t.test('refusals, in the many forms Halo has', async (t) => {
  const one = await simulated(t, size, { mostRequests: 4 })
  t.equal((await fetch(`${one.server.origin}/api/Client`)).status, 401)
  const ask = await asker(one)
  t.match(await ask('Client/999'), { status: 404, body: { Message: 'Client not found' } })
  t.match(await ask('Nonsense'), { status: 404, body: /<html>/ })
  t.match(await ask('Webhook'), { status: 403, body: { error: { error_description: /permission/ } } })
  t.equal((await ask('Client')).status, 200)
  t.match(await ask('Client'), { status: 429, body: /300 Requests per rolling 5 minute window/ })
  one.simulator.rest()
  t.equal((await ask('Client')).status, 200)
  t.equal((await fetch(`${one.server.origin}/`)).status, 404)
  t.same(one.server.errors, [])
})

t.test('a page of the bench comes out of 100,000 assets at the price of its own rows', async (t) => {
  const one = await simulated(t, { companies: 60, contacts: 0, configurations: 100_000, tickets: 0 })
  const query = (page: number) =>
    new URLSearchParams(
      `pageinate=true&page_size=100&page_no=${page}&assettype_id=1&includeassetfields=true&includeinactive=true`,
    )
  const token = (await tokenOf(one)).body.access_token
  const page = async (number: number) =>
    one.simulator.answer({
      method: 'GET',
      path: '/api/Asset',
      query: query(number),
      headers: { authorization: `Bearer ${token}` },
      body: '',
      origin: one.server.origin,
    })
  const { record_count: count } = Object((await page(1)).body)
  t.ok(count > 30_000)
  let made = 0
  const { configurations } = one.world
  const get = configurations.get.bind(configurations)
  configurations.get = (id) => {
    made++
    return get(id)
  }
  for (let number = 1; number <= 20; number++) t.equal(Object((await page(number * 15)).body).assets.length, 100)
  t.ok(made <= 20 * 100, `${made} rows were made for 2,000`)
})
