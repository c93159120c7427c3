/** Reading one record by its id. */
import type { Context } from '../../core/connector/contract.ts'
import { isRow, type Row } from '../../core/connector/parse.ts'
import { idNumber, isNotFound } from './client.ts'
import type { SyncroSettings } from './settings.ts'

/** `wrapper`: contacts come without one, customers and tickets with, and assets are described without and seen with. */
export async function fetchOne(
  ctx: Context<SyncroSettings>,
  path: string,
  wrapper: string,
  id: string,
): Promise<Row | undefined> {
  let body: unknown
  try {
    body = (await ctx.http.request({ url: `${path}/${idNumber(ctx, id)}` })).body
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
  const row = isRow(body) && isRow(body[wrapper]) ? body[wrapper] : body
  if (isRow(row) && row.id !== undefined) return row
  throw ctx.error('vendor', `Syncro answered ${path}/${id} with something else than a ${wrapper}.`)
}
