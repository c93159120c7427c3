/** What the kit finds in readings and their checkpoints: the toy connector, broken in one point at a time. */
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Connector, Page } from '../../../core/connector/contract.ts'
import { isRow } from '../../../core/connector/parse.ts'
import { breaks, paging, reading, recording, withStream } from './toy/broken.ts'
import { get, pageSize } from './toy/client.ts'
import { company, configuration } from './toy/streams.ts'

type Cases = Record<string, [connector: Connector, rules: string[], detail?: RegExp]>

const readings: Cases = {
  'the last page left out': [
    paging('configurations', async function* (pages) {
      let kept: Page<'configurations'> | undefined
      for await (const page of pages) {
        if (kept) yield kept
        kept = page
      }
    }),
    ['reading.complete', 'reading.boundary'],
    /configurations: \d+ of 300 records are never yielded/,
  ],
  'a day that does not exist': [
    recording('configurations', (record) => ({ ...record, warrantyExpiration: '2024-02-30' })),
    ['reading.valid'],
    /configurations: 300 records would be rejected/,
  ],
  'a field nobody knows': [
    recording('contacts', (record) => ({ ...record, e_mail: 'x' })),
    ['reading.valid'],
    /contacts: records carry e_mail/,
  ],
  'records that never stay the same': [
    recording('companies', (record) => ({ ...record, phone: String(Math.random()) })),
    ['reading.stable', 'reading.one'],
    /companies: the second reading is another one: \d+ records differ \(\d+: phone\)/,
  ],
  'an error where there is nothing': [
    paging('contacts', async function* (pages, ctx) {
      for await (const page of pages) {
        if (page.records.length === 0) throw ctx.error('vendor', 'Nothing there.')
        yield page
      }
    }),
    ['reading.empty'],
    /contacts: the reading fails: Nothing there/,
  ],
  'pages collected before the first is yielded': [
    paging('configurations', async function* (pages) {
      yield* await Array.fromAsync(pages)
    }),
    ['reading.on-demand', 'reading.stops'],
    /configurations: the first page comes after 7 of 7 requests/,
  ],
  'a full last page taken for one too many': [
    paging('configurations', async function* (pages) {
      for await (const page of pages) if (page.checkpoint !== undefined || page.records.length < pageSize) yield page
    }),
    ['reading.boundary'],
    /configurations: with 90 records, 45 a page, 45 are never yielded/,
  ],
  'a missing record that is an error': [
    withStream('companies', () => ({ readOne: async (ctx, id) => company(await get(ctx, `companies/${id}`)) })),
    ['reading.one'],
  ],
  'a record that looks different alone': [
    withStream('configurations', () => ({
      readOne: async (ctx, id) => ({ ...configuration(await get(ctx, `configurations/${id}`), ctx), notes: null }),
    })),
    ['reading.one'],
    /differs from read\(\) in notes/,
  ],
  'a reading that does not hear its signal': [
    paging('sites', async function* (pages) {
      try {
        yield* pages
      } catch (error) {
        await delay(1_500)
        throw error
      }
    }),
    ['reading.stops'],
    /sites: the reading goes on after its signal/,
  ],
  'a reading that ends as if complete when it is stopped': [
    paging('companies', async function* (pages, ctx) {
      try {
        yield* pages
      } catch (error) {
        if (!ctx.signal.aborted) throw error
      }
    }),
    ['reading.stops'],
    /companies: the reading ends as if complete although it was stopped/,
  ],
}

const resuming: Cases = {
  'a checkpoint that is not looked at': [
    reading('configurations', ({ checkpoint: _, ...ctx }) => ctx),
    ['resuming.anywhere'],
    /configurations: from the checkpoint of page 1 of 7 the reading begins anew/,
  ],
  'a checkpoint that runs ahead': [
    paging('contacts', async function* (pages) {
      for await (const page of pages)
        yield typeof page.checkpoint === 'number' ? { ...page, checkpoint: page.checkpoint + 1 } : page
    }),
    ['resuming.anywhere'],
    /contacts: .* 1 records are lost/,
  ],
  'a checkpoint that changes afterwards': [
    paging('configurations', async function* (pages) {
      const position = { last: 0 }
      for await (const page of pages) {
        position.last = Number(page.checkpoint)
        yield { ...page, checkpoint: position }
      }
    }),
    ['resuming.checkpoints', 'resuming.anywhere'],
    /changes after its page was handed out/,
  ],
  'a checkpoint that JSON cannot hold': [
    paging('contacts', async function* (pages) {
      for await (const page of pages) yield { ...page, checkpoint: page.checkpoint ?? Number.NaN }
    }),
    ['resuming.checkpoints', 'resuming.anywhere'],
    /does not survive being stored/,
  ],
  'a list that goes in circles': [
    withStream('configurations', () => ({
      async *read(ctx) {
        for (let after = Number(ctx.checkpoint ?? 0); ; ) {
          const body = await get(ctx, 'configurations', {
            limit: pageSize,
            after,
            since: ctx.since,
            type: ctx.filter.configurationTypes?.join(','),
          })
          if (!Array.isArray(body.items)) throw ctx.error('vendor', 'No list.')
          const records = body.items.filter(isRow).map((row) => configuration(row, ctx))
          const { next } = body
          yield { records, ...(typeof next === 'number' ? { checkpoint: next } : {}) }
          if (typeof next !== 'number') return
          after = next
        }
      },
    })),
    ['resuming.loops'],
    /configurations: When the same page comes again and again the reading goes on for ever/,
  ],
  'a circle taken for the end': [
    paging('contacts', async function* (pages) {
      try {
        yield* pages
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('again and again'))) throw error
      }
    }),
    ['resuming.loops'],
    /ends as if complete, but \d+ of 300 records are missing/,
  ],
}

for (const [group, cases] of Object.entries({ readings, resuming })) {
  // One battery at a time.
  await t.test(group, async (t) => {
    for (const [name, [connector, rules, detail]] of Object.entries(cases)) {
      await t.test(name, (t) => breaks(t, connector, rules, detail))
    }
  })
}
