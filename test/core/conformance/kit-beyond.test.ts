/** What the kit finds in tickets, write-back and webhooks: the toy connector, broken in one point at a time. */
import { createHmac } from 'node:crypto'
import t from 'tap'
import type { Connector } from '../../../core/connector/contract.ts'
import { ConnectorError } from '../../../core/connector/errors.ts'
import { isRow } from '../../../core/connector/parse.ts'
import { signature } from './toy/beyond.ts'
import { breaks, having, type Toy } from './toy/broken.ts'
import { get } from './toy/client.ts'
import { toy } from './toy/connector.ts'

type Cases = Record<string, [connector: Connector, rules: string[], detail?: RegExp]>
type Tickets = NonNullable<Toy['tickets']>
type Write = NonNullable<Toy['writeBack']>['configurations']['write']
type Webhooks = NonNullable<Toy['webhooks']>

const { tickets: goodTickets, writeBack: goodWriteBack, webhooks: goodWebhooks } = toy
if (!goodTickets || !goodWriteBack || !goodWebhooks) throw new Error('The toy has one of everything.')

const ticketing = (parts: Partial<Tickets>): Toy => having({ tickets: { ...goodTickets, ...parts } })
const hooking = (parts: Partial<Webhooks>): Toy => having({ webhooks: { ...goodWebhooks, ...parts } })
const goodWrite = goodWriteBack.configurations.write
const writing = (write: Write): Toy =>
  having({ writeBack: { configurations: { ...goodWriteBack.configurations, write } } })

const tickets: Cases = {
  'closed tickets among the open ones': [
    ticketing({ list: (ctx, { closed: _, ...query }) => goodTickets.list(ctx, query) }),
    ['tickets.list'],
    /asked for closed tickets, .* is none/,
  ],
  'open tickets only': [
    ticketing({ list: (ctx, query) => goodTickets.list(ctx, { closed: false, ...query }) }),
    ['tickets.list'],
    /\d+ of 60 tickets are listed/,
  ],
  "another company's tickets": [
    ticketing({ list: (ctx, query) => goodTickets.list(ctx, { ...query, companyId: '2' }) }),
    ['tickets.list'],
    /is listed for company \d+ and for \d+/,
  ],
  'a ticket that is gone and yet shown': [
    ticketing({
      get: (ctx, id) =>
        goodTickets.get(ctx, id).catch((error) => {
          if (error instanceof ConnectorError && error.kind === 'not-found')
            return { sourceId: id, summary: '', notes: [] }
          throw error
        }),
    }),
    ['tickets.detail'],
    /get\(\) of a ticket that is gone should fail with kind not-found/,
  ],
  'no tickets where there is no right': [
    ticketing({
      list: (ctx, query) =>
        goodTickets.list(ctx, query).catch((error) => {
          if (error instanceof ConnectorError && error.kind === 'permission') return []
          throw error
        }),
    }),
    ['tickets.errors'],
    /list\(\) with status 403 should fail/,
  ],
}

const writeBack: Cases = {
  'everything written every time': [
    writing(async (ctx, id, change) => {
      await ctx.http.request({ method: 'PATCH', url: `configurations/${id}`, body: change, repeatable: true })
      return { outcome: 'written', current: change }
    }),
    ['write-back.written', 'write-back.unchanged', 'write-back.not-found', 'write-back.doubt'],
    /answers "written" when it is called a second time/,
  ],
  'more written than was asked': [
    writing(async (ctx, id, change, expected) => {
      const outcome = await goodWrite(ctx, id, change, expected)
      if (outcome.outcome === 'written')
        await ctx.http.request({ method: 'PATCH', url: `configurations/${id}`, body: { notes: 'by Tributary' } })
      return outcome
    }),
    ['write-back.written'],
    /write\(\) of warrantyExpiration changes notes as well/,
  ],
  'a conflict written over': [
    writing((ctx, id, change) => goodWrite(ctx, id, change, {})),
    ['write-back.unchanged'],
    /answers "written" when the source no longer holds/,
  ],
  'a conflict seen where the source has it already': [
    writing(async (ctx, id, change, expected) => {
      const row = await get(ctx, `configurations/${id}`).catch(() => undefined)
      const warranty = row?.warranty
      if (row && expected.warrantyExpiration !== undefined && expected.warrantyExpiration !== warranty)
        return { outcome: 'conflict', current: { warrantyExpiration: String(warranty) } }
      return goodWrite(ctx, id, change, expected)
    }),
    ['write-back.doubt'],
    /answers "conflict" after a write whose answer was lost/,
  ],
  'a record that is gone thrown as an error': [
    writing(async (ctx, id, change, expected) => {
      await get(ctx, `configurations/${id}`)
      return goodWrite(ctx, id, change, expected)
    }),
    ['write-back.not-found'],
  ],
  'a refusal taken for "unchanged"': [
    writing((ctx, id, change, expected) =>
      goodWrite(ctx, id, change, expected).catch((error) => {
        if (error instanceof ConnectorError && error.kind === 'permission') return { outcome: 'unchanged', current: {} }
        throw error
      }),
    ),
    ['write-back.not-found'],
    /write\(\) without the right to should fail/,
  ],
}

