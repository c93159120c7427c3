/** What changed among the customers: Syncro has no "changed since" for them, but puts them in any order. */
import type { Page, ReadContext } from '../../../core/connector/contract.ts'
import type { Row } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { isRefused } from '../client.ts'
import { type Fetched, fetchPage, type List } from '../paging.ts'
import type { SyncroSettings } from '../settings.ts'
import { readLists } from './reading.ts'

type Company = RecordOf<'companies'>
type Read = (row: Row) => Company | undefined

/**
 * Yields the customers changed at or after `since`: asks for the newest first and stops behind them. Where the order is
 * refused or not kept, or customers came or went meanwhile, the list is read whole and what is older left out.
 */
export async function* changedCustomers(
  ctx: ReadContext<SyncroSettings>,
  list: List,
  since: string,
  read: Read,
): AsyncGenerator<Page<'companies'>> {
  const isNew = (row: Row) => !(changedAt(row) < Date.parse(since))
  const sorted: List = { ...list, query: { ...list.query, sort: 'updated_at DESC' } }
  let oldest = Number.POSITIVE_INFINITY
  let first: Fetched | undefined
  for (let number = 1; ; number++) {
    const page = await newest(ctx, sorted, number)
    const falling = page?.rows.every((row) => {
      const before = oldest
      oldest = changedAt(row)
      return oldest <= before
    })
    first ??= page
    if (!page || !falling || page.total !== first?.total || page.last === undefined) break
    const fresh = page.rows.filter(isNew)
    yield { records: fresh.flatMap((row) => read(row) ?? []) }
    if (fresh.length < page.rows.length || number >= page.last) return
  }
  ctx.report({ level: 'info', code: 'read-whole', message: 'Syncro did not list customers by their last change.' })
  yield* readLists<'companies'>(ctx, [{ ...list, read: (row) => (isNew(row) ? read(row) : undefined) }])
}

async function newest(ctx: ReadContext<SyncroSettings>, list: List, number: number): Promise<Fetched | undefined> {
  try {
    return await fetchPage(ctx, list, number)
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

/** Not a number where it cannot be read: such a row counts as changed, and the order as not kept. */
function changedAt(row: Row): number {
  return typeof row.updated_at === 'string' ? Date.parse(row.updated_at) : Number.NaN
}
