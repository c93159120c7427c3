/** When the vendor wants to hear from us again, as its answers say. */
import type { HttpAnswer, Limits } from '../connector/contract.ts'

/** A vendor that asks for more than a day is taken at one day: the next try will hear the rest. */
const LONGEST_MS = 86_400_000

type Headers = HttpAnswer['headers']

/** Milliseconds from now by `Retry-After` (seconds, or a date); undefined = not said, unreadable or already over. */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers['retry-after']?.trim()
  if (value === undefined || value === '') return undefined
  const seconds = Number(value)
  const wait = Number.isNaN(seconds) ? Date.parse(value) - vendorNow(headers) : seconds * 1000
  return wait > 0 ? Math.min(wait, LONGEST_MS) : undefined
}

/** Milliseconds until the vendor counts anew, if its headers say that nothing is left. */
export function exhaustedMs(headers: Headers, names: Limits['headers']): number | undefined {
  if (names === undefined) return undefined
  const remaining = headers[names.remaining.toLowerCase()]
  const reset = headers[names.reset.toLowerCase()]
  if (remaining === undefined || reset === undefined || !(Number.parseFloat(remaining) <= 0)) return undefined
  const wait = Number.parseFloat(reset) * 1000 - (names.resetIn === 'epoch' ? vendorNow(headers) : 0)
  return wait > 0 ? Math.min(wait, LONGEST_MS) : undefined
}

/** By the vendor's clock, where it shows it: the two may be minutes apart. */
function vendorNow(headers: Headers): number {
  const date = Date.parse(headers.date ?? '')
  return Number.isNaN(date) ? Date.now() : date
}
