import sinon from 'sinon'
import t from 'tap'
import { createWorld } from '../../../core/conformance/world.ts'
import { apiOrigin, hostsOf, ticketScreen } from '../../../plugins/kaseya-bms/address.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import { readable } from '../../../plugins/kaseya-bms/names.ts'
import { day, moment, reference } from '../../../plugins/kaseya-bms/streams/fields.ts'
import { failure } from '../connected.ts'
import { instead, simulated } from './simulated.ts'

const size = { companies: 5, contacts: 5, configurations: 5, tickets: 1 }
const signInPath = /\/security\/authenticate$/

t.test('signs in with a form, and with multipart where only that is understood', async (t) => {
  for (const [quirks, types] of [
    [{}, [/^application\/x-www-form-urlencoded/]],
    [{ multipartOnly: true }, [/^application\/x-www-form-urlencoded/, /^multipart\/form-data; boundary=/]],
  ] as const) {
    const { records, asked } = await simulated(t, size, quirks)
    t.equal((await records('companyTypes')).length, 7)
    t.match(
      asked(signInPath, 'POST').map(({ headers }) => headers['content-type']),
      types,
    )
    const fields = asked(signInPath, 'POST').at(-1)?.body ?? ''
    for (const name of ['GrantType', 'UserName', 'Password', 'Tenant']) t.match(fields, name)
    await records('ticketBoards')
    t.equal(asked(signInPath, 'POST').length, types.length, 'once for all streams')
  }
})

t.test('a token is used while it lasts, and replaced when it ends or is refused', async (t) => {
  const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
  t.teardown(() => clock.restore())
  const { records, asked, simulator } = await simulated(t, size)
  await records('companyTypes')
  clock.tick(13 * 60_000)
  await records('companyTypes')
  t.equal(asked(signInPath, 'POST').length, 1)
  clock.tick(90_000)
  await records('companyTypes')
  t.equal(asked(signInPath, 'POST').length, 2, 'a minute before its end')
  simulator.endSessions()
  await records('companyTypes')
  t.equal(asked(signInPath, 'POST').length, 3)
})

t.test('a refused sign-in is one, however it is told, and is not insisted on', async (t) => {
  const { simulator, server, context, asked } = await simulated(t, size)
  const check = async (own: object = {}) =>
    failure(kaseyaBms.check(context({}, { ...simulator.settings(server.origin), ...own })))
  t.equal((await check({ password: 'no' })).kind, 'auth')
  t.equal((await check({ tenant: 'another' })).kind, 'auth')
  t.equal(asked(signInPath, 'POST').length, 2)
  for (const [status, body] of [
    [400, 'Bad request'],
    [400, { success: false, error: { message: 'invalid_grant' } }],
    [401, ''],
    [403, { success: false, error: { message: 'User is locked' } }],
    [200, { success: true, result: null }],
    [200, { Success: false, Error: { Code: 403, Message: 'Tenant is not active' } }],
  ] as const) {
    server.clearLog()
    server.fault({ path: signInPath, effect: { kind: 'status', status, body } })
    const error = await check({ userName: `user-${status}-${JSON.stringify(body)}` })
    t.equal(error.kind, 'auth', `${status} ${JSON.stringify(body)}`)
    t.match(error.admin, /company name.*Api Employee/s)
    t.equal(asked(signInPath, 'POST').length, 1)
  }
})

t.test('what is not BMS, or has trouble, is no wrong password', async (t) => {
  const { simulator, server, context } = await simulated(t, size)
  const kinds: string[] = []
  for (const [place, effect] of [
    { kind: 'status', status: 404 } as const,
    { kind: 'status', status: 200, body: { message: 'Welcome' } } as const,
    { kind: 'status', status: 200, body: '<html>It works' } as const,
    { kind: 'status', status: 200, body: { success: false, error: { message: 'API call limit exceeded' } } } as const,
  ].entries()) {
    const fault = server.fault({ path: signInPath, times: 3, effect })
    const settings = { ...simulator.settings(server.origin), userName: `nobody-${place}` }
    kinds.push((await failure(kaseyaBms.check(context({}, settings)))).kind)
    t.ok(fault.hits)
    server.clearFaults()
  }
  t.strictSame(kinds, ['config', 'config', 'vendor', 'auth'], 'the limit was a wait')
})

