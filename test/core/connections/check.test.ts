import sinon from 'sinon'
import t from 'tap'
import { type Checked, ConnectorError, type Context } from '../../../core/connector/index.ts'
import { type AcmeSettings, bench, by, failure, settings, variant } from './fixture.ts'

type Check = (ctx: Context<AcmeSettings>) => Promise<Checked>
const good: Check = async (ctx) => ({
  account: new URL(ctx.settings.url).hostname,
  accountName: 'Acme account',
  permissions: [{ permission: 'read', state: 'ok', message: 'Reads.' }],
})
let answer = good
const docs = variant('docs', 'documentation', { check: (ctx) => answer(ctx) })
const { database, connections } = await bench(t, [docs, variant('tenant', 'identity')])

t.beforeEach(async () => {
  await database.run('truncate connections, companies restart identity cascade')
  answer = good
})

const add = (name: string, url = settings.url) =>
  connections.add({ connector: 'docs', name, settings: { ...settings, url } }, by)

t.test('a good check stores the account and the rights', async (t) => {
  const { id } = await add('Docs')
  t.match(await connections.check(id), {
    ok: true,
    account: 'acme.example',
    permissions: [{ permission: 'read', state: 'ok' }],
  })
  const view = await connections.get(id)
  t.match(view, { account: 'acme.example', accountName: 'Acme account', checkResult: { ok: true }, state: 'active' })
  t.ok(view.checkedAt instanceof Date)
})

t.test('a right without which nothing works is named with the place to click; others are only listed', async (t) => {
  const { id } = await add('Docs')
  answer = async (ctx) => ({
    ...(await good(ctx)),
    permissions: [
      { permission: 'read', state: 'missing', message: 'Cannot read.' },
      { permission: 'write', state: 'missing', message: 'Cannot write.' },
    ],
  })
  t.match(await connections.check(id), {
    ok: false,
    kind: 'permission',
    message: /Read all \(Roles\)\.$/,
    permissions: [{}, {}],
  })
  t.equal((await connections.get(id)).state, 'active')
  answer = async (ctx) => ({
    ...(await good(ctx)),
    permissions: [{ permission: 'write', state: 'missing', message: 'No.' }],
  })
  t.match(await connections.check(id), { ok: true })
})

t.test(
  'a refused sign-in sets "needs sign-in", a good one clears it, a vendor that is away does neither',
  async (t) => {
    const { id } = await add('Docs')
    answer = async () => {
      throw new ConnectorError('auth', 'The token was refused.')
    }
    t.match(await connections.check(id), { ok: false, kind: 'auth', message: 'The token was refused.' })
    t.match(await connections.get(id), {
      state: 'needs-sign-in',
      checkResult: { ok: false, message: 'The token was refused.' },
    })
    answer = async () => {
      throw new ConnectorError('transient', 'Acme is away.')
    }
    await connections.check(id)
    t.match(await connections.get(id), { state: 'needs-sign-in', checkResult: { ok: false, kind: 'transient' } })
    answer = good
    await connections.check(id)
    t.match(await connections.get(id), { state: 'active', checkResult: { ok: true } })
    await connections.pause(id, by)
    await connections.check(id)
    t.equal((await connections.get(id)).state, 'paused', 'a test does not resume what a person paused')
  },
)

t.test('one account, one connection: the second is refused with a sentence and does not sync', async (t) => {
  const first = await add('First')
  await connections.check(first.id)
  t.match(await connections.checkSettings('docs', settings), {
    ok: false,
    message: /Acme account is connected already, as "First"/,
  })
  t.match(await connections.checkSettings('docs', { ...settings, url: 'https://b.example' }), {
    ok: true,
    account: 'b.example',
  })
  const second = await add('Second')
  t.match(await connections.check(second.id), { ok: false, kind: 'config', message: /connected already, as "First"/ })
  t.match(await connections.get(second.id), {
    account: null,
    state: 'needs-sign-in',
    checkResult: { message: /as "First"/ },
  })
  await connections.remove(first.id, by)
  t.match(await connections.check(second.id), { ok: true })
  t.match(await connections.get(second.id), { account: 'acme.example', state: 'active' })
})

t.test('two tests of two connections to one account at once: one of them is refused', async (t) => {
  const ids = [(await add('First')).id, (await add('Second')).id]
  const reports = await Promise.all(ids.map((id) => connections.check(id)))
  t.same(reports.map((report) => report.ok).sort(), [false, true])
})

t.test('a connection stays with its account', async (t) => {
  const { id } = await add('Docs')
  await connections.check(id)
  t.match(await connections.checkSettings('docs', { url: 'https://b.example', token: '' }, id), {
    ok: false,
    message: /another account/,
  })
  t.match(await connections.checkSettings('docs', { token: 'other-token' }, id), { ok: true }, 'not stopped by itself')
  await connections.update(id, { settings: { url: 'https://b.example' } }, by)
  t.match(await failure(connections.open(id, { signal: AbortSignal.timeout(60_000) })), {
    kind: 'config',
    admin: /another account \(Acme account\)/,
  })
  t.match(await connections.get(id), { state: 'needs-sign-in', account: 'acme.example' })
  await connections.update(id, { settings: { url: 'https://acme.example' } }, by)
  ;(await connections.open(id, { signal: AbortSignal.timeout(60_000) })).close()
  t.match(await connections.get(id), { state: 'active', checkResult: { ok: true } }, 'tested when it was opened')
})

t.test('a connector that throws something of its own is a fault of its author, and no secret gets out', async (t) => {
  const { id } = await add('Docs')
  answer = async (ctx) => {
    throw new TypeError(`bad header ${ctx.settings.token}`)
  }
  const report = await connections.check(id)
  t.match(report, { ok: false, kind: 'bug', message: /TypeError: bad header \[hidden\].*author/ })
  t.notMatch(JSON.stringify(await connections.get(id)), settings.token)
})

t.test('a connector that never answers is given up after 30 seconds', async (t) => {
  const { id } = await add('Docs')
  const started = Promise.withResolvers<AbortSignal>()
  answer = (ctx) => {
    started.resolve(ctx.signal)
    return new Promise(() => {})
  }
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  t.teardown(() => clock.restore())
  const report = connections.check(id)
  const signal = await started.promise
  clock.tick(29_999)
  t.equal(signal.aborted, false)
  clock.tick(1)
  t.equal(signal.aborted, true)
  clock.restore()
  t.match(await report, { ok: false, kind: 'transient', message: /did not answer within 30 seconds/ })
  t.equal((await connections.get(id)).state, 'active')
})
