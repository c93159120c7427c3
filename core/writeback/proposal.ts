/** What may be proposed for a configuration, and what the hub expects at the source. */
import { fieldWords } from '../connections/capabilities.ts'
import type { Writable, WritableField } from '../connector/index.ts'

export const writableFields = [
  'warrantyExpiration',
  'purchaseDate',
  'manufacturer',
] as const satisfies readonly WritableField[]

/** The writable columns of a configuration, as the hub holds them. */
export interface Held {
  readonly warranty_expiration: string | null
  readonly purchase_date: string | null
  readonly manufacturer: string | null
}

export const columns = {
  warrantyExpiration: 'warranty_expiration',
  purchaseDate: 'purchase_date',
  manufacturer: 'manufacturer',
} as const satisfies Record<WritableField, keyof Held>

/** A sentence if the value cannot be pushed. */
export function problemOf(field: WritableField, value: string | null | undefined): string | undefined {
  // A source keeps what it has: the hub not knowing a value is no reason to delete it there.
  if (value === null || value === undefined || value.trim() === '')
    return `An empty ${fieldWords[field]} is not pushed; delete it at the source.`
  if (field !== 'manufacturer' && !isDay(value)) return `The ${fieldWords[field]} should be a day like 2027-03-31.`
  return undefined
}

/** A day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** The part of the wish that differs from what the hub holds, and what it holds there. */
export function difference(held: Held, wish: Writable): { change: Writable; expected: Writable } {
  const change: Partial<Record<WritableField, string>> = {}
  const expected: Partial<Record<WritableField, string | null>> = {}
  for (const field of writableFields) {
    const value = wish[field]?.trim()
    if (value === undefined || value === held[columns[field]]) continue
    change[field] = value
    expected[field] = held[columns[field]]
  }
  return { change, expected }
}