t.test('"no" in an answer of 200 has the kind its code or words say', async (t) => {
  const fault = (error: object, status = 200) =>
    kaseyaBms.faults?.({ status, headers: {}, body: { success: false, error } })
  t.equal(kaseyaBms.faults?.({ status: 200, headers: {}, body: { success: true, result: [] } }), undefined)
  t.equal(kaseyaBms.faults?.({ status: 200, headers: {}, body: [] }), undefined)
  for (const [error, kind] of [
    [{ code: 404, message: 'x' }, 'not-found'],
    [{ code: 403, message: 'x' }, 'permission'],
    [{ code: 429, message: 'x' }, 'rate-limit'],
    [{ code: 503, message: 'x' }, 'transient'],
    [{ code: 0, message: 'API calls quota exceeded' }, 'rate-limit'],
    [{ message: 'You have exceeded the hourly limit' }, 'rate-limit'],
    [{ message: 'Token has expired' }, 'auth'],
    [{ message: 'You do not have permission' }, 'permission'],
    [{ message: 'Hardware asset does not exist' }, 'not-found'],
    [{ message: 'The serial number is taken' }, 'vendor'],
    [{}, 'vendor'],
  ] as const) {
    t.equal(fault(error)?.kind, kind, JSON.stringify(error))
  }
  t.equal(fault({ message: 'Token has expired' })?.signInAgain, true)
  t.match(
    fault({ message: 'Invalid', subErrors: ['Name is taken', 7], details: 'line 3' })?.admin,
    /Invalid; Name is taken; line 3/,
  )
  t.match(
    kaseyaBms.faults?.({ status: 200, headers: {}, body: { Success: false, Error: { Message: 'No such account' } } }),
    {
      kind: 'vendor',
    },
  )
  t.match(fault({ message: 'Role lacks module' }, 403), { kind: 'permission', admin: /Role lacks module/ })
  t.match(fault({ message: 'PageSize is too large' }, 400), { kind: 'vendor', admin: /PageSize is too large/ })
  t.equal(fault({ message: 'x' }, 401), undefined)
  t.equal(fault({ message: 'x' }, 502), undefined)
  t.equal(kaseyaBms.faults?.({ status: 403, headers: {}, body: '<html>' }), undefined)
})

t.test('an hour that is used up is told as a wait, with whichever status', async (t) => {
  for (const limitWithin200 of [false, true]) {
    const { context } = await simulated(t, size, { callsPerHour: 2, limitWithin200 }, {})
    const ask = (ctx: ReturnType<typeof context>) => ctx.http.request({ url: 'v2/crm/contacts/summary/1' })
    const ctx = context()
    await ask(ctx)
    await ask(ctx)
    const stop = new AbortController()
    const waiting = Promise.race([
      ask(ctx).then(() => 'answered'),
      new Promise((done) => stop.signal.addEventListener('abort', () => done('waiting'))),
    ])
    await ctx.http.request({ url: 'v2/system/queues/lookup' })
    stop.abort()
    t.equal(await waiting, 'waiting')
  }
})

t.test('the limit of the vendor holds for each endpoint by itself', async (t) => {
  const { context, server } = await simulated(t, { ...size, configurations: 20 }, {}, { limited: true })
  const ctx = context()
  for (let call = 0; call < 1_450; call++) await ctx.http.request({ url: `v2/system/customFields/${call + 100}` })
  t.equal((await failure(ctx.http.request({ url: 'v2/system/customFields/31' }))).kind, 'rate-limit')
  await ctx.http.request({ url: 'v2/system/queues/lookup' })
  t.equal(server.total, 1 + 1_450 + 1)
})

