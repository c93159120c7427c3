/** The synced record types, made from the table of canonical records; only what a list shows is chosen by hand. */
import { type FieldKind as CanonicalKind, type StreamName, streams } from '../../core/connector/index.ts'
import { type Column, columnsOf } from '../../core/store/columns.ts'
import { attributeOf, type Models } from '../../core/store/models/index.ts'
import { type FieldKind, type FieldSpec, labelOf, type ResourceSpec } from './spec.ts'

interface Choice {
  readonly section: NonNullable<ResourceSpec['section']>
  readonly icon: string
  readonly one: string
  /** Title in the panel, where the stream's own would mislead. */
  readonly title?: string
  readonly list: readonly string[]
  readonly filters?: readonly string[]
  readonly search: readonly string[]
}

const lookUp = { section: 'Look-ups', search: ['name'] } as const

const choices: Readonly<Record<StreamName, Choice>> = {
  companies: {
    section: 'Records',
    icon: 'Link',
    one: 'source company',
    title: 'Source companies',
    list: ['name', 'identifier', 'linkState', 'companyId', 'status', 'city', 'connectionId'],
    filters: ['linkState', 'status', 'city', 'active'],
    search: ['name', 'identifier', 'website'],
  },
  sites: {
    section: 'Records',
    icon: 'MapPin',
    one: 'site',
    list: ['name', 'companyId', 'city', 'country', 'isPrimary', 'active', 'connectionId'],
    filters: ['city', 'country', 'isPrimary', 'active'],
    search: ['name', 'city', 'addressLine1'],
  },
  contacts: {
    section: 'Records',
    icon: 'Users',
    one: 'contact',
    list: ['name', 'companyId', 'title', 'email', 'phone', 'active', 'connectionId'],
    filters: ['title', 'isPrimary', 'active'],
    search: ['name', 'email', 'phone', 'mobile'],
  },
  configurations: {
    section: 'Records',
    icon: 'Monitor',
    one: 'configuration',
    list: ['name', 'companyId', 'type', 'serialNumber', 'manufacturer', 'model', 'warrantyExpiration'],
    filters: ['type', 'status', 'manufacturer', 'model', 'osType', 'purchaseDate', 'warrantyExpiration', 'active'],
    search: ['name', 'serialNumber', 'assetTag', 'manufacturer', 'model'],
  },
  flexibleAssets: {
    section: 'Documentation',
    icon: 'Layers',
    one: 'flexible asset',
    list: ['name', 'type', 'companyId', 'active', 'sourceUpdatedAt', 'connectionId'],
    filters: ['type', 'active'],
    search: ['name'],
  },
  domains: {
    section: 'Documentation',
    icon: 'Globe',
    one: 'domain',
    list: ['name', 'companyId', 'registrar', 'expiresOn', 'connectionId'],
    filters: ['registrar', 'expiresOn'],
    search: ['name', 'registrar'],
  },
  sslCertificates: {
    section: 'Documentation',
    icon: 'Lock',
    one: 'certificate',
    list: ['name', 'companyId', 'issuer', 'validFrom', 'expiresOn', 'connectionId'],
    filters: ['issuer', 'expiresOn', 'active'],
    search: ['name', 'issuer', 'serialNumber'],
  },
  m365Users: {
    section: 'Microsoft 365',
    icon: 'User',
    one: 'user',
    title: 'Users',
    list: ['name', 'companyId', 'userPrincipalName', 'userType', 'enabled', 'mfaRegistered', 'lastSignInAt'],
    filters: ['userType', 'department', 'enabled', 'mfaRegistered', 'lastSignInAt'],
    search: ['name', 'userPrincipalName', 'email'],
  },
  m365Licenses: {
    section: 'Microsoft 365',
    icon: 'Award',
    one: 'licence',
    title: 'Licences',
    list: ['name', 'companyId', 'skuPartNumber', 'total', 'assigned', 'status'],
    filters: ['status'],
    search: ['name', 'skuPartNumber'],
  },
  m365UserLicenses: {
    section: 'Microsoft 365',
    icon: 'Key',
    one: 'licence assignment',
    title: 'Licence assignments',
    list: ['userSourceId', 'licenseSourceId', 'companyId', 'createdAt'],
    search: [],
  },
  flexibleAssetTypes: {
    ...lookUp,
    icon: 'Layers',
    one: 'type',
    list: ['name', 'description', 'active', 'connectionId'],
  },
  companyTypes: {
    ...lookUp,
    icon: 'Tag',
    one: 'type',
    title: 'Source company types',
    list: ['name', 'active', 'targetId', 'ignored', 'connectionId'],
  },
  companyStatuses: {
    ...lookUp,
    icon: 'Tag',
    one: 'status',
    title: 'Source company statuses',
    list: ['name', 'active', 'targetId', 'ignored', 'connectionId'],
  },
  markets: {
    ...lookUp,
    icon: 'Tag',
    one: 'market',
    title: 'Source markets',
    list: ['name', 'targetId', 'ignored', 'connectionId'],
  },
  configurationTypes: { ...lookUp, icon: 'Tag', one: 'type', list: ['name', 'active', 'connectionId'] },
  configurationStatuses: {
    ...lookUp,
    icon: 'Tag',
    one: 'status',
    list: ['name', 'active', 'isDefault', 'connectionId'],
  },
  ticketBoards: { ...lookUp, icon: 'Inbox', one: 'board', list: ['name', 'active', 'connectionId'] },
  ticketPriorities: {
    ...lookUp,
    icon: 'Flag',
    one: 'priority',
    list: ['name', 'sortOrder', 'isDefault', 'connectionId'],
  },
  ticketStatuses: {
    ...lookUp,
    icon: 'Tag',
    one: 'status',
    list: ['name', 'boardSourceId', 'closed', 'active', 'connectionId'],
  },
}

