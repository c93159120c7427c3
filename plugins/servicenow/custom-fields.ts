/** Columns the customer made (`u_…`) or an application brought (`x_…`), from the dictionary. */
import type { Context, CustomField, ReadContext } from '../../core/connector/contract.ts'
import { bool, type Row, scalar } from '../../core/connector/parse.ts'
import type { Scalar } from '../../core/connector/records.ts'
import { choicesOf } from './choices.ts'
import { isForbidden } from './client.ts'
import { readAll } from './paging.ts'
import { oneOf, plain } from './query.ts'
import type { ServiceNowSettings } from './settings.ts'
import { boolOf, dayOf, instantOf, labelOf, rawOf } from './values.ts'

type Ctx = Context<ServiceNowSettings>

/** Types whose values must not leave ServiceNow, or are no data. */
const withheld = /password|encrypt|^(journal|journal_input|journal_list|script|html_script|collection)$/

interface Column {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly tables: readonly string[]
  readonly hasChoices: boolean
}

interface Defined {
  readonly columns: ReadonlyMap<string, Column>
  /** False where the user may not see the whole dictionary. */
  readonly whole: boolean
}

async function definedColumns(ctx: Ctx, tables: readonly string[]): Promise<Defined> {
  const [names] = oneOf(ctx, 'name', tables)
  const conditions = [...(names ? [names] : []), plain('elementSTARTSWITHu_^ORelementSTARTSWITHx_', 'element')]
  const columns = ['sys_id', 'column_label', 'internal_type', 'choice', 'active']
  const found = new Map<string, Column>()
  const { rows, whole } = await readAll(ctx, { table: 'sys_dictionary', columns, conditions })
  for (const row of rows) {
    const id = rawOf(row.element)
    const type = rawOf(row.internal_type) ?? 'string'
    if (!id || !/^[ux]_\w+$/.test(id) || withheld.test(type) || boolOf(row.active) === false) continue
    const known = found.get(id)
    const table = rawOf(row.name) ?? ''
    const choice = rawOf(row.choice)
    found.set(id, {
      id,
      title: known?.title ?? (rawOf(row.column_label) || id),
      type: known?.type ?? type,
      tables: [...(known?.tables ?? []), table],
      hasChoices: known?.hasChoices === true || (choice !== null && choice !== undefined && choice !== '0'),
    })
  }
  return { columns: found, whole }
}

/** What the admin may choose, `tables` with all they inherit from. Needs the dictionary; without it: a permission error. */
export async function customColumns(ctx: Ctx, tables: readonly string[]): Promise<readonly CustomField[]> {
  const fields: CustomField[] = []
  for (const column of (await definedColumns(ctx, tables)).columns.values()) {
    const { id, title, type } = column
    const options = column.hasChoices ? (await choicesOf(ctx, column.tables, id)).listed.map(({ label }) => label) : []
    fields.push({ id, title, type: column.hasChoices ? 'choice' : type, ...(options.length > 0 ? { options } : {}) })
  }
  return fields
}

type Values = Readonly<Record<string, Scalar | null>>

/**
 * Reads the chosen columns of rows, each by its type; a column that is not sent stays unmentioned. Where the dictionary
 * does not tell of all of them none is sent, so that the hub keeps what it has.
 */
export async function customValues(
  ctx: ReadContext<ServiceNowSettings>,
  tables: readonly string[],
): Promise<(row: Row) => Values | undefined> {
  if (ctx.customFields.length === 0) return () => undefined
  const { columns, whole } = await dictionary(ctx, tables)
  const chosen = ctx.customFields.flatMap((id) => columns.get(id) ?? [])
  if (!whole && chosen.length < ctx.customFields.length) {
    const message =
      'The ServiceNow user may not read the dictionary (table sys_dictionary), so custom fields were not read and stay as they are. Grant read on sys_dictionary, e.g. by the role personalize_dictionary.'
    ctx.report({ level: 'warning', code: 'custom-fields', message })
    return () => undefined
  }
  return (row) => {
    const values: Record<string, Scalar | null> = {}
    for (const column of chosen) {
      const value = customValue(column, row[column.id])
      if (value !== undefined) values[column.id] = value
    }
    return values
  }
}

function customValue({ type, hasChoices }: Column, field: unknown): Scalar | null | undefined {
  const value = rawOf(field)
  if (value == null) return value
  if (hasChoices) return labelOf(field) ?? value
  switch (type) {
    case 'boolean':
      return bool(value) ?? value
    case 'integer':
    case 'longint':
    case 'decimal':
    case 'float':
      return Number.isFinite(Number(value)) ? Number(value) : value
    case 'glide_date':
      return dayOf(field) ?? value
    case 'glide_date_time':
      return instantOf(field) ?? value
    case 'reference':
    case 'glide_list':
      return labelOf(field) ?? value
    default:
      return scalar(value)
  }
}

async function dictionary(ctx: Ctx, tables: readonly string[]): Promise<Defined> {
  try {
    return await definedColumns(ctx, tables)
  } catch (error) {
    if (!isForbidden(error)) throw error
    return { columns: new Map(), whole: false }
  }
}
