/** Reading lists of Autotask whole, in the order of their ids. */
import type { Context } from '../../core/connector/contract.ts'
import { id, integer, isRow, type Row, text } from '../../core/connector/parse.ts'
import { camelCased, rowsIn } from './answers.ts'
import type { AutotaskSettings } from './settings.ts'

/** Autotask answers no more at once, and takes no more values in one condition. */
export const pageSize = 500

export interface Filter {
  readonly op: 'eq' | 'noteq' | 'gte' | 'gt' | 'in' | 'or' | 'exist'
  readonly field?: string
  readonly value?: string | number | boolean | readonly number[]
  readonly items?: readonly Filter[]
}

export interface Query {
  readonly entity: string
  /** Only these; everything if left out. `id` is always among them. */
  readonly fields?: readonly string[] | undefined
  /** All of them hold. */
  readonly filter?: readonly Filter[]
}

export interface RowPage {
  readonly rows: readonly Row[]
  /** The highest id so far; go on behind it. */
  readonly last: number
}

/**
 * Yields the rows above the id `after` (-1: all of them, the own company has the id 0), page by page, ascending. Each
 * page is a query of its own for the ids above the last one, which needs none of Autotask's "next page" addresses and
 * their traps, and neither loses nor repeats a row that changes meanwhile. An id that does not rise means the list
 * cannot be read this way: an error, never an endless or silently short pass.
 */
export async function* pages(ctx: Context<AutotaskSettings>, query: Query, after = -1): AsyncGenerator<RowPage> {
  let last = after
  for (;;) {
    const { rows, more } = await fetchPage(ctx, query, last + 1)
    const highest = highestId(ctx, rows, last, query.entity)
    if (rows.length > 0) yield { rows, last: highest }
    if (!more) return
    if (highest === last) {
      throw ctx.error(
        'vendor',
        `Autotask says there are more ${query.entity}, but hands out none; the list cannot be read completely.`,
        `${query.entity}: an empty page with a next one`,
      )
    }
    last = highest
  }
}

/** A whole list at once; for the small ones. */
export async function readAll(ctx: Context<AutotaskSettings>, query: Query): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const page of pages(ctx, query)) rows.push(...page.rows)
  return rows
}

/** The rows with these ids, as far as they are there, by id. */
export async function readByIds(
  ctx: Context<AutotaskSettings>,
  entity: string,
  ids: Iterable<string>,
  fields?: readonly string[],
): Promise<ReadonlyMap<string, Row>> {
  const found = new Map<string, Row>()
  const wanted = [...new Set(ids)].map(Number).filter(Number.isSafeInteger)
  for (let start = 0; start < wanted.length; start += pageSize) {
    const value = wanted.slice(start, start + pageSize)
    for (const row of await readAll(ctx, { entity, fields, filter: [{ op: 'in', field: 'id', value }] })) {
      const own = id(row.id)
      if (own) found.set(own, row)
    }
  }
  return found
}

/** How many rows a list has, where Autotask tells; only for the progress bar, so it never fails. */
export async function countOf(ctx: Context<AutotaskSettings>, { entity, filter }: Query): Promise<number | undefined> {
  try {
    const body = { Filter: [above(0), ...(filter ?? [])] }
    const answer = await ctx.http.request({ method: 'POST', url: `${entity}/query/count`, body, repeatable: true })
    const counted = camelCased(answer.body)
    return (isRow(counted) ? integer(counted.queryCount) : undefined) ?? undefined
  } catch {
    return undefined
  }
}

function above(id: number): Filter {
  return { op: 'gte', field: 'id', value: id }
}

async function fetchPage(
  ctx: Context<AutotaskSettings>,
  { entity, fields, filter }: Query,
  from: number,
): Promise<{ rows: readonly Row[]; more: boolean }> {
  const body = {
    MaxRecords: pageSize,
    ...(fields === undefined ? {} : { IncludeFields: [...new Set(['id', ...fields])] }),
    Filter: [above(from), ...(filter ?? [])],
  }
  const answer = await ctx.http.request({ method: 'POST', url: `${entity}/query`, body, repeatable: true })
  const rows = rowsIn(ctx, answer.body, 'items', entity)
  const envelope = camelCased(answer.body)
  const details = isRow(envelope) && isRow(envelope.pageDetails) ? envelope.pageDetails : {}
  // Either sign counts: a full page, or a short one that Autotask itself goes on behind.
  return { rows, more: rows.length >= pageSize || Boolean(text(details.nextPageUrl)) }
}

/** The highest id of rows that rise from `last`, though one may come twice in a row. */
function highestId(ctx: Context<AutotaskSettings>, rows: readonly Row[], last: number, entity: string): number {
  let highest = last
  for (const row of rows) {
    const own = integer(row.id)
    if (typeof own !== 'number' || own <= last || own < highest) {
      throw ctx.error(
        'vendor',
        `Autotask does not hand out ${entity} in the order of their ids; the list cannot be read completely.`,
        `${entity}: an id not above ${highest}`,
      )
    }
    highest = own
  }
  return highest
}

/** An id as it may stand in a path or a filter. Throws `bug` for anything else than digits. */
export function idNumber(ctx: Context<AutotaskSettings>, id: string): number {
  if (!/^\d{1,15}$/.test(id))
    throw ctx.error('bug', 'The hub asked Autotask for a record by an id that is none.', `id ${JSON.stringify(id)}`)
  return Number(id)
}
