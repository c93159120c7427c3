/** Users: the clients' people, the technicians, and the integration's own user. */
import type { World, WorldContact } from '../../../core/connector/simulator.ts'
import { addressColumns } from './companies.ts'
import {
  type Columns,
  choice,
  flag,
  joined,
  moment,
  ofList,
  ofWorld,
  referencesTo,
  sysId,
  type Table,
  tableOf,
  text,
} from './rows.ts'

export const integrationUser = 2_000_000_001

const nobody: WorldContact = {
  ...{
    id: integrationUser,
    updatedAt: '2026-06-01T00:00:00Z',
    companyId: 1,
    siteId: null,
    firstName: 'Tributary',
    lastName: 'Integration',
  },
  ...{
    typeIds: [],
    title: null,
    email: null,
    phone: null,
    mobile: null,
    primary: false,
    active: true,
    customFields: {},
  },
  ...{ addressLine1: null, addressLine2: null, city: null, state: null, postalCode: null, country: null },
}

/** Finds the main contact of a company; made anew when the contacts change. */
export class MainContacts {
  readonly #world: World
  #ids = new Map<number, number>()
  #version = -1

  constructor(world: World) {
    this.#world = world
  }

  of(companyId: number): number | undefined {
    const { contacts } = this.#world
    if (this.#version !== contacts.version) {
      this.#ids = new Map()
      for (const contact of contacts.after(0)) {
        if (contact.primary && contact.companyId !== null && !this.#ids.has(contact.companyId))
          this.#ids.set(contact.companyId, contact.id)
      }
      this.#version = contacts.version
    }
    return this.#ids.get(companyId)
  }
}

export function fullName({ firstName, lastName }: WorldContact): string {
  return [firstName, lastName].filter(Boolean).join(' ')
}

/** `sys_user`, and `customer_contact`, its child. */
export function userTables(
  world: World,
  companies: () => Table,
  accounts: () => Table,
  locations: () => Table,
): readonly [Table, Table] {
  const company = referencesTo(companies, 'core_company')
  const account = referencesTo(accounts, 'core_company')
  const location = referencesTo(locations, 'cmn_location')
  const columns: Columns<WorldContact> = {
    sys_class_name: ({ id }) =>
      id === integrationUser ? choice('sys_user', 'User') : choice('customer_contact', 'Contact'),
    sys_created_on: () => '2019-02-01 09:00:00',
    sys_updated_on: ({ updatedAt }) => moment(updatedAt),
    user_name: ({ id }) => `user.${id}`,
    // Never sent, and there all the same.
    user_password: () => '',
    name: fullName,
    first_name: ({ firstName }) => firstName,
    last_name: ({ lastName }) => text(lastName),
    title: ({ title }) => text(title),
    email: ({ email }) => text(email),
    phone: ({ phone }) => text(phone),
    mobile_phone: ({ mobile }) => text(mobile),
    company: ({ companyId }) => company(companyId),
    location: ({ siteId }) => location(siteId),
    active: ({ active }) => flag(active),
    vip: ({ typeIds }) => flag(typeIds.includes(6)),
    web_service_access_only: ({ id }) => flag(id === integrationUser),
    ...addressColumns((contact: WorldContact) => contact),
    u_newsletter: ({ customFields }) => text(customFields.newsletter === null ? '' : String(customFields.newsletter)),
    u_department: ({ customFields }) =>
      choice(
        String(customFields.department ?? ''),
        customFields.department === null ? null : String(customFields.department),
      ),
    u_cake_day: ({ customFields }) => String(customFields['cake-day'] ?? ''),
  }
  const people = ofWorld(world.contacts)
  const machine = ofList(() => [nobody])
  return [
    tableOf({ name: 'sys_user', base: 'sys_user', source: joined(people, machine), columns }),
    tableOf({
      name: 'customer_contact',
      base: 'sys_user',
      source: people,
      columns: { ...columns, account: ({ companyId }) => account(companyId) },
    }),
  ]
}

interface RoleOfUser {
  readonly id: number
  readonly role: string
}

export function roleTable(roles: readonly string[]): Table {
  const items = roles.map((role, index): RoleOfUser => ({ id: index + 1, role }))
  return tableOf({
    name: 'sys_user_has_role',
    base: 'sys_user_has_role',
    source: ofList(() => items),
    columns: {
      user: () => ({ value: sysId('sys_user', integrationUser), label: fullName(nobody), table: 'sys_user' }),
      role: ({ id, role }) => ({
        value: sysId('sys_user_role', id),
        label: role,
        table: 'sys_user_role',
        to: () => ({ id, cell: (column) => (column === 'name' ? role : undefined) }),
      }),
    },
  })
}