const kinds: Readonly<Record<CanonicalKind, FieldKind>> = {
  text: 'text',
  id: 'lookup',
  ids: 'list',
  texts: 'list',
  boolean: 'boolean',
  integer: 'number',
  number: 'number',
  date: 'day',
  instant: 'instant',
  values: 'json',
  json: 'json',
}

/** In which stream the id in a field is found. */
const pointsTo: Readonly<Record<string, StreamName | { readonly [K in StreamName]?: StreamName }>> = {
  companyId: 'companies',
  siteId: 'sites',
  contactId: 'contacts',
  boardId: 'ticketBoards',
  userId: 'm365Users',
  licenseId: 'm365Licenses',
  typeId: { configurations: 'configurationTypes', flexibleAssets: 'flexibleAssetTypes' },
  statusId: { companies: 'companyStatuses', configurations: 'configurationStatuses' },
}

const placeFields = new Set(['addressLine1', 'addressLine2', 'city', 'state', 'postalCode', 'country'])
const codeFields = new Set([
  'serialNumber',
  'assetTag',
  'productNumber',
  'macAddress',
  'ipAddress',
  'fingerprint',
  'skuPartNumber',
])
/** The source usually sends the name as well, in a field of its own. */
const besideItsName = new Set(['typeId', 'statusId'])
/** Said by another field, or of no use to a reader. */
const leftOut = new Set(['typeIds', 'marketIds', 'url', 'updatedAt', 'sourceId'])

function fieldOf(stream: StreamName, column: Column): FieldSpec {
  const name = attributeOf(column.name)
  const to = pointsTo[column.field]
  const found = typeof to === 'object' ? to[stream] : to
  const kind = codeFields.has(column.field) ? 'code' : column.kind === 'id' && !found ? 'code' : kinds[column.kind]
  return {
    name,
    label: labelOf(column.kind === 'id' && found ? column.field.replace(/Id$/, '') : column.field),
    kind,
    means: column.means,
    group: placeFields.has(column.field) ? 'place' : besideItsName.has(column.field) ? 'more' : 'main',
    ...(kind === 'lookup' && found && { stream: found }),
  }
}

