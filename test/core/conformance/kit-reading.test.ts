/** The kit finds what is wrong with a connector, and only that: the toy connector, broken in one point at a time. */
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Connector, Page } from '../../../core/connector/contract.ts'
import { isRow } from '../../../core/connector/parse.ts'
import { breaks, having, paging, reading, recording, rows, withStream } from './toy/broken.ts'
import { company, configuration, get, pageSize, toy } from './toy/connector.ts'

const { properties } = toy.settings

const manifest: Record<string, [connector: Connector, rules: string[], detail?: RegExp]> = {
  'a secret that is not marked': [
    having({ settings: { ...toy.settings, properties: { ...properties, key: { type: 'string', title: 'Key' } } } }),
    ['settings.secrets'],
    /key is named like a secret/,
  ],
  'a secret that only its title gives away': [
    having({
      settings: {
        ...toy.settings,
        properties: { ...properties, board: { ...properties.board, title: 'Board password' } },
      },
    }),
    ['settings.secrets'],
    /board is titled/,
  ],
  'a misspelt name': [Object.assign(having({}), { webhook: {} }), ['manifest.shape'], /connector\.webhook is no name/],
  'an example that does not fit': [
    having({
      settings: {
        ...toy.settings,
        properties: { ...properties, url: { ...properties.url, examples: ['toy.example'] } },
      },
    }),
    ['settings.schema'],
    /the example "toy.example" of url/,
  ],
  'a host with its scheme': [
    having({ hosts: ({ url }) => [new URL(url).host, 'https://toy.example'] }),
    ['settings.hosts'],
    /names "https:\/\/toy.example": write a host/,
  ],
  'a host for this case only': [
    having({ hosts: ({ url }) => (url.includes('127.0.0.1') ? [new URL(url).host] : []) }),
    ['settings.hosts'],
    /names no host for \{"url":"https:\/\/toy.example"\}/,
  ],
  'choices without labels': [
    having({ choices: async () => [{ value: '1', label: '' }] }),
    ['settings.choices'],
    /without value or label/,
  ],
  'a class instead of an object': [
    Object.assign(Object.create({ inherited: true }), toy),
    ['manifest.shape'],
    /plain object/,
  ],
}

const check: typeof manifest = {
  'an account that changes': [
    having({ check: async (ctx) => ({ ...(await toy.check(ctx)), account: String(Math.random()) }) }),
    ['check.right'],
    /names the account "0\.\d+" and then/,
  ],
  'a line left out': [
    having({ check: async (ctx) => ({ account: 'x', permissions: (await toy.check(ctx)).permissions.slice(1) }) }),
    ['check.right', 'check.limited'],
    /no line for permission companies/,
  ],
  'wrong credentials called a wrong setting': [
    having({
      signIn: (ctx) =>
        toy.signIn(ctx).catch((error) => {
          throw error.kind === 'auth' ? ctx.error('config', 'Wrong key.') : error
        }),
    }),
    ['check.wrong'],
    /kind config .* it should be auth/,
  ],
  'rights it does not look at': [
    having({
      check: async (ctx) => ({
        account: String((await get(ctx, 'me')).account),
        permissions: toy.permissions.map(({ id }) => ({ permission: id, state: 'ok', message: '' })),
      }),
    }),
    ['check.limited'],
    /configurations: ok, write: ok; these rights are missing/,
  ],
  'a dead host taken for wrong credentials': [
    having({
      check: (ctx) =>
        toy.check(ctx).catch((error) => {
          ctx.signal.throwIfAborted()
          throw ctx.error('auth', 'Could not sign in.', error.message)
        }),
    }),
    ['check.unreachable'],
    /nobody at the address fails with kind auth/,
  ],
  'a check that answers although it was stopped': [
    having({
      check: (ctx) =>
        toy.check(ctx).catch((error) => {
          if (ctx.signal.aborted) return { account: 'toy-account', permissions: [] }
          throw error
        }),
    }),
    ['check.stops'],
    /as if all were well/,
  ],
}

const readings: typeof manifest = {
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

const resuming: typeof manifest = {
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

const changes: typeof manifest = {
  'changes after, but not at, the instant': [
    reading('companies', (ctx) =>
      ctx.since ? { ...ctx, since: new Date(Date.parse(ctx.since) + 1).toISOString() } : ctx,
    ),
    ['changes.since'],
    /companies: \d+ and? ?\d* ?changed exactly at ctx.since|companies: .* changed exactly at ctx.since/,
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

const selection: typeof manifest = {
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

const data: typeof manifest = {
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

for (const [group, cases] of Object.entries({ manifest, check, readings, resuming, changes, selection, data })) {
  await t.test(group, async (t) => {
    for (const [name, [connector, rules, detail]] of Object.entries(cases)) {
      await t.test(name, (t) => breaks(t, connector, rules, detail))
    }
  })
}
