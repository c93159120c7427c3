/** The connector over the hub's own client and a real HTTP server: what a stand-in for the client cannot show. */
import t, { type Test } from 'tap'
import { createReadContext } from '../../../core/connections/context.ts'
import type { Connector, ReportLine } from '../../../core/connector/contract.ts'
import { HttpClients } from '../../../core/http/clients.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { companies } from '../../../plugins/connectwise-psa/streams/companies.ts'
import { webhooks } from '../../../plugins/connectwise-psa/webhooks.ts'
import { json, serve } from '../../http-server.ts'
import { collect, settings as example, failure } from './vendor.ts'

interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, unknown>>
}
type Reply = (seen: Seen) => {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** ConnectWise in the release `release`, which the test may change; other releases' paths are gone. */
async function connected(t: Test, reply: Reply) {
  const gone: unknown = { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' }
  const cloud = { release: 'v2025_1', seen: [] as Seen[], gone }
  const origin = await serve(t, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const seen: Seen = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
    }
    cloud.seen.push(seen)
    if (url.pathname === '/login/companyinfo/Acme') {
      return json(response, { IsCloud: true, Codebase: `${cloud.release}/`, SiteUrl: request.headers.host })
    }
    const root = `/${cloud.release}/apis/3.0/`
    if (!url.pathname.startsWith(root)) {
      if (typeof cloud.gone !== 'string') return json(response, cloud.gone, 404)
      return response.writeHead(404, { 'content-type': 'text/html' }).end(cloud.gone)
    }
    const { status = 200, body, headers = {} } = reply({ ...seen, path: url.pathname.slice(root.length) })
    return body === undefined ? response.writeHead(status).end() : json(response, body, status, headers)
  })
  const settings = { ...example, site: origin }
  const quiet = () => {}
  // `Connector` is what the hub knows of every connector, whatever its settings.
  const connector: Connector = connectWise
  const clients = new HttpClients({
    log: { debug: quiet, info: quiet, warn: quiet },
    userAgent: 'Tributary/test',
    times: { backoffMs: 1 },
  })
  t.teardown(() => clients.close())
  const signal = new AbortController().signal
  const reported: string[] = []
  const report = (line: ReportLine) => void reported.push(line.code)
  const http = clients.open({ key: 'one', connector, settings }).http({ signal, report })
  const parts = { connector: connectWise, settings, http, signal, report }
  const ctx = createReadContext(parts, { filter: { companyStatuses: ['1'] }, customFields: [], companies: [] })
  return { cloud, ctx, reported }
}

const list: Reply = ({ path, query }) => {
  if (path.endsWith('/count')) return { body: { count: 2 } }
  const after = Number(query.get('pageId'))
  return {
    body: [{ id: 1 }, { id: 2 }].filter((row) => row.id > after).map((row) => ({ ...row, name: 'x', types: [] })),
  }
}

t.test('reads over the wire, with the headers and conditions ConnectWise wants', async (t) => {
  const { ctx, cloud } = await connected(t, list)
  const records = (await collect(companies.read(ctx))).flatMap((page) => page.records)
  t.strictSame(
    records.map((record) => record.sourceId),
    ['1', '2'],
  )
  const [signIn, ...rest] = cloud.seen
  t.notOk(signIn?.headers.authorization, 'the keys stay home until the host is known')
  for (const { headers } of rest) {
    t.equal(headers.authorization, `Basic ${Buffer.from('Acme+pub:priv').toString('base64')}`)
    t.equal(headers.clientid, example.clientId)
    t.equal(headers.accept, 'application/json')
  }
  const read = rest.find(({ path, query }) => path.endsWith('company/companies') && query.has('pageId'))
  t.equal(read?.headers['pagination-type'], 'forward-only')
  t.equal(read?.query.get('conditions'), 'status/id=1')
})

t.test('a new cloud release in the middle of a pass: asks for the path once and goes on', async (t) => {
  const { ctx, cloud } = await connected(t, list)
  await ctx.http.request({ url: 'company/companies' })
  for (const [release, gone] of [
    ['v2025_2', cloud.gone],
    ['v2025_3', '<html><title>404 - File or directory not found.</title></html>'],
  ] as const) {
    Object.assign(cloud, { release, gone })
    cloud.seen.length = 0
    const records = (await collect(companies.read(ctx))).flatMap((page) => page.records)
    t.equal(records.length, 2)
    t.equal(cloud.seen.filter(({ path }) => path.startsWith('/login/')).length, 1)
  }
})

t.test('a path that is unknown in the current release stays "not found"; nobody is told to sign in', async (t) => {
  const { ctx } = await connected(t, () => ({
    status: 404,
    body: { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' },
  }))
  t.equal((await failure(ctx.http.request({ url: 'company/companies' }))).kind, 'not-found')
})

t.test('removes callbacks although one is gone already', async (t) => {
  const url = 'https://hub.example/hook?recordId='
  const { ctx, cloud } = await connected(t, ({ method, path }) => {
    if (method === 'GET') return { body: [1, 2].map((id) => ({ id, type: 'company', url })) }
    return path.endsWith('/1')
      ? { status: 404, body: { code: 'ConnectWiseApi', message: 'The endpoint does not exist.' } }
      : { status: 204 }
  })
  await webhooks.unregister?.(ctx, 'https://hub.example/hook')
  t.strictSame(cloud.seen.filter(({ method }) => method === 'DELETE').length, 2)
})

t.test('waits as long as a refusal says and loses nothing', async (t) => {
  let refused = false
  const { ctx, reported } = await connected(t, (seen) => {
    if (refused || !seen.query.has('pageId')) return list(seen)
    refused = true
    return {
      status: 429,
      headers: { 'retry-after': '1' },
      body: { error: 'ConnectWiseAPI', message: 'Too many requests.' },
    }
  })
  const records = (await collect(companies.read(ctx))).flatMap((page) => page.records)
  t.equal(records.length, 2)
  t.ok(reported.includes('rate-limit'))
})

t.test('a refused patch comes out as refused, so the second way can be tried', async (t) => {
  const bodies: string[] = []
  const { ctx, cloud } = await connected(t, ({ method }) => {
    if (method === 'PATCH') bodies.push(method)
    if (method === 'PATCH' && bodies.length === 1) return { status: 400, body: { code: 'InvalidObject' } }
    return {
      body: {
        id: 4711,
        customFields: [{ id: 7, type: 'Text', value: 'x' }],
        ...(bodies.length > 0 ? { purchaseDate: '2024-03-31T00:00:00Z' } : {}),
      },
    }
  })
  const outcome = await connectWise.writeBack?.configurations.write(ctx, '4711', { purchaseDate: '2024-03-31' }, {})
  t.equal(outcome?.outcome, 'written')
  t.equal(bodies.length, 2)
  t.match(cloud.seen.at(-1)?.headers['content-type'], /^application\/json/)
})
