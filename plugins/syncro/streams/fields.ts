/** How Syncro writes what many records have in common. */
import { id, isRow, type Row, text } from '../../../core/connector/parse.ts'
import type { RecordOf, Scalar } from '../../../core/connector/records.ts'
import type { Fields } from '../catalogue.ts'
import { isSecret } from '../properties.ts'

type Read<T> = T | null | undefined

/** The first that says something; else empty if one is, else not sent. */
export function firstOf<T>(...values: readonly Read<T>[]): Read<T> {
  return values.find((value) => value != null) ?? (values.includes(null) ? null : undefined)
}

type Address = Pick<RecordOf<'contacts'>, 'addressLine1' | 'addressLine2' | 'city' | 'state' | 'postalCode'>

/** Of a customer: `address`, `address_2`. There is no country anywhere. */
export function customerAddress(row: Row): Address {
  return { addressLine1: text(row.address), addressLine2: text(row.address_2), ...town(row) }
}

/** Of a contact or an address record: `address1`, `address2`. */
export function address(row: Row): Address {
  return { addressLine1: text(row.address1), addressLine2: text(row.address2), ...town(row) }
}

function town(row: Row): Pick<Address, 'city' | 'state' | 'postalCode'> {
  return { city: text(row.city), state: text(row.state), postalCode: text(row.zip) }
}

/** Individuals have no business name. */
export function customerName(row: Row): Read<string> {
  return firstOf(text(row.business_name), text(row.business_then_name), text(row.fullname))
}

/** The id of a nested record; a record without one is none. */
export function nestedId(value: unknown): Read<string> {
  if (value === null) return null
  return isRow(value) ? id(value.id) : undefined
}

/** The chosen custom fields a bag of properties carries, by label; what is nested is the agent's inventory. */
export function customFieldValues(
  properties: unknown,
  chosen: readonly string[],
  fields: Fields | undefined,
): Readonly<Record<string, Scalar | null>> | undefined {
  if (chosen.length === 0 || !isRow(properties)) return undefined
  const values: Record<string, Scalar | null> = {}
  for (const label of chosen) {
    if (!Object.hasOwn(properties, label) || isSecret(label)) continue
    const value = fields ? fields.read(label, properties[label]) : plain(properties[label])
    if (value !== undefined) values[label] = value
  }
  return values
}

function plain(value: unknown): Read<Scalar> {
  if (value === null || value === '') return null
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? value : undefined
}
