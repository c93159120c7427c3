/**
 * Reads single values out of untrusted vendor JSON. Every reader keeps the contract's three states apart:
 *
 * - `undefined` in, `undefined` out: the vendor did not send it;
 * - `null` (and `''`, the way many vendors write an empty field) gives `null`: the vendor says it is empty;
 * - a value of a shape that cannot be read gives `undefined`, so that what is stored stays. It never
 *   becomes `null`, `false` or `0`.
 *
 * The readers run once per field and record: plain character tests, no regular expressions, no allocation.
 */
import type { Scalar } from './records.ts'

/** A JSON object of which nothing is known. */
export type Row = Readonly<Record<string, unknown>>

type Read<T> = T | null | undefined

/** Text as it is, not trimmed; a number is written out (vendors send "17" and 17 for the same field). */
export function text(value: unknown): Read<string> {
  if (typeof value === 'string') return value === '' ? null : value
  if (value === null) return null
  return typeof value === 'number' ? String(value) : undefined
}

/** For a field no record can do without: `''` where there is nothing, which the hub's validator rejects with its reason. */
export function required(value: Read<string>): string {
  return value ?? ''
}

/** `true`, `false` and the same as words in any case; numbers are not read as booleans. */
export function bool(value: unknown): Read<boolean> {
  if (typeof value === 'boolean') return value
  if (value === null || value === '') return null
  if (typeof value !== 'string') return undefined
  const word = value.toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : undefined
}

/** The opposite, for flags like "inactive": not known stays not known. */
export function not(value: Read<boolean>): Read<boolean> {
  return typeof value === 'boolean' ? !value : value
}

/** A whole number, also written as text ("4", "4.0" is not read). */
export function integer(value: unknown): Read<number> {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (value === null || value === '') return null
  if (typeof value !== 'string') return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) && String(number) === value ? number : undefined
}

/** An id as text: a whole number is written out, text stays as it is. */
export function id(value: unknown): Read<string> {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value === 'string') return value === '' ? null : value
  return value === null ? null : undefined
}

/**
 * The calendar day of a date or date-time, `YYYY-MM-DD`, as the vendor wrote it: the time and the zone
 * are cut off, never converted, so a day does not slip west of Greenwich.
 */
export function date(value: unknown): Read<string> {
  if (value === null || value === '') return null
  if (typeof value !== 'string' || !startsWithDay(value)) return undefined
  if (value.length === 10) return value
  const separator = value.charCodeAt(10)
  return separator === T || separator === SPACE ? value.slice(0, 10) : undefined
}

/** A moment with its offset, as the vendor wrote it, e.g. `2026-08-01T09:00:00Z`; without an offset it is not read. */
export function instant(value: unknown): Read<string> {
  if (value === null || value === '') return null
  if (typeof value !== 'string' || value.length < 20 || value.charCodeAt(10) !== T || !startsWithDay(value)) {
    return undefined
  }
  if (value.charCodeAt(13) !== COLON || value.charCodeAt(16) !== COLON) return undefined
  const end = value.length
  if (value.charCodeAt(end - 1) === Z) return value
  const sign = value.charCodeAt(end - 6)
  return end > 24 && (sign === PLUS || sign === MINUS) && value.charCodeAt(end - 3) === COLON ? value : undefined
}

/** Text, number or boolean as it is: the value of a custom field. */
export function scalar(value: unknown): Read<Scalar> {
  if (value === null || value === '') return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** An array as it is. */
export function list(value: unknown): Read<readonly unknown[]> {
  if (value === null) return null
  return Array.isArray(value) ? value : undefined
}

/** An object as it is; an array is none. */
export function object(value: unknown): Read<Row> {
  if (value === null) return null
  return isRow(value) ? value : undefined
}

/** Whether the value is a JSON object (not an array). */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const T = 84
const Z = 90
const SPACE = 32
const PLUS = 43
const MINUS = 45
const COLON = 58

/** Begins with `dddd-dd-dd`; whether that day exists is for the validator to say. */
function startsWithDay(value: string): boolean {
  return (
    value.length >= 10 &&
    value.charCodeAt(4) === MINUS &&
    value.charCodeAt(7) === MINUS &&
    isDigit(value.charCodeAt(0)) &&
    isDigit(value.charCodeAt(1)) &&
    isDigit(value.charCodeAt(2)) &&
    isDigit(value.charCodeAt(3)) &&
    isDigit(value.charCodeAt(5)) &&
    isDigit(value.charCodeAt(6)) &&
    isDigit(value.charCodeAt(8)) &&
    isDigit(value.charCodeAt(9))
  )
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
