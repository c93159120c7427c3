/** The world's custom fields as user-defined fields: every value is text, lists hold the number of the option. */
import type { WorldCustomField } from '../../../core/connector/simulator.ts'
import type { PicklistValue, UdfSpec } from './entities.ts'

type Values = Readonly<Record<string, string | number | boolean | null>>
export interface UdfValue {
  readonly name: string
  readonly value: string | null
}

/** Autotask has no checkbox: people make a list of two. */
const yesNo = ['Yes', 'No'] as const

const types = { text: 'Text', number: 'Number', boolean: 'List', date: 'Date', list: 'List' } as const

export function specOf({ title, type, options }: WorldCustomField): UdfSpec {
  const values = type === 'boolean' ? yesNo : options
  return { name: title, type: types[type], ...(values ? { options: values } : {}) }
}

/** Writes the world's values of a record. */
export function udfWriter(fields: readonly WorldCustomField[]): (values: Values) => UdfValue[] {
  const specs = fields.map((field) => ({ field, options: specOf(field).options }))
  return (values) =>
    specs.map(({ field, options }) => ({ name: field.title, value: written(values[field.id] ?? null, field, options) }))
}

function written(
  value: string | number | boolean | null,
  { type }: WorldCustomField,
  options: readonly string[] | undefined,
): string | null {
  if (value === null) return null
  if (type === 'boolean') return value ? '1' : '2'
  if (type === 'date') return `${value}T00:00:00`
  if (options) return String(options.indexOf(String(value)) + 1)
  return String(value)
}

/** What a written value means to the world; undefined = it takes no such value. */
export function readUdf(field: WorldCustomField, value: string | null): string | number | boolean | null | undefined {
  if (value === null || (value === '' && field.type !== 'text')) return null
  const option = specOf(field).options?.[Number(value) - 1]
  if (field.type === 'boolean') return option === undefined ? undefined : option === yesNo[0]
  if (field.type === 'list') return option
  if (field.type === 'number') return Number.isFinite(Number(value)) ? Number(value) : undefined
  return field.type === 'date' ? value.slice(0, 10) : value
}

export function picklistOf({ options }: UdfSpec): PicklistValue[] | null {
  return options ? options.map((label, index) => ({ value: String(index + 1), label, sortOrder: index + 1 })) : null
}
