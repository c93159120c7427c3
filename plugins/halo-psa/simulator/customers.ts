/** Customers, sites and users as Halo writes them. */
import type { World, WorldCompany, WorldContact, WorldSite } from '../../../core/connector/simulator.ts'
import { clientFields, customFieldsOf, fieldsOfContacts } from './custom-fields.ts'
import { Ids, isShown, numberIn, type Query, type Row, type Source, sinceIn } from './lists.ts'

/** Customer 1 and site 1 are Halo's own, for what is unassigned; the world's follow. */
export const shift = 10
const unassigned = 1

/** Halo writes UTC and does not say so. */
export const time = (instant: string): string => instant.replace('Z', '')

const text = (value: string | null): string => value ?? ''

export interface Customers {
  readonly clients: Source
  readonly sites: Source
  readonly users: Source
  /** With everything; `undefined` if there is none. */
  client(id: number): Row | undefined
  site(id: number): Row | undefined
  user(id: number): Row | undefined
}

export function customersOf(world: World, filtersByChange: boolean): Customers {
  const since = (query: Query) => (filtersByChange ? sinceIn(query) : undefined)
  const companies = new Ids(world.companies)
  const places = new Ids(world.sites)
  const people = new Ids(world.contacts)
  const mains = mainSites(world)
  const place = (id: number): WorldSite | undefined => world.sites.get(id - shift)

  const fits = (query: Query) => {
    const from = since(query)
    return (row: { readonly active: boolean; readonly updatedAt: string }) =>
      isShown(row.active, query) && (from === undefined || row.updatedAt >= from)
  }
  const ownToo = (query: Query, ids: readonly number[]) =>
    since(query) === undefined && isShown(true, query) ? [unassigned, ...ids] : ids

  const writeClient = (id: number): Row => {
    const company = world.companies.get(id - shift)
    return company === undefined ? clientRow(world, unassignedCompany) : clientRow(world, company)
  }
  return {
    clients: {
      name: 'clients',
      ids: (query) =>
        ownToo(
          query,
          companies.matching(query, undefined, fits(query)).map((id) => id + shift),
        ),
      row: writeClient,
    },
    sites: {
      name: 'sites',
      ids: (query) => {
        const client = numberIn(query, 'client_id', 0)
        const shown = fits(query)
        const isThere = (row: WorldSite) => world.companies.get(row.companyId) !== undefined
        const found = places.matching(
          query,
          undefined,
          (row) => shown(row) && isThere(row) && (client === 0 || row.companyId + shift === client),
        )
        return client > unassigned
          ? found.map((id) => id + shift)
          : ownToo(query, client === 0 ? found.map((id) => id + shift) : [])
      },
      row: (id, query) => siteRow(world, place(id) ?? unassignedSite, query.get('includeaddress') === 'true'),
    },
    users: {
      name: 'users',
      ids: (query) => {
        const found = people.matching(query, undefined, fits(query))
        // Each site has a user who is nobody.
        return query.get('exclude_generaluser') === 'true' ? found : [...found, generalUser]
      },
      row: (id) => userRow(world, world.contacts.get(id), id),
    },
    client(id) {
      const company = id === unassigned ? unassignedCompany : world.companies.get(id - shift)
      return company && { ...clientRow(world, company), ...clientDetail(world, company, mains()) }
    },
    site(id) {
      const found = id === unassigned ? unassignedSite : place(id)
      return found && siteRow(world, found, true)
    },
    user(id) {
      const contact = world.contacts.get(id)
      return (
        contact && {
          ...userRow(world, contact, id),
          ulastupdate: time(contact.updatedAt),
          ismaincontact: contact.primary,
        }
      )
    },
  }
}

const generalUser = 5_000_000

const nowhere = { addressLine1: null, addressLine2: null, city: null, state: null, postalCode: null, country: null }
const own = { updatedAt: '2019-02-01T09:00:00Z', active: true, phone: null, ...nowhere }

const unassignedCompany: WorldCompany = {
  ...own,
  ...{ id: unassigned - shift, name: 'Unassigned', identifier: '', website: null },
  ...{ typeIds: [], statusId: 1, marketId: null },
}
const unassignedSite: WorldSite = {
  ...own,
  id: unassigned - shift,
  name: 'Unassigned',
  companyId: unassigned - shift,
  primary: true,
}

