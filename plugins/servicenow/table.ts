/** Single requests to the Table API. */
import type { Context } from '../../core/connector/contract.ts'
import { integer, isRow, type Row } from '../../core/connector/parse.ts'
import { isEmptyList } from './client.ts'
import { type Condition, sysId } from './query.ts'
import type { ServiceNowSettings } from './settings.ts'
import { rawOf } from './values.ts'

type Ctx = Context<ServiceNowSettings>

export interface Question {
  readonly table: string
  readonly columns: readonly string[]
  readonly conditions: readonly Condition[]
  /** Columns without which the rows are worth nothing. */
  readonly needed?: readonly string[]
}

export interface Slice {
  /** `ORDERBY…` */
  readonly order?: string
  readonly limit: number
  readonly offset?: number
}

export interface Answer {
  readonly rows: readonly Row[]
  /** Rows that fit the conditions whether the user may see them or not; undefined = not told. */
  readonly total: number | undefined
}

/** Values and labels in one, references without their links. */
const both = { sysparm_display_value: 'all', sysparm_exclude_reference_link: true } as const

/** A part of a list. Rows the user may not see are missing from it: ServiceNow counts first and looks at rights then. */
export async function list(ctx: Ctx, question: Question, { order, limit, offset }: Slice): Promise<Answer> {
  const { table, columns, conditions } = question
  const asked = [...new Set([...columns, ...conditions.flatMap((condition) => condition.columns)])]
  const query = [...conditions.map(({ text }) => text), ...(order === undefined ? [] : [order])].join('^')
  let answer: Awaited<ReturnType<Ctx['http']['request']>>
  try {
    answer = await ctx.http.request({
      url: `table/${table}`,
      query: {
        ...both,
        sysparm_fields: asked.join(','),
        ...(query === '' ? {} : { sysparm_query: query }),
        sysparm_limit: limit,
        ...(offset ? { sysparm_offset: offset } : {}),
      },
    })
  } catch (error) {
    if (isEmptyList(error)) return { rows: [], total: 0 }
    throw error
  }
  const result = isRow(answer.body) ? answer.body.result : undefined
  if (!Array.isArray(result) || !result.every(isRow)) {
    throw ctx.error('vendor', `ServiceNow answered the list ${table} with something else.`, `${table}: no result list`)
  }
  assertUseful(ctx, question, result)
  for (const row of result) assertFits(ctx, question, row)
  const total = integer(answer.headers['x-total-count'])
  return { rows: result, total: typeof total === 'number' ? total : undefined }
}

/** A column that the user may not read is left out like one that does not exist; one row alone may lack any. */
function assertUseful(ctx: Ctx, { table, conditions, needed = [] }: Question, rows: readonly Row[]): void {
  if (rows.length === 0) return
  const isHidden = (column: string) => rows.every((row) => row[column] === undefined)
  const hidden = needed.find(isHidden)
  if (hidden !== undefined) {
    throw ctx.error(
      'permission',
      `The ServiceNow user may not read the column "${hidden}" of ${table}. Look at its field ACLs.`,
      `${table}: no column ${hidden}`,
    )
  }
  const ignored = conditions.flatMap(({ columns }) => columns).find(isHidden)
  if (ignored !== undefined) {
    throw ctx.error(
      'permission',
      `ServiceNow hands out no column "${ignored}" of ${table}: it does not exist, or the user may not read it. A condition on it would be ignored, so nothing was read.`,
      `${table}: a condition on ${ignored}, which is not there`,
    )
  }
}

function assertFits(ctx: Ctx, { table, conditions }: Question, row: Row): void {
  for (const { columns, holds, text } of conditions) {
    const value = rawOf(row[columns[0] ?? ''])
    if (holds === undefined || value === undefined || holds(value)) continue
    throw ctx.error(
      'vendor',
      `ServiceNow ignored a condition on ${table} and sent other rows, so nothing of them was used.`,
      `${table}: ${text} answered ${columns[0]}=${value}`,
    )
  }
}

/** One record by id. Throws not-found for one that is gone, or that the user may not see. */
export async function record(ctx: Ctx, table: string, id: string, columns: readonly string[]): Promise<Row> {
  const query = { ...both, sysparm_fields: columns.join(',') }
  return resultOf(ctx, table, (await ctx.http.request({ url: `table/${table}/${sysId(ctx, id)}`, query })).body)
}

/** Sets columns of a record to raw values and answers it as it is then. Sets fixed values, so it may be repeated. */
export async function change(
  ctx: Ctx,
  table: string,
  id: string,
  values: Readonly<Record<string, string>>,
  columns: readonly string[],
): Promise<Row> {
  const query = { ...both, sysparm_fields: columns.join(',') }
  const url = `table/${table}/${sysId(ctx, id)}`
  const answer = await ctx.http.request({ method: 'PATCH', url, query, body: values, repeatable: true })
  return resultOf(ctx, table, answer.body)
}

export function resultOf(ctx: Ctx, table: string, body: unknown): Row {
  const result = isRow(body) ? body.result : undefined
  if (isRow(result)) return result
  throw ctx.error('vendor', `ServiceNow answered a record of ${table} with something else.`, `${table}: no result`)
}
