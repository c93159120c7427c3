import t from 'tap'
import { type ContextParts, createContext, createReadContext } from '../../../core/connections/context.ts'
import { ConnectorError, type Http, type ReportLine, type Settings } from '../../../core/connector/index.ts'
import { json, serve } from '../../http-server.ts'
import { acme, limits, open, SECRET } from '../http/fixture.ts'

const http: Http = {
  request: async () => {
    throw new Error('nobody asks')
  },
}

function parts(more: Partial<ContextParts<Settings>> = {}): ContextParts<Settings> & { lines: ReportLine[] } {
  const lines: ReportLine[] = []
  return {
    connector: acme(limits([], { concurrency: 2 })),
    settings: { url: 'https://x.example', token: SECRET },
    http,
    signal: new AbortController().signal,
    report: (line) => void lines.push(line),
    lines,
    ...more,
  }
}

const reading = { filter: {}, customFields: [], companies: ['1', '2'] }

t.test('errors and report lines leave the context without secrets', async (t) => {
  const given = parts()
  const ctx = createContext(given)
  t.equal(ctx.settings, given.settings)
  t.equal(ctx.signal, given.signal)
  const error = ctx.error('config', `Correct ${SECRET}.`, `was ${Buffer.from(SECRET).toString('base64')}`)
  t.ok(error instanceof ConnectorError)
  t.match(error, { kind: 'config', admin: 'Correct [hidden].', message: /^was \[hidden\].{0,2}$/ })
  t.match(ctx.error('vendor', 'Only this.'), { admin: 'Only this.', message: 'Only this.' })
  ctx.report({ level: 'warning', code: 'odd', message: `with ${SECRET}`, sourceId: SECRET })
  t.same(given.lines, [{ level: 'warning', code: 'odd', message: 'with [hidden]', sourceId: '[hidden]' }])
})

t.test('what the client learned at sign-in is masked as well', async (t) => {
  const origin = await serve(t, (_, response) => json(response, {}))
  const token = 'access-token-from-the-vendor'
  const signIn = async () => ({ baseUrl: `${origin}/`, headers: { authorization: `Bearer ${token}` } })
  const opened = open(t, origin, acme({ signIn }))
  await opened.http.request({ url: 'x' })
  const given = parts({ http: opened.http })
  createContext(given).report({ level: 'info', code: 'x', message: `got ${token}` })
  t.equal(given.lines[0]?.message, 'got [hidden]')
})

t.test('a reading has what was given and lacks what was not', async (t) => {
  const bare = createReadContext(parts(), reading)
  t.match(bare, reading)
  for (const name of ['since', 'checkpoint', 'state']) t.notOk(name in bare, name)
  const full = createReadContext(parts(), {
    ...reading,
    since: '2026-01-01T00:00:00Z',
    checkpoint: null,
    state: { a: 1 },
  })
  t.match(full, { since: '2026-01-01T00:00:00Z', checkpoint: null, state: { a: 1 } })
})

t.test('ahead works as wide as the vendor allows', async (t) => {
  const { ahead } = createReadContext(parts(), reading)
  let now = 0
  let most = 0
  const fetch = async (item: number) => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setImmediate(resolve))
    now--
    return item * 2
  }
  const results: number[] = []
  for await (const result of ahead([1, 2, 3, 4, 5], fetch)) results.push(result)
  t.same(results, [2, 4, 6, 8, 10])
  t.equal(most, 2)
})