const verifying = (verify: Webhooks['verify']): Toy => hooking({ verify })

const webhooks: Cases = {
  'registered anew each time': [
    hooking({
      register: async (ctx, url) => {
        const { body } = await ctx.http.request({ method: 'POST', url: 'hooks', body: { url, stream: 'companies' } })
        await ctx.http.request({ method: 'POST', url: 'hooks', body: { url, stream: 'configurations' } })
        return [isRow(body) ? String(body.id) : '']
      },
    }),
    ['webhooks.register'],
    /answers other ids/,
  ],
  "other people's registrations removed": [
    hooking({
      unregister: async (ctx) => {
        const { items } = await get(ctx, 'hooks')
        for (const { id } of Array.isArray(items) ? items : [])
          await ctx.http.request({ method: 'DELETE', url: `hooks/${id}` })
      },
    }),
    ['webhooks.register'],
    /removes registrations that point elsewhere/,
  ],
  'no signature, no check': [
    verifying(
      async (ctx, delivery) => delivery.headers['x-toy-signature'] === undefined || goodWebhooks.verify(ctx, delivery),
    ),
    ['webhooks.verify'],
    /believes a delivery without headers and query/,
  ],
  'no secret, no check': [
    verifying(async (ctx, delivery) => ctx.settings.hookSecret === undefined || goodWebhooks.verify(ctx, delivery)),
    ['webhooks.verify'],
    /believes everything when hookSecret is not set/,
  ],
  'a signature over what was parsed': [
    verifying(async (ctx, delivery) => {
      const parsed = await new Response(delivery.raw.slice()).json().catch(() => undefined)
      return goodWebhooks.verify(ctx, { ...delivery, raw: Buffer.from(JSON.stringify(parsed) ?? '') })
    }),
    ['webhooks.verify'],
    /believes a delivery with one more byte/,
  ],
  'the beginning of a signature is enough': [
    verifying(async ({ settings }, { raw, headers }) => {
      const given = headers['x-toy-signature'] ?? ''
      return given !== '' && signature(raw, settings.hookSecret ?? '').startsWith(given)
    }),
    ['webhooks.verify'],
    /believes a delivery with a shorter x-toy-signature/,
  ],
  'a wrong length thrown as an error': [
    verifying(async ({ settings }, { raw, headers }) => {
      const expected = createHmac('sha256', settings.hookSecret ?? '')
        .update(raw)
        .digest()
      const given = Buffer.from(headers['x-toy-signature'] ?? '', 'hex')
      if (given.length !== expected.length) throw new Error('Input buffers must have the same byte length')
      return given.equals(expected)
    }),
    ['webhooks.verify'],
    /throws "Input buffers must have the same byte length"/,
  ],
  'the wrong record named': [
    hooking({ touched: () => ({ hints: [{ stream: 'companies', sourceId: 'everything' }] }) }),
    ['webhooks.touched'],
    /does not name record/,
  ],
  'every delivery called the same': [
    hooking({ touched: (delivery) => ({ ...goodWebhooks.touched(delivery), id: 'delivery' }) }),
    ['webhooks.touched'],
    /gives two deliveries the id/,
  ],
}

for (const [group, cases] of Object.entries({ tickets, writeBack, webhooks })) {
  // One battery at a time.
  await t.test(group, async (t) => {
    for (const [name, [connector, rules, detail]] of Object.entries(cases)) {
      await t.test(name, (t) => breaks(t, connector, rules, detail))
    }
  })
}
