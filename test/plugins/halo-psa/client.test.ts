import t from 'tap'
import { addressesOf, hostsOf } from '../../../plugins/halo-psa/addresses.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { mightyClient } from '../../../plugins/halo-psa/simulator.ts'
import { failure } from '../connected.ts'
import { type More, simulated } from './simulated.ts'

const size = { companies: 5, contacts: 5, configurations: 5, tickets: 1 }
const tokenAsked = (scope: string) => new RegExp(`scope=${encodeURIComponent(scope).replaceAll('%20', '\\+')}`)

t.test('what the admin may type', async (t) => {
  const api = (resourceServer: string, authServer?: string) =>
    addressesOf({ resourceServer, ...(authServer === undefined ? {} : { authServer }) })
  t.match(api(' acme.halopsa.com '), { origin: 'https://acme.halopsa.com', api: 'https://acme.halopsa.com/api/' })
  t.match(api('https://acme.haloitsm.com/tickets?id=5'), { api: 'https://acme.haloitsm.com/api/', auth: undefined })
  t.equal(api('x.example', 'https://auth.example/auth/')?.auth, 'https://auth.example/auth')
  t.equal(api('x.example', 'https://auth.example/auth/token')?.auth, 'https://auth.example/auth')
  t.equal(api('x.example', 'auth.example')?.auth, 'https://auth.example/auth')
  t.equal(api('http://127.0.0.1:4123/api')?.api, 'http://127.0.0.1:4123/api/')
  t.equal(api('x.example', '  ')?.auth, undefined)
  for (const wrong of ['', 'http://halo.example', 'ftp://x.example', 'https://user:pw@x.example', 'a b', '://'])
    t.equal(api(wrong), undefined, JSON.stringify(wrong))
  t.equal(api('x.example', 'http://auth.example'), undefined, 'a secret is not sent in the clear')
  t.same(hostsOf({ resourceServer: 'x.example', authServer: 'auth.example:8443' }), ['x.example', 'auth.example:8443'])
  t.same(hostsOf({ resourceServer: 'x.example', authServer: 'https://x.example/auth' }), ['x.example'])
})

t.test('asks where tokens are, then for one that can do no more than the hub needs', async (t) => {
  const { context, server } = await simulated(t, size)
  await context().http.request({ url: 'Status' })
  const [info, token, status] = server.requests
  t.same([info?.path, token?.path, status?.path], ['/api/authinfo', '/auth/token', '/api/Status'])
  t.notOk(info?.headers.authorization)
  t.match(token?.headers['content-type'], /^application\/x-www-form-urlencoded/)
  t.match(token?.body, /grant_type=client_credentials/)
  t.match(token?.body, tokenAsked('read:customers read:assets edit:assets read:tickets admin:webhooks'))
  t.match(status?.headers.authorization, /^Bearer simulated-token-1/)
  await context().http.request({ url: 'Status' })
  t.equal(server.requests.filter(({ path }) => path === '/auth/token').length, 1)
})

t.test('a hosted Halo behind a shared address: the tenant is asked, or typed', async (t) => {
  const { context, server, settings } = await simulated(t, size, { tenant: 'acme' })
  await context().http.request({ url: 'Status' })
  t.equal(server.requests.find(({ path }) => path === '/auth/token')?.query.get('tenant'), 'acme')
  await context({}, settings({ tenant: 'acme', authServer: `${server.origin}/auth` })).http.request({ url: 'Status' })
  t.equal(server.requests.filter(({ path }) => path === '/api/authinfo').length, 1, 'nothing to ask when all is typed')
  const error = await failure(context({}, settings({ tenant: 'other' })).http.request({ url: 'Status' }))
  t.equal(error.kind, 'auth')
  t.match(error.admin, /HaloPSA, HaloITSM and HaloServiceDesk/)
})

const otherInfo = (body: unknown, status = 200): More => ({
  altered: (request, answer) => (request.path === '/api/authinfo' ? { status, body } : answer),
})

