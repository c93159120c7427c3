/** A pass over one of the big tables: lists, pages, checkpoints, and what it means when rows are held back. */
import type { Context, Page, ReadContext } from '../../../core/connector/contract.ts'
import { integer, isRow, type Row, text } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { beginning, type Position, pages } from '../paging.ts'
import { equals, plain } from '../query.ts'
import type { ServiceNowSettings } from '../settings.ts'
import { list, type Question } from '../table.ts'
import { instantOf, labelOf, rawOf } from '../values.ts'
import { deletedSince } from './deletions.ts'

type Ctx = ReadContext<ServiceNowSettings>

/** Late transactions commit behind `sys_updated_on`, which counts whole seconds. */
export const overlapSeconds = 600

const hour = 3_600_000
/** How far west a user can be of UTC, and an hour for daylight saving time. */
const widest = 12 * hour

export interface Reading {
  readonly questions: readonly Question[]
  /** Condition for what changed since an instant, in ServiceNow's way to write it; `sys_updated_on` if left out. */
  readonly changed?: (literal: string) => string
  /** Tables of the records, as `sys_audit_delete` names them; asked for only when they are needed. */
  readonly deletions?: () => Promise<readonly string[]>
  /** Rows that are no records; one that was has become such a row. */
  readonly isLeftOut?: (row: Row) => boolean
}

/** Reads the lists one after another; with `ctx.since` only what changed, and what is gone. */
export async function* readPages<K extends StreamName>(
  ctx: Ctx,
  { questions, changed = (literal) => `sys_updated_on>=${literal}`, deletions, isLeftOut = () => false }: Reading,
  record: (row: Row) => RecordOf<K>,
): AsyncGenerator<Page<K>> {
  const { since } = ctx
  const literal = since === undefined ? undefined : await literalSince(ctx, questions[0], since)
  const narrowed = questions.map((question) =>
    narrow(question, literal === undefined ? [] : [plain(changed(literal), 'sys_updated_on')]),
  )
  const began = new Date().toISOString()
  const tables = new Set(questions.map(({ table }) => table))
  const start = positionOf(ctx.checkpoint)
  let { hidden } = start
  let isSeen = ctx.checkpoint !== undefined
  let isCounted = true
  for (const [index, question] of narrowed.entries()) {
    if (index < start.list) continue
    const begin: Position = index === start.list ? start : { ...beginning, hidden }
    for await (const page of pages(ctx, question, begin)) {
      const last = page.done && index === narrowed.length - 1
      hidden = page.hidden
      isSeen ||= page.rows.length > 0
      isCounted &&= page.total !== undefined
      const partial = last ? missing([...tables].join(', '), hidden, isCounted) : undefined
      if (partial && hidden > 0 && !isSeen && since === undefined) throw ctx.error('permission', partial)
      // A whole list needs no book of what is gone.
      const from = since ?? (partial ? lastReading(ctx.state) : undefined)
      const gone =
        last && from !== undefined && deletions
          ? await deletedSince(ctx, await deletions(), literal ?? (await literalSince(ctx, question, from)), tables)
          : []
      const removals = [...page.rows.filter(isLeftOut).flatMap((row) => rawOf(row.sys_id) ?? []), ...gone]
      yield {
        records: page.rows.filter((row) => !isLeftOut(row)).map(record),
        ...(removals.length > 0 ? { removals } : {}),
        checkpoint: { list: index, last: page.last, hidden },
        ...(since === undefined && narrowed.length === 1 && begin.last === '' && page.total !== undefined
          ? { total: page.total }
          : {}),
        ...(partial ? { partial } : {}),
        ...(last ? { state: { began } } : {}),
      }
    }
  }
}

/**
 * ServiceNow leaves out rows the user may not see without a word, but counts them. What is hidden and what is deleted
 * look alike then.
 */
function missing(tables: string, hidden: number, isCounted: boolean): string | undefined {
  if (hidden > 0) {
    return `ServiceNow counts ${hidden} rows in ${tables} that it does not hand out: the user may not read them. What did not come stays in the hub as it is. Grant the roles that the connection's check names; if it misses none, look at the read ACLs of these tables and of their child tables (System Security > Access Control), or leave such rows out by the company query or the import filter.`
  }
  if (isCounted) return undefined
  return `ServiceNow did not say how many rows there are in ${tables} (header X-Total-Count; a proxy may take it away), so rows the user may not read would not be noticed. What did not come stays in the hub as it is.`
}

/** When the last complete reading began, with room for clocks that differ. */
function lastReading(state: unknown): string | undefined {
  const began = isRow(state) ? Date.parse(text(state.began) ?? '') : Number.NaN
  return Number.isNaN(began) ? undefined : new Date(began - overlapSeconds * 1000).toISOString()
}

function narrow(question: Question, more: Question['conditions']): Question {
  return { ...question, conditions: [...question.conditions, ...more] }
}

/** One row by id if the conditions let it through. */
export async function readRow(ctx: Ctx, questions: readonly Question[], id: string): Promise<Row | undefined> {
  for (const question of questions) {
    const { rows } = await list(ctx, narrow(question, [equals(ctx, 'sys_id', id)]), { limit: 1 })
    if (rows[0]) return rows[0]
  }
  return undefined
}

export function updatedAt(row: Row) {
  return instantOf(row.sys_updated_on)
}

/**
 * The instant as a query writes it. Answers are in UTC, but a query is said to be read in the zone of the user, and
 * the documentation leaves it open: so the earlier of the two, and an hour more for daylight saving time.
 */
async function literalSince(ctx: Ctx, question: Question | undefined, since: string): Promise<string> {
  const offset = question ? await zoneOffset(ctx, question.table) : undefined
  if (offset === undefined) {
    const message =
      "The zone of ServiceNow's user is not known, so half a day more is read. Give it the system's date format."
    ctx.report({ level: 'info', code: 'time-zone', message })
  }
  const back = offset === 0 ? 0 : offset === undefined ? widest + hour : Math.max(0, -offset) + hour
  return new Date(Date.parse(since) - back).toISOString().slice(0, 19).replace('T', ' ')
}

/** Milliseconds the user's zone is ahead of UTC: a moment is answered both ways. */
async function zoneOffset(ctx: Context<ServiceNowSettings>, table: string): Promise<number | undefined> {
  const { rows } = await list(ctx, { table, columns: ['sys_id', 'sys_updated_on'], conditions: [] }, { limit: 1 })
  const utc = parsed(rawOf(rows[0]?.sys_updated_on))
  const shown = parsed(labelOf(rows[0]?.sys_updated_on))
  if (utc === undefined || shown === undefined) return undefined
  const offset = shown - utc
  return Math.abs(offset) <= 14 * hour ? offset : undefined
}

function parsed(moment: string | null | undefined): number | undefined {
  const time =
    moment && /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(moment)
      ? Date.parse(`${moment.replace(' ', 'T')}Z`)
      : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function positionOf(checkpoint: unknown): Position & { readonly list: number } {
  if (!isRow(checkpoint)) return { ...beginning, list: 0 }
  return {
    list: integer(checkpoint.list) ?? 0,
    last: text(checkpoint.last) ?? '',
    hidden: integer(checkpoint.hidden) ?? 0,
  }
}
