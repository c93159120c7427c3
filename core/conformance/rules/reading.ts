/** Reading a stream when nothing goes wrong. */
import { setTimeout as delay } from 'node:timers/promises'
import { fieldsOf } from '../../connector/records.ts'
import { preparer } from '../../sync/prepare.ts'
import { removeOne } from '../edits.ts'
import { abortMs } from '../lab.ts'
import { differenceOf, type Reading, ReadRecord, some } from '../reading.ts'
import { messageOf, NotApplicable, type Rule } from '../subject.ts'
import { chainIn } from '../trace.ts'
import { measure } from './errors.ts'

/** A page is one transaction of the hub. */
const mostRecords = 5_000

const complete: Rule = {
  id: 'reading.complete',
  promise: 'Every stream is read over all its pages to the last record, and not one too many.',
  async run(subject) {
    const lab = await subject.open({ size: await subject.long() })
    await subject.eachStream(async (stream) => {
      const { failure, records, removals, rejected } = await lab.read(stream)
      if (failure !== undefined) throw new Error(`the reading fails: ${messageOf(failure)}`)
      const expected = new Set(lab.simulator.expected(stream))
      const got = new Set([...records.keys(), ...rejected.flatMap(({ sourceId }) => sourceId ?? [])])
      const missing = [...expected].filter((id) => !got.has(id))
      if (missing.length > 0)
        throw new Error(`${missing.length} of ${expected.size} records are never yielded (${some(missing)}).`)
      const extra = [...got].filter((id) => !expected.has(id))
      if (extra.length > 0)
        throw new Error(`${extra.length} records are yielded that are not the stream's (${some(extra)}).`)
      const both = [...removals].filter((id) => expected.has(id))
      if (both.length > 0) throw new Error(`records are reported as removed that are there (${some(both)}).`)
    })
  },
}

const valid: Rule = {
  id: 'reading.valid',
  promise: 'Every record fits the field table: none is rejected, and no field is unknown to it.',
  async run(subject) {
    const lab = await subject.open()
    await subject.eachStream(async (stream) => {
      const { pages, rejected } = await subject.plain(lab, stream)
      const [first] = rejected
      if (first)
        throw new Error(`${rejected.length} records would be rejected (${first.sourceId ?? 'no id'}: ${first.reason}).`)
      const known = fieldsOf(stream)
      const names = new Set(pages.flatMap(({ page }) => page.records.flatMap((record) => Object.keys(record))))
      const unknown = [...names].filter((name) => !Object.hasOwn(known, name))
      if (unknown.length > 0)
        throw new Error(`records carry ${some(unknown)}, which the hub does not know and would drop.`)
    })
  },
}

const stable: Rule = {
  id: 'reading.stable',
  promise: 'A second reading of an unchanged source gives the same records, so that nothing is written twice.',
  async run(subject) {
    const lab = await subject.open()
    await subject.eachStream(async (stream) => {
      const difference = differenceOf(await subject.plain(lab, stream), await subject.plain(lab, stream))
      if (difference !== undefined) throw new Error(`the second reading is another one: ${difference}.`)
    })
  },
}

const empty: Rule = {
  id: 'reading.empty',
  promise: 'A source without data is read to its end without an error.',
  async run(subject) {
    const lab = await subject.open()
    const { world } = lab
    for (const table of [world.tickets, world.configurations, world.contacts, world.sites, world.companies]) {
      for (let id = table.lastId; id > 0; id--) table.remove(id)
    }
    await subject.eachStream(async (stream) => {
      const { failure } = await lab.read(stream)
      if (failure !== undefined) throw new Error(`the reading fails: ${messageOf(failure)}`)
    })
  },
}

const onDemand: Rule = {
  id: 'reading.on-demand',
  promise:
    'Pages are handed out as they come and only so far ahead as the limits say: memory does not grow with their number.',
  async run(subject) {
    const lab = await subject.open({ size: await subject.long() })
    const ahead = subject.connector.limits.concurrency
    const parents = await lab.companies()
    await subject.eachStream(async (stream) => {
      const whole = await subject.plain(lab, stream)
      lab.server.clearLog()
      const { pages, requests } = await lab.read(stream)
      const chain = chainIn(lab.server.requests, parents)
      const [first] = pages
      const largest = Math.max(0, ...whole.pages.map(({ page }) => page.records.length))
      if (largest > mostRecords)
        throw new Error(
          `a page holds ${largest} records: hand out at most ${mostRecords}, for a page is one transaction.`,
        )
      const paged = chain !== undefined && chain.length > 2
      if (first === undefined || (!paged && pages.length < 2))
        throw new NotApplicable('no stream takes three pages here')
      // What comes one after another can be handed out one after another; side by side only so many are under way.
      const together = paged ? 1 : ahead + 2
      if (first.requests > requests - together && requests > together + 1)
        throw new Error(
          `the first page comes after ${first.requests} of ${requests} requests: yield each page as soon as it is there instead of collecting them.`,
        )
      const start = lab.server.total
      let made = 0
      await lab.read(stream, {
        between: async (count) => {
          if (count > 1) return
          // Long enough for a reader that does not wait to be asked.
          await delay(50)
          made = lab.server.total - start
        },
      })
      if (made > first.requests + ahead + 1)
        throw new Error(
          `${made} requests are made before the second page is asked for: read ahead with ctx.ahead only.`,
        )
    })
  },
}