t.test('a Halo that does not say where tokens are has them at the usual address', async (t) => {
  for (const more of [
    otherInfo({ Message: 'no' }, 401),
    otherInfo('<html>', 404),
    otherInfo('<html>'),
    otherInfo({}),
    otherInfo([]),
  ]) {
    const { context } = await simulated(t, size, {}, more)
    t.equal((await context().http.request({ url: 'Status' })).status, 200)
  }
  const down = await simulated(t, size, {}, { ...otherInfo('', 503), times: { backoffMs: 1, triesMs: 1 } })
  t.equal((await failure(down.context().http.request({ url: 'Status' }))).kind, 'transient')
})

t.test('the secret goes to no host the admin did not type', async (t) => {
  const { context, server } = await simulated(
    t,
    size,
    {},
    otherInfo({ auth_url: 'https://auth.attacker.example/auth' }),
  )
  const error = await failure(context().http.request({ url: 'Status' }))
  t.equal(error.kind, 'config')
  t.match(error.admin, /auth\.attacker\.example/)
  t.notOk(server.requests.some(({ path }) => path === '/auth/token'))
})

t.test('an application with fewer permissions: the token is asked for those it has', async (t) => {
  const { context, server, settings, simulator } = await simulated(t, size)
  const limited = simulator.limitedSettings(server.origin).settings
  t.equal((await context({}, limited).http.request({ url: 'Client' })).status, 200)
  t.equal((await failure(context({}, limited).http.request({ url: 'Asset' }))).kind, 'permission')
  const asked = server.requests.flatMap(({ path, body }) =>
    path === '/auth/token' ? (new URLSearchParams(body).get('scope') ?? []) : [],
  )
  t.equal(asked[0], 'read:customers read:assets edit:assets read:tickets admin:webhooks', 'one is tried first')
  t.equal(asked.at(-1), 'read:customers', 'the last token counts, should it end those before')
  t.notOk(asked.includes('all'))
  t.equal((await context({}, settings(mightyClient)).http.request({ url: 'Asset' })).status, 200)
})

/** An authorisation server that knows nothing but these scopes, and says no in its own words. */
const knowing = (scopes: readonly string[], body: unknown): More => ({
  altered: ({ path, body: sent }, answer) => {
    if (path === '/api/Status') return { status: 200, body: [] }
    if (path !== '/auth/token') return answer
    const wanted = new URLSearchParams(sent).get('scope')?.split(' ') ?? []
    const token = { access_token: 'x', expires_in: 3600, scope: wanted.join(' ') }
    return wanted.every((scope) => scopes.includes(scope)) ? { status: 200, body: token } : { status: 400, body }
  },
})
const refusals = [
  { error: 'invalid_scope' },
  { error: 'invalid_scope', error_description: 'The specified value is not supported.' },
  { error: 'invalid_request', error_description: 'This client application is not allowed to use the specified scope.' },
]

t.test(
  'one that may do everything or edit only, one that may do nothing, in whatever words it is refused',
  async (t) => {
    for (const refusal of refusals) {
      const last = async (scopes: readonly string[]) => {
        const { context, server } = await simulated(t, size, {}, knowing(scopes, refusal))
        await context().http.request({ url: 'Status' })
        return new URLSearchParams(server.requests.findLast(({ path }) => path === '/auth/token')?.body).get('scope')
      }
      t.equal(await last(['all']), 'all')
      t.equal(await last(['edit:customers', 'read:assets']), 'edit:customers read:assets')
      const error = await failure(last([]))
      t.equal(error.kind, 'config')
      t.match(error.admin, /Permissions tab/)
    }
    const { context, settings } = await simulated(t, size)
    const typed = await failure(context({}, settings({ scopes: 'read:sites' })).http.request({ url: 'Status' }))
    t.match([typed.kind, typed.admin], ['config', /"read:sites"/])
  },
)

