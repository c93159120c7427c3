/** Reading numbered pages to the last record. */
import type { Context } from '../../core/connector/contract.ts'
import { bool, type Row } from '../../core/connector/parse.ts'
import { ask, rowsIn } from './client.ts'
import type { KaseyaSettings } from './settings.ts'

type Ctx = Context<KaseyaSettings>
export type Query = Readonly<Record<string, string | number | boolean>>

/** The most a page is known to hold; Kaseya names no limit. */
export const pageSize = 100

/** Short pages without anything new that are put down to records that moved while the list was read. */
const mostStalePages = 3
const mostWalks = 3

export interface ListPage {
  /** Those that no page before had. */
  readonly rows: readonly Row[]
  /** Of this query, where BMS says so. */
  readonly total: number | undefined
  /** Why the list did not come whole; on a page of its own, behind all others. */
  readonly partial?: string
}

/**
 * Yields each row of a list once. Only an empty page is an end, for pages may be cut short, unless BMS says how many
 * there are and they are all here. Where fewer came than it says, records moved from page to page meanwhile: then the
 * list is walked again until nothing new comes.
 */
export async function* pages(ctx: Ctx, path: string, query: Query = {}): AsyncGenerator<ListPage> {
  const seen = new Set<unknown>()
  for (let walk = 1; walk <= mostWalks; walk++) {
    const before = seen.size
    let total: number | undefined
    let cut = false
    for await (const page of walked(ctx, path, query)) {
      total = page.total
      cut ||= page.cut
      const rows = page.rows.filter(({ id }) => !seen.has(id))
      for (const { id } of rows) seen.add(id)
      if (rows.length > 0) yield { rows, total }
      if (total !== undefined && seen.size >= total) return
    }
    if (total === undefined) return
    if (walk > 1 && seen.size === before) {
      yield { rows: [], total, partial: lackOf(ctx, path, seen.size, total, cut) }
      return
    }
  }
  throw ctx.error('vendor', `The list ${path} of Kaseya BMS changes faster than it can be read. Try again later.`)
}

/** The list comes to the same end every time, and BMS still speaks of more. */
function lackOf(ctx: Ctx, path: string, count: number, total: number, cut: boolean): string {
  const message = `Kaseya BMS speaks of ${total} records in ${path} and hands out ${count}`
  // Pages smaller than asked for, counted as if they were full: what lay between them was passed over.
  if (cut) throw ctx.error('vendor', `${message}. Its pages are cut short; the list cannot be read completely.`)
  return `${message}, the same ones each time. The API user may not be allowed to see the others; what is not shown does not count as removed.`
}

async function* walked(ctx: Ctx, path: string, query: Query): AsyncGenerator<ListPage & { readonly cut: boolean }> {
  const seen = new Set<unknown>()
  let first = 0
  let last = pageSize
  let stale = 0
  for (let number = 1; ; number++) {
    const request = { url: path, query: { ...query, PageSize: pageSize, PageNumber: number } }
    const { result, total } = await ask(ctx, request)
    const rows = rowsIn(ctx, request, result)
    if (rows.length === 0) {
      if (number === 1) yield { rows, total, cut: false }
      return
    }
    if (number === 1) first = rows.length
    const before = seen.size
    for (const { id } of rows) seen.add(id)
    if (seen.size === before && (rows.length >= first || ++stale > mostStalePages)) {
      throw ctx.error(
        'vendor',
        `Kaseya BMS hands out the same page of ${path} again and again; it cannot be read completely.`,
        `${path}: page ${number} has nothing new`,
      )
    }
    yield { rows, total, cut: last < pageSize }
    last = rows.length
  }
}

/** Asks for active and for inactive ones: without that BMS may leave the inactive ones out. */
export async function* activeAndInactive(
  ctx: Ctx,
  path: string,
  query: Query,
  wanted: readonly boolean[] = [true, false],
): AsyncGenerator<ListPage> {
  let count = 0
  let lack: ListPage | undefined
  for (const isActive of wanted) {
    let others = 0
    let shown = 0
    for await (const page of pages(ctx, path, { ...query, 'Filter.IsActive': isActive })) {
      if (page.partial !== undefined) {
        lack = page
        continue
      }
      const other = (row: Row) => bool(row.isActive) === !isActive
      // Active ones among the inactive were handed out before.
      const rows = isActive ? page.rows : page.rows.filter((row) => !other(row))
      others += page.rows.filter(other).length
      shown += rows.length
      if (rows.length > 0) yield { rows, total: page.total }
    }
    count += shown
    // The filter is not heeded: all were in this one list.
    if (isActive && others > 0) break
    if (!isActive && others > 0 && shown === 0) {
      throw ctx.error(
        'vendor',
        `Asked for inactive records of ${path}, Kaseya BMS answers with active ones only: whether it has inactive ones cannot be told. Try again later, and ask Kaseya if it stays.`,
        `${path}: Filter.IsActive=false shows ${others} active ones and no other`,
      )
    }
  }
  // The total may be that of both lists.
  if (lack !== undefined && (lack.total === undefined || count < lack.total)) yield lack
}
