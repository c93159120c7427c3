import type { List } from './paging.ts'

/** Disabled customers are left out unless one asks for them. */
export const customers: List = { path: 'customers', key: 'customers', query: { include_disabled: 'true' } }
export const contacts: List = { path: 'contacts', key: 'contacts' }
export const assets: List = { path: 'customer_assets', key: 'assets' }
