/** Facts of a configuration item that Autotask keeps in several places: reading and write-back must agree on them. */
import { date, type Row, text } from '../../core/connector/parse.ts'
import { labelOf } from './metadata.ts'
import { type AutotaskSettings, installDate } from './settings.ts'
import { type Udfs, udfLabel, udfText } from './udf.ts'

type Read<T> = T | null | undefined

/** The first that is filled. One that is not known hides those behind it: they might not be what counts. */
function first(...values: readonly Read<string>[]): Read<string> {
  for (const value of values) if (value !== null) return value
  return null
}

/** The user-defined field if one is named and filled, else the product's, else what an RMM tool found. */
export function manufacturerOf(
  settings: AutotaskSettings,
  row: Row,
  product: Row | null | undefined,
  udfs: Udfs,
  audited: ReadonlyMap<string, string>,
): Read<string> {
  const name = settings.manufacturerField
  return first(
    name ? udfLabel(udfs.get(name), udfText(row, name)) : null,
    product ? text(product.manufacturerName) : product,
    labelOf(audited, row.rmmDeviceAuditManufacturerID),
  )
}

/** The model the product names, else what an RMM tool found, else the product's own name. */
export function modelOf(row: Row, product: Row | null | undefined, audited: ReadonlyMap<string, string>): Read<string> {
  return first(
    product ? text(product.manufacturerProductName) : product,
    labelOf(audited, row.rmmDeviceAuditModelID),
    product ? text(product.name) : product,
  )
}

/** The day of the field the admin named; not known if he named none. */
export function purchaseDateOf(settings: AutotaskSettings, row: Row): Read<string> {
  const name = settings.purchaseDateField
  if (!name) return undefined
  return name === installDate ? date(row.installDate) : date(udfText(row, name))
}
