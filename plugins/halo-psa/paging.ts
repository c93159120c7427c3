/** Reading lists of Halo whole, in the order of their ids. */
import type { Context, HttpRequest } from '../../core/connector/contract.ts'
import { id, integer, isRow, type Row } from '../../core/connector/parse.ts'
import { isNotFound } from './client.ts'
import type { HaloSettings } from './settings.ts'

type Ctx = Context<HaloSettings>
export type Query = NonNullable<HttpRequest['query']>

/** Halo hands out no more at once, whatever is asked for; some tenants less. */
export const pageSize = 100

/** A paged list and the property its rows are in. */
export interface List {
  readonly path: string
  readonly rows: string
}

export const clients: List = { path: 'Client', rows: 'clients' }
export const sites: List = { path: 'Site', rows: 'sites' }
export const users: List = { path: 'Users', rows: 'users' }
export const assets: List = { path: 'Asset', rows: 'assets' }
export const tickets: List = { path: 'Tickets', rows: 'tickets' }

/** Where a list is to be gone on with. */
export interface Position {
  /** The next page. */
  readonly page: number
  /** The highest id so far. */
  readonly last: number
  /** Rows so far. */
  readonly seen: number
  /** Rows Halo announced last. */
  readonly count: number
  /** By how many fewer rows were announced on the way. */
  readonly gone: number
}

export const start: Position = { page: 1, last: 0, seen: 0, count: 0, gone: 0 }

/** So often fewer rows may be announced before a new one comes. */
const mostStepsBack = 5

export interface RowPage {
  readonly rows: readonly Row[]
  readonly next: Position
}

/**
 * Yields the rows behind `from`, page by page, by ascending id. Goes on until as many rows came as Halo announces: how
 * many fit on a page is not to be trusted. Pages are counted from the beginning of the list, so rows that are deleted
 * meanwhile pull others over to a page that was read already; when fewer are announced than before, that page is read
 * once more. A list that ends too early or goes in circles is an error, never a short pass.
 */
export async function* pages(ctx: Ctx, list: List, query: Query, from: Position = start): AsyncGenerator<RowPage> {
  let { page, last, seen, count, gone } = from
  let fewest = count || Number.POSITIVE_INFINITY
  let furthest = page
  let stepsBack = 0
  let perPage = pageSize / 2
  for (;;) {
    const answer = await fetchPage(ctx, list, query, page)
    fewest = Math.min(fewest, answer.count)
    if (answer.count < count && page > 1) {
      if (++stepsBack > mostStepsBack) throw unsteady(ctx, list)
      gone += count - answer.count
      page = Math.max(1, page - Math.ceil((count - answer.count) / perPage))
      count = answer.count
      continue
    }
    count = answer.count
    if (answer.rows.length > 0) perPage = Math.min(pageSize, answer.rows.length)
    const highest = highestId(answer.rows, 0)
    if (highest === undefined) {
      throw ctx.error(
        'vendor',
        `Halo does not hand out the list ${list.path} in the order of its ids; it cannot be read completely.`,
        `${list.path}: ids do not rise on page ${page}`,
      )
    }
    const rows = newRows(answer.rows, last)
    seen += rows.distinct
    if (rows.distinct > 0) stepsBack = 0
    last = Math.max(last, highest)
    // What is gone may have been read before, so that is not enough to know the end by.
    const over = seen - gone >= count || (rows.distinct === 0 && page >= furthest)
    page++
    furthest = Math.max(furthest, page)
    if (rows.list.length > 0) yield { rows: rows.list, next: { page, last, seen, count, gone } }
    if (over) break
  }
  if (seen < fewest) {
    throw ctx.error(
      'vendor',
      `Halo announced ${fewest} rows of ${list.path} and handed out ${seen}. Nothing was lost in the hub; it reads the list again next time.`,
      `${list.path}: ${seen} of ${fewest} rows`,
    )
  }
}

