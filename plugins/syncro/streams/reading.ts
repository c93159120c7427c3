/** Reading a list as pages of a stream, and going on behind one of them. */
import type { Page, ReadContext } from '../../../core/connector/contract.ts'
import { integer, isRow, type Row, text } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { type List, type Place, pages } from '../paging.ts'
import type { SyncroSettings } from '../settings.ts'

export type ReadList<K extends StreamName> = List & { read(row: Row): RecordOf<K> | undefined }

/** Reads lists one after another. The checkpoint is the list and the place in it. */
export async function* readLists<K extends StreamName>(
  ctx: ReadContext<SyncroSettings>,
  lists: readonly ReadList<K>[],
): AsyncGenerator<Page<K>> {
  const start = position(ctx.checkpoint)
  for (const [index, list] of lists.entries()) {
    if (index < start.list) continue
    for await (const { rows, total, place } of pages(ctx, list, index === start.list ? start.place : undefined)) {
      const records: RecordOf<K>[] = []
      for (const row of rows) {
        const record = list.read(row)
        if (record !== undefined) records.push(record)
      }
      yield {
        records,
        ...(place ? { checkpoint: { list: index, ...place } } : {}),
        ...(total !== undefined && lists.length === 1 ? { total } : {}),
      }
    }
  }
}

function position(checkpoint: unknown): { list: number; place?: Place } {
  if (!isRow(checkpoint)) return { list: 0 }
  const [list, page, count] = [checkpoint.list, checkpoint.page, checkpoint.count].map((value) => integer(value) ?? 0)
  const mark = text(checkpoint.mark) ?? ''
  const total = integer(checkpoint.total) ?? null
  return { list: list ?? 0, place: { page: page ?? 1, count: count ?? 0, mark, total } }
}
