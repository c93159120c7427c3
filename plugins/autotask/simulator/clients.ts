/** Companies, their locations and contacts as Autotask writes them. */
import type {
  Named,
  World,
  WorldCompany,
  WorldContact,
  WorldSite,
  WorldTable,
} from '../../../core/connector/simulator.ts'
import { type Entity, fieldSpecs, noPicklists, ofTable, type PicklistValue, type Row } from './entities.ts'
import { countryId } from './places.ts'
import { specOf, udfWriter } from './udfs.ts'

const since = '2019-02-01T14:00:00Z'

/** The MSP's own company has the id 0, whatever its id in the world. */
export function companyId(world: number): number {
  return world === 1 ? 0 : world
}

export function worldCompanyId(id: number): number {
  return id === 0 ? 1 : id
}

/** Some answers carry milliseconds, some leave out the zone; all are UTC. */
export function stampOf(id: number, instant: string): string {
  const stamp = instant.replace(/(\.\d+)?Z$/, `.${String(id % 1000).padStart(3, '0')}`)
  return id % 3 === 0 ? instant : id % 7 === 0 ? stamp : `${stamp}Z`
}

export function picklist(table: WorldTable<Named & { readonly active?: boolean }>): PicklistValue[] {
  return [...table.after(0)].map((row, index) => ({
    value: String(row.id),
    label: row.name,
    isActive: row.active ?? true,
    isDefaultValue: index === 0,
    sortOrder: index + 1,
    isSystem: false,
  }))
}

const companyFields = fieldSpecs(`
  id:long- companyName:string* companyNumber:string companyType:integer*# classification:integer# isActive:boolean
  webAddress:string phone:string* alternatePhone1:string fax:string address1:string address2:string
  additionalAddressInformation:string city:string state:string postalCode:string countryID:integer
  marketSegmentID:integer# territoryID:integer# ownerResourceID:integer* parentCompanyID:integer taxID:string
  createDate:datetime- lastActivityDate:datetime- lastTrackedModifiedDateTime:datetime-
`)

export function companies(world: World): Entity {
  const write = (row: WorldCompany): Row => ({
    id: companyId(row.id),
    companyName: row.name,
    companyNumber: row.identifier,
    // One type per company here; the first of the world's counts.
    companyType: row.typeIds[0] ?? null,
    classification: null,
    isActive: row.active,
    webAddress: row.website,
    phone: row.phone,
    alternatePhone1: '',
    fax: '',
    address1: row.addressLine1,
    address2: row.addressLine2,
    additionalAddressInformation: '',
    city: row.city,
    state: row.state,
    postalCode: row.postalCode,
    countryID: countryId(row.country),
    marketSegmentID: row.marketId,
    territoryID: null,
    ownerResourceID: 29_682_885,
    parentCompanyID: null,
    taxID: '',
    createDate: since,
    lastActivityDate: stampOf(row.id, row.updatedAt),
    lastTrackedModifiedDateTime: stampOf(row.id, row.updatedAt),
    userDefinedFields: [],
  })
  const { companies } = world
  return {
    name: 'Companies',
    fields: companyFields,
    udfs: [],
    picklists: () => ({ companyType: picklist(world.companyTypes), marketSegmentID: picklist(world.markets) }),
    right: 'companies',
    *rows(from) {
      // The first of the world is the one with the id 0; what else there is keeps its order.
      if (from <= 0) for (const row of companies.after(0)) yield write(row)
      else for (const row of companies.after(Math.max(from - 1, 1))) yield write(row)
    },
    get(id) {
      const row = id === 1 ? undefined : companies.get(worldCompanyId(id))
      return row && write(row)
    },
    size: () => companies.size,
  }
}

const locationFields = fieldSpecs(`
  id:long- companyID:integer* name:string* description:string address1:string address2:string city:string state:string
  postalCode:string countryID:integer phone:string alternatePhone1:string alternatePhone2:string fax:string
  isActive:boolean isPrimary:boolean
`)

export function companyLocations(world: World): Entity {
  const write = (row: WorldSite): Row => ({
    id: row.id,
    companyID: companyId(row.companyId),
    name: row.name,
    description: '',
    address1: row.addressLine1,
    address2: row.addressLine2,
    city: row.city,
    state: row.state,
    postalCode: row.postalCode,
    countryID: countryId(row.country),
    phone: row.phone,
    alternatePhone1: '',
    alternatePhone2: '',
    fax: '',
    isActive: row.active,
    isPrimary: row.primary,
    userDefinedFields: [],
  })
  const own = { name: 'CompanyLocations', fields: locationFields, udfs: [], picklists: noPicklists } as const
  return ofTable({ ...own, right: 'locations' }, world.sites, write)
}

const contactFields = fieldSpecs(`
  id:long- companyID:integer* companyLocationID:integer firstName:string* middleInitial:string lastName:string*
  title:string isActive:integer* primaryContact:boolean emailAddress:string emailAddress2:string phone:string
  extension:string alternatePhone:string mobilePhone:string faxNumber:string addressLine:string addressLine1:string
  city:string state:string zipCode:string countryID:integer note:string createDate:datetime-
  lastActivityDate:datetime- lastModifiedDate:datetime-
`)

/** `(907) 555-0123 x45`: the extension is a field of its own. */
const withExtension = /^(.*\S) x(\d+)$/

export function contacts(world: World): Entity {
  const udfs = udfWriter(world.contactFields)
  const write = (row: WorldContact): Row => {
    const [, number = row.phone, extension = ''] = withExtension.exec(row.phone ?? '') ?? []
    return {
      id: row.id,
      companyID: row.companyId === null ? null : companyId(row.companyId),
      companyLocationID: row.siteId,
      firstName: row.firstName,
      middleInitial: '',
      lastName: row.lastName,
      title: row.title,
      // A number here, unlike everywhere else.
      isActive: row.active ? 1 : 0,
      primaryContact: row.primary,
      emailAddress: row.email,
      emailAddress2: '',
      phone: number,
      extension,
      alternatePhone: '',
      mobilePhone: row.mobile,
      faxNumber: '',
      addressLine: row.addressLine1,
      addressLine1: row.addressLine2,
      city: row.city,
      state: row.state,
      zipCode: row.postalCode,
      countryID: countryId(row.country),
      note: '',
      createDate: since,
      lastActivityDate: stampOf(row.id, row.updatedAt),
      lastModifiedDate: stampOf(row.id, row.updatedAt),
      userDefinedFields: udfs(row.customFields),
    }
  }
  const own = { name: 'Contacts', fields: contactFields, picklists: noPicklists } as const
  return ofTable({ ...own, udfs: world.contactFields.map(specOf), right: 'contacts' }, world.contacts, write)
}
