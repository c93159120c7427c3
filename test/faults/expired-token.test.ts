import sinon from 'sinon'
import t from 'tap'
import type { Context, Session, Settings } from '../../core/connector/index.ts'
import { acme, limits, open, refusal, SECRET } from '../core/http/fixture.ts'
import { json, serve } from '../http-server.ts'

/** A vendor that gives out tokens `t1`, `t2`, … and accepts the newest, or none once `closed`. */
async function vendor(t: Parameters<typeof serve>[0], life?: number) {
  const state = { signIns: 0, answered: 0, refused: 0, closed: false, accepted: '', origin: '' }
  state.origin = await serve(t, (request, response) => {
    if (request.url === '/token') {
      state.signIns++
      if (state.closed) return json(response, { error: 'invalid_client' }, 400)
      state.accepted = `t${state.signIns}`
      // Long enough for others to come and ask, too.
      return setTimeout(() => json(response, { token: state.accepted }), 20)
    }
    if (request.headers.authorization === `Bearer ${state.accepted}` && !state.closed) {
      state.answered++
      return json(response, { at: request.url })
    }
    state.refused++
    return json(response, {}, 401)
  })
  const signIn = async (ctx: Context<Settings>): Promise<Session> => {
    try {
      const { body } = await ctx.http.request({ url: `${ctx.settings.url}/token`, method: 'POST', repeatable: true })
      const headers = { Authorization: `Bearer ${Object(body).token}` }
      const expiresAt = life === undefined ? {} : { expiresAt: new Date(Date.now() + life).toISOString() }
      return { baseUrl: `${state.origin}/`, headers, ...expiresAt }
    } catch {
      throw ctx.error('auth', `The client secret ${ctx.settings.token} is no longer valid. Make a new one.`)
    }
  }
  return { state, connector: acme({ signIn }) }
}

const ten = Array.from({ length: 10 }, (_, number) => `page-${number}`)

t.test('ten requests at once sign in once, and again once when the token has expired', async (t) => {
  const { state, connector } = await vendor(t)
  const { http, another } = open(t, state.origin, connector)
  await Promise.all(ten.map((url) => http.request({ url })))
  t.match(state, { signIns: 1, answered: 10, refused: 0 })
  state.accepted = 'something else'
  const answers = await Promise.all(ten.map((url) => http.request({ url })))
  t.same(
    answers.map(({ body }) => body),
    ten.map((url) => ({ at: `/${url}` })),
  )
  t.match(state, { signIns: 2, answered: 20 })
  t.ok(state.refused <= 10)
  await another('one').request({ url: 'x' })
  t.equal(state.signIns, 2, 'opened again it is the same session')
  await another('two').request({ url: 'x' })
  t.equal(state.signIns, 3, 'another connection has its own')
})

t.test('a write that was refused for the token is sent again', async (t) => {
  const { state, connector } = await vendor(t)
  const { http } = open(t, state.origin, connector)
  await http.request({ url: 'x' })
  state.accepted = 'something else'
  t.same((await http.request({ url: 'y', method: 'POST', body: {} })).body, { at: '/y' })
})

t.test('the token is renewed a minute before it ends, without a refusal', async (t) => {
  const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
  t.teardown(() => clock.restore())
  const { state, connector } = await vendor(t, 3_600_000)
  const { http } = open(t, state.origin, connector)
  await http.request({ url: 'x' })
  clock.tick(3_600_000 - 61_000)
  await http.request({ url: 'x' })
  t.equal(state.signIns, 1)
  clock.tick(2000)
  await Promise.all(ten.map((url) => http.request({ url })))
  t.match(state, { signIns: 2, refused: 0 })
})

t.test('a token with a life of seconds, or one that is over by our clock, does not sign in without end', async (t) => {
  for (const life of [30_000, -300_000]) {
    const { state, connector } = await vendor(t, life)
    const { http } = open(t, state.origin, connector)
    for (const url of ten) await http.request({ url })
    t.match(state, { signIns: 1, answered: 10 })
  }
})

t.test('static credentials are not tried again: every repetition brings the lock-out nearer', async (t) => {
  let hits = 0
  let signIns = 0
  const origin = await serve(t, (_, response) => {
    hits++
    json(response, {}, 401)
  })
  const signIn = async ({ settings }: Context<Settings>): Promise<Session> => {
    signIns++
    return { baseUrl: `${origin}/`, headers: { authorization: `Basic ${settings.token}` } }
  }
  const { http } = open(t, origin, acme({ signIn, ...limits([], { concurrency: 10 }) }))
  const errors = await Promise.all(ten.map((url) => refusal(http, url)))
  for (const error of errors) {
    t.match(error, { kind: 'auth', status: 401, admin: /Acme PSA refused the sign-in \(401\)\. Check the credentials/ })
    t.notMatch(error.message + error.admin, SECRET)
  }
  t.equal(hits, 10)
  t.equal(signIns, 2, 'once to begin with, once to see whether anything is new')
})

