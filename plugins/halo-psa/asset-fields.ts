/**
 * Asset fields. Halo has no columns for serial number, operating system and the like: each tenant lays out fields of
 * its own for each asset type, under ids of their own. They are found by their names; the admin can name another.
 */
import type { Choice, Context } from '../../core/connector/contract.ts'
import { isRow, list, type Row, required, text } from '../../core/connector/parse.ts'
import { isForbidden, isNotFound } from './client.ts'
import { assets, fetchPage, readList } from './paging.ts'
import { type HaloSettings, settings } from './settings.ts'
import { day, isWithheld } from './streams/fields.ts'
import { everything } from './streams/reading.ts'

/** What asset fields are read for. */
export type Fact =
  | 'serialNumber'
  | 'osType'
  | 'osVersion'
  | 'manufacturer'
  | 'model'
  | 'productNumber'
  | 'macAddress'
  | 'ipAddress'
  | 'purchaseDate'
  | 'warrantyExpiration'

/** Names people give them, as `plain` writes names; the first that an asset has counts. */
const names: Readonly<Record<Fact, readonly string[]>> = {
  serialNumber: ['serial number', 'serial no', 'serial', 'serialnumber', 'service tag'],
  osType: ['operating system', 'os', 'os name', 'operating system name'],
  osVersion: ['os version', 'operating system version', 'os build'],
  manufacturer: ['manufacturer', 'make', 'brand'],
  model: ['model', 'model name', 'model number'],
  productNumber: ['product number', 'part number', 'product no', 'part no', 'sku'],
  macAddress: ['mac address', 'mac', 'primary mac address'],
  ipAddress: ['ip address', 'ip', 'local ip address', 'primary ip address'],
  purchaseDate: ['purchase date', 'date purchased', 'purchased on', 'date of purchase'],
  warrantyExpiration: [
    'warranty end',
    'warranty end date',
    'warranty expiry',
    'warranty expiry date',
    'warranty expiration',
  ],
}

/** Columns every asset has; beside fields in the choices. */
export const columns = {
  purchaseDate: 'supplier_purchasedate',
  warrantyExpiration: 'warranty_end',
  manufacturer: 'manufacturer_name',
} as const

const columnLabels: Readonly<Record<string, string>> = {
  supplier_purchasedate: 'Purchase date on the supplier tab',
  warranty_end: 'End date on the warranty tab',
}

/** A choice that stands for a column. */
const columnPrefix = 'column:'

const factOf: Readonly<Partial<Record<keyof HaloSettings & string, Fact>>> = {
  serialNumberField: 'serialNumber',
  osField: 'osType',
  manufacturerField: 'manufacturer',
  purchaseDateField: 'purchaseDate',
  warrantyField: 'warrantyExpiration',
}

/** The settings that name a field for one of these facts, by their titles. */
export function settingsFor(facts: (fact: Fact) => boolean): readonly string[] {
  const named: Readonly<Record<string, Fact | undefined>> = factOf
  return Object.entries(settings.properties).flatMap(([name, { title }]) => {
    const fact = named[name]
    return fact && facts(fact) ? [title] : []
  })
}

/** Which field or column holds a fact: names by preference; `column:…` is a column. */
export type Layout = Readonly<Record<Fact, readonly string[]>>

/** The admin's choices, and where there are none what Halo tenants usually have. */
export function layoutOf(settings: HaloSettings): Layout {
  const chosen = (typed: string | undefined, usual: readonly string[]) => {
    const name = typed?.trim()
    return name ? [name.startsWith(columnPrefix) ? name : plain(name)] : usual
  }
  return {
    ...names,
    serialNumber: chosen(settings.serialNumberField, names.serialNumber),
    osType: chosen(settings.osField, names.osType),
    manufacturer: chosen(settings.manufacturerField, [...names.manufacturer, columnPrefix + columns.manufacturer]),
    purchaseDate: chosen(settings.purchaseDateField, [...names.purchaseDate, columnPrefix + columns.purchaseDate]),
    warrantyExpiration: chosen(settings.warrantyField, [
      columnPrefix + columns.warrantyExpiration,
      ...names.warrantyExpiration,
    ]),
  }
}

