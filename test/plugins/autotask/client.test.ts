/** Zones, keys, limits: what Autotask's refusals mean and what the hub does. */
import t from 'tap'
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { autotask } from '../../../plugins/autotask/connector.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const size = { companies: 8, contacts: 20, configurations: 30, tickets: 5 }
const zoneRequests = ({ path }: { path: string }) => path.toLowerCase().startsWith('/atservicesrest/')

t.test('asks any zone for the tenant’s own, without keys, and sends three headers from then on', async (t) => {
  const { records, server, plain } = await simulated(t, size)
  await records('companyTypes')
  const [lookUp, ...others] = server.requests
  t.equal(lookUp?.path, '/atservicesrest/v1.0/zoneInformation')
  t.equal(lookUp?.query.get('user'), plain().userName)
  t.notOk(['secret', 'username', 'apiintegrationcode'].some((name) => lookUp?.headers[name]))
  t.ok(others.length > 0)
  for (const { path, headers } of others) {
    t.ok(path.startsWith('/zone5/ATServicesRest/V1.0/'), 'the address as the zone wrote it')
    t.match(headers, {
      username: plain().userName,
      secret: plain().secret,
      apiintegrationcode: plain().integrationCode,
    })
  }
})

t.test('hosts: all zones, or the one host that was typed', async (t) => {
  const keys = { userName: 'a@b.example', secret: 's', integrationCode: 'c' }
  const hosts = (lookUpHost?: string) => autotask.hosts(lookUpHost === undefined ? keys : { ...keys, lookUpHost })
  t.same(hosts(), ['*.autotask.net'])
  t.same(hosts(''), ['*.autotask.net'])
  t.same(hosts(' webservices26.autotask.net '), ['*.autotask.net'])
  t.same(hosts('https://webservices26.autotask.net/ATServicesRest/'), ['*.autotask.net'])
  t.same(hosts('http://127.0.0.1:4123'), ['127.0.0.1:4123'])
  t.same(hosts('http://zone.example'), [], 'never unencrypted')
  t.same(hosts('https://me:secret@zone.example'), [])
  t.same(hosts('notautotask.net'), ['notautotask.net'], 'no zone, though its name ends alike')
})

t.test('an unknown user is a 500, and told from a server in trouble', async (t) => {
  const { context, server, plain } = await simulated(t, size)
  const settings = plain({ userName: 'nobody@SIMULATOR.EXAMPLE' })
  const refused = await failure(autotask.check(context({}, settings)))
  t.equal(refused.kind, 'auth')
  t.match(refused.admin, /nobody@SIMULATOR\.EXAMPLE/)
  t.same(
    server.requests.map(({ path }) => path),
    [
      '/atservicesrest/v1.0/zoneInformation',
      '/atservicesrest/versioninformation',
      '/atservicesrest/v1.0/zoneInformation',
    ],
  )
  server.fault({ times: Number.POSITIVE_INFINITY, effect: { kind: 'status', status: 500 } })
  const other = plain({ userName: 'other@SIMULATOR.EXAMPLE' })
  t.equal((await failure(autotask.check(context({}, other)))).kind, 'transient', 'nothing answers')
  server.clearFaults()
  server.fault({ effect: { kind: 'status', status: 500 } })
  t.equal((await autotask.check(context({}, plain()))).account, '123456', 'once is no refusal')
  server.fault({ effect: { kind: 'reset' } })
  t.equal((await autotask.check(context({}, plain({ lookUpHost: `${server.origin}/` })))).account, '123456')
})

t.test('a zone that is none of Autotask’s gets no keys', async (t) => {
  let url: unknown = 'https://evil.example/ATServicesRest/'
  const { context, server } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer): SimulatedAnswer =>
        zoneRequests(request) ? { ...answer, body: { ...Object(answer.body), url } } : answer,
    },
  )
  t.match(await failure(autotask.check(context())), { kind: 'config', admin: /evil\.example/ })
  url = null
  t.equal((await failure(autotask.check(context()))).kind, 'config')
  t.ok(server.requests.every(zoneRequests))
})

t.test('the zone is asked for again once a day', async (t) => {
  const { context } = await simulated(t, size)
  const session = await autotask.signIn(context())
  const hours = (Date.parse(session.expiresAt ?? '') - Date.now()) / 3_600_000
  t.ok(hours > 23 && hours <= 24)
})

t.test('a database that moves in the middle of a pass is found again', async (t) => {
  const { context, simulator, server } = await simulated(t, { ...size, configurations: 1_100 })
  const ids: string[] = []
  for await (const page of autotask.streams.configurations?.read(context()) ?? []) {
    ids.push(...page.records.map(({ sourceId }) => sourceId))
    if (ids.length === 500) simulator.move()
  }
  t.same(ids, [...simulator.expected('configurations')])
  t.equal(server.requests.filter(zoneRequests).length, 2)
  t.equal(server.requests.filter(({ status }) => status === 401).length, 1)
})

t.test('refused keys are tried once: insisting would lock the API user', async (t) => {
  const { context, server, simulator } = await simulated(t, size)
  const wrong = simulator.wrongSettings(server.origin)
  t.equal((await failure(autotask.check(context({}, wrong)))).kind, 'auth')
  t.equal((await failure(autotask.check(context({}, { ...wrong, integrationCode: 'OTHER' })))).kind, 'auth')
  t.ok(server.requests.filter(({ status }) => status === 401).length <= 4)
  t.equal(server.requests.filter((request) => request.status === 401 && !request.path.includes('/zone5/')).length, 0)
})

