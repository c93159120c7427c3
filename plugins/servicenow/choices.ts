/** Lists ServiceNow has no list of, or hides: choices, and the values a column takes. */
import type { Context } from '../../core/connector/contract.ts'
import type { Row } from '../../core/connector/parse.ts'
import { isForbidden } from './client.ts'
import { fetchPage, pageSize, readAll, type WholeList } from './paging.ts'
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
/** Rows looked at first for values that are new; few, for most show the same. */
const sample = 200

export interface Choices {
  readonly listed: readonly ListedChoice[]
  /** Why there may be more. */
  readonly partial?: string | undefined
}

const hiddenChoices =
  'The ServiceNow user may not see all choices (table sys_choice), so there may be more than were read; what did not come stays in the hub as it is. Grant read on sys_choice, e.g. by the role personalize_choices.'

/**
 * The choices of a column. `tables` go from the most special to the most general: a table with a list of its own
 * does not inherit. A column that is no choice has the values that rows of the first table hold.
 */
export async function choicesOf(ctx: Ctx, tables: readonly string[], column: string): Promise<Choices> {
  const { rows, whole } = await rowsOf(ctx, tables, column)
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
  const partial = whole ? undefined : hiddenChoices
  if (choices.size > 0) return { listed: [...choices.values()], partial }
  const inUse = await valuesIn(ctx, tables[0] ?? '', column)
  return { listed: inUse.listed, partial: partial ?? inUse.partial }
}

async function rowsOf(ctx: Ctx, tables: readonly string[], column: string): Promise<WholeList> {
  const [names] = oneOf(ctx, 'name', tables)
  const conditions = [equals(ctx, 'element', column), equals(ctx, 'language', language), ...(names ? [names] : [])]
  const columns = ['sys_id', 'value', 'label', 'sequence', 'inactive']
  try {
    return await readAll(ctx, { table: 'sys_choice', columns, conditions })
  } catch (error) {
    if (!isForbidden(error)) throw error
    return { rows: [], whole: false }
  }
}

/** The values a column takes in a table, with their labels: each request leaves out what is known already. */
export async function valuesIn(ctx: Ctx, table: string, column: string): Promise<Choices> {
  const found = new Map<string, ListedChoice>()
  let offset = 0
  let size = sample
  let isWhole = true
  for (;;) {
    const question = { table, columns: [], conditions: [noneOf(column, [...found.keys()])] }
    const page = await fetchPage(ctx, question, offset, size)
    size = page.size
    const before = found.size
    for (const row of page.rows) {
      const value = rawOf(row[column])
      if (value && !found.has(value)) found.set(value, { value, label: labelOf(row[column]) || value })
    }
    // Asked again from the beginning, for what was hidden may have had one of the new values.
    if (found.size > before) {
      offset = 0
      isWhole = true
      continue
    }
    isWhole &&= page.total !== undefined && page.rows.length >= Math.min(size, page.total - offset)
    offset += size
    size = pageSize
    if (page.total !== undefined && offset < page.total) continue
    const partial = `The ServiceNow user may not see all rows of ${table}, so there may be more values of ${column} than were found; what did not come stays in the hub as it is. Grant the roles that the connection's check names, or look at the read ACLs of the table and of its child tables.`
    return { listed: [...found.values()], partial: isWhole ? undefined : partial }
  }
}
