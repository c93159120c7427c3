/** Hardware assets: what the list says, what the detail says, and the record that comes of both. */
import type { Context } from '../../../core/connector/contract.ts'
import { type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { askRow, isNotFound } from '../client.ts'
import type { KaseyaSettings } from '../settings.ts'
import { day, reference, statusOf, updatedAt } from './fields.ts'

export const assetsPath = 'v2/servicedesk/hardwareasset/searchselect'

type Configuration = RecordOf<'configurations'>

export function detailPath(id: string | number): string {
  return `v2/servicedesk/hardwareasset/${id}`
}

/** The detail of an asset; `null` if it is gone. */
export async function detailOf(ctx: Context<KaseyaSettings>, id: string | number): Promise<Row | null> {
  try {
    return await askRow(ctx, { url: detailPath(id) })
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/** What the list alone says; everything else stays as the hub knows it. */
export function listed(row: Row): Configuration {
  return {
    sourceId: required(reference(row.id)),
    companyId: reference(row.accountId),
    contactId: reference(row.contactId),
    name: required(text(row.assetName)),
    typeId: reference(row.categoryId),
    type: text(row.categoryName),
    ...statusOf(row),
    serialNumber: text(row.serialNumber),
    ipAddress: text(row.ipAddress),
  }
}

/** What the detail says; it has everything the list has. */
export function detailed(row: Row): Configuration {
  return {
    sourceId: required(reference(row.id)),
    updatedAt: updatedAt(row),
    companyId: reference(row.accountId),
    siteId: reference(row.accountLocationId),
    contactId: reference(row.contactId),
    name: required(text(row.name)),
    typeId: reference(row.categoryId),
    type: text(row.category),
    ...statusOf(row),
    serialNumber: text(row.serialNumber),
    assetTag: text(row.assetTag),
    manufacturer: makerOf(row),
    model: either(row.modelNumber, row.productName),
    osType: either(row.osInfo, row.osType),
    osVersion: version(row),
    macAddress: text(row.macAddress),
    ipAddress: text(row.ipAddress),
    purchaseDate: day(row.acquisitionDate),
    warrantyExpiration: day(row.warrantyExpirationDate),
    notes: text(row.description),
  }
}

/** The maker as BMS keeps it, else the one an RMM tool read out of the case. `brand` is a product line. */
export function makerOf(row: Row): string | null | undefined {
  return either(row.manufacturer, row.chassisManufacturer)
}

function either(first: unknown, second: unknown): string | null | undefined {
  const found = text(first)
  return found === null ? text(second) || null : found
}

/** `10.0` of major and minor version. */
function version(row: Row): string | null | undefined {
  const major = text(row.majorVersion)
  const minor = text(row.minorVersion)
  return typeof major === 'string' && typeof minor === 'string' ? `${major}.${minor}` : major
}
