/** How a record's fields become columns: one rule, used by the page writer, the models and the tests. */
import { type FieldKind, fieldsOf, type StreamName } from '../connector/records.ts'

export interface Column {
  /** The field in the record. */
  readonly field: string
  /** The column in the table. */
  readonly name: string
  readonly kind: FieldKind
  /** PostgreSQL type. */
  readonly type: string
  readonly means: string
}

const types: Record<FieldKind, string> = {
  text: 'text',
  id: 'text',
  ids: 'text[]',
  texts: 'text[]',
  boolean: 'boolean',
  integer: 'bigint',
  number: 'double precision',
  date: 'date',
  instant: 'timestamptz',
  values: 'jsonb',
  json: 'jsonb',
}

/** The synced table of each stream. Companies and their look-ups land where the hub maps them to its own. */
export const tables: Record<StreamName, string> = {
  companyTypes: 'company_type_mappings',
  companyStatuses: 'company_status_mappings',
  markets: 'market_mappings',
  companies: 'company_links',
  sites: 'sites',
  configurationTypes: 'configuration_types',
  configurationStatuses: 'configuration_statuses',
  contacts: 'contacts',
  configurations: 'configurations',
  ticketBoards: 'ticket_boards',
  ticketPriorities: 'ticket_priorities',
  ticketStatuses: 'ticket_statuses',
  flexibleAssetTypes: 'flexible_asset_types',
  flexibleAssets: 'flexible_assets',
  domains: 'domains',
  sslCertificates: 'ssl_certificates',
  m365Users: 'm365_users',
  m365Licenses: 'm365_licenses',
  m365UserLicenses: 'm365_user_licenses',
}

const fixed: Readonly<Record<string, string>> = {
  sourceId: 'source_id',
  url: 'source_url',
  updatedAt: 'source_updated_at',
  // `primary` alone is a word of SQL.
  primary: 'is_primary',
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `companyId` is the source's id and becomes `company_source_id`; `company_id` is the hub's own. */
function columnName(field: string, kind: FieldKind): string {
  const name = fixed[field]
  if (name !== undefined) return name
  if (kind === 'id') return snake(field).replace(/_id$/, '_source_id')
  if (kind === 'ids') return snake(field).replace(/_ids$/, '_source_ids')
  return snake(field)
}

/** The columns of a stream's table that carry its record, in a stable order. */
export function columnsOf(stream: StreamName): readonly Column[] {
  return Object.entries(fieldsOf(stream)).map(([field, { kind, means }]) => ({
    field,
    name: columnName(field, kind),
    kind,
    type: types[kind],
    means,
  }))
}

type Values = Readonly<Record<string, unknown>>

/** A record by column name; fields it does not have stay away. */
export function toColumns(stream: StreamName, record: Values): Record<string, unknown> {
  const columns = columnsOf(stream).filter(({ field }) => record[field] !== undefined)
  return Object.fromEntries(columns.map(({ field, name }) => [name, record[field]]))
}

/** The other way round; columns that carry no field are dropped. */
export function toFields(stream: StreamName, row: Values): Record<string, unknown> {
  const columns = columnsOf(stream).filter(({ name }) => row[name] !== undefined)
  return Object.fromEntries(columns.map(({ field, name }) => [field, row[name]]))
}
