/** Talking to the toy vendor. */
import type { Context, ReadContext } from '../../../../core/connector/contract.ts'
import { ConnectorError } from '../../../../core/connector/errors.ts'
import { isRow, type Row } from '../../../../core/connector/parse.ts'

export type ToySettings = {
  readonly url: string
  readonly key: string
  readonly board?: string
  readonly hookSecret?: string
}
export type Ctx = Context<ToySettings>
export type ReadCtx = ReadContext<ToySettings>

export const pageSize = 45

export function kindOf(error: unknown): string | undefined {
  return error instanceof ConnectorError ? error.kind : undefined
}

export async function get(
  ctx: Ctx,
  url: string,
  query: Record<string, string | number | undefined> = {},
): Promise<Row> {
  const { body } = await ctx.http.request({ url, query })
  if (!isRow(body)) throw ctx.error('vendor', `Toy answered ${url} with something that is no object.`)
  return body
}

export interface RowPage {
  readonly rows: readonly Row[]
  readonly next: number | undefined
}

/** The pages of a list behind the id `after`. */
export async function* pages(
  ctx: Ctx,
  url: string,
  after = 0,
  query: Record<string, string | undefined> = {},
): AsyncGenerator<RowPage> {
  let last = after
  for (;;) {
    const { items, next } = await get(ctx, url, { ...query, limit: pageSize, after: last })
    if (!Array.isArray(items)) throw ctx.error('vendor', `Toy answered ${url} without a list.`)
    const more = typeof next === 'number' ? next : undefined
    if (more !== undefined && more <= last) throw ctx.error('vendor', 'Toy sends the same page again and again.')
    yield { rows: items.filter(isRow), next: more }
    if (more === undefined) return
    last = more
  }
}
