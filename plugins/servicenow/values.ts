/**
 * How the Table API writes a field: as text, as `{value, link}`, or with `sysparm_display_value=all` as
 * `{display_value, value}`. Every scalar is text, `""` is empty, and times are UTC without saying so. A column the
 * user may not read, or that does not exist, is left out.
 */
import { bool, date, integer, isRow, type Row, required } from '../../core/connector/parse.ts'

type Read<T> = T | null | undefined

/** The raw value: an id, a choice's value, a date. */
export function rawOf(field: unknown): Read<string> {
  if (typeof field === 'string') return field === '' ? null : field
  if (field === null) return null
  if (typeof field === 'number' || typeof field === 'boolean') return String(field)
  if (!isRow(field)) return undefined
  return isRow(field.value) ? undefined : rawOf(field.value)
}

/**
 * What people see: a choice's label, the name of a referenced record; empty where the field is. A reference to a record
 * that was deleted, or that the user may not see, has no name: not known.
 */
export function labelOf(field: unknown): Read<string> {
  if (!isRow(field)) return rawOf(field)
  if (field.value === '' || field.value === null) return null
  const { display_value: shown } = field
  return typeof shown === 'string' && shown !== '' ? shown : undefined
}

export function boolOf(field: unknown): Read<boolean> {
  return bool(rawOf(field))
}

export function integerOf(field: unknown): Read<number> {
  return integer(rawOf(field))
}

/** A date column, which has no zone. */
export function dayOf(field: unknown): Read<string> {
  return date(rawOf(field))
}

/** The day of a moment, as the connection's user sees it; where his date format is another, the day in UTC. */
export function dayShown(field: unknown): Read<string> {
  return date(labelOf(field)) ?? dayOf(field)
}

/** A moment: `2026-05-30 06:00:00` is UTC. */
export function instantOf(field: unknown): Read<string> {
  const value = rawOf(field)
  if (typeof value !== 'string') return value
  return /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(value) ? `${value.slice(0, 10)}T${value.slice(11)}Z` : undefined
}

export type Address = {
  readonly [F in 'addressLine1' | 'addressLine2' | 'city' | 'state' | 'postalCode' | 'country']: Read<string>
}

/** `street` holds all lines. */
export function addressOf(row: Row): Address {
  const street = rawOf(row.street)
  const [first, ...more] = (street ?? '').split(/\r?\n/)
  return {
    addressLine1: street == null ? street : first || null,
    addressLine2: street == null ? street : more.filter((line) => line !== '').join(', ') || null,
    city: rawOf(row.city),
    state: rawOf(row.state),
    postalCode: rawOf(row.zip),
    country: rawOf(row.country),
  }
}

/** One value as a list of one; empty and not sent stay so. */
export function alone(value: Read<string>): Read<readonly string[]> {
  return typeof value === 'string' ? [value] : value
}

/** Words that say "no longer in use" in a label, whoever named it. */
export function soundsInactive(label: string): boolean {
  return /\b(inactive|retired?|disposed?|stolen|lost|absent|missing|decommissioned|former|false|end of life)\b/i.test(
    label,
  )
}

/** The name of a record; where nobody gave it one, the first of the other columns that holds something. */
export function nameOf(row: Row, ...others: readonly string[]): string {
  const name = rawOf(row.name)
  return required(name === null ? others.map((column) => rawOf(row[column])).find(Boolean) : name)
}

/** The first that holds something; empty only if all are said to be. */
export function firstOf(...found: readonly Read<string>[]): Read<string> {
  const held = found.find((value) => typeof value === 'string')
  return held ?? (found.every((value) => value === null) ? null : undefined)
}
