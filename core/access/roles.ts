/** What a role may do. Each role may do all that the ones before it may. */
export const roles = ['reader', 'editor', 'manager', 'admin'] as const
export type Role = (typeof roles)[number]

/**
 * - `look`         see records, runs and what waits
 * - `decide`       mappings and reviews
 * - `sync`         start and stop sync runs
 * - `connections`  set up, change and disconnect connections
 * - `users`        users, their roles, the audit log
 */
export type Capability = 'look' | 'decide' | 'sync' | 'connections' | 'users'

const needs: Readonly<Record<Capability, Role>> = {
  look: 'reader',
  decide: 'editor',
  sync: 'editor',
  connections: 'manager',
  users: 'admin',
}

export function can(role: Role, capability: Capability): boolean {
  return roles.indexOf(role) >= roles.indexOf(needs[capability])
}

/** Somebody who proved who they are; as the database knows them at this request. */
export interface AuthenticatedUser {
  readonly id: number
  readonly email: string
  readonly name: string
  readonly role: Role
}