t.test('what answers mean', async (t) => {
  const kind = (status: number, body: unknown = null) => autotask.faults?.({ status, headers: {}, body })?.kind
  const threads = 'The thread threshold of 3 threads has been exceeded'
  t.equal(kind(500, { errors: ['Missing Required Field: productID'] }), 'vendor', 'validation, not trouble')
  t.equal(kind(500, { errors: [{ message: 'bad', field: 'x' }] }), 'vendor')
  t.equal(kind(500, { Errors: ['bad'] }), 'vendor')
  t.equal(kind(500, { errors: ['The logged in Resource does not have the adequate permissions to x'] }), 'permission')
  t.equal(kind(500, { errors: [threads] }), 'rate-limit')
  t.equal(kind(500, { errors: ['Itgenatr005'] }), 'rate-limit')
  t.equal(kind(429, { errors: [threads] }), 'rate-limit')
  t.equal(kind(500), undefined, 'the table: trouble')
  t.equal(kind(500, { errors: [] }), undefined)
  t.equal(kind(500, { Message: 'An error has occurred.' }), undefined, 'the web server, not Autotask')
  t.equal(kind(500, '<html>'), undefined)
  t.equal(kind(503, { errors: ['x'] }), undefined)
  t.equal(kind(404, '<html>'), undefined)
  t.equal(kind(401), 'auth')
  t.equal(kind(403), 'permission')
  t.equal(kind(405, { Message: 'The requested resource does not support http method' }), 'bug')
  const hour = { status: 429, headers: {}, body: { errors: ['The request threshold has been exceeded'] } }
  t.equal(autotask.faults?.(hour)?.retryAfterSeconds, 60)
  t.equal(autotask.faults?.({ ...hour, body: { errors: [threads] } })?.retryAfterSeconds, undefined)
  const used = (count: unknown, threshold: unknown = 10_000) =>
    kind(200, {
      externalRequestThreshold: threshold,
      requestThresholdTimeframe: 60,
      currentTimeframeRequestCount: count,
    })
  t.equal(used(8_999), undefined)
  t.equal(used(9_000), 'rate-limit', 'a tenth is left to the others')
  t.equal(used('9500'), 'rate-limit')
  t.equal(used(null), undefined)
  t.equal(used(5, 0), undefined)
  t.equal(kind(200, { ExternalRequestThreshold: 100, CurrentTimeframeRequestCount: 100 }), 'rate-limit')
  t.equal(kind(200, { items: [{ externalRequestThreshold: 1 }] }), undefined)
})

t.test('asks what is left of the hour, and waits before the wall', async (t) => {
  const { records, server, simulator } = await simulated(t, size, {}, { times: { longestWaitMs: 10 } })
  await records('contacts')
  t.equal(server.requests.filter(({ path }) => path.endsWith('/ThresholdInformation')).length, 1)
  simulator.useElsewhere(9_100)
  server.clearLog()
  const refused = await failure(records('contacts'))
  t.match(refused, { kind: 'rate-limit', retryAfterSeconds: 120, admin: /of 10000 requests/ })
  t.notOk(
    server.requests.some(({ path }) => path.includes('/query')),
    'nothing is read of what others need',
  )
  simulator.useElsewhere(20_000)
  t.match(await failure(records('companyTypes')), { kind: 'rate-limit' }, 'refused by Autotask itself')
})

t.test('without ThresholdInformation it reads on', async (t) => {
  for (const status of [403, 404]) {
    const { records } = await simulated(
      t,
      size,
      {},
      {
        altered: (request, answer) => (request.path.endsWith('/ThresholdInformation') ? { status } : answer),
      },
    )
    t.equal((await records('contacts')).length, 20)
  }
})

t.test('never three at a time, and an excess of others is waited for', async (t) => {
  const one = await simulated(t, { ...size, configurations: 700 }, { answerMs: 3 })
  await Promise.all(
    (['companies', 'companyTypes', 'companyStatuses', 'markets', 'sites', 'contacts', 'configurations'] as const).map(
      (stream) => one.records(stream),
    ),
  )
  t.equal(one.server.peakInFlight, 2)
  t.notOk(one.server.requests.some(({ status }) => status >= 400))
  const { userName, secret, integrationCode } = one.plain()
  const raw: SimulatedRequest = {
    method: 'POST',
    path: '/zone5/ATServicesRest/V1.0/Contacts/query',
    query: new URLSearchParams(),
    headers: { username: userName, secret, apiintegrationcode: integrationCode },
    body: JSON.stringify({ Filter: [{ op: 'gte', field: 'id', value: 0 }] }),
    origin: one.server.origin,
  }
  const answers = await Promise.all(Array.from({ length: 5 }, async () => one.simulator.answer(raw)))
  t.match(
    answers.filter(({ status }) => status === 500).map((answer) => JSON.stringify(answer.body)),
    [/thread threshold of 3 threads/, /thread threshold of 3 threads/],
    'the simulator refuses the fourth and the fifth',
  )
  const body = { errors: ['The thread threshold of 3 threads has been exceeded'] }
  const fault = one.server.fault({ effect: { kind: 'status', status: 500, body } })
  t.equal((await one.records('contacts')).length, 20)
  t.equal(fault.hits, 1)
})
