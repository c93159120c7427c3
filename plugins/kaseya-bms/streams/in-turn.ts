/**
 * Records whose list does not say all, the rest being a call each. First the list: what is not read whole this time is
 * handed out at once with what the list says. Then the whole records, most urgent first. A restart goes on among those;
 * the list is read anew then, for the rotation only.
 */
import type { Page, ReadContext, ReportLine } from '../../../core/connector/contract.ts'
import { integer, isRow, type Row } from '../../../core/connector/parse.ts'
import type { Json, RecordOf } from '../../../core/connector/records.ts'
import type { ListPage } from '../paging.ts'
import type { Rotation } from '../rotation.ts'
import type { KaseyaSettings } from '../settings.ts'
import { reference } from './fields.ts'

type Ctx = ReadContext<KaseyaSettings>
type InTurn = 'contacts' | 'configurations'

/** A page is one transaction of the hub: a thousand lines, or fifty details, for those take their time. */
const perListPage = 1_000
const perPage = 50

export interface Whole<K extends InTurn> {
  readonly record: RecordOf<K>
  /** False: it is gone, and the record is what the list says. */
  readonly isRead: boolean
  readonly warranty?: string | null | undefined
}

export interface Parts<K extends InTurn> {
  readonly rotation: Rotation<Row>
  readonly lists: AsyncIterable<ListPage>
  /** What of a row tells that somebody changed the record. */
  readonly lineOf: (row: Row) => string
  readonly listed: (row: Row) => RecordOf<K>
  readonly whole: (id: number, row: Row) => Promise<Whole<K>>
}

export interface Outcome {
  /** How many were read whole in this pass. */
  readonly read: number
  readonly partial: string | undefined
}

export async function* inTurn<K extends InTurn>(ctx: Ctx, parts: Parts<K>): AsyncGenerator<Page<K>, Outcome> {
  const { rotation, lists, listed } = parts
  const resumed = resumedFrom(ctx.checkpoint)
  const note = notes(ctx, parts)
  const rows = new Map<number, Row>()
  let partial: string | undefined
  let waiting: RecordOf<K>[] = []
  for await (const page of lists) {
    partial ??= page.partial
    for (const row of page.rows) {
      const { id, without } = note(row)
      if (resumed === undefined) {
        if (without !== undefined) waiting.push(listed(without))
      } else if (id !== undefined && resumed.waiting.has(id)) rows.set(id, row)
    }
    if (waiting.length < perListPage) continue
    yield { records: waiting }
    waiting = []
  }
  if (waiting.length > 0) yield { records: waiting }
  if (resumed === undefined) for (const { id, row } of rotation.chosen) rows.set(id, row)
  for (const id of resumed?.read ?? []) rotation.read(id)
  const read = yield* wholes(ctx, parts, rows, new Set(resumed?.read))
  return { read, partial }
}

/** Tells the rotation of a row; answers its id, and the row that is not read whole for it. */
function notes<K extends InTurn>(ctx: Ctx, { rotation, lineOf }: Parts<K>) {
  const companies = new Set(ctx.companies)
  return (row: Row): { readonly id: number | undefined; readonly without: Row | undefined } => {
    const id = integer(row.id)
    if (typeof id !== 'number' || id < 1 || id > 0xffffffff) return { id: undefined, without: row }
    const company = reference(row.accountId)
    const wanted = typeof company !== 'string' || companies.has(company)
    return { id, without: rotation.note(id, lineOf(row), row, wanted) }
  }
}

/** Answers how many were read, those of before a restart among them. */
async function* wholes<K extends InTurn>(
  ctx: Ctx,
  { rotation, whole }: Parts<K>,
  rows: ReadonlyMap<number, Row>,
  read: Set<number>,
): AsyncGenerator<Page<K>, number> {
  const waiting = new Set(rows.keys())
  let records: RecordOf<K>[] = []
  const fetch = async ([id, row]: readonly [number, Row]) => ({ id, ...(await whole(id, row)) })
  for await (const { id, record, isRead, warranty } of ctx.ahead(rows, fetch)) {
    records.push(record)
    waiting.delete(id)
    if (isRead) {
      rotation.read(id, warranty)
      read.add(id)
    }
    if (records.length < perPage && waiting.size > 0) continue
    yield { records, checkpoint: { details: packed(waiting), read: packed(read) } }
    records = []
  }
  return read.size
}

/** How complete the details are, and how old. `lacks` is what the hub does not know without them. */
export function standing(
  { rotation, read }: { readonly rotation: Rotation<Row>; readonly read: number },
  words: { readonly records: string; readonly how: string; readonly lacks: string },
): ReportLine {
  const { records, neverRead, oldestDays } = rotation.standing()
  const age = oldestDays === 0 ? 'less than a day' : `${oldestDays} ${oldestDays === 1 ? 'day' : 'days'}`
  const message = `${records - neverRead} of ${records} ${words.records} have been read ${words.how}, ${read} of them now; the oldest reading is ${age} old.`
  if (neverRead === 0) return { level: 'info', code: 'details', message }
  const wait = `${neverRead} wait for the next syncs: until then the hub has no ${words.lacks} of them.`
  return { level: 'warning', code: 'details', message: `${message} ${wait}` }
}

/** Ids, ascending, each as the step from the one before in base 36: 1,200 take 7 kB at most. */
function packed(ids: ReadonlySet<number>): string {
  let last = 0
  const steps = [...ids]
    .sort((one, other) => one - other)
    .map((id) => {
      const step = (id - last).toString(36)
      last = id
      return step
    })
  return steps.join(' ')
}

function unpacked(steps: Json | undefined): ReadonlySet<number> {
  let last = 0
  const ids = String(steps ?? '')
    .split(' ')
    .filter((step) => step !== '')
    .map((step) => {
      last += Number.parseInt(step, 36)
      return last
    })
  return new Set(ids)
}

function resumedFrom(
  checkpoint: Json | undefined,
): { readonly waiting: ReadonlySet<number>; readonly read: ReadonlySet<number> } | undefined {
  if (!isRow(checkpoint) || typeof checkpoint.details !== 'string') return undefined
  return { waiting: unpacked(checkpoint.details), read: unpacked(checkpoint.read) }
}