/** Where an asset keeps a fact. */
export type Place = { readonly column: string } | { readonly field: Row }

/**
 * The place of a fact in an asset: the first of the layout that holds something, else the first that is there at all;
 * `undefined` if there is none.
 */
export function placeOf(asset: Row, fields: ReadonlyMap<string, Row>, wanted: readonly string[]): Place | undefined {
  let first: Place | undefined
  for (const name of wanted) {
    const place = placeNamed(asset, fields, name)
    if (place === undefined) continue
    first ??= place
    if (isHeld(valueAt(asset, place))) return place
  }
  return first
}

function placeNamed(asset: Row, fields: ReadonlyMap<string, Row>, name: string): Place | undefined {
  if (name.startsWith(columnPrefix)) {
    const column = name.slice(columnPrefix.length)
    return asset[column] === undefined ? undefined : { column }
  }
  const field = fields.get(name)
  return field && { field }
}

/** An empty text and Halo's empty dates are not held. */
function isHeld(value: unknown): boolean {
  return value !== undefined && value !== null && day(value) !== null
}

/** What a place holds as Halo wrote it; of a choice the text. */
export function valueAt(asset: Row, place: Place): unknown {
  if ('column' in place) return asset[place.column]
  const { value, display } = place.field
  if (typeof value === 'number' && typeof display === 'string' && display !== '') return display
  return value
}

/** The fields of an asset by their plain names; `undefined` = Halo did not send any. */
export function fieldsOf(asset: Row, naming: (name: string) => string = plain): ReadonlyMap<string, Row> | undefined {
  const fields = list(asset.fields)
  if (!fields) return undefined
  const found = new Map<string, Row>()
  for (const field of fields) {
    const name = isRow(field) ? naming(text(field.name) ?? '') : ''
    if (isRow(field) && name !== '' && !found.has(name)) found.set(name, field)
  }
  return found
}

/** "Serial No." and "serial  no" are one name. */
export function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_.:]+/g, ' ')
    .trim()
}

/** `plain` for one pass: the same few dozen names come with every asset. */
export function remembered(): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const found = known.get(name) ?? plain(name)
    known.set(name, found)
    return found
  }
}

/** The names of all asset fields, as Halo writes them. */
export async function definedFields(ctx: Context<HaloSettings>): Promise<readonly string[]> {
  const found = new Map<string, string>()
  const add = (rows: readonly unknown[]) => {
    for (const row of rows) {
      const name = isRow(row) && !isWithheld(row) ? text(row.name) : undefined
      if (name && !found.has(plain(name))) found.set(plain(name), name)
    }
  }
  try {
    add(await readList(ctx, 'Field'))
  } catch (error) {
    // Part of Halo's configuration, which an agent for the API need not see.
    if (!isForbidden(error) && !isNotFound(error)) throw error
    for (const type of await readList(ctx, 'AssetType')) {
      const query = { ...everything, assettype_id: required(text(type.id)), includeassetfields: true }
      const { rows } = await fetchPage(ctx, assets, query, 1, 1)
      add(rows.flatMap((row) => list(row.fields) ?? []))
    }
  }
  return [...found.values()].sort((one, other) => one.localeCompare(other))
}

/** What the admin may choose for a setting; the label says what is used without a choice. */
export async function assetFieldChoices(
  ctx: Context<HaloSettings>,
  setting: keyof HaloSettings & string,
): Promise<readonly Choice[]> {
  const fact = factOf[setting]
  if (fact === undefined) return []
  const usual = layoutOf({ resourceServer: '', clientId: '', clientSecret: '' })[fact]
  const own = usual.filter((name) => columnLabels[name.slice(columnPrefix.length)] && name.startsWith(columnPrefix))
  return [
    ...own.map((value) => ({ value, label: columnLabels[value.slice(columnPrefix.length)] ?? value })),
    ...(await definedFields(ctx)).map((value) => ({
      value,
      label: usual.includes(plain(value)) ? `${value} (found by its name)` : value,
    })),
  ]
}
