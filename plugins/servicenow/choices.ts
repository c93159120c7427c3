/** Lists ServiceNow has no list of, or hides: choices, and the values a column takes. */
import type { Context } from '../../core/connector/contract.ts'
import { isForbidden } from './client.ts'
import { readAll } from './paging.ts'
import { equals, noneOf, oneOf } from './query.ts'
import type { ServiceNowSettings } from './settings.ts'
import { list } from './table.ts'
import { boolOf, integerOf, labelOf, rawOf } from './values.ts'

type Ctx = Context<ServiceNowSettings>

export interface ListedChoice {
  readonly value: string
  readonly label: string
  readonly sequence?: number | null | undefined
  /** Whether it can still be chosen; undefined = not known. */
  readonly active?: boolean | undefined
}

const language = 'en'
const step = 1000

/**
 * The choices of a column. `tables` go from the most special to the most general: a table with a list of its own
 * does not inherit. Where the list cannot be read or is empty, the values that rows of the first table hold.
 */
export async function choicesOf(ctx: Ctx, tables: readonly string[], column: string): Promise<readonly ListedChoice[]> {
  try {
    const [names] = oneOf(ctx, 'name', tables)
    const conditions = [equals(ctx, 'element', column), equals(ctx, 'language', language), ...(names ? [names] : [])]
    const columns = ['sys_id', 'value', 'label', 'sequence', 'inactive']
    const rows = await readAll(ctx, { table: 'sys_choice', columns, conditions })
    const own = tables.map((table) => rows.filter((row) => rawOf(row.name) === table)).find((found) => found.length > 0)
    const choices = new Map<string, ListedChoice>()
    for (const row of own ?? []) {
      const value = rawOf(row.value)
      if (!value || choices.has(value)) continue
      const inactive = boolOf(row.inactive)
      const sequence = integerOf(row.sequence)
      choices.set(value, {
        value,
        label: rawOf(row.label) || value,
        sequence,
        active: inactive == null ? undefined : !inactive,
      })
    }
    if (choices.size > 0) return [...choices.values()]
  } catch (error) {
    if (!isForbidden(error)) throw error
  }
  const message = `The choices of ${column} cannot be read (table sys_choice); only those in use are listed.`
  ctx.report({ level: 'info', code: 'choices', message })
  return valuesIn(ctx, tables[0] ?? '', column)
}

/** The values a column takes in a table, with their labels: each request leaves out what is known already. */
export async function valuesIn(ctx: Ctx, table: string, column: string): Promise<readonly ListedChoice[]> {
  const found = new Map<string, ListedChoice>()
  for (let offset = 0; ; ) {
    const conditions = [noneOf(ctx, column, [...found.keys()])]
    const { rows, total } = await list(
      ctx,
      { table, columns: ['sys_id'], conditions },
      { order: `ORDERBYsys_id`, limit: step, offset },
    )
    const before = found.size
    for (const row of rows) {
      const value = rawOf(row[column])
      if (value && !found.has(value)) found.set(value, { value, label: labelOf(row[column]) || value })
    }
    if (found.size > before) offset = 0
    else if (total !== undefined && offset + step < total) offset += step
    else return [...found.values()]
  }
}