const targets: { readonly [K in StreamName]?: string } = {
  companyTypes: 'company-types',
  companyStatuses: 'company-statuses',
  markets: 'markets',
}

function ownFields(stream: StreamName): FieldSpec[] {
  const target = targets[stream]
  if (target)
    return [
      {
        name: 'targetId',
        label: 'Mapped to',
        kind: 'reference',
        reference: target,
        group: 'main',
        means: "The hub's own value it stands for.",
      },
      { name: 'ignored', label: 'Ignored', kind: 'boolean', group: 'main', means: 'Left out of the hub on purpose.' },
    ]
  if (stream === 'companies')
    return [
      {
        name: 'linkState',
        label: 'Mapping',
        kind: 'choice',
        choices: { unmapped: 'Unmapped', linked: 'Linked', ignored: 'Ignored', ambiguous: 'Ambiguous' },
        group: 'main',
        means: "Whether it is one of the hub's companies.",
      },
      { name: 'matchedBy', label: 'Matched by', kind: 'text', group: 'more', means: 'How the link was found.' },
    ]
  return []
}

const common: readonly FieldSpec[] = [
  {
    name: 'companyId',
    label: 'Company',
    kind: 'reference',
    reference: 'companies',
    group: 'main',
    means: "The hub's company.",
  },
  {
    name: 'connectionId',
    label: 'Source',
    kind: 'reference',
    reference: 'connections',
    group: 'record',
    means: 'The connection it came from.',
  },
  { name: 'sourceId', label: 'Id at the source', kind: 'code', group: 'record' },
  { name: 'sourceUrl', label: 'Open at the source', kind: 'url', group: 'record' },
  { name: 'sourceUpdatedAt', label: 'Changed at the source', kind: 'instant', group: 'record' },
  { name: 'createdAt', label: 'In the hub since', kind: 'instant', group: 'record' },
  { name: 'updatedAt', label: 'Last change here', kind: 'instant', group: 'record' },
  { name: 'removedAt', label: 'Gone at the source since', kind: 'instant', group: 'record' },
]

function spec(stream: StreamName, models: Models): ResourceSpec {
  const choice = choices[stream]
  const fields = columnsOf(stream)
    .filter((column) => !leftOut.has(column.field))
    .map((column) => fieldOf(stream, column))
    // Once it is linked, the hub's company says more than the source's id of it.
    .map((field) =>
      field.name === 'companySourceId' ? { ...field, label: 'Company at the source', group: 'more' as const } : field,
    )
  const [first, ...rest] = [
    ...fields.filter((field) => field.name === 'name'),
    ...fields.filter((field) => field.name !== 'name'),
  ]
  return {
    id: stream === 'companies' ? 'source-companies' : kebab(stream),
    title: choice.title ?? streams[stream].title,
    one: choice.one,
    section: choice.section,
    icon: choice.icon,
    model: models.synced[stream],
    capability: 'look',
    titleField: stream === 'm365UserLicenses' ? 'userSourceId' : 'name',
    fields: [...(first ? [first] : []), ...ownFields(stream), ...common.slice(0, 1), ...rest, ...common.slice(1)],
    list: choice.list,
    filters: ['companyId', 'connectionId', ...(choice.filters ?? []), 'updatedAt'],
    search: choice.search,
    sort: stream === 'm365UserLicenses' ? { by: 'id', direction: 'desc' } : { by: 'name', direction: 'asc' },
    stream,
  }
}

function kebab(stream: string): string {
  return stream.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export function syncedSpecs(models: Models): readonly ResourceSpec[] {
  return (Object.keys(choices) as StreamName[]).map((stream) => spec(stream, models))
}
