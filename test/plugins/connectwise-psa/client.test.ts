import t from 'tap'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { hostsOf, siteOf } from '../../../plugins/connectwise-psa/site.ts'
import { type Answer, failure, settings, vendor } from './vendor.ts'

const cloud = {
  CompanyName: 'acme',
  Codebase: 'v2025_1/',
  VersionCode: 'v2025.1',
  CompanyID: 'ACME',
  IsCloud: true,
  SiteUrl: 'api-na.myconnectwise.net',
}

const signIn = async (info: Answer, own: Partial<typeof settings> = {}) => {
  const { ctx, asked } = vendor(info, own)
  return { session: await connectWise.signIn(ctx), asked }
}
const refusal = (info: Answer, own: Partial<typeof settings> = {}) => failure(connectWise.signIn(vendor(info, own).ctx))
const baseUrl = async (info: object, own: Partial<typeof settings> = {}) =>
  (await signIn(() => ({ body: info }), own)).session.baseUrl

t.test('signs in on the cloud: asks for the release, then calls the API host', async (t) => {
  const { session, asked } = await signIn(() => ({ body: cloud }))
  t.equal(session.baseUrl, 'https://api-na.myconnectwise.net/v2025_1/apis/3.0/')
  t.equal(session.headers.authorization, `Basic ${Buffer.from('Acme+pub:priv').toString('base64')}`)
  t.equal(session.headers.clientid, settings.clientId)
  t.equal(session.headers.accept, 'application/json')
  t.equal(session.expiresAt, undefined, 'keys do not expire')
  t.equal(asked[0]?.path, 'https://na.myconnectwise.net/login/companyinfo/Acme')
  t.equal(asked[0]?.anonymous, true, 'no keys go out before the host is known')
})

t.test('a pinned version goes into the Accept header', async (t) => {
  const { session } = await signIn(() => ({ body: cloud }), { apiVersion: '2025.1' })
  t.equal(session.headers.accept, 'application/vnd.connectwise.com+json; version=2025.1')
})

t.test('the company of the sign-in screen is escaped in the address', async (t) => {
  const { asked } = await signIn(() => ({ body: cloud }), { companyId: 'a/b?c' })
  t.equal(asked[0]?.path, 'https://na.myconnectwise.net/login/companyinfo/a%2Fb%3Fc')
})

t.test('every way the sign-in answer was seen written', async (t) => {
  t.equal(await baseUrl({ ...cloud, IsCloud: 'True' }), 'https://api-na.myconnectwise.net/v2025_1/apis/3.0/')
  t.equal(await baseUrl({ Codebase: 'v2025_1/', IsCloud: true }), 'https://api-na.myconnectwise.net/v2025_1/apis/3.0/')
  t.equal(await baseUrl({ Codebase: 'v2025_1' }), 'https://api-na.myconnectwise.net/v2025_1/apis/3.0/')
  t.equal(await baseUrl({ IsCloud: true }), 'https://api-na.myconnectwise.net/v4_6_release/apis/3.0/')
  t.equal(
    await baseUrl({ ...cloud, Codebase: '../../evil/' }),
    'https://api-na.myconnectwise.net/v4_6_release/apis/3.0/',
    'a release that is no plain name is not believed',
  )
  t.equal(
    await baseUrl({ ...cloud, SiteUrl: 'https://api-na.myconnectwise.net/' }),
    'https://api-na.myconnectwise.net/v2025_1/apis/3.0/',
  )
  t.equal(
    await baseUrl({ ...cloud, SiteUrl: undefined }, { site: 'api-eu.myconnectwise.net' }),
    'https://api-eu.myconnectwise.net/v2025_1/apis/3.0/',
  )
  t.equal(
    await baseUrl({ ...cloud, SiteUrl: null }, { site: 'sandbox-na.myconnectwise.net' }),
    'https://sandbox-na.myconnectwise.net/v2025_1/apis/3.0/',
    'sandboxes were recorded without the prefix',
  )
})

t.test('on premises: the host as typed and the constant path', async (t) => {
  const own = { site: 'https://connect.example.com/v4_6_release/ConnectWise.aspx?x=1' }
  const expected = 'https://connect.example.com/v4_6_release/apis/3.0/'
  t.equal(await baseUrl({ Codebase: 'v2025_1/', IsCloud: false }, own), expected)
  t.equal(await baseUrl({ Codebase: 'v2025_1/', IsCloud: 'False' }, own), expected)
  t.equal(await baseUrl({ Codebase: 'v4_6_release/' }, own), expected)
  t.equal(
    await baseUrl({ IsCloud: false }, { site: 'connect.example.com:8443' }),
    'https://connect.example.com:8443/v4_6_release/apis/3.0/',
  )
})

t.test('keys never go to a host the admin did not agree to', async (t) => {
  const error = await refusal(() => ({ body: { ...cloud, SiteUrl: 'api-na.attacker.example' } }))
  t.equal(error.kind, 'config')
  t.match(error.admin, /api-na\.attacker\.example/)
  t.equal((await refusal(() => ({ body: { ...cloud, SiteUrl: 'http://api-na.myconnectwise.net' } }))).kind, 'config')
})

