/** Reading a list as pages of a stream, and going on behind one of them. */
import type { Page, ReadContext } from '../../../core/connector/contract.ts'
import { integer, isRow, type Row, text } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { type List, type Place, pages } from '../paging.ts'
import type { SyncroSettings } from '../settings.ts'

export type ReadList<K extends StreamName> = List & { read(row: Row): RecordOf<K> | undefined }

/** Syncro's pages are small, and each page of the hub is a transaction. */
const recordsPerPage = 500

/**
 * Reads lists one after another, several pages of Syncro in one of the hub. The checkpoint is the list and the place in
 * it. What was read before a failure is handed out first.
 */
export async function* readLists<K extends StreamName>(
  ctx: ReadContext<SyncroSettings>,
  lists: readonly ReadList<K>[],
): AsyncGenerator<Page<K>> {
  const start = position(ctx.checkpoint)
  let incomplete: string | undefined
  for (const [index, list] of lists.entries()) {
    if (index < start.list) continue
    let gathered: Gathered<K> = { records: [] }
    const page = (): Page<K> => {
      const { records, place, total } = gathered
      gathered = { records: [] }
      return {
        records,
        ...(place ? { checkpoint: { list: index, ...place } } : {}),
        ...(total !== undefined && lists.length === 1 ? { total } : {}),
      }
    }
    let failure: { readonly error: unknown } | undefined
    try {
      for await (const { rows, total, place, partial } of pages(
        ctx,
        list,
        index === start.list ? start.place : undefined,
      )) {
        if (partial !== undefined) {
          incomplete ??= partial
          continue
        }
        for (const row of rows) {
          const record = list.read(row)
          if (record !== undefined) gathered.records.push(record)
        }
        gathered = { ...gathered, place, total }
        if (gathered.records.length >= recordsPerPage) yield page()
      }
    } catch (error) {
      failure = { error }
    }
    if (gathered.records.length > 0 || gathered.place) yield page()
    if (failure) throw failure.error
  }
  if (incomplete !== undefined) yield { records: [], partial: incomplete }
}

interface Gathered<K extends StreamName> {
  readonly records: RecordOf<K>[]
  readonly place?: Place | undefined
  readonly total?: number | undefined
}

function position(checkpoint: unknown): { list: number; place?: Place } {
  if (!isRow(checkpoint)) return { list: 0 }
  const [list, page, count] = [checkpoint.list, checkpoint.page, checkpoint.count].map((value) => integer(value) ?? 0)
  const mark = text(checkpoint.mark) ?? ''
  const total = integer(checkpoint.total) ?? null
  return { list: list ?? 0, place: { page: page ?? 1, count: count ?? 0, mark, total } }
}
