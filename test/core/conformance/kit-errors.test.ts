/** Refusals and trouble the toy connector swallows or misnames, and manners it lacks: the kit finds each. */
import t from 'tap'
import type { Connector, Page } from '../../../core/connector/contract.ts'
import { ConnectorError, type ErrorKind } from '../../../core/connector/errors.ts'
import { isRow } from '../../../core/connector/parse.ts'
import type { StreamName } from '../../../core/connector/records.ts'
import type { SimulatorModule } from '../../../core/connector/simulator.ts'
import { asking, breaks, having, paging, reading, type Toy, withStream } from './toy/broken.ts'
import { get } from './toy/client.ts'
import { toy } from './toy/connector.ts'
import * as simulator from './toy/simulator.ts'

type Cases = Record<string, [connector: Connector, rules: string[], detail?: RegExp, simulator?: SimulatorModule]>

/** The stream that ends where an error of that kind comes. */
function swallowing<K extends StreamName>(name: K, kind: ErrorKind): Toy {
  return paging<K>(name, async function* (pages): AsyncGenerator<Page<K>> {
    try {
      yield* pages
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== kind) throw error
    }
  })
}

const errors: Cases = {
  'a refused sign-in swallowed': [
    swallowing('companies', 'auth'),
    ['errors.auth'],
    /companies: 401 at GET \/companies.* is swallowed/,
  ],
  'a missing right swallowed': [
    swallowing('configurations', 'permission'),
    ['errors.permission', 'errors.limited'],
    /configurations: 403 at GET \/configurations\?limit=45&after=0 is swallowed: .* 300 of 300 records are missing/,
  ],
  'a list that is not there taken for an empty one': [
    swallowing('contacts', 'not-found'),
    ['errors.not-found'],
    /404 at GET \/contacts/,
  ],
  'a pause taken for the end': [
    swallowing('configurations', 'rate-limit'),
    ['errors.rate-limit'],
    /429 at GET \/configurations\?.*after=\d+ is swallowed/,
  ],
  'a pause taken for a company without sites': [
    withStream('sites', () => ({
      async *read(ctx) {
        for (const company of ctx.companies) {
          const found = await get(ctx, `companies/${company}/sites`).catch(() => ({ items: [] }))
          ctx.signal.throwIfAborted()
          const items = Array.isArray(found.items) ? found.items.filter(isRow) : []
          yield {
            records: items.map((row) => ({ sourceId: String(row.id), name: String(row.name), companyId: company })),
          }
        }
      },
    })),
    ['errors.rate-limit', 'errors.auth', 'errors.permission', 'errors.trouble', 'errors.not-data'],
    /sites: 429 at GET \/companies\/1\/sites is swallowed/,
  ],
  'trouble taken for the end': [swallowing('contacts', 'transient'), ['errors.trouble'], /contacts: .* is swallowed/],
  'an answer of another shape taken for an empty list': [
    reading('companies', (ctx) =>
      asking(ctx, async (request, send) => {
        const answer = await send(request)
        return { ...answer, body: { items: [], ...Object(answer.body) } }
      }),
    ),
    ['errors.not-data'],
    /companies: JSON of another shape with status 200 .* 12 of 12 records are missing/,
  ],
  'an error of its own making': [
    paging('companies', async function* (pages) {
      try {
        yield* pages
      } catch (error) {
        throw new Error(`Toy: ${error instanceof Error ? error.message : error}`)
      }
    }),
    ['errors.auth', 'errors.permission', 'errors.not-found', 'errors.rate-limit', 'errors.trouble', 'errors.not-data'],
    /401 at GET \/companies.* becomes "Toy: .*": let the error of ctx.http pass/,
  ],
  'a pause declared something else': [
    having({ faults: ({ status }) => (status === 429 ? { kind: 'not-found' } : undefined) }),
    ['errors.kinds', 'errors.rate-limit'],
    /faults\(\) makes 429 with the body .* a not-found/,
  ],
  'faults that cannot read every body': [
    having({
      faults: ({ status, body }) =>
        status === 400 && (body as { message: string }).message.includes('x') ? { kind: 'bug' } : undefined,
    }),
    ['errors.kinds'],
    /Cannot read properties of null/,
  ],
}