t.test('mistakes in the settings are told apart', async (t) => {
  t.match((await refusal(() => ({ body: null }))).admin, /knows no company "Acme"/)
  t.match((await refusal(() => ({ status: 404, body: '<html>' }))).admin, /No ConnectWise PSA answers/)
  t.match((await refusal(() => ({ body: [] }))).admin, /No ConnectWise PSA answers/)
  for (const answer of [{ body: null }, { status: 404 }, { body: [] }]) {
    t.equal((await refusal(() => answer)).kind, 'config')
  }
  t.equal((await refusal(() => ({ body: cloud }), { site: 'http://na.myconnectwise.net' })).kind, 'config')
  t.equal((await refusal(() => ({ status: 503 }))).kind, 'transient', 'an outage is no wrong setting')
})

t.test('what the admin may type as the site', async (t) => {
  t.strictSame(siteOf(' na.myconnectwise.net '), { protocol: 'https:', host: 'na.myconnectwise.net' })
  t.strictSame(siteOf('NA.MyConnectWise.net/'), { protocol: 'https:', host: 'na.myconnectwise.net' })
  t.strictSame(siteOf('http://127.0.0.1:4123'), { protocol: 'http:', host: '127.0.0.1:4123' })
  t.strictSame(siteOf('http://localhost:80/x'), { protocol: 'http:', host: 'localhost' })
  for (const wrong of ['', 'http://example.com', 'ftp://example.com', 'https://user:pw@example.com', 'a b', '://']) {
    t.equal(siteOf(wrong), undefined, JSON.stringify(wrong))
  }
})

t.test('every host it will call is declared', async (t) => {
  const both = ['na.myconnectwise.net', 'api-na.myconnectwise.net']
  t.strictSame(hostsOf({ site: 'na.myconnectwise.net' }), both)
  t.strictSame([...hostsOf({ site: 'api-na.myconnectwise.net' })].sort(), [...both].sort())
  t.strictSame(hostsOf({ site: 'http://127.0.0.1:4123' }), ['127.0.0.1:4123'])
  t.strictSame(hostsOf({ site: 'localhost' }), ['localhost'])
  t.strictSame(hostsOf({ site: '[::1]:80' }), ['[::1]:80'])
  t.strictSame(hostsOf({ site: 'http://example.com' }), [])
})

t.test('error answers say what they mean', async (t) => {
  const fault = (status: number, body: unknown, headers = {}) => connectWise.faults?.({ status, body, headers })

  t.equal(fault(200, []), undefined)
  t.equal(fault(409, { code: 'Conflict' }), undefined, 'the table says it all')
  t.equal(fault(401, { code: 'Unauthorized', message: 'no' })?.kind, 'auth')
  t.equal(fault(401, 'plain text without a client id')?.kind, 'auth')
  t.equal(fault(403, { code: 'Security', message: 'You do not have permission.' })?.kind, 'permission')
  t.match(fault(403, { code: 'Security', message: 'SSL is required.', errors: null }), {
    kind: 'config',
    admin: /api-/,
  })
  t.equal(fault(403, '<html>Cloudflare</html>')?.kind, 'transient', 'a gate in front says nothing about rights')
  t.strictSame(fault(404, { code: 'NotFound', message: 'Contact 57919 not found' }), {
    kind: 'not-found',
    log: 'NotFound: Contact 57919 not found',
  })
  t.match(fault(404, { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' }), {
    kind: 'not-found',
    signInAgain: true,
  })
  t.strictSame(fault(404, '<html>'), { kind: 'not-found', signInAgain: true }, "the web server's words for an old path")
  t.equal(fault(405, { code: 'x' })?.kind, 'bug')
  t.equal(fault(415, '')?.kind, 'bug')
  t.equal(fault(502, '<html>'), undefined)
  t.equal(
    fault(500, { code: 'ConnectWiseApi', message: 'String was not recognized as a valid Boolean.' })?.kind,
    'vendor',
    'asking again does not help',
  )
  t.equal(fault(500, { code: 'Oops' }), undefined)
})

t.test('a 429 is a wait, with the time from wherever it is', async (t) => {
  const body = { error: 'ConnectWiseAPI', message: 'Too many requests. Please try again in 30 seconds.' }
  t.strictSame(connectWise.faults?.({ status: 429, headers: {}, body }), { kind: 'rate-limit', retryAfterSeconds: 30 })
  t.equal(connectWise.faults?.({ status: 429, headers: { 'retry-after': '12' }, body }), undefined)
  t.equal(connectWise.faults?.({ status: 429, headers: {}, body: '<html>' }), undefined)
})

t.test('a refusal names the field, as only the inner errors do', async (t) => {
  const fault = connectWise.faults?.({
    status: 400,
    headers: {},
    body: {
      code: 'InvalidObject',
      message: 'contact object is invalid',
      errors: [{ code: 'MissingRequiredField', message: 'The firstName field is required.', field: 'firstName' }],
    },
  })
  t.equal(fault?.kind, 'vendor')
  t.match(fault?.admin, /firstName field is required/)
  t.match(fault?.log, /MissingRequiredField/)
  t.match(connectWise.faults?.({ status: 400, headers: {}, body: '' })?.admin, /no reason given/)
})
