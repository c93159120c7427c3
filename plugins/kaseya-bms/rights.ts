/** The rights of the API user's security role, as BMS names them, and what each opens. */
import type { HttpRequest, Permission } from '../../core/connector/contract.ts'

const where = 'Admin > Security > Roles > the role of the API user'

export const permissions: readonly Permission[] = [
  {
    id: 'accounts',
    capability: 'companies, sites, addresses of contacts',
    right: 'CRM > Accounts: View',
    where,
    required: true,
  },
  {
    id: 'contacts',
    capability: 'contacts',
    right: 'CRM > Contacts: View',
    where,
    required: false,
  },
  {
    id: 'hardware-assets',
    capability: 'configurations and their types',
    right: 'Service Desk > Hardware Assets: View',
    where,
    required: false,
  },
  {
    id: 'tickets',
    capability: 'live tickets',
    right: 'Service Desk > Tickets: View',
    where,
    required: false,
  },
  {
    id: 'lookups',
    capability: 'company types, queues, priorities, ticket statuses, manufacturers for write-back',
    right: 'Admin > Lookups: View',
    where,
    required: false,
  },
  {
    id: 'hardware-assets-modify',
    capability: 'write-back',
    right: 'Service Desk > Hardware Assets: Modify',
    where,
    required: false,
  },
]

/** Which right custom fields take is not known. */
const areas: readonly (readonly [path: RegExp, id: string])[] = [
  [/^v2\/crm\/accounts/, 'accounts'],
  [/^v2\/crm\/contacts/, 'contacts'],
  [/^v2\/servicedesk\/hardwareasset/, 'hardware-assets'],
  [/^v2\/servicedesk\/tickets/, 'tickets'],
  [/^v2\/system\/.*lookup/, 'lookups'],
]

/** The right that a request takes; `undefined` = not known. */
export function rightFor({ url, method }: HttpRequest): string | undefined {
  const area = areas.find(([path]) => path.test(url))?.[1]
  const id = method === 'PUT' ? `${area}-modify` : area
  return permissions.find((permission) => permission.id === id)?.right
}
