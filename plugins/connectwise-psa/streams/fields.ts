/** How ConnectWise writes what many records have in common: references, `_info`, addresses, custom fields. */

import { bool, date, id, instant, isRow, list, object, type Row, scalar, text } from '../../../core/connector/parse.ts'
import type { RecordOf, Scalar } from '../../../core/connector/records.ts'
import type { ConnectWiseSettings } from '../settings.ts'
import { screenHost, siteOf } from '../site.ts'

type Read<T> = T | null | undefined

/**
 * The day of a field that is left out when it is empty. One that cannot be read is handed over as it is: the hub then
 * sets the record aside and says so, where `undefined` would erase the day it knows.
 */
export function day(value: unknown): Read<string> {
  const read = date(value)
  return read === undefined && value !== undefined ? JSON.stringify(value) : read
}

/** When the record last changed. The links beside it may name another host or release and are never followed. */
export function updatedAt(row: Row): Read<string> {
  return instant(object(row._info)?.lastUpdated)
}

/** The id of a reference `{id, name}`; a reference without an id (`{}`) is an empty one. */
export function refId(value: unknown): Read<string> {
  const ref = object(value)
  if (!ref) return ref
  return ref.id === undefined ? null : id(ref.id)
}

/** The name of a reference; empty with it. */
export function refName(value: unknown): Read<string> {
  const ref = object(value)
  if (!ref) return ref
  return ref.id === undefined && ref.name === undefined ? null : text(ref.name)
}

/** The ids of a list of references. */
export function refIds(value: unknown): Read<readonly string[]> {
  return each(value, refId)
}

/** The names of a list of references. */
export function refNames(value: unknown): Read<readonly string[]> {
  return each(value, refName)
}

function each(value: unknown, read: (value: unknown) => Read<string>): Read<readonly string[]> {
  const refs = list(value)
  if (!refs) return refs
  const values: string[] = []
  for (const ref of refs) {
    const found = read(ref)
    if (found != null) values.push(found)
  }
  return values
}

/** ConnectWise leaves properties without a value out of its answers; each stream names those a person can empty. */
export const addressFields = ['addressLine1', 'addressLine2', 'city', 'state', 'postalCode', 'country'] as const

type Address = Pick<RecordOf<'contacts'>, (typeof addressFields)[number]>

/** Companies and contacts have the state as text, sites as a reference. */
export function address(row: Row): Address {
  return {
    addressLine1: text(row.addressLine1),
    addressLine2: text(row.addressLine2),
    city: text(row.city),
    state: row.stateReference === undefined ? text(row.state) : stateOf(row.stateReference),
    postalCode: text(row.zip),
    country: refName(row.country),
  }
}

/** "FL" rather than "Florida": that is how companies and contacts write it. */
function stateOf(value: unknown): Read<string> {
  const state = object(value)
  return text(state?.identifier) ?? refName(value)
}

/** The custom fields the admin chose, by the id an answer carries them under. */
export type Chosen = ReadonlyMap<unknown, string>

export function chosenFields(ids: readonly string[]): Chosen | undefined {
  if (ids.length === 0) return undefined
  const chosen = new Map<unknown, string>()
  for (const id of ids) chosen.set(id, id).set(Number(id), id)
  return chosen
}

/** Custom field types whose values are no data: a password must not leave ConnectWise, a button has none. */
export const withheldTypes: ReadonlySet<unknown> = new Set(['Password', 'Button'])

/** The chosen custom fields of a record. A chosen field the record does not carry stays unmentioned. */
export function customFieldValues(
  value: unknown,
  chosen: Chosen | undefined,
): Read<Readonly<Record<string, Scalar | null>>> {
  if (!chosen) return undefined
  const fields = list(value)
  if (!fields) return fields
  const values: Record<string, Scalar | null> = {}
  for (const field of fields) {
    if (!isRow(field)) continue
    const key = chosen.get(field.id)
    if (key === undefined || withheldTypes.has(field.type)) continue
    const found = customValue(field)
    if (found !== undefined) values[key] = found
  }
  return values
}

/** A list of the texts "true" and "false" is no checkbox: only the type decides. */
function customValue(field: Row): Read<Scalar> {
  const { type, value } = field
  if (type === 'Date') return date(value) ?? scalar(value)
  if (type === 'Checkbox') return bool(value) ?? scalar(value)
  return scalar(value)
}

export type ScreenRecord = 'CompanyFV' | 'ContactFV' | 'ConfigFV' | 'ServiceFV'

/** The address of a record's screen, all but the id at its end. */
export function screenLink(settings: ConnectWiseSettings, record: ScreenRecord): string {
  const site = siteOf(settings.site)
  const origin = site ? `${site.protocol}//${screenHost(site.host)}` : ''
  const company = encodeURIComponent(settings.companyId)
  return `${origin}/v4_6_release/services/system_io/router/openrecord.rails?recordType=${record}&companyName=${company}&recid=`
}
