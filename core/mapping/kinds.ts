/** The look-ups that are mapped value by value: where the source's values and the hub's own live. */
import { tables } from '../store/columns.ts'

export const mappingKinds = ['companyTypes', 'companyStatuses', 'markets'] as const
export type MappingKind = (typeof mappingKinds)[number]

export const mappingTables = {
  companyTypes: { mappings: tables.companyTypes, targets: 'company_types', one: 'type' },
  companyStatuses: { mappings: tables.companyStatuses, targets: 'company_statuses', one: 'status' },
  markets: { mappings: tables.markets, targets: 'markets', one: 'market' },
} as const satisfies Record<MappingKind, { mappings: string; targets: string; one: string }>

export function isMappingKind(name: string): name is MappingKind {
  return mappingKinds.some((kind) => kind === name)
}
