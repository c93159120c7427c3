/** The hub's own record types: companies, what they are sorted by, connections. */
import type { Models } from '../../core/store/models/index.ts'
import type { FieldSpec, ResourceSpec } from './spec.ts'

const record: readonly FieldSpec[] = [
  { name: 'createdAt', label: 'In the hub since', kind: 'instant', group: 'record' },
  { name: 'updatedAt', label: 'Last change', kind: 'instant', group: 'record' },
]
const name: FieldSpec = { name: 'name', label: 'Name', kind: 'text', group: 'main' }
/** Values companies are sorted by: few, simple, reached from the companies. */
function values(models: Models): readonly ResourceSpec[] {
  const base = {
    section: 'Hub',
    icon: 'Tag',
    capability: 'look',
    titleField: 'name',
    filters: [],
    search: ['name'],
    sort: { by: 'name', direction: 'asc' },
  } as const
  return [
    {
      ...base,
      id: 'company-types',
      title: 'Company types',
      one: 'type',
      model: models.hub.company_types,
      fields: [
        name,
        {
          name: 'prospect',
          label: 'Prospects',
          kind: 'boolean',
          group: 'main',
          means: 'Companies of this type are prospects, not clients.',
        },
        ...record,
      ],
      list: ['name', 'prospect', 'createdAt'],
    },
    {
      ...base,
      id: 'company-statuses',
      title: 'Company statuses',
      one: 'status',
      model: models.hub.company_statuses,
      fields: [
        name,
        { name: 'active', label: 'Active', kind: 'boolean', group: 'main' },
        { name: 'isDefault', label: 'Default', kind: 'boolean', group: 'main' },
        ...record,
      ],
      list: ['name', 'active', 'isDefault'],
    },
    {
      ...base,
      id: 'markets',
      title: 'Markets',
      one: 'market',
      model: models.hub.markets,
      fields: [name, ...record],
      list: ['name', 'createdAt'],
    },
    {
      ...base,
      id: 'groups',
      title: 'Groups',
      one: 'group',
      model: models.hub.groups,
      fields: [
        name,
        { name: 'isIntegrationGroup', label: 'For imported companies', kind: 'boolean', group: 'main' },
        ...record,
      ],
      list: ['name', 'isIntegrationGroup'],
    },
  ]
}

/** Names of the values a company has of a list. */
function namesOf(link: string, table: string, column: string): string {
  return `(select string_agg(v.name, ', ' order by v.name) from ${link} x join ${table} v on v.id = x.${column} where x.company_id = $.id)`
}

const companyFields: readonly FieldSpec[] = [
  name,
  {
    name: 'types',
    label: 'Types',
    kind: 'names',
    sql: namesOf('companies_company_types', 'company_types', 'company_type_id'),
    group: 'main',
  },
  { name: 'statusId', label: 'Status', kind: 'reference', reference: 'company-statuses', group: 'main' },
  { name: 'primaryMarketId', label: 'Primary market', kind: 'reference', reference: 'markets', group: 'main' },
  {
    name: 'markets',
    label: 'Markets',
    kind: 'names',
    sql: namesOf('companies_markets', 'markets', 'market_id'),
    group: 'main',
  },
  { name: 'groupId', label: 'Group', kind: 'reference', reference: 'groups', group: 'main' },
  { name: 'website', label: 'Website', kind: 'url', group: 'main' },
  { name: 'phone', label: 'Phone', kind: 'text', group: 'main' },
  {
    name: 'externalId',
    label: 'PSA id',
    kind: 'code',
    group: 'main',
    means: 'The first key when a source company is matched.',
  },
  { name: 'startsOn', label: 'Client since', kind: 'day', group: 'main' },
  { name: 'endsOn', label: 'Client until', kind: 'day', group: 'main' },
  { name: 'description', label: 'Description', kind: 'text', group: 'main' },
  { name: 'addressLine1', label: 'Address line 1', kind: 'text', group: 'place' },
  { name: 'addressLine2', label: 'Address line 2', kind: 'text', group: 'place' },
  { name: 'city', label: 'City', kind: 'text', group: 'place' },
  { name: 'state', label: 'State', kind: 'text', group: 'place' },
  { name: 'postalCode', label: 'Postal code', kind: 'text', group: 'place' },
  { name: 'country', label: 'Country', kind: 'text', group: 'place' },
  ...record,
  { name: 'removedAt', label: 'Removed', kind: 'instant', group: 'record' },
]

export function hubSpecs(models: Models): readonly ResourceSpec[] {
  return [
    {
      id: 'companies',
      title: 'Companies',
      one: 'company',
      section: 'Records',
      icon: 'Briefcase',
      model: models.hub.companies,
      capability: 'look',
      titleField: 'name',
      fields: companyFields,
      list: ['name', 'types', 'statusId', 'primaryMarketId', 'city', 'phone', 'updatedAt'],
      filters: ['statusId', 'primaryMarketId', 'groupId', 'city', 'country', 'updatedAt'],
      search: ['name', 'website', 'externalId'],
      sort: { by: 'name', direction: 'asc' },
    },
    ...values(models),
    {
      id: 'connections',
      title: 'Connections',
      one: 'connection',
      icon: 'Link2',
      model: models.hub.connections,
      capability: 'look',
      titleField: 'name',
      fields: [
        name,
        { name: 'connector', label: 'Connector', kind: 'code', group: 'main' },
        { name: 'state', label: 'State', kind: 'text', group: 'main' },
      ],
      list: ['name', 'connector', 'state'],
      filters: [],
      search: ['name'],
      sort: { by: 'name', direction: 'asc' },
      page: 'connection',
    },
  ]
}