t.test('answers of another shape end the reading', async (t) => {
  for (const change of [() => ({ result: 'x' }), () => ({ result: [1] }), () => ({ result: { id: 1 } })]) {
    const { records } = await simulated(t, size, {}, instead(/accounts\/summary$/, change))
    t.equal((await failure(records('companies'))).kind, 'vendor')
  }
  const { records } = await simulated(
    t,
    size,
    {},
    instead(/accounts\/summary$/, () => ({ result: null, totalRecords: 0 })),
  )
  t.strictSame(await records('companies'), [], 'null is an empty list')
})

t.test('names come in any case, and only those that are read', async (t) => {
  t.strictSame(
    readable({
      Result: [{ IPAddress: 'a', DNSServers: 'b', LastLoginname: 'c', Nonsense: 1 }],
      totalrecords: 2,
      SUCCESS: true,
    }),
    { result: [{ ipAddress: 'a', dnsServers: 'b', lastLoginname: 'c' }], totalRecords: 2, success: true },
  )
  t.strictSame(readable([null, 'x', 3]), [null, 'x', 3])
  t.strictSame(readable(JSON.parse('{"__proto__":{"id":1},"constructor":{"id":2},"id":3}')), { id: 3 })
})

t.test('times without a zone are taken for UTC', async (t) => {
  t.equal(moment('2026-05-30T06:00:00'), '2026-05-30T06:00:00Z')
  t.equal(moment('2026-05-30T06:00:00.17'), '2026-05-30T06:00:00.17Z')
  t.equal(moment('2026-05-30T06:00:00+02:00'), '2026-05-30T06:00:00+02:00')
  t.equal(moment('2026-05-30T06:00:00Z'), '2026-05-30T06:00:00Z')
  t.equal(moment(null), null)
  t.equal(moment(''), null)
  t.equal(moment('yesterday'), undefined)
  t.equal(moment(undefined), undefined)
})

t.test('no date and no record, as BMS writes them', async (t) => {
  t.equal(day('0001-01-01T00:00:00'), null)
  t.equal(day('2027-02-01T23:30:00-05:00'), '2027-02-01')
  t.same(
    [reference(0), reference('0'), reference(null), reference(undefined), reference(7)],
    [null, null, null, undefined, '7'],
  )
})

t.test('regions, other addresses, and where the password must not go', async (t) => {
  const origin = (region: string, apiAddress?: string) =>
    apiOrigin({ region, ...(apiAddress === undefined ? {} : { apiAddress }) })
  t.equal(origin('US'), 'https://api.bms.kaseya.com')
  t.equal(origin('EMEA', 'https://else.example'), 'https://api.bmsemea.kaseya.com')
  t.equal(origin('APAC'), 'https://api.bmsapac.kaseya.com')
  t.equal(origin('Vorex'), 'https://api.vorexlogin.com')
  t.equal(origin('Other address', ' api.psa.example/v2 '), 'https://api.psa.example')
  t.equal(origin('Other address', 'http://127.0.0.1:4123'), 'http://127.0.0.1:4123')
  for (const wrong of [undefined, '', 'http://psa.example', 'https://me:pw@psa.example', '://'])
    t.equal(origin('Other address', wrong), undefined, String(wrong))
  t.strictSame(hostsOf({ region: 'US' }), ['api.bms.kaseya.com'])
  t.strictSame(hostsOf({ region: 'Other address' }), [])
  t.equal(ticketScreen({ region: 'EMEA' }), 'https://bmsemea.kaseya.com/react/servicedesk/tickets/')
  t.equal(ticketScreen({ region: 'Vorex' }), undefined)
  const { context, simulator, server } = await simulated(t, {}, {}, { world: createWorld(size) })
  const settings = { ...simulator.settings(server.origin), apiAddress: 'http://psa.example' }
  t.equal((await failure(kaseyaBms.signIn(context({}, settings)))).kind, 'config')
})
