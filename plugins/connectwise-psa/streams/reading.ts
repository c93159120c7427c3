/** A pass over one of the big lists: queries, pages, checkpoints. */
import type { Page, ReadContext } from '../../../core/connector/contract.ts'
import { integer, isRow, type Row } from '../../../core/connector/parse.ts'
import type { StreamName } from '../../../core/connector/records.ts'
import { all, type Conditions, changedSince, idNumber } from '../conditions.ts'
import { countOf, pages } from '../paging.ts'
import type { ConnectWiseSettings } from '../settings.ts'

/** Clocks differ and late transactions commit behind `lastUpdated`. */
export const overlapSeconds = 300

type Content<K extends StreamName> = Pick<Page<K>, 'records' | 'removals'>

/**
 * Reads the lists that `queries` describe one after another, only what changed if `ctx.since` says so. The
 * checkpoint of a page is the query and the id it ends with.
 */
export async function* readPages<K extends StreamName>(
  ctx: ReadContext<ConnectWiseSettings>,
  path: string,
  queries: readonly Conditions[],
  content: (rows: readonly Row[]) => Content<K> | Promise<Content<K>>,
): AsyncGenerator<Page<K>> {
  const start = position(ctx.checkpoint)
  const changed = changedSince(ctx.since)
  let total = ctx.since === undefined && ctx.checkpoint === undefined ? await countOf(ctx, path, queries) : undefined
  for (const [index, query] of queries.entries()) {
    if (index < start.query) continue
    const conditions = all(query.conditions, changed)
    const narrowed = conditions === undefined ? query : { ...query, conditions }
    for await (const page of pages(ctx, path, narrowed, index === start.query ? start.last : 0)) {
      yield {
        ...(await content(page.rows)),
        checkpoint: { query: index, last: page.last },
        ...(total === undefined ? {} : { total }),
      }
      total = undefined
    }
  }
}

/** One row by id if the filter lets it through: asked of the list, so the vendor applies the same conditions. */
export async function readRow(
  ctx: ReadContext<ConnectWiseSettings>,
  path: string,
  queries: readonly Conditions[],
  sourceId: string,
): Promise<Row | undefined> {
  const byId = `id=${idNumber(ctx, sourceId)}`
  for (const query of queries) {
    const conditions = all(byId, query.conditions)
    const { body } = await ctx.http.request({ url: path, query: { ...query, conditions, pageSize: 1 } })
    const row: unknown = Array.isArray(body) ? body[0] : undefined
    if (isRow(row)) return row
  }
  return undefined
}

function position(checkpoint: unknown): { query: number; last: number } {
  if (!isRow(checkpoint)) return { query: 0, last: 0 }
  return { query: integer(checkpoint.query) ?? 0, last: integer(checkpoint.last) ?? 0 }
}