const recovery: Cases = {
  'a token that is never renewed': [
    having({ faults: ({ status }) => (status === 401 ? { kind: 'auth' } : undefined) }),
    ['recovery.renewal'],
    /a token that is refused is not renewed/,
  ],
}

let elsewhere = ''

const manners: Cases = {
  'a host that is not declared': [
    having({
      check: async (ctx) => {
        await ctx.http.request({ url: 'https://telemetry.example/hello', anonymous: true }).catch(() => {})
        return toy.check(ctx)
      },
    }),
    ['manners.hosts'],
    /requests to telemetry\.example/,
  ],
  'a client of its own': [
    having({
      check: async (ctx) => {
        await fetch(new URL('/me', ctx.settings.url))
        return toy.check(ctx)
      },
    }),
    ['manners.client'],
    /GET \/me came past ctx\.http/,
  ],
  'a secret in a report line': [
    paging('companies', async function* (pages, ctx) {
      ctx.report({ level: 'info', code: 'hello', message: `Signed in with ${ctx.settings.key}.` })
      yield* pages
    }),
    ['manners.secrets'],
    /a secret was found in report line "hello"/,
  ],
  'a secret in base64 in a checkpoint': [
    paging('contacts', async function* (pages, ctx) {
      const key = Buffer.from(`x:${ctx.settings.key}`).toString('base64')
      for await (const page of pages) yield { ...page, state: key }
    }),
    ['manners.secrets'],
    /a page of contacts/,
  ],
  'a token in an error': [
    having({
      signIn: async (ctx) => {
        const session = await toy.signIn(ctx)
        elsewhere = session.headers.authorization ?? ''
        return session
      },
      check: async (ctx) => {
        const checked = await toy.check(ctx)
        ctx.error('vendor', 'Something is odd.', `with ${elsewhere}`)
        return checked
      },
    }),
    ['manners.secrets'],
    /an error for the log/,
  ],
  'a check that writes': [
    having({
      check: async (ctx) => {
        await ctx.http
          .request({ method: 'PATCH', url: 'configurations/1', body: { notes: 'Tributary was here.' } })
          .catch(() => {})
        return toy.check(ctx)
      },
    }),
    ['manners.read-only'],
    /reading sends PATCH \/configurations\/1/,
  ],
  'a promise left alone': [
    paging('sites', async function* (pages) {
      void Promise.reject(new Error('Nobody hears me.'))
      yield* pages
    }),
    ['manners.loose-ends'],
    /Nobody hears me/,
  ],
  'a simulator that falls over': [
    toy,
    ['simulator.sound'],
    /the simulator itself failed: GET \/me/,
    {
      simulate: (world) => {
        const good = simulator.simulate(world)
        return {
          ...good,
          answer: (request) => {
            if (request.path === '/me') throw new Error('Ouch.')
            return good.answer(request)
          },
        }
      },
    },
  ],
}

for (const [group, cases] of Object.entries({ errors, recovery, manners })) {
  // One battery at a time.
  await t.test(group, async (t) => {
    for (const [name, [connector, rules, detail, module]] of Object.entries(cases)) {
      await t.test(name, (t) => breaks(t, connector, rules, detail, module))
    }
  })
}

await t.test('a connector that keeps its state in itself', async (t) => {
  const limits = { ...toy.limits }
  const changing = having({
    limits,
    check: async (ctx) => {
      limits.concurrency++
      return toy.check(ctx)
    },
  })
  await breaks(t, changing, ['manners.constant'], /connector\.limits\.concurrency changed/)
})
