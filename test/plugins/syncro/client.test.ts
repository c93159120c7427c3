/** Finding the account, signing in, and what error answers mean. */
import t from 'tap'
import { createContext } from '../../../core/connections/context.ts'
import type { HttpAnswer, HttpRequest } from '../../../core/connector/contract.ts'
import { ConnectorError } from '../../../core/connector/errors.ts'
import { syncro } from '../../../plugins/syncro/connector.ts'
import type { SyncroSettings } from '../../../plugins/syncro/settings.ts'
import { hostsOf, siteOf } from '../../../plugins/syncro/site.ts'
import { failure } from '../connected.ts'
import { instead, simulated } from './simulated.ts'

const size = { companies: 3, contacts: 3, configurations: 3, tickets: 1 }

t.test('what the admin may type as the subdomain', async (t) => {
  const acme = { origin: 'https://acme.syncromsp.com', host: 'acme.syncromsp.com' }
  for (const typed of ['acme', ' ACME ', 'acme.syncromsp.com', 'https://acme.syncromsp.com/customers/1?x=1#y']) {
    t.strictSame(siteOf(typed), acme, typed)
  }
  t.equal(siteOf('acme.repairshopr.com')?.host, 'acme.repairshopr.com')
  t.equal(siteOf('http://127.0.0.1:4123')?.origin, 'http://127.0.0.1:4123')
  t.equal(siteOf('localhost')?.host, 'localhost')
  for (const wrong of [
    '',
    'http://acme.syncromsp.com',
    'https://user:pw@acme.syncromsp.com',
    'a b',
    '://',
    'ftp://a.b',
  ])
    t.equal(siteOf(wrong), undefined, JSON.stringify(wrong))
  t.strictSame(hostsOf({ subdomain: 'acme' }), ['acme.syncromsp.com'])
  t.strictSame(hostsOf({ subdomain: 'a b' }), [])
})

/** Signs in to something that answers `/me` like this. */
async function signIn(answer: () => HttpAnswer, subdomain = 'acme') {
  const asked: HttpRequest[] = []
  const http = {
    async request(request: HttpRequest): Promise<HttpAnswer> {
      asked.push(request)
      return answer()
    },
  }
  const signal = new AbortController().signal
  const settings: SyncroSettings = { subdomain, apiToken: 'T-0123456789' }
  const ctx = createContext({ connector: syncro, settings, http, signal, report: () => {} })
  return { session: await syncro.signIn(ctx), asked }
}

const good = (body: unknown): HttpAnswer => ({ status: 200, headers: {}, body })

t.test('the token goes in a header, to the account alone', async (t) => {
  const { session, asked } = await signIn(() => good({ user_id: 1, user_token: 'T-0123456789' }))
  t.strictSame(session, {
    baseUrl: 'https://acme.syncromsp.com/api/v1/',
    headers: { authorization: 'Bearer T-0123456789' },
  })
  t.match(asked, [{ url: 'https://acme.syncromsp.com/api/v1/me', anonymous: true, headers: session.headers }])
  t.notMatch(JSON.stringify(asked.map(({ url, query }) => [url, query])), /T-0123456789/)
})

t.test('mistakes are told apart', async (t) => {
  const refused = (kind: ConstructorParameters<typeof ConnectorError>[0]) => (): HttpAnswer => {
    throw new ConnectorError(kind, 'x')
  }
  t.equal((await failure(signIn(refused('permission')))).kind, 'auth', 'there is no right one could lack for /me')
  t.equal((await failure(signIn(refused('auth')))).kind, 'auth')
  t.equal((await failure(signIn(refused('transient')))).kind, 'transient')
  t.match(await failure(signIn(refused('not-found'))), { kind: 'config', admin: /No Syncro account answers at acme/ })
  t.equal((await failure(signIn(refused('vendor')))).kind, 'config')
  for (const body of [null, [], {}, { message: 'hello' }])
    t.equal((await failure(signIn(() => good(body)))).kind, 'config')
  t.equal((await failure(signIn(() => good({ user_id: 1 }), 'http://acme.syncromsp.com'))).kind, 'config')
})

