/** Configuration items as Autotask writes them, and the products they are instances of. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { companyId, picklist, stampOf } from './clients.ts'
import { type Entity, fieldSpecs, noPicklists, ofRows, ofTable, type Row, type UdfSpec } from './entities.ts'
import { specOf, type UdfValue, udfWriter } from './udfs.ts'

export const purchaseDateUdf = 'Purchase Date'
export const manufacturerUdf = 'Manufacturer'
/** Reads as asterisks: the simulator's API user may not see protected data. */
export const protectedUdf = 'Door code'
export const mask = '*****'

const itemFields = fieldSpecs(`
  id:long- companyID:integer* companyLocationID:integer contactID:integer configurationItemCategoryID:integer#
  configurationItemType:integer# productID:integer* referenceTitle:string referenceNumber:string serialNumber:string
  isActive:boolean* installDate:datetime warrantyExpirationDate:datetime location:string notes:string vendorID:integer
  parentConfigurationItemID:integer rmmDeviceID:long- rmmDeviceUID:string- rmmDeviceAuditHostname:string-
  rmmDeviceAuditOperatingSystem:string- rmmDeviceAuditMacAddress:string- rmmDeviceAuditIPAddress:string-
  rmmDeviceAuditManufacturerID:integer-# rmmDeviceAuditModelID:integer-# rmmDeviceAuditLastUser:string-
  createDate:datetime- lastModifiedTime:datetime- lastActivityPersonType:integer-!
`)

/** One fifth of the machines have a product without a maker; what an RMM tool found says it. */
export function isAudited(id: number): boolean {
  return id % 5 === 0
}

interface Product {
  readonly id: number
  readonly manufacturer: string | null
  readonly model: string | null
  readonly sku: string | null
}

export const unlisted = 'Unlisted device'

/** The products of the items that were shown so far: an item comes before anybody can ask for its product. */
class Catalogue {
  readonly #byKey = new Map<string, Product>()

  idOf(manufacturer: string | null, model: string | null, sku: string | null): number {
    const key = JSON.stringify([manufacturer, model, sku])
    const known = this.#byKey.get(key)
    if (known) return known.id
    const id = 29_682_900 + this.#byKey.size
    this.#byKey.set(key, { id, manufacturer, model, sku })
    return id
  }

  rows(): Row[] {
    return [...this.#byKey.values()].map(({ id, manufacturer, model, sku }) => ({
      id,
      name: model || unlisted,
      description: '',
      manufacturerName: manufacturer,
      manufacturerProductName: model,
      sku,
      vendorProductNumber: '',
      isActive: true,
      productCategory: 3,
      defaultVendorID: null,
      userDefinedFields: [],
    }))
  }
}

export interface Hardware {
  readonly items: Entity
  readonly products: Entity
  /** What write-back put into the user-defined field, by configuration. */
  readonly manufacturers: Map<number, string | null>
}

export function hardwareOf(world: World): Hardware {
  const catalogue = new Catalogue()
  const manufacturers = new Map<number, string | null>()
  const custom = udfWriter(world.configurationFields)
  const maker = (row: WorldConfiguration) =>
    (row.manufacturerId === null ? undefined : world.manufacturers.get(row.manufacturerId)?.name) ?? null

  const udfsOf = (row: WorldConfiguration): UdfValue[] => [
    { name: purchaseDateUdf, value: row.purchaseDate && `${row.purchaseDate}T00:00:00` },
    { name: manufacturerUdf, value: manufacturers.get(row.id) ?? null },
    ...custom(row.customFields),
    { name: protectedUdf, value: row.id % 10 === 0 ? mask : null },
  ]

  const write = (row: WorldConfiguration): Row => {
    const audited = isAudited(row.id)
    const system = [row.osType, row.osVersion].filter(Boolean).join(' ')
    return {
      id: row.id,
      companyID: companyId(row.companyId),
      companyLocationID: row.siteId,
      contactID: row.contactId,
      configurationItemCategoryID: 2,
      configurationItemType: row.typeId,
      productID: catalogue.idOf(audited ? null : maker(row), row.model, row.productNumber),
      // Some machines only have the name an RMM tool gave them.
      referenceTitle: row.id % 11 === 0 ? '' : row.name,
      referenceNumber: row.assetTag,
      serialNumber: row.serialNumber,
      isActive: row.active,
      installDate: row.installationDate && `${row.installationDate}T00:00:00`,
      warrantyExpirationDate: row.warrantyExpiration && `${row.warrantyExpiration}T00:00:00Z`,
      location: '',
      notes: row.notes,
      vendorID: null,
      parentConfigurationItemID: null,
      rmmDeviceID: null,
      rmmDeviceUID: null,
      rmmDeviceAuditHostname: row.id % 11 === 0 ? row.name : null,
      rmmDeviceAuditOperatingSystem: system || null,
      rmmDeviceAuditMacAddress: row.macAddress && `[${row.macAddress}]`,
      rmmDeviceAuditIPAddress: row.ipAddress,
      rmmDeviceAuditManufacturerID: audited ? row.manufacturerId : null,
      rmmDeviceAuditModelID: null,
      rmmDeviceAuditLastUser: null,
      createDate: '2023-04-05T15:00:00Z',
      lastModifiedTime: stampOf(row.id, row.updatedAt),
      lastActivityPersonType: 1,
      userDefinedFields: udfsOf(row),
    }
  }

  const udfs: UdfSpec[] = [
    { name: purchaseDateUdf, type: 'Date' },
    { name: manufacturerUdf, type: 'Text' },
    ...world.configurationFields.map(specOf),
    { name: protectedUdf, type: 'Text' },
  ]
  const items = ofTable(
    {
      name: 'ConfigurationItems',
      fields: itemFields,
      udfs,
      picklists: () => ({
        configurationItemType: picklist(world.configurationTypes),
        rmmDeviceAuditManufacturerID: picklist(world.manufacturers),
        configurationItemCategoryID: [{ value: '2', label: 'Standard', isSystem: true }],
      }),
      right: 'configurations',
      editRight: 'configurations-edit',
    },
    world.configurations,
    write,
  )
  const products = ofRows(
    {
      name: 'Products',
      fields: fieldSpecs(`
        id:long- name:string* description:string manufacturerName:string manufacturerProductName:string sku:string
        vendorProductNumber:string isActive:boolean* productCategory:integer# defaultVendorID:integer
      `),
      udfs: [],
      picklists: noPicklists,
      right: 'products',
    },
    () => catalogue.rows(),
  )
  return { items, products, manufacturers }
}