t.test('a token that ran out, or that a newer one ended, is renewed and nothing is lost', async (t) => {
  const { context, settings, server } = await simulated(t, size, { onlyNewestToken: true })
  const one = context()
  await one.http.request({ url: 'Status' })
  await context({}, settings({ tenant: 'x' })).http.request({ url: 'Status' })
  t.equal((await one.http.request({ url: 'Status' })).status, 200)
  t.equal(server.requests.filter(({ path }) => path === '/auth/token').length, 3)
})

t.test('one request for a token, however many wait for it', async (t) => {
  const { context, server } = await simulated(t, size)
  const { http } = context()
  await Promise.all(Array.from({ length: 8 }, () => http.request({ url: 'Status' })))
  t.equal(server.requests.filter(({ path }) => path === '/auth/token').length, 1)
})

t.test('mistakes in the settings are told apart', async (t) => {
  const { context, settings, simulator, server } = await simulated(t, size)
  const kind = async (own: Parameters<typeof settings>[0]) =>
    (await failure(context({}, settings(own)).http.request({ url: 'Status' }))).kind
  t.equal(
    (await failure(context({}, simulator.wrongSettings(server.origin)).http.request({ url: 'Status' }))).kind,
    'auth',
  )
  t.equal(await kind({ clientId: 'unknown' }), 'auth')
  t.equal(await kind({ authServer: `${server.origin}/elsewhere`, tenant: 'x' }), 'config', 'nothing is there')
  const page = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) =>
        request.path === '/auth/token' ? { status: 200, body: '<html>Welcome</html>' } : answer,
    },
  )
  const error = await failure(page.context().http.request({ url: 'Status' }))
  t.equal(error.kind, 'config')
  t.match(error.admin, /they differ between HaloPSA, HaloITSM/)
})

t.test('a wait is a wait: 429 without a time, and nothing is lost', async (t) => {
  let refused = 0
  const { records, reported } = await simulated(
    t,
    { ...size, contacts: 150 },
    {},
    {
      altered: (request, answer) =>
        request.path === '/api/Users' && ++refused === 2
          ? {
              status: 429,
              headers: { 'content-type': 'application/json' },
              body: '"Rate Limit Reached - 300 Requests per rolling 5 minute window"',
            }
          : answer,
    },
  )
  t.equal((await records('contacts')).length, 150)
  t.same(reported, ['info rate-limit'])
})

t.test('error answers say what they mean, in whatever form they come', async (t) => {
  const fault = (status: number, body: unknown) => haloPsa.faults?.({ status, headers: {}, body })
  t.equal(fault(200, {}), undefined)
  for (const body of [
    '"Validation failed"',
    'Validation failed',
    { resultCode: 4, errorMessage: 'Validation failed' },
    { ClassName: 'X', Message: 'Validation failed' },
    { error: { error_description: 'Validation failed' } },
    { anything: 'Validation failed' },
  ])
    t.match(fault(400, body), { kind: 'vendor', admin: /Validation failed/ })
  t.match(fault(400, null)?.admin, /no reason given/)
  t.equal(fault(400, { error: 'invalid_client' })?.kind, 'auth')
  t.equal(fault(400, { error: 'invalid_client', error_description: 'The client is unknown.' })?.kind, 'auth')
  t.equal(fault(400, { error: 'invalid_grant', error_description: 'No agent.' })?.log, 'invalid_grant: No agent.')
  t.equal(fault(400, { error: 'invalid_scope' })?.kind, 'config')
  t.match(fault(401, {}), { kind: 'auth', signInAgain: true })
  t.notOk(fault(401, { error: 'invalid_client' })?.signInAgain, 'wrong credentials are not tried again')
  t.equal(fault(403, '<html>')?.kind, 'permission')
  t.equal(fault(404, {}), undefined)
  t.equal(fault(429, '"Rate Limit Reached"'), undefined, 'the table says it all')
  t.equal(fault(500, { Message: 'Operation is not valid due to the current state of the object.' })?.kind, 'vendor')
  t.equal(fault(500, { Message: 'Oops' }), undefined)
  t.equal(fault(502, '<html>'), undefined)
})