t.test('error answers say what they mean, in any of their shapes', async (t) => {
  const fault = (status: number, body: unknown) => syncro.faults?.({ status, body, headers: {} })
  t.equal(fault(200, { error: 'x' }), undefined)
  const denied = { error: 'Not authorized. Please ask account admin to update your group permissions.' }
  for (const error of [denied.error, 'Not authorized', 'You are not allowed to do that', 'Access denied'])
    t.match(fault(401, { error }), { kind: 'permission', admin: /group/, signInAgain: true }, error)
  for (const body of ['Disabled', '"Disabled"', ' disabled\n'])
    t.match(fault(200, body), { kind: 'permission', admin: /switched off/ }, body)
  t.equal(fault(200, 'Disabled people are welcome'), undefined)
  for (const body of [{ error: 'Invalid API token' }, { message: 'no' }, '', null, '<html>', {}])
    t.equal(fault(401, body)?.kind, 'auth', JSON.stringify(body))
  t.equal(fault(403, '<html>Cloudflare</html>')?.kind, 'transient', 'a gate in front says nothing about rights')
  t.equal(fault(403, { error: 'no' }), undefined, 'the table says it')
  t.equal(fault(404, { message: 'Not found' }), undefined)
  t.equal(fault(429, {}), undefined)
  t.equal(fault(500, '<html>'), undefined)
  const reasons: [unknown, string][] = [
    [{ success: false, message: ["Asset type can't be blank"], params: {} }, "Asset type can't be blank"],
    [{ message: 'text' }, 'text'],
    [{ errors: 'one, two' }, 'one, two'],
    [{ record: { id: 1 }, errors: 'bad' }, 'bad'],
    [{ date: ["can't be blank"] }, "date can't be blank"],
    [{ error: 'Customer required field' }, 'Customer required field'],
    [{ errors: { name: ['is taken'], zip: [] } }, 'name is taken'],
    ['plain', '422 without a reason'],
    [{}, '422 without a reason'],
  ]
  for (const [body, log] of reasons) t.match(fault(422, body), { kind: 'vendor', log }, JSON.stringify(body))
})

t.test('a missing right fails its stream and leaves the others alone', async (t) => {
  const one = await simulated(t, size)
  const { settings } = one.simulator.limitedSettings(one.server.origin)
  t.match(await failure(one.records('configurations', {}, settings)), { kind: 'permission', admin: /token/ })
  t.equal((await one.records('companies', {}, settings)).length, 3)
  t.equal((await one.records('contacts', { companies: one.companies }, settings)).length > 0, true)
})

t.test('a token that is withdrawn meanwhile is no missing right, whatever the words', async (t) => {
  let withdrawn = false
  const one = await simulated(
    t,
    size,
    {},
    { altered: (_, answer) => (withdrawn ? { status: 401, body: { error: 'Not authorized' } } : answer) },
  )
  t.equal((await one.records('companies')).length, 3)
  withdrawn = true
  t.match(await failure(one.records('companies')), { kind: 'auth', admin: /does not accept the API token/ })
})

t.test('a right that is lost halfway is told, and nothing passes for the end', async (t) => {
  let asked = 0
  const one = await simulated(
    t,
    { ...size, configurations: 200 },
    {},
    {
      altered: (request, answer) =>
        request.path.endsWith('/customer_assets') && ++asked > 2
          ? {
              status: 401,
              body: { error: 'Not authorized. Please ask account admin to update your group permissions.' },
            }
          : answer,
    },
  )
  t.equal((await failure(one.records('configurations'))).kind, 'permission')
})

t.test('beyond the limit: waits as long as it says, and without a word a little', async (t) => {
  const throttled = async (quirks: { readonly perMinute: number; readonly retryAfter?: number }) => {
    const times = { longestWaitMs: 300, longestBackoffMs: 50 }
    const one = await simulated(t, { ...size, configurations: 260 }, quirks, { times })
    return { error: await failure(one.records('configurations')), ...one }
  }
  const told = await throttled({ perMinute: 4, retryAfter: 30 })
  t.match(told.error, { kind: 'rate-limit', retryAfterSeconds: 30 }, 'too long for a worker: the run is parked')
  const silent = await throttled({ perMinute: 4 })
  t.equal(silent.error.kind, 'rate-limit')
  t.ok(silent.reported.includes('info rate-limit'))
  t.ok(silent.asked('customer_assets').length > 3, 'asked again meanwhile')
})

t.test('the limit holds for the address of the installation', (t) => {
  t.equal(syncro.limits.scope, 'app')
  const [window] = syncro.limits.windows
  t.ok(window !== undefined && window.requests < 180 && window.seconds === 60)
  t.end()
})

t.test('what is no part of a record is not kept', async (t) => {
  const one = await simulated(t, size)
  const records = [
    ...(await one.records('companies')),
    ...(await one.records('configurations')),
    ...(await one.records('sites', { companies: one.companies })),
  ]
  t.notMatch(JSON.stringify(records), /portal_key|kabuto|rmm_store/)
})

t.test('a customer deleted since the companies were read has no sites', async (t) => {
  const one = await simulated(t, size)
  const before = await one.records('sites', { companies: one.companies })
  const after = await one.records('sites', { companies: [...one.companies, '999'] })
  t.strictSame(after, before)
  const odd = await simulated(
    t,
    size,
    {},
    instead(`customers/${one.companies[0]}`, () => ({ customer: null })),
  )
  t.equal((await failure(odd.records('sites', { companies: odd.companies }))).kind, 'vendor')
  t.equal((await failure(one.records('sites', { companies: ['1/../2'] }))).kind, 'bug')
})
