/** How BMS writes what many records have in common: moments, ids, addresses, the active flag. */
import { bool, date, id, instant, isRow, list, type Row, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'

type Read<T> = T | null | undefined

/** A moment; without an offset it is taken for UTC (the zone of such values is not documented). */
export function moment(value: unknown): Read<string> {
  const whole = instant(value)
  if (whole !== undefined || typeof value !== 'string' || /Z|[+-]\d\d:?\d\d$/.test(value)) return whole
  return instant(`${value}Z`)
}

/** When the record last changed; new ones say only when they were made. */
export function updatedAt(row: Row): Read<string> {
  const modified = moment(row.modifiedOn)
  return modified === null ? moment(row.createdOn) : modified
}

/** The day of a date-time as it is written; BMS writes "no date" also as the year 1. */
export function day(value: unknown): Read<string> {
  const found = date(value)
  return found?.startsWith('0001-') ? null : found
}

/** An id; 0 stands for none where BMS has no room for null. */
export function reference(value: unknown): Read<string> {
  return value === 0 || value === '0' ? null : id(value)
}

/** The two statuses that stand for `isActive`, with ids of our own. */
export const statuses = [
  { sourceId: 'active', name: 'Active', active: true },
  { sourceId: 'inactive', name: 'Inactive', active: false },
] as const

/** The status that stands for `isActive`. */
export function statusOf(row: Row): Pick<RecordOf<'companies'>, 'active' | 'statusId' | 'status'> {
  const active = bool(row.isActive)
  const status = typeof active === 'boolean' ? statuses[active ? 0 : 1] : active
  return {
    active,
    statusId: status === undefined ? undefined : (status?.sourceId ?? null),
    status: status === undefined ? undefined : (status?.name ?? null),
  }
}

type Address = Pick<
  RecordOf<'sites'>,
  'addressLine1' | 'addressLine2' | 'city' | 'state' | 'postalCode' | 'country' | 'phone'
>

const unsaid: Address = {}
const empty: Address = {
  addressLine1: null,
  addressLine2: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
  phone: null,
}

/** The main address of a location with its phone number; all empty if it has none. */
export function addressOf(location: Read<Row>): Address {
  if (!location) return location === null ? empty : unsaid
  const addresses = list(location.addresses)
  if (!addresses) return addresses === null ? empty : unsaid
  const row = mainOf(addresses.filter(isRow))
  if (!row) return empty
  return {
    addressLine1: text(row.address1),
    addressLine2: text(row.address2),
    city: text(row.city),
    state: text(row.state),
    postalCode: text(row.zipCode),
    country: text(row.country),
    phone: text(row.phone),
  }
}

/** The main location of an account; `null` = it has none, `undefined` = not said. */
export function mainLocation(account: Row): Read<Row> {
  const locations = list(account.locations)
  return locations ? (mainOf(locations.filter(isRow)) ?? null) : locations
}

function mainOf(rows: readonly Row[]): Row | undefined {
  return rows.find((row) => bool(row.isMain) === true) ?? rows[0]
}
