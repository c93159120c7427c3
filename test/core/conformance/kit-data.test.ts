/** What the kit finds in changes, selections and odd data: the toy connector, broken in one point at a time. */
import t from 'tap'
import type { Connector } from '../../../core/connector/contract.ts'
import { breaks, paging, reading, recording, rows, withStream } from './toy/broken.ts'

type Cases = Record<string, [connector: Connector, rules: string[], detail?: RegExp]>

const changes: Cases = {
  'changes after, but not at, the instant': [
    reading('companies', (ctx) =>
      ctx.since ? { ...ctx, since: new Date(Date.parse(ctx.since) + 1).toISOString() } : ctx,
    ),
    ['changes.since'],
    /companies: .* changed exactly at ctx\.since/,
  ],
  'the instant ignored': [
    reading('configurations', ({ since: _, ...ctx }) => ctx),
    ['changes.since', 'changes.nothing'],
    /records are yielded that did not change since/,
  ],
  'deletions that are not reported': [
    paging('contacts', async function* (pages) {
      for await (const { records, checkpoint } of pages)
        yield { records, ...(checkpoint === undefined ? {} : { checkpoint }) }
    }),
    ['changes.deletes'],
    /contacts: \d+ was deleted and is not among the removals/,
  ],
  'a full reading that only looks for news': [
    paging('companies', async function* (pages, ctx) {
      for await (const page of pages)
        yield { ...page, records: ctx.state === undefined ? page.records : [], state: 'token' }
    }),
    ['changes.full', 'changes.since'],
    /companies: 13 records are not yielded/,
  ],
}

const selection: Cases = {
  'a filter that is not applied': [
    reading('configurations', (ctx) => ({ ...ctx, filter: {} })),
    ['selection.filters'],
    /configurationTypes \d: 0 records are missing, \d+ should not be there/,
  ],
  'all custom fields whatever was chosen': [
    reading('configurations', (ctx) => ({ ...ctx, customFields: ['asset-owner', 'lifecycle'] })),
    ['selection.custom-fields'],
    /although none was chosen/,
  ],
  'a password among the custom fields': [
    withStream('configurations', (stream) => ({
      customFields: async (ctx) => [
        ...((await stream.customFields?.(ctx)) ?? []),
        { id: 'pin', title: 'PIN', type: 'Password' },
      ],
    })),
    ['selection.custom-fields'],
    /offers "PIN" \(Password\)/,
  ],
}

const data: Cases = {
  'null taken for "not sent"': [
    recording('companies', ({ phone, ...record }) => ({ ...record, ...(phone === null ? {} : { phone }) })),
    ['data.null', 'data.empty'],
    /null becomes "not sent".*phone of record/,
  ],
  'null taken for false': [
    recording('companies', (record) => ({ ...record, active: record.active ?? false })),
    ['data.null', 'data.missing'],
    /null becomes false/,
  ],
  'null taken for an empty text': [
    recording('contacts', (record) => ({ ...record, email: record.email ?? '' })),
    ['data.null', 'data.missing'],
    /null becomes ""/,
  ],
  '"not sent" taken for null': [
    recording('configurations', (record) => ({ ...record, notes: record.notes ?? null })),
    ['data.missing'],
    /becomes null, which would erase/,
  ],
  'an empty text taken for "not sent"': [
    rows('configurations', (row) => {
      if (row.serial === '') delete row.serial
    }),
    ['data.empty'],
    /an empty text becomes "not sent"/,
  ],
  'a text taken for granted': [
    rows('configurations', (row) => {
      if (row.serial) row.serial = (row.serial as string).trim()
    }),
    ['data.types'],
    /trim is not a function.*read every property as if it could be anything/,
  ],
  'a text out of whatever it is': [
    rows('companies', (row) => {
      if (row.city) row.city = String(row.city)
    }),
    ['data.types'],
    /\[object Object\]/,
  ],
  'letters thrown away': [
    rows('companies', (row) => {
      if (typeof row.phone === 'string') row.phone = row.phone.replace(/[^\x20-\x7f]/g, '')
    }),
    ['data.unicode'],
    /a text arrives as/,
  ],
  'properties nobody knows yet refused': [
    rows('companies', (row) => {
      if (Object.keys(row).length > 7) throw new Error('What is this?')
    }),
    ['data.unknown'],
    /What is this/,
  ],
  'a record that may not come twice': [
    paging('contacts', async function* (pages, ctx) {
      for await (const page of pages) {
        if (new Set(page.records.map(({ sourceId }) => sourceId)).size < page.records.length)
          throw ctx.error('vendor', 'Twice!')
        yield page
      }
    }),
    ['data.duplicates'],
    /contacts: the reading fails: Twice!/,
  ],
}

for (const [group, cases] of Object.entries({ changes, selection, data })) {
  // One battery at a time.
  await t.test(group, async (t) => {
    for (const [name, [connector, rules, detail]] of Object.entries(cases)) {
      await t.test(name, (t) => breaks(t, connector, rules, detail))
    }
  })
}