function unsteady(ctx: Ctx, { path }: List): Error {
  return ctx.error(
    'vendor',
    `The list ${path} of Halo becomes shorter every time it is asked for; it cannot be read completely.`,
    `${path}: ${mostStepsBack} times fewer rows without a new one`,
  )
}

/** A whole paged list at once; for those that stay small. */
export async function readAll(ctx: Ctx, list: List, query: Query): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const page of pages(ctx, list, query)) rows.push(...page.rows)
  return rows
}

/** One page of a paged list. */
export async function fetchPage(
  ctx: Ctx,
  list: List,
  query: Query,
  page: number,
  size = pageSize,
): Promise<{ readonly rows: readonly Row[]; readonly count: number }> {
  const paged = { order: 'id', orderdesc: false, ...query, pageinate: true, page_size: size, page_no: page }
  const { body } = await ctx.http.request({ url: list.path, query: paged })
  const rows = isRow(body) ? body[list.rows] : undefined
  const count = isRow(body) ? integer(body.record_count) : undefined
  if (!Array.isArray(rows) || !rows.every(isRow) || typeof count !== 'number') {
    throw ctx.error('vendor', `Halo answered the list ${list.path} with something else.`)
  }
  return { rows, count }
}

/** How many rows a list has. */
export async function countOf(ctx: Ctx, list: List, query: Query): Promise<number> {
  return (await fetchPage(ctx, list, query, 1, 1)).count
}

/** A list that comes in one piece: an array, or an object with the array in it. */
export async function readList(ctx: Ctx, path: string, query: Query = {}): Promise<readonly Row[]> {
  const { body } = await ctx.http.request({ url: path, query })
  const list: unknown = Array.isArray(body) ? body : isRow(body) ? Object.values(body).find(Array.isArray) : undefined
  if (!Array.isArray(list) || !list.every(isRow)) {
    throw ctx.error('vendor', `Halo answered the list ${path} with something else.`)
  }
  const count = isRow(body) ? integer(body.record_count) : undefined
  if (typeof count === 'number' && count > list.length) {
    throw ctx.error('vendor', `Halo announced ${count} rows of ${path} and handed out ${list.length}.`)
  }
  return list
}

/** One record with everything Halo knows of it. */
export async function fetchDetail(ctx: Ctx, list: List, sourceId: string): Promise<Row> {
  const { body } = await ctx.http.request({
    url: `${list.path}/${idNumber(ctx, sourceId)}`,
    query: { includedetails: true },
  })
  if (isRow(body) && body.id !== undefined) return body
  throw ctx.error('vendor', `Halo answered ${list.path} ${sourceId} with something else.`)
}

/** A listed row with what only its detail has; `undefined` = deleted since it was listed. */
export async function withDetail(ctx: Ctx, list: List, row: Row): Promise<Row | undefined> {
  try {
    return { ...row, ...(await fetchDetail(ctx, list, String(id(row.id)))) }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** An id as it may stand in an address: digits only, whatever it came from. */
export function idNumber(ctx: Ctx, sourceId: string): string {
  if (!/^\d{1,10}$/.test(sourceId)) {
    throw ctx.error('bug', 'The hub asked Halo for a record by an id that is none.', `id ${JSON.stringify(sourceId)}`)
  }
  return sourceId
}

/** The rows with an id above `last`; one that comes twice counts once. */
function newRows(rows: readonly Row[], last: number): { readonly list: readonly Row[]; readonly distinct: number } {
  const list = rows.filter((row) => numberOf(row) > last)
  return { list, distinct: new Set(list.map(numberOf)).size }
}

/** `undefined` if a row has no id, or one below the row before. */
function highestId(rows: readonly Row[], last: number): number | undefined {
  let highest = last
  for (const row of rows) {
    const number = numberOf(row)
    if (Number.isNaN(number) || number < highest) return undefined
    highest = number
  }
  return highest
}

function numberOf(row: Row): number {
  return Number(id(row.id) ?? Number.NaN)
}
