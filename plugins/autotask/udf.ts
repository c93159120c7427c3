/** User-defined fields (UDFs): named, not numbered; every value is text, whatever the type. */
import type { Context, CustomField } from '../../core/connector/contract.ts'
import { date, isRow, list, type Row, required, scalar, text } from '../../core/connector/parse.ts'
import type { Scalar } from '../../core/connector/records.ts'
import { rowsIn } from './answers.ts'
import { labelsOf, pickedIn } from './metadata.ts'
import type { AutotaskSettings } from './settings.ts'

type Read<T> = T | null | undefined

export interface Udf {
  readonly name: string
  readonly title: string
  readonly type: string
  /** Label by value, of a list. */
  readonly options: ReadonlyMap<string, string> | undefined
}

/** By name. */
export type Udfs = ReadonlyMap<string, Udf>

export async function udfsOf(ctx: Context<AutotaskSettings>, entity: string): Promise<Udfs> {
  const { body } = await ctx.http.request({ url: `${entity}/entityInformation/userDefinedFields` })
  const udfs = new Map<string, Udf>()
  for (const row of rowsIn(ctx, body, 'fields', `the user-defined fields of ${entity}`)) {
    const name = text(row.name)
    if (!name) continue
    const options = labelsOf(pickedIn(list(row.picklistValues) ?? []))
    udfs.set(name, {
      name,
      title: text(row.label) ?? name,
      type: required(text(row.type) ?? text(row.dataType)),
      options: options.size > 0 ? options : undefined,
    })
  }
  return udfs
}

export async function definedUdfs(ctx: Context<AutotaskSettings>, entity: string): Promise<readonly CustomField[]> {
  return [...(await udfsOf(ctx, entity)).values()].map(({ name, title, type, options }) => ({
    id: name,
    title,
    type,
    ...(options ? { options: [...options.values()] } : {}),
  }))
}

export function isDateUdf({ type }: Udf): boolean {
  return type.toLowerCase().includes('date')
}

/** The text a record holds under a UDF's name. Null where the record's list lacks it: the list holds all of them. */
export function udfText(row: Row, name: string): Read<string> {
  const fields = list(row.userDefinedFields)
  if (!fields) return fields
  const field = fields.find((entry) => isRow(entry) && entry.name === name)
  if (!isRow(field)) return null
  const value = text(field.value)
  return value && isMasked(value) ? undefined : value
}

/** A list's label where it has one. */
export function udfLabel(udf: Udf | undefined, value: Read<string>): Read<string> {
  return value ? (udf?.options?.get(value) ?? value) : value
}

/** Protected data read without the right to see it. */
export function isMasked(value: string): boolean {
  return /^\*+$/.test(value)
}

/** The chosen UDFs of a record, by name. */
export function udfValues(row: Row, chosen: Udfs | undefined): Read<Readonly<Record<string, Scalar | null>>> {
  if (chosen === undefined) return undefined
  const fields = list(row.userDefinedFields)
  if (!fields) return fields
  const values: Record<string, Scalar | null> = {}
  for (const field of fields) {
    if (!isRow(field)) continue
    const udf = typeof field.name === 'string' ? chosen.get(field.name) : undefined
    const value = udf && readValue(udf, field.value)
    if (udf && value !== undefined) values[udf.name] = value
  }
  return values
}

function readValue(udf: Udf, sent: unknown): Read<Scalar> {
  const value = scalar(sent)
  if (typeof value !== 'string') return value
  if (isMasked(value)) return undefined
  if (udf.options) return udf.options.get(value) ?? value
  if (isDateUdf(udf)) return date(value) ?? value
  return isNumeric(udf) && Number.isFinite(Number(value)) ? Number(value) : value
}

function isNumeric({ type }: Udf): boolean {
  return /num|int|dec|double|float|long/i.test(type)
}
