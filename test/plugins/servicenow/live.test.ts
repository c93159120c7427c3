/** Signing in, waiting, cut answers and time zones, through the hub's own client. */
import t from 'tap'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { hostsOf, originOf } from '../../../plugins/servicenow/instance.ts'
import { idBelow } from '../../../plugins/servicenow/simulator/rows.ts'
import { credentials } from '../../../plugins/servicenow/simulator/sign-in.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const tiny = { companies: 6, contacts: 40, configurations: 80, tickets: 5 }
const { client, user } = credentials

t.test('finds the instance in what was typed, and calls nothing else', async (t) => {
  for (const typed of ['acme', ' ACME ', 'acme.service-now.com', 'https://acme.service-now.com/now/nav/ui/home?x=1'])
    t.equal(originOf(typed), 'https://acme.service-now.com', typed)
  t.equal(originOf('support.example.com:8443'), 'https://support.example.com:8443')
  t.equal(originOf('http://127.0.0.1:4000/x'), 'http://127.0.0.1:4000')
  for (const typed of ['http://acme.service-now.com', 'https://user:pass@acme.example', 'ftp://acme', 'a b'])
    t.same(hostsOf({ instance: typed }), [], typed)
})

t.test('signs in by API key, by OAuth both ways, and by name and password', async (t) => {
  const { records, settings, server } = await simulated(t, tiny)
  const ways = [
    settings(),
    settings({ signInWith: 'OAuth', ...client }),
    settings({ signInWith: 'OAuth', ...client, ...user }),
    settings({ signInWith: 'Basic', ...user }),
  ]
  for (const way of ways) t.equal((await records('companies', {}, way)).length, tiny.companies)
  const [clientGrant, passwordGrant] = server.requests.filter(({ path }) => path === '/oauth_token.do')
  t.match(clientGrant?.body, /^grant_type=client_credentials/)
  t.match(passwordGrant?.body, /^grant_type=password/)
  const used = new Set(
    server.requests.map(({ headers }) =>
      Object.keys(headers)
        .filter((name) => /apikey|authorization/.test(name))
        .join(),
    ),
  )
  t.same(used, new Set(['x-sn-apikey', '', 'authorization']), 'one way at a time')
})

t.test('says which credential is missing or refused', async (t) => {
  const { context, settings } = await simulated(t, tiny)
  const check = async (own: Parameters<typeof settings>[0]) => failure(serviceNow.check(context({}, settings(own))))
  t.match(await check({ apiKey: '' }), { kind: 'config', admin: /API key is needed/ })
  t.match(await check({ signInWith: 'OAuth', clientId: 'x' }), { kind: 'config', admin: /Client secret is needed/ })
  t.match(await check({ signInWith: 'OAuth', ...client, clientSecret: 'wrong-secret' }), {
    kind: 'auth',
    admin: /OAuth/,
  })
  t.match(await check({ signInWith: 'Basic', ...user, password: 'wrong-password' }), {
    kind: 'auth',
    admin: /Web service access only/,
  })
})

t.test('an OAuth token that ended early is got anew, once', async (t) => {
  const { records, settings, server, simulator } = await simulated(t, tiny)
  const own = settings({ signInWith: 'OAuth', ...client })
  await records('companies', {}, own)
  simulator.revoke()
  t.equal((await records('companies', {}, own)).length, tiny.companies)
  t.equal(server.requests.filter(({ path }) => path === '/oauth_token.do').length, 2)
})

t.test('a list that runs out of time is read in smaller pages', async (t) => {
  const { records, reported, server } = await simulated(t, { ...tiny, configurations: 900 }, { quota: 300 })
  const ids = (await records('configurations')).map(({ sourceId }) => sourceId)
  t.equal(new Set(ids).size, 900)
  t.ok(reported.includes('info smaller-pages'))
  t.notOk(reported.includes('info retry'), 'the same is not asked again')
  t.ok(server.requests.some(({ query }) => query.get('sysparm_limit') === '250'))
  const hopeless = await simulated(t, { ...tiny, configurations: 900 }, { quota: 20 })
  t.match(await failure(hopeless.records('configurations')), { kind: 'vendor', admin: /transaction quota/ })
})

t.test('waits until a rate rule counts anew', async (t) => {
  let refused = false
  const started = Date.now()
  const { records } = await simulated(
    t,
    tiny,
    {},
    {
      altered: (_request, answer) => {
        if (refused) return answer
        refused = true
        const reset = String(Math.ceil(Date.now() / 1000) + 1)
        const error = {
          message: 'Rate limit exceeded',
          detail: 'Rate limit of 100 requests per hour for Table API exceeded',
        }
        return {
          status: 429,
          headers: { 'x-ratelimit-limit': '100', 'x-ratelimit-reset': reset },
          body: { error, status: 'failure' },
        }
      },
    },
  )
  t.equal((await records('companies')).length, tiny.companies)
  t.ok(Date.now() - started >= 900)
})

t.test('a pass that goes beyond a rate rule waits and loses nothing', async (t) => {
  const answers: number[] = []
  const rateRule = { requests: 2, seconds: 1 }
  const exchanged = (_request: unknown, { status }: { readonly status: number }) => void answers.push(status)
  const { records, simulator } = await simulated(t, tiny, { rateRule }, { exchanged })
  const sites = await records('sites')
  const devices = await records('configurations')
  t.same(sites.map(({ sourceId }) => sourceId).sort(), [...simulator.expected('sites')].sort())
  t.equal(devices.length, tiny.configurations)
  const refused = answers.filter((status) => status === 429).length
  t.ok(refused > 0 && refused < answers.length / 2, `${refused} of ${answers.length} refused: waited, not insisted`)
})

