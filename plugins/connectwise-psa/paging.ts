/** Reading lists of ConnectWise PSA whole, in the order of their ids. */
import type { Context } from '../../core/connector/contract.ts'
import { integer, isRow, type Row } from '../../core/connector/parse.ts'
import { isRefused } from './client.ts'
import { all, type Conditions } from './conditions.ts'
import type { ConnectWiseSettings } from './settings.ts'

/** ConnectWise answers no more at once. */
export const pageSize = 1000

export interface RowPage {
  readonly rows: readonly Row[]
  /** The highest id so far; go on behind it. */
  readonly last: number
}

/**
 * Yields the rows above the id `after`, page by page, ascending. "Forward-only" paging asks for ids above the
 * last one, so rows that change meanwhile are neither lost nor read twice. A list that does not know it is asked
 * the same by a condition on the id. An id that does not rise means the list goes in circles: an error, never an
 * endless or silently short pass.
 */
export async function* pages(
  ctx: Context<ConnectWiseSettings>,
  path: string,
  query: Conditions = {},
  after = 0,
): AsyncGenerator<RowPage> {
  let last = after
  let ask = forwardOnly
  // The next page is asked for as soon as the last id is known, so that it is on its way while this one is read.
  const begin = () => {
    const page = fetchPage(ctx, path, ask(query, last))
    // Whoever stops reading has no use for its failure.
    page.catch(() => {})
    return page
  }
  let coming = begin()
  for (;;) {
    let page: Awaited<typeof coming> | undefined
    try {
      page = await coming
    } catch (error) {
      if (ask !== forwardOnly || !isRefused(error)) throw error
    }
    const highest = page && highestId(page.rows, last)
    if (page === undefined || highest === undefined) {
      if (ask !== forwardOnly) {
        throw ctx.error(
          'vendor',
          `ConnectWise does not hand out the list ${path} in the order of its ids; it cannot be read completely.`,
          `${path}: an id not above ${last}`,
        )
      }
      ctx.report({ level: 'info', code: 'paging', message: `${path} does not page forward; asking by id instead.` })
      ask = byCondition
      coming = begin()
      continue
    }
    last = highest
    if (page.more) coming = begin()
    if (page.rows.length > 0) yield { rows: page.rows, last }
    if (!page.more) return
  }
}

/** A whole list at once; for the small ones. */
export async function readAll(
  ctx: Context<ConnectWiseSettings>,
  path: string,
  query: Conditions = {},
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const page of pages(ctx, path, query)) rows.push(...page.rows)
  return rows
}

/** How many rows a list has, where the vendor tells; only for the progress bar, so it never fails. */
export async function countOf(
  ctx: Context<ConnectWiseSettings>,
  path: string,
  queries: readonly Conditions[],
): Promise<number | undefined> {
  let total = 0
  try {
    for (const query of queries) {
      const { body } = await ctx.http.request({ url: `${path}/count`, query: { ...query } })
      const count = isRow(body) ? integer(body.count) : undefined
      if (typeof count !== 'number') return undefined
      total += count
    }
  } catch {
    return undefined
  }
  return total
}

interface Ask {
  readonly query: Conditions & Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string>>
}

function forwardOnly(query: Conditions, last: number): Ask {
  return { query: { ...query, pageSize, pageId: last }, headers: { 'pagination-type': 'forward-only' } }
}

function byCondition(query: Conditions, last: number): Ask {
  const conditions = all(query.conditions, last > 0 ? `id>${last}` : undefined)
  return { query: { ...query, ...(conditions ? { conditions } : {}), orderBy: 'id asc', page: 1, pageSize } }
}

async function fetchPage(
  ctx: Context<ConnectWiseSettings>,
  path: string,
  ask: Ask,
): Promise<{ rows: readonly Row[]; more: boolean }> {
  const { body, headers } = await ctx.http.request({ url: path, ...ask })
  if (!Array.isArray(body) || !body.every(isRow)) {
    throw ctx.error('vendor', `ConnectWise answered ${path} with something else than a list.`)
  }
  // Go on if either sign says so: some servers cut pages short, some proxies drop the Link header. At worst
  // this costs one request that answers an empty list.
  const more = body.length > 0 && (body.length >= pageSize || headers.link?.includes('rel="next"') === true)
  return { rows: body, more }
}

/** The highest id of rows that rise from `last`, though one may come twice in a row; `undefined` if one does not. */
function highestId(rows: readonly Row[], last: number): number | undefined {
  let highest = last
  for (const row of rows) {
    const id = row.id
    if (typeof id !== 'number' || id <= last || id < highest) return undefined
    highest = id
  }
  return highest
}
