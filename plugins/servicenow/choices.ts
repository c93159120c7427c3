/** Lists ServiceNow has no list of, or hides: choices, and the values a column takes. */
import type { Context } from '../../core/connector/contract.ts'
import type { Row } from '../../core/connector/parse.ts'
import { isForbidden } from './client.ts'
import { fetchPage, pages } from './paging.ts'
import { equals, noneOf, oneOf } from './query.ts'
import type { ServiceNowSettings } from './settings.ts'
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
/** Rows looked at together for values that are new; few, for most show the same. */
const sample = 200

export interface Choices {
  readonly listed: readonly ListedChoice[]
  /** False where the list cannot be read: then only those in use are there. */
  readonly complete: boolean
}

/**
 * The choices of a column. `tables` go from the most special to the most general: a table with a list of its own
 * does not inherit. A column that is no choice has the values that rows of the first table hold.
 */
export async function choicesOf(ctx: Ctx, tables: readonly string[], column: string): Promise<Choices> {
  const { rows, complete } = await rowsOf(ctx, tables, column)
  const tableOf = (row: Row) => rawOf(row.name)
  const owner = tables.find((table) => rows.some((row) => tableOf(row) === table))
  const own = rows.filter((row) => tableOf(row) === undefined || tableOf(row) === owner)
  const choices = new Map<string, ListedChoice>()
  for (const row of own) {
    const value = rawOf(row.value)
    if (!value || choices.has(value)) continue
    const inactive = boolOf(row.inactive)
    choices.set(value, {
      value,
      label: rawOf(row.label) || value,
      sequence: integerOf(row.sequence),
      active: inactive == null ? undefined : !inactive,
    })
  }
  if (choices.size > 0) return { listed: [...choices.values()], complete }
  return { listed: await valuesIn(ctx, tables[0] ?? '', column), complete }
}

async function rowsOf(
  ctx: Ctx,
  tables: readonly string[],
  column: string,
): Promise<{ rows: readonly Row[]; complete: boolean }> {
  const [names] = oneOf(ctx, 'name', tables)
  const conditions = [equals(ctx, 'element', column), equals(ctx, 'language', language), ...(names ? [names] : [])]
  const columns = ['sys_id', 'value', 'label', 'sequence', 'inactive']
  const rows: Row[] = []
  let hidden = 0
  try {
    for await (const page of pages(ctx, { table: 'sys_choice', columns, conditions })) {
      rows.push(...page.rows)
      hidden = page.hidden
    }
    return { rows, complete: hidden === 0 }
  } catch (error) {
    if (!isForbidden(error)) throw error
    return { rows: [], complete: false }
  }
}

/** The values a column takes in a table, with their labels: each request leaves out what is known already. */
export async function valuesIn(ctx: Ctx, table: string, column: string): Promise<readonly ListedChoice[]> {
  const found = new Map<string, ListedChoice>()
  let offset = 0
  let size = sample
  for (;;) {
    const question = { table, columns: [], conditions: [noneOf(column, [...found.keys()])] }
    const page = await fetchPage(ctx, question, offset, size)
    size = page.size
    const before = found.size
    for (const row of page.rows) {
      const value = rawOf(row[column])
      if (value && !found.has(value)) found.set(value, { value, label: labelOf(row[column]) || value })
    }
    if (found.size > before) offset = 0
    else if (page.total !== undefined && offset + size < page.total) offset += size
    else return [...found.values()]
  }
}
