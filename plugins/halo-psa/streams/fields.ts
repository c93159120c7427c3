/** How Halo writes what many records have in common: times, references, custom fields, screens. */
import { bool, date, id, instant, isRow, list, type Row, scalar, text } from '../../../core/connector/parse.ts'
import type { Scalar } from '../../../core/connector/records.ts'

type Read<T> = T | null | undefined

/** Halo writes "no date" as 1 January 1900 or earlier. */
const firstYear = '1980'

/** A moment: Halo writes UTC without saying so. */
export function stamp(value: unknown): Read<string> {
  if (typeof value !== 'string' || value === '') return value === null || value === '' ? null : undefined
  if (/^\d{4}-/.test(value) && value < firstYear) return null
  return instant(/(?:Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`)
}

/** The day of a date, which Halo keeps as a time around noon. */
export function day(value: unknown): Read<string> {
  const found = date(value)
  return typeof found === 'string' && found < firstYear ? null : found
}

/** A reference by number; 0 and below stand for none. Some are written as `12.0`. */
export function ref(value: unknown): Read<string> {
  const found = id(value)
  return typeof found === 'string' && Number(found) <= 0 ? null : found
}

/** Every Halo has one customer that stands for "unassigned", and its site. */
export const placeholder = '1'

/** The customer of a record; the placeholder is none. */
export function companyRef(value: unknown): Read<string> {
  const found = ref(value)
  return found === placeholder ? null : found
}

/** The first text that is one; null if all that were sent are empty. */
export function firstText(...values: readonly unknown[]): Read<string> {
  let none: Read<string>
  for (const value of values) {
    const found = text(value)
    if (typeof found === 'string') return found
    if (found === null) none = null
  }
  return none
}

/** Text, long text, one of a list, several of a list, date, time, checkbox, formatted text; the others are no plain values. */
export const plainTypes: ReadonlySet<unknown> = new Set([0, 1, 2, 3, 4, 5, 6, 10])

/** A field whose value must not leave Halo. */
export function isWithheld(field: Row): boolean {
  return (
    field.isencrypted === true ||
    field.value_is_password_id === true ||
    /pass(word|phrase)|secret/i.test(`${field.name} ${field.label}`)
  )
}

/** The chosen custom fields of a record. A chosen one that the record does not carry stays unmentioned. */
export function customFieldValues(
  value: unknown,
  chosen: ReadonlySet<string> | undefined,
): Read<Readonly<Record<string, Scalar | null>>> {
  if (!chosen) return undefined
  const fields = list(value)
  if (!fields) return fields
  const values: Record<string, Scalar | null> = {}
  for (const field of fields) {
    if (!isRow(field)) continue
    const key = id(field.id)
    if (!key || !chosen.has(key) || !plainTypes.has(field.type) || isWithheld(field)) continue
    const found = customValue(field)
    if (found !== undefined) values[key] = found
  }
  return values
}

/** Those of the wanted custom fields that a record does not carry. */
export function missingFields(value: unknown, wanted: readonly string[]): readonly string[] {
  const carried = new Set((list(value) ?? []).map((field) => (isRow(field) ? id(field.id) : undefined)))
  return wanted.filter((key) => !carried.has(key))
}

/** Of a choice the text, not its number. */
export function customValue(field: Row): Read<Scalar> {
  const { type, value, display } = field
  if (type === 2 || type === 3) return value === null || value === '' ? null : (text(display) ?? scalar(value))
  if (type === 4) return typeof value === 'string' ? day(value) : scalar(value)
  if (type === 6) return bool(value) ?? scalar(value)
  return scalar(value)
}

const screens = {
  client: '/customers?clientid=',
  site: '/customers?mainview=site&siteid=',
  user: '/customers?mainview=user&userid=',
  asset: '/assets?id=',
  ticket: '/tickets?id=',
} as const

/** The address of a record's screen, all but the id at its end. */
export function screenLink(origin: string, record: keyof typeof screens): string {
  return origin + screens[record]
}
