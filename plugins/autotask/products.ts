/** Products: what a configuration item is an instance of. They know the maker and the model. */
import type { Context } from '../../core/connector/contract.ts'
import { id, type Row } from '../../core/connector/parse.ts'
import { isForbidden } from './client.ts'
import { readByIds } from './paging.ts'
import type { AutotaskSettings } from './settings.ts'

const fields = ['name', 'manufacturerName', 'manufacturerProductName', 'sku']

/** The products met during a reading: each is fetched once, many at a time. */
export class Products {
  readonly #ctx: Context<AutotaskSettings>
  readonly #known = new Map<string, Row | undefined>()
  #forbidden = false

  constructor(ctx: Context<AutotaskSettings>) {
    this.#ctx = ctx
  }

  /** Fetches what `of` will be asked for. */
  async load(rows: readonly Row[]): Promise<void> {
    const missing = new Set<string>()
    for (const row of rows) {
      const product = id(row.productID)
      if (product && !this.#known.has(product)) missing.add(product)
    }
    if (missing.size === 0 || this.#forbidden) return
    try {
      const found = await readByIds(this.#ctx, 'Products', missing, fields)
      for (const product of missing) this.#known.set(product, found.get(product))
    } catch (error) {
      if (!isForbidden(error)) throw error
      this.#forbidden = true
      this.#ctx.report({
        level: 'warning',
        code: 'products',
        message: 'The API user may not read products, so configurations come without manufacturer and model.',
      })
    }
  }

  /** Null: the item has none; undefined: it has one that cannot be read. */
  of(row: Row): Row | null | undefined {
    const product = id(row.productID)
    return typeof product === 'string' ? this.#known.get(product) : product
  }
}