t.test('a sign-in that is refused for good ends all requests with one message and no further calls', async (t) => {
  const { state, connector } = await vendor(t)
  const { http } = open(t, state.origin, connector)
  await http.request({ url: 'x' })
  state.closed = true
  const errors = await Promise.all(ten.map((url) => refusal(http, url)))
  t.equal(new Set(errors).size, 1)
  t.match(errors[0], { kind: 'auth', admin: 'The client secret [hidden] is no longer valid. Make a new one.' })
  const { signIns, refused } = state
  t.equal(signIns, 2)
  for (const url of ten) t.equal((await refusal(http, url)).kind, 'auth')
  t.match(state, { signIns, refused }, 'streams that come later do not knock again')
})

t.test('after a while, or with other settings, a refused sign-in is tried anew', async (t) => {
  const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
  t.teardown(() => clock.restore())
  const { state, connector } = await vendor(t)
  const { http, another } = open(t, state.origin, connector)
  state.closed = true
  await refusal(http, 'x')
  await refusal(http, 'x')
  t.equal(state.signIns, 1)
  state.closed = false
  await another('one', { url: state.origin, token: 'a new one' }).request({ url: 'x' })
  t.equal(state.signIns, 2)
  clock.tick(31_000)
  await http.request({ url: 'x' })
  t.equal(state.signIns, 3)
})

t.test('a token that is fresh and still refused is refused once', async (t) => {
  let hits = 0
  let signIns = 0
  const origin = await serve(t, (_, response) => {
    hits++
    json(response, {}, 401)
  })
  const signIn = async (): Promise<Session> => ({
    baseUrl: `${origin}/`,
    headers: { authorization: `Bearer ${++signIns}` },
  })
  const { http } = open(t, origin, acme({ signIn }))
  t.equal((await refusal(http, 'x')).kind, 'auth')
  t.match({ hits, signIns }, { hits: 2, signIns: 2 })
})

t.test('a vendor that says it in its own way is understood', async (t) => {
  const { state, connector } = await vendor(t)
  const faults = ({ status }: { status: number }) =>
    status === 401 ? ({ kind: 'permission', admin: 'Grant more.' } as const) : undefined
  await t.test('no sign-in where the connector reads 401 as something else', async (t) => {
    const { http } = open(t, state.origin, { ...connector, faults })
    await http.request({ url: 'x' })
    state.accepted = 'something else'
    t.match(await refusal(http, 'x'), { kind: 'permission', admin: 'Grant more.' })
    t.equal(state.signIns, 1)
  })
  await t.test('a sign-in where it reads a 200 as "session over"', async (t) => {
    let calls = 0
    const origin = await serve(t, (_, response) => json(response, { session: ++calls > 1 }))
    const signIn = async (): Promise<Session> => ({ baseUrl: `${origin}/`, headers: { 'x-session': String(calls) } })
    const over = ({ body }: { body: unknown }) =>
      Object(body).session ? undefined : ({ kind: 'auth', signInAgain: true } as const)
    const { http } = open(t, origin, acme({ signIn, faults: over }))
    t.same((await http.request({ url: 'x' })).body, { session: true })
  })
})

t.test('a sign-in that moves to another base URL takes the request along', async (t) => {
  const second = await serve(t, (request, response) => json(response, { at: `second${request.url}` }))
  const first = await serve(t, (_, response) => json(response, {}, 401))
  let moved = false
  const signIn = async (): Promise<Session> => {
    const baseUrl = moved ? `${second}/v2` : `${first}/`
    moved = true
    return { baseUrl, headers: { authorization: 'Basic same' } }
  }
  const hosts = () => [first, second].map((origin) => new URL(origin).host)
  const { http } = open(t, first, acme({ signIn, hosts }))
  t.same((await http.request({ url: 'x' })).body, { at: 'second/v2/x' })
})

t.test('with one request at a time allowed, signing in does not wait for itself', async (t) => {
  const { state, connector } = await vendor(t)
  const narrow = { ...connector, limits: { concurrency: 1, windows: [], scope: 'connection' } as const }
  const { http } = open(t, state.origin, narrow)
  await Promise.all(ten.map((url) => http.request({ url })))
  state.accepted = 'something else'
  await Promise.all(ten.map((url) => http.request({ url })))
  t.match(state, { signIns: 2, answered: 20 })
})

t.test('a token that ages while its request waits for its turn is renewed first', async (t) => {
  const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
  t.teardown(() => clock.restore())
  const { state, connector } = await vendor(t, 3_600_000)
  const { http } = open(t, state.origin, { ...connector, ...limits([], { concurrency: 1 }) })
  await http.request({ url: 'x' })
  const first = http.request({ url: 'y' })
  const second = http.request({ url: 'z' })
  await new Promise((resolve) => setImmediate(resolve))
  clock.tick(3_600_000)
  await Promise.all([first, second])
  t.match(state, { signIns: 2, refused: 0 })
})

t.test('one request that gives up does not end the sign-in others wait for', async (t) => {
  const { state, connector } = await vendor(t)
  const { connection, http } = open(t, state.origin, connector)
  const leaving = new AbortController()
  const impatient = connection.http({ signal: leaving.signal, report: () => {} }).request({ url: 'x' })
  const patient = http.request({ url: 'y' })
  leaving.abort(new Error('enough'))
  await t.rejects(impatient, new Error('enough'))
  t.same((await patient).body, { at: '/y' })
  t.equal(state.signIns, 1)
})
