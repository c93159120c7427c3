/** Dates in custom fields are texts, written the way the account or the one who typed them does. */
import { date } from '../../core/connector/parse.ts'

/** Where year, month and day stand, e.g. `mdy`. */
export type DayOrder = 'mdy' | 'dmy' | 'ymd'

/** The order of `mm-dd-yy` and the like; `mdy` where the account does not say. */
export function dayOrder(format: string | null | undefined): DayOrder {
  const order = [...new Set((format ?? '').toLowerCase().replace(/[^dmy]/g, ''))].join('')
  return order === 'dmy' || order === 'ymd' ? order : 'mdy'
}

/**
 * `YYYY-MM-DD` of a text: an ISO date (or the day of a date-time), else numbers in the account's order with a year of
 * four digits. Empty is null; what is no day of the calendar is not read.
 */
export function dayOf(value: unknown, order: DayOrder): string | null | undefined {
  const iso = date(value)
  if (iso !== undefined) return iso === null || isReal(iso) ? iso : undefined
  if (typeof value !== 'string') return undefined
  const parts = /^\s*(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})\s*$/.exec(value)
  if (!parts) return value.trim() === '' ? null : undefined
  const [, one = '', two = '', three = ''] = parts
  const yearFirst = one.length === 4
  if (!yearFirst && three.length !== 4) return undefined
  const year = yearFirst ? one : three
  const [month, day] = yearFirst ? [two, three] : order === 'dmy' ? [two, one] : [one, two]
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isReal(written) ? written : undefined
}

function isReal(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}
