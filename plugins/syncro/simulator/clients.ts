/** Customers, the person each names, contacts and addresses as Syncro writes them. */
import type { World, WorldCompany, WorldContact, WorldSite } from '../../../core/connector/simulator.ts'
import { labels } from './definitions.ts'
import { indexed, type Ordered, ordered, type Row } from './paged.ts'
import { wentWrong } from './refusals.ts'

/** A supplier's contact has no customer. */
const vendorId = 77

/** Syncro numbers the customers of all accounts together, so an account's begin somewhere. */
const customersFrom = 26_000_000

export function customerId(companyId: number): number {
  return customersFrom + companyId
}

/** The company in the world; a number that is no customer's is none. */
export function companyOf(customerId: number): number {
  return customerId - customersFrom
}

export class Clients {
  readonly #world: World
  readonly #rows: () => Map<number, Row>
  readonly #orders: () => Map<string, Ordered>
  /** Company → its main contact: Syncro keeps that person in the customer and not among the contacts. */
  readonly #persons: () => ReadonlyMap<number, number>
  readonly #listed: () => Ordered
  readonly #addresses: () => ReadonlyMap<number, readonly number[]>

  constructor(world: World) {
    this.#world = world
    const clients = () => `${world.companies.version} ${world.contacts.version}`
    this.#rows = indexed(clients, () => new Map())
    this.#orders = indexed(clients, () => new Map())
    this.#persons = indexed(
      () => world.contacts.version,
      () => {
        const persons = new Map<number, number>()
        for (const { id, companyId, primary } of world.contacts.after(0))
          if (primary && companyId !== null && !persons.has(companyId)) persons.set(companyId, id)
        return persons
      },
    )
    this.#listed = indexed(
      () => world.contacts.version,
      () => {
        const ids: number[] = []
        for (const { id, companyId } of world.contacts.after(0))
          if (companyId === null || this.#persons().get(companyId) !== id) ids.push(id)
        return ordered(ids)
      },
    )
    this.#addresses = indexed(
      () => world.sites.version,
      () => {
        const byCompany = new Map<number, number[]>()
        for (const { id, companyId, primary } of world.sites.after(0)) {
          if (primary) continue
          const known = byCompany.get(companyId)
          if (known) known.push(id)
          else byCompany.set(companyId, [id])
        }
        return byCompany
      },
    )
  }

  /** Contacts of customers and of suppliers, oldest first. */
  get contacts(): Ordered {
    return this.#listed()
  }

  /** In the order of `sort`, e.g. `firstname ASC`; by name without one. */
  customers(sort: string | null, disabledToo: boolean): Ordered {
    const key = `${sort} ${disabledToo}`
    const known = this.#orders().get(key)
    if (known) return known
    const [column = '', direction = 'ASC'] = (sort ?? 'business_then_name ASC').split(' ')
    const rows = [...this.#world.companies.after(0)].flatMap(({ id }): readonly Row[] => {
      const row = this.customer(id)
      return row ? [row] : []
    })
    if (rows[0] && !(column in rows[0])) throw wentWrong()
    const sign = direction === 'DESC' ? -1 : 1
    const value = (row: Row) => row[column] ?? ''
    const sorted = rows
      .filter((row) => disabledToo || row.disabled !== true)
      .sort((one, other) => {
        const [a, b] = [value(one), value(other)]
        if (a === b) return Number(one.id) - Number(other.id)
        return (a < b ? -1 : 1) * sign
      })
    const order = ordered(sorted.map(({ id }) => companyOf(Number(id))))
    this.#orders().set(key, order)
    return order
  }

  /** A company as lists carry it; the same object for every asset of the customer. */
  customer(id: number): Row | undefined {
    const known = this.#rows().get(id)
    if (known) return known
    const company = this.#world.companies.get(id)
    if (!company) return undefined
    const row = customerRow(company, this.#person(id))
    this.#rows().set(id, row)
    return row
  }

  #person(company: number): WorldContact | undefined {
    return this.#world.contacts.get(this.#persons().get(company) ?? 0)
  }

  /** What only the detail tells. */
  detail(id: number): Row | undefined {
    const customer = this.customer(id)
    if (!customer) return undefined
    const addresses = (this.#addresses().get(id) ?? []).flatMap((site) => this.address(site) ?? [])
    return { ...customer, addresses, phones: [], contracts: [], ticket_links: [], invoice_links: [] }
  }

  address(siteId: number | null): Row | undefined {
    const site = siteId === null ? undefined : this.#world.sites.get(siteId)
    return site && !site.primary ? addressRow(site) : undefined
  }

  /** Whether a contact is one of the list, so that assets can point to it. */
  isListed(contactId: number): boolean {
    const contact = this.#world.contacts.get(contactId)
    return contact !== undefined && this.#persons().get(contact.companyId ?? 0) !== contactId
  }

  contact(id: number): Row | undefined {
    const contact = this.#world.contacts.get(id)
    return contact && contactRow(contact, this.#world)
  }

  /** Source ids of the stream: the customers' persons, and the contacts of customers. */
  *expectedContacts(): Generator<string> {
    for (const { id } of this.#world.companies.after(0)) if (this.#person(id)) yield `customer-${customerId(id)}`
    const { contacts } = this
    for (let place = 0; place < contacts.size; place++) {
      const id = contacts.at(place) ?? 0
      if (this.#world.contacts.get(id)?.companyId != null) yield String(id)
    }
  }

  /** Source ids of the stream: customers with an address, and the further addresses. */
  *expectedSites(): Generator<string> {
    for (const { id, addressLine1, addressLine2, city, state, postalCode } of this.#world.companies.after(0)) {
      if (addressLine1 || addressLine2 || city || state || postalCode) yield `main-${customerId(id)}`
      for (const site of this.#addresses().get(id) ?? []) yield String(site)
    }
  }
}

function customerRow(company: WorldCompany, person: WorldContact | undefined): Row {
  const { name } = company
  const id = customerId(company.id)
  const fullname = [person?.firstName, person?.lastName].filter(Boolean).join(' ')
  return {
    id,
    firstname: person?.firstName ?? null,
    lastname: person?.lastName ?? null,
    fullname,
    // Some were entered as if they were people.
    business_name: company.id % 9 === 0 ? null : name,
    email: person?.email ?? null,
    phone: company.phone,
    mobile: person?.mobile ?? null,
    created_at: '2019-02-01T09:00:00.000Z',
    updated_at: later(company.updatedAt, person?.updatedAt),
    pdf_url: null,
    address: company.addressLine1,
    address_2: company.addressLine2,
    city: company.city,
    state: company.state,
    zip: company.postalCode,
    latitude: null,
    longitude: null,
    notes: '',
    get_sms: false,
    opt_out: false,
    disabled: !company.active,
    no_email: false,
    location_name: null,
    location_id: null,
    properties: company.website === null ? {} : { [labels.website]: company.website },
    online_profile_url: `https://simulator.example/my_profile/v2/index?portal_key=PORTAL-${id}`,
    tax_rate_id: null,
    notification_email: null,
    invoice_cc_emails: null,
    invoice_term_id: null,
    referred_by: null,
    ref_customer_id: null,
    business_and_full_name: `${name} - ${fullname}`,
    business_then_name: name,
    contacts: [],
  }
}

/** The later of two moments. */
export function later(one: string, other: string | undefined): string {
  return other !== undefined && other > one ? other : one
}

function addressRow(site: WorldSite): Row {
  return {
    id: site.id,
    name: site.name,
    customer_id: customerId(site.companyId),
    address_type_id: 2,
    address1: site.addressLine1,
    address2: site.addressLine2,
    city: site.city,
    state: site.state,
    zip: site.postalCode,
    latitude: null,
    longitude: null,
    created_at: '2019-02-01T09:00:00.000Z',
    updated_at: site.updatedAt,
    account_id: 1,
  }
}

function contactRow(contact: WorldContact, world: World): Row {
  const [, phone = contact.phone, extension = null] = /^(.*) x(\d+)$/.exec(contact.phone ?? '') ?? []
  const custom = world.contactFields.flatMap(({ id, title }) => {
    const value = contact.customFields[id]
    return value === null || value === undefined ? [] : [[title, typeof value === 'string' ? value : String(value)]]
  })
  return {
    id: contact.id,
    name: [contact.firstName, contact.lastName].filter(Boolean).join(' '),
    address1: contact.addressLine1,
    address2: contact.addressLine2,
    city: contact.city,
    state: contact.state,
    zip: contact.postalCode,
    email: contact.email,
    phone,
    mobile: contact.mobile,
    latitude: null,
    longitude: null,
    customer_id: contact.companyId === null ? null : customerId(contact.companyId),
    account_id: 1,
    notes: '',
    created_at: '2019-02-01T09:00:00.000Z',
    updated_at: contact.updatedAt,
    vendor_id: contact.companyId === null ? vendorId : null,
    properties: { ...(contact.title === null ? {} : { title: contact.title }), ...Object.fromEntries(custom) },
    opt_out: false,
    extension,
  }
}