const boundary: Rule = {
  id: 'reading.boundary',
  promise: 'A list that ends exactly with a full page is read as well as one that ends a record later.',
  async run(subject) {
    const size = await subject.long()
    const lab = await subject.open({ size })
    await subject.eachStream(async (stream) => {
      if (stream !== 'contacts' && stream !== 'configurations') throw new NotApplicable('no stream to cut')
      const { pages } = await subject.plain(lab, stream)
      const page = pages[0]?.ids.length ?? 0
      if (pages.length < 3 || page < 2) throw new NotApplicable('no stream takes three pages here')
      for (const count of [2 * page, 2 * page + 1]) {
        const cut = await subject.open({ size: { ...size, [stream]: count } })
        const { failure, records } = await cut.read(stream)
        const expected = [...cut.simulator.expected(stream)]
        if (failure !== undefined)
          throw new Error(`with ${expected.length} records the reading fails: ${messageOf(failure)}`)
        const missing = expected.filter((id) => !records.has(id))
        if (missing.length > 0)
          throw new Error(
            `with ${expected.length} records, ${page} a page, ${missing.length} are never yielded (${some(missing)}).`,
          )
      }
    })
  },
}

const one: Rule = {
  id: 'reading.one',
  promise: '`readOne` gives the record as `read` gives it, and null for one that is gone.',
  async run(subject) {
    const lab = await subject.open()
    const { streams } = subject.source()
    const companies = await lab.companies()
    await subject.eachStream(async (stream) => {
      const reader = streams[stream]
      if (reader?.readOne === undefined) throw new NotApplicable('no stream reads one record')
      const { records } = await subject.plain(lab, stream)
      const ctx = lab.readContext({ companies })
      const readOne = async (id: string) => lab.call('readOne', async () => reader.readOne?.(ctx, id))
      for (const id of new Set([...records.keys()].filter((_, place) => place % Math.ceil(records.size / 3) === 0))) {
        const found = await readOne(id)
        if (!found) throw new Error(`readOne(${id}) finds nothing although read() yields it.`)
        const before = records.get(id)
        const after = preparer(stream)({ records: [found] }).rows[0]
        if (before?.hash !== after?.hash) {
          const [old, fresh] = [before?.fields, after && new ReadRecord(after).fields]
          const names = Object.keys({ ...old, ...fresh }).filter(
            (name) => JSON.stringify(old?.[name]) !== JSON.stringify(fresh?.[name]),
          )
          throw new Error(`readOne(${id}) differs from read() in ${some(names)}.`)
        }
      }
      const gone = removeOne(lab, stream)
      if (gone === undefined) return
      const left = await readOne(gone)
      if (left !== null)
        throw new Error(
          `readOne(${gone}) answers ${left === undefined ? 'undefined' : 'a record'} for one that is gone: answer null.`,
        )
    })
  },
}

const stops: Rule = {
  id: 'reading.stops',
  promise: `A reading ends within ${abortMs / 1000} s of its signal, and never as if it had come to its end.`,
  async run(subject) {
    const lab = await subject.open({ size: await subject.long() })
    await subject.eachStream(async (stream) => {
      // A second reading counts: what the stream before had under way when it was stopped may still come in.
      const { whole, asked } = await measure(subject, lab, stream)
      if (asked.length === 0) throw new NotApplicable('no stream asks anything')
      const stopped = async (run: (signal: AbortSignal) => Promise<Reading>, ready: () => boolean) => {
        const outcome = await lab.aborted(run, ready)
        if (outcome === undefined)
          throw new Error('the reading goes on after its signal: wait for nothing but ctx.http and ctx.ahead.')
        if ('value' in outcome && outcome.value.failure === undefined)
          throw new Error('the reading ends as if complete although it was stopped: let the error of ctx.http pass.')
      }
      const hanging = lab.server.fault({
        nth: Math.ceil(asked.length / 2),
        times: Number.POSITIVE_INFINITY,
        effect: { kind: 'hang' },
      })
      await stopped(
        (signal) => lab.read(stream, { signal }),
        () => hanging.hits > 0,
      )
      lab.server.clearFaults()
      if (whole.pages.length < 3) return
      let pages = 0
      const between = (count: number) => {
        pages = count
        // The signal comes while the hub is busy with the first page.
        return count === 1 ? delay(20) : undefined
      }
      await stopped(
        (signal) => lab.read(stream, { signal, between }),
        () => pages > 0,
      )
    })
  },
}

export const readingRules: readonly Rule[] = [complete, valid, stable, empty, onDemand, boundary, one, stops]
