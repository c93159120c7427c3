/** Reading lists whole, in the order of their sys_ids, however many rows the user may not see. */
import type { Context } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import type { Row } from '../../core/connector/parse.ts'
import { plain } from './query.ts'
import type { ServiceNowSettings } from './settings.ts'
import { type Answer, list, type Question } from './table.ts'
import { rawOf } from './values.ts'

type Ctx = Context<ServiceNowSettings>

/** More made instances run into their transaction quota. */
export const pageSize = 1000
const smallestPage = 100

/** How far a list is read. */
export interface Position {
  /** The last sys_id; empty at the beginning. */
  readonly last: string
  /** Rows up to there that ServiceNow counts but does not hand out. */
  readonly hidden: number
}

export const beginning: Position = { last: '', hidden: 0 }

export interface RowPage extends Position {
  readonly rows: readonly Row[]
  /** What ServiceNow counted in the first request; undefined = it does not count, and what is hidden is not known. */
  readonly total: number | undefined
  /** The last page; it may be empty. */
  readonly done: boolean
}

/**
 * Yields the rows behind `from`, page by page: each page asks for the sys_ids above the last, so that rows that come
 * and go meanwhile shift nothing. A short page is no end (rights are applied to it afterwards); the count behind the
 * last row is. Always ends with a page that is `done`. Ids that do not rise are an error, never an endless pass.
 */
export async function* pages(ctx: Ctx, question: Question, from: Position = beginning): AsyncGenerator<RowPage> {
  let { last, hidden } = from
  let offset = 0
  let size = pageSize
  let total: number | undefined
  let before = { short: 0, behind: 0 }
  // The next page is asked for as soon as the last id is known, so that it is on its way while this one is read.
  const begin = () => {
    const asked =
      last === '' ? question : { ...question, conditions: [...question.conditions, plain(`sys_id>${last}`)] }
    const page = fetchPage(ctx, asked, offset, size)
    // Whoever stops reading has no use for its failure.
    page.catch(() => {})
    return page
  }
  let coming = begin()
  for (;;) {
    const page = await coming
    size = page.size
    const { rows, total: counted } = page
    total ??= counted
    // Without a count only an empty page is known to be the last.
    const window = counted === undefined ? rows.length : Math.min(size, Math.max(0, counted - offset))
    const behind = counted === undefined ? rows.length : Math.max(0, counted - offset - size)
    const short = Math.max(0, window - rows.length)
    // Hidden rows behind the last one seen are in the next page's count once more.
    const again =
      offset === 0 && counted !== undefined ? Math.min(before.short, Math.max(0, counted - before.behind)) : 0
    hidden += short - again
    before = { short, behind }
    const done = behind === 0
    if (rows.length === 0 && !done) {
      // A whole page nobody may see: nothing to go on behind, so look further.
      offset += size
      coming = begin()
      continue
    }
    last = lastId(ctx, question.table, rows, last)
    offset = 0
    if (!done) coming = begin()
    yield { rows, last, hidden, total, done }
    if (done) return
  }
}

export interface WholeList {
  readonly rows: readonly Row[]
  /** False where the user may not see some of them. */
  readonly whole: boolean
}

/** A list at once; for the small ones. */
export async function readAll(ctx: Ctx, question: Question): Promise<WholeList> {
  const rows: Row[] = []
  let whole = true
  for await (const page of pages(ctx, question)) {
    rows.push(...page.rows)
    whole = isWhole(page)
  }
  return { rows, whole }
}

/** Whether nothing up to and with the page was hidden; it is not known where ServiceNow does not count. */
export function isWhole({ hidden, total }: Pick<RowPage, 'hidden' | 'total'>): boolean {
  return hidden === 0 && total !== undefined
}

/** An answer that breaks off means the instance ran out of time over it: the same again in smaller pages. */
export async function fetchPage(
  ctx: Ctx,
  question: Question,
  offset: number,
  first: number,
): Promise<Answer & { size: number }> {
  for (let size = first; ; size = Math.floor(size / 2)) {
    try {
      return { ...(await list(ctx, question, { order: 'ORDERBYsys_id', limit: size, offset })), size }
    } catch (error) {
      if (!isCut(error) || size / 2 < smallestPage) throw error
      const message = `ServiceNow did not finish a page of ${size} rows of ${question.table}; going on with ${Math.floor(size / 2)}.`
      ctx.report({ level: 'info', code: 'smaller-pages', message })
    }
  }
}

function isCut(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false
  return error.message.startsWith('Transaction cancelled') || (error.status === 200 && error.kind === 'transient')
}

/** A few records have an id such as `global`, of which the database alone knows the place. */
const ordinary = /^[0-9a-f]{32}$/

/** The last id; throws where they do not rise. */
function lastId(ctx: Ctx, table: string, rows: readonly Row[], before: string): string {
  let last = before
  let highest = ordinary.test(before) ? before : ''
  for (const row of rows) {
    const id = rawOf(row.sys_id)
    if (!id) continue
    if (id === before || (ordinary.test(id) && id < highest)) {
      throw ctx.error(
        'vendor',
        `ServiceNow does not hand out the list ${table} in the order of its ids; it cannot be read completely.`,
        `${table}: ${id} not above ${highest}`,
      )
    }
    last = id
    if (ordinary.test(id)) highest = id
  }
  if (rows.length > 0 && last === before) {
    throw ctx.error('vendor', `ServiceNow sent rows of ${table} without their ids.`, `${table}: no sys_id`)
  }
  return last
}