/** The main site of each company, found in one go and again when sites change. */
function mainSites(world: World): () => ReadonlyMap<number, WorldSite> {
  let version = -1
  let found = new Map<number, WorldSite>()
  return () => {
    if (version === world.sites.version) return found
    version = world.sites.version
    found = new Map()
    for (const site of world.sites.after(0)) if (site.primary) found.set(site.companyId, site)
    return found
  }
}

function clientRow(world: World, company: WorldCompany): Row {
  const [type = 0, ...relationships] = company.typeIds
  return {
    id: company.id + shift,
    name: company.name,
    toplevel_id: 1,
    toplevel_name: 'Customers',
    inactive: !company.active,
    colour: '#2bd3c6',
    customertype: type,
    customer_relationship: relationships.map((id) => ({
      id: String(id),
      name: world.companyTypes.get(id)?.name ?? '',
    })),
    customer_relationship_list: relationships.join(','),
    ref: company.identifier,
    stopped: 0,
    notes: '',
    customfields: [],
  }
}

function clientDetail(world: World, company: WorldCompany, mains: ReadonlyMap<number, WorldSite>): Row {
  const main = mains.get(company.id)
  const site = company === unassignedCompany ? unassigned : main && main.id + shift
  return {
    website: text(company.website),
    main_site_id: site ?? 0,
    main_site_name: main?.name ?? '',
    main_phonenumber: text(company.phone),
    main_delivery_address: {
      id: company.id,
      line1: text(company.addressLine1),
      line2: text(company.addressLine2),
      line3: text(company.city),
      line4: text(company.state),
      postcode: text(company.postalCode),
    },
    datecreated: '2019-02-01T09:00:00',
    alastupdate: time(company.updatedAt),
    customfields: clientFields(company.id, world.companies.size),
  }
}

function siteRow(world: World, site: WorldSite, withAddress: boolean): Row {
  const company = world.companies.get(site.companyId)?.name ?? 'Unassigned'
  const address = {
    delivery_address_line1: text(site.addressLine1),
    delivery_address_line2: text(site.addressLine2),
    delivery_address_line3: text(site.city),
    delivery_address_line4: text(site.state),
    delivery_address_line5: text(site.postalCode),
  }
  return {
    id: site.id + shift,
    name: site.name,
    client_id: site.companyId + shift,
    client_name: company,
    clientsite_name: `${company}/${site.name}`,
    inactive: !site.active,
    sla_id: 1,
    phonenumber: text(site.phone),
    colour: '#000000',
    timezone: '',
    notes: '',
    isstocklocation: false,
    country_code_name: text(site.country),
    region_code_name: '',
    maincontact_id: 0,
    ...(withAddress ? address : {}),
    customfields: [],
  }
}

function userRow(world: World, contact: WorldContact | undefined, id: number): Row {
  if (contact === undefined)
    return { id, name: 'General User', client_id: unassigned, site_id: unassigned, inactive: false }
  const client = contact.companyId === null ? unassigned : contact.companyId + shift
  const site = contact.companyId === null ? unassigned : contact.siteId === null ? 0 : contact.siteId + shift
  return {
    id,
    name: [contact.firstName, contact.lastName].filter(Boolean).join(' '),
    site_id: site,
    site_id_int: site,
    site_name: world.sites.get(site - shift)?.name ?? '',
    client_id: client,
    client_name: world.companies.get(client - shift)?.name ?? 'Unassigned',
    firstname: contact.firstName,
    surname: text(contact.lastName),
    initials: '',
    title: text(contact.title),
    emailaddress: text(contact.email),
    phonenumber_preferred: text(contact.phone),
    phonenumber: text(contact.phone),
    homenumber: '',
    mobilenumber: text(contact.mobile),
    mobilenumber2: '',
    fax: '',
    inactive: !contact.active,
    colour: '#000000',
    isimportantcontact: contact.typeIds.includes(importantType),
    isserviceaccount: false,
    notes: '',
    user_relationships: contact.typeIds
      .filter((type) => type !== importantType)
      .map((type) => ({ id: type, xtype_id: 0, name: world.contactTypes.get(type)?.name ?? '' })),
    customfields: customFieldsOf(fieldsOfContacts(world), contact.customFields),
  }
}

/** "VIP & Friends": what Halo has a flag for. */
export const importantType = 6
