/** Companies, sites and contacts as ConnectWise PSA writes them: what is null is left out. */
import type { World, WorldCompany, WorldContact, WorldSite } from '../../../core/connector/simulator.ts'
import type { Row } from './conditions.ts'
import { contactDefinitions, customFieldWriter, newerColumns } from './custom-fields.ts'
import { countryReference, stateReference } from './places.ts'
import { href, infoOf, type ReferenceBook } from './references.ts'

const absent = <T>(value: T | null): T | undefined => (value === null ? undefined : value)

export function companyWriter(references: ReferenceBook, withTypes: boolean): (company: WorldCompany) => Row {
  return (company) => ({
    id: company.id,
    identifier: company.identifier,
    name: company.name,
    status: references.companyStatus.to(company.statusId),
    addressLine1: absent(company.addressLine1),
    addressLine2: absent(company.addressLine2),
    city: absent(company.city),
    state: absent(company.state),
    zip: absent(company.postalCode),
    country: countryReference(company.country),
    phoneNumber: absent(company.phone),
    faxNumber: '',
    website: absent(company.website),
    market: company.marketId === null ? undefined : references.market.to(company.marketId),
    defaultContact: {},
    leadFlag: false,
    deletedFlag: false,
    dateDeleted: undefined,
    deletedBy: undefined,
    isVendorFlag: company.typeIds.includes(3),
    types: withTypes ? company.typeIds.map((id) => references.companyType.to(id)) : undefined,
    customFields: [],
    _info: infoOf(company, {
      contacts_href: href(`company/contacts?conditions=company/id=${company.id}`),
      sites_href: href(`company/companies/${company.id}/sites`),
      configurations_href: href(`company/configurations?conditions=company/id=${company.id}`),
    }),
  })
}

/** Companies somebody deleted: ConnectWise still lists them. Their ids lie far above the world's. */
export function deletedCompanies(
  write: (company: WorldCompany) => Row,
  sample: WorldCompany | undefined,
): readonly Row[] {
  if (sample === undefined) return []
  return [1, 2, 3].map((number) => ({
    ...write({
      ...sample,
      id: 2_000_000_000 + number,
      name: `Deleted company ${number}`,
      identifier: `DELETED-${number}`,
      updatedAt: '2025-04-30T12:00:00Z',
    }),
    deletedFlag: true,
    dateDeleted: '2025-04-30T12:00:00Z',
    deletedBy: 'simulator',
  }))
}

/** Each company ↔ type pair has an id of its own, ascending with the company's. */
export const typesPerCompany = 64

export function associationRows(references: ReferenceBook, company: WorldCompany): Row[] {
  return [...company.typeIds]
    .sort((one, other) => one - other)
    .map((typeId) => ({
      id: company.id * typesPerCompany + typeId,
      type: references.companyType.to(typeId),
      company: references.company.to(company.id),
      _info: infoOf(company),
    }))
}

export function siteWriter(references: ReferenceBook): (site: WorldSite) => Row {
  return (site) => ({
    id: site.id,
    name: site.name,
    addressLine1: absent(site.addressLine1),
    addressLine2: absent(site.addressLine2),
    city: absent(site.city),
    stateReference: stateReference(site.state),
    zip: absent(site.postalCode),
    country: countryReference(site.country),
    phoneNumber: absent(site.phone),
    faxNumber: '',
    primaryAddressFlag: site.primary,
    defaultShippingFlag: site.primary,
    defaultBillingFlag: site.primary,
    defaultMailingFlag: site.primary,
    inactiveFlag: !site.active,
    company: references.company.to(site.companyId),
    customFields: [],
    _info: infoOf(site),
  })
}

interface Kind {
  readonly id: number
  readonly name: string
  readonly communicationType: 'Email' | 'Phone' | 'Fax'
}

const email: Kind = { id: 1, name: 'Email', communicationType: 'Email' }
const direct: Kind = { id: 2, name: 'Direct', communicationType: 'Phone' }
const fax: Kind = { id: 3, name: 'Fax', communicationType: 'Fax' }
const mobile: Kind = { id: 4, name: 'Mobile (cell)', communicationType: 'Phone' }

/** `/company/communicationTypes` */
export const communicationTypes: readonly Row[] = [email, direct, fax, mobile].map(
  ({ id, name, communicationType }) => ({
    id,
    description: name,
    emailFlag: communicationType === 'Email',
    phoneFlag: communicationType === 'Phone',
    faxFlag: communicationType === 'Fax',
    defaultFlag: id !== mobile.id,
    _info: { lastUpdated: '2019-02-01T09:00:00Z', updatedBy: 'simulator' },
  }),
)

function item(kind: Kind, contactId: number, place: number, value: string, defaultFlag: boolean): Row {
  const [, number = value, extension] = kind === email ? [] : (/^(.*?)(?: x(\d+))?$/.exec(value) ?? [])
  return {
    id: contactId * 4 + place,
    type: { id: kind.id, name: kind.name, _info: { type_href: href(`company/communicationTypes/${kind.id}`) } },
    value: number,
    extension,
    defaultFlag,
    domain: kind === email ? value.slice(value.indexOf('@')) : undefined,
    communicationType: kind.communicationType,
  }
}

/** Left out altogether when there are none. */
function communicationItems(contact: WorldContact): Row[] | undefined {
  const items: Row[] = []
  // Not the default first: who takes the first phone has the wrong one.
  if (contact.mobile) items.push(item(mobile, contact.id, 3, contact.mobile, !contact.phone))
  if (contact.email) items.push(item(email, contact.id, 1, contact.email, true))
  if (contact.phone) items.push(item(direct, contact.id, 2, contact.phone, true))
  return items.length === 0 ? undefined : items
}

export function contactWriter(world: World, references: ReferenceBook): (contact: WorldContact) => Row {
  const customFields = customFieldWriter(contactDefinitions(world), newerColumns('contact_overview'))
  return (contact) => {
    const number = contact.phone || contact.mobile
    return {
      id: contact.id,
      firstName: contact.firstName,
      lastName: absent(contact.lastName),
      company: contact.companyId === null ? undefined : references.company.to(contact.companyId),
      site: contact.siteId === null ? undefined : references.site.to(contact.siteId),
      addressLine1: absent(contact.addressLine1),
      addressLine2: absent(contact.addressLine2),
      city: absent(contact.city),
      state: absent(contact.state),
      zip: absent(contact.postalCode),
      country: countryReference(contact.country),
      inactiveFlag: !contact.active,
      title: absent(contact.title),
      marriedFlag: false,
      childrenFlag: false,
      disablePortalLoginFlag: true,
      unsubscribeFlag: false,
      defaultPhoneType: number ? (contact.phone ? direct.name : mobile.name) : undefined,
      defaultPhoneNbr: number ? number.replace(/ x\d+$/, '') : undefined,
      defaultPhoneExtension: undefined,
      defaultBillingFlag: false,
      defaultFlag: contact.primary,
      companyLocation: {},
      communicationItems: communicationItems(contact),
      types: contact.typeIds.map((id) => references.contactType.to(id)),
      customFields: customFields(contact.customFields),
      ignoreDuplicates: false,
      _info: infoOf(contact, { communications_href: href(`company/contacts/${contact.id}/communications`) }),
    }
  }
}