t.test('an instance that is too busy to begin is asked again', async (t) => {
  for (const status of [202, 499]) {
    let refused = 0
    const { records } = await simulated(
      t,
      tiny,
      {},
      { altered: (_request, answer) => (refused++ === 0 ? { status, body: '' } : answer) },
    )
    t.equal((await records('companies')).length, tiny.companies, `${status}`)
    t.ok(refused > 1)
  }
})

t.test('an instance that sleeps says so', async (t) => {
  const page =
    '<html><head><title>Instance Hibernating page</title></head><body>Your instance is hibernating</body></html>'
  const { context } = await simulated(t, tiny, {}, { altered: () => ({ status: 200, body: page }) })
  t.match(await failure(serviceNow.check(context())), { kind: 'config', admin: /asleep/ })
})

t.test('an empty list may answer 404, a table that is not there is a setting', async (t) => {
  const one = await simulated(
    t,
    tiny,
    {},
    {
      altered: (request, answer) => {
        if (request.path.endsWith('/sys_user'))
          return { status: 404, body: { error: { message: 'No Record found', detail: '' }, status: 'failure' } }
        if (request.path.endsWith('/cmn_location'))
          return {
            status: 400,
            body: { error: { message: 'Invalid table cmn_location', detail: null }, status: 'failure' },
          }
        return answer
      },
    },
  )
  t.same(await one.records('contacts'), [])
  t.match(await failure(one.records('sites')), { kind: 'config', admin: /no such table/ })
})

t.test('what changed since comes whatever the zone of the user, and what is gone is told', async (t) => {
  for (const zoneMinutes of [-480, 0, 330, 780]) {
    const { world, pages, server } = await simulated(t, { ...tiny, configurations: 300 }, { zoneMinutes })
    const since = '2026-07-01T12:00:00.000Z'
    for (const [id, updatedAt] of [
      [3, '2026-07-01T11:59:59Z'],
      [5, '2026-07-01T12:00:00Z'],
      [7, '2026-07-03T00:00:00Z'],
    ] as const) {
      const row = world.configurations.get(id)
      if (row) world.configurations.put({ ...row, updatedAt })
    }
    world.configurations.remove(9)
    const read = await pages('configurations', { since })
    const ids = read.flatMap(({ records }) => records.map(({ sourceId }) => idBelow(sourceId)))
    t.ok(ids.includes(5) && ids.includes(7), `${zoneMinutes}`)
    t.ok(ids.length < 40, 'not everything')
    t.ok(
      read
        .flatMap(({ removals = [] }) => removals)
        .map(idBelow)
        .includes(9),
    )
    const [asked] = server.requests.flatMap(
      ({ query }) => /sys_updated_on>=(.{19})/.exec(query.get('sysparm_query') ?? '')?.[1] ?? [],
    )
    t.equal(asked, { '-480': '2026-07-01 03:00:00', 0: '2026-07-01 12:00:00' }[zoneMinutes] ?? '2026-07-01 11:00:00')
  }
  const unclear = await simulated(
    t,
    tiny,
    {},
    {
      altered: (_request, answer) =>
        JSON.parse(JSON.stringify(answer).replace(/("display_value":")(\d{4})-(\d\d)-(\d\d) /g, '$1$4.$3.$2 ')),
    },
  )
  await unclear.pages('companies', { since: '2026-07-01T12:00:00.000Z' })
  t.ok(
    unclear.server.requests.some(({ query }) =>
      query.get('sysparm_query')?.includes('sys_updated_on>=2026-06-30 23:00:00'),
    ),
  )
  t.ok(unclear.reported.includes('info time-zone'))
})

t.test('the change of an asset is a change of its configuration item, if the asset has the dates', async (t) => {
  const { pages, settings, server } = await simulated(t, tiny, { assetLed: true })
  await pages('configurations', { since: '2026-07-01T12:00:00.000Z' }, settings({ datesFrom: 'asset' }))
  t.ok(server.requests.some(({ query }) => query.get('sysparm_query')?.includes('^ORasset.sys_updated_on>=')))
})

t.test('after a webhook one record is read, not the list it is in', async (t) => {
  const { context, records, server } = await simulated(t, tiny)
  for (const stream of ['companies', 'sites', 'contacts', 'configurations'] as const) {
    const all: readonly { readonly sourceId: string }[] = await records(stream)
    for (const { sourceId } of all.slice(0, 12)) {
      server.clearLog()
      t.same(
        await serviceNow.streams[stream]?.readOne?.(context(), sourceId),
        all.find((record) => record.sourceId === sourceId),
      )
      const queries = server.requests.map(({ query }) => query.get('sysparm_query') ?? '')
      t.ok(queries.length <= 2 && queries.every((query) => /(sys_id|company)=/.test(query)), `${stream}: ${queries}`)
    }
  }
})

t.test('an id that is no ordinary one does not stop the list', async (t) => {
  const odd = (body: unknown) => JSON.parse(JSON.stringify(body).replaceAll(ids[3] ?? '', 'GLOBAL_group'))
  const plain = await simulated(t, tiny)
  const ids = (await plain.records('ticketBoards')).map(({ sourceId }) => sourceId)
  const one = await simulated(t, tiny, {}, { altered: (_request, answer) => ({ ...answer, body: odd(answer.body) }) })
  t.same(
    (await one.records('ticketBoards')).map(({ sourceId }) => sourceId),
    ids.map((id, index) => (index === 3 ? 'GLOBAL_group' : id)),
  )
})
