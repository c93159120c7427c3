/** The hub's own record types: companies and what they are sorted by, the history, the people. */
import { streamNames, streams } from '../../core/connector/index.ts'
import type { Models } from '../../core/store/models/index.ts'
import type { FieldSpec, ResourceSpec } from './spec.ts'

const streamChoices = Object.fromEntries(streamNames.map((stream) => [stream, streams[stream].title]))

const record: readonly FieldSpec[] = [
  { name: 'createdAt', label: 'In the hub since', kind: 'instant', group: 'record' },
  { name: 'updatedAt', label: 'Last change', kind: 'instant', group: 'record' },
]
const name: FieldSpec = { name: 'name', label: 'Name', kind: 'text', group: 'main' }
const connection: FieldSpec = {
  name: 'connectionId',
  label: 'Connection',
  kind: 'reference',
  reference: 'connections',
  group: 'main',
}
const run: FieldSpec = { name: 'runId', label: 'Run', kind: 'reference', reference: 'runs', group: 'main' }
const stream: FieldSpec = { name: 'stream', label: 'Records', kind: 'choice', choices: streamChoices, group: 'main' }

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

function history(models: Models): readonly ResourceSpec[] {
  return [
    {
      id: 'runs',
      title: 'Sync runs',
      one: 'run',
      section: 'History',
      icon: 'Activity',
      model: models.hub.sync_runs,
      capability: 'look',
      titleField: 'id',
      fields: [
        { name: 'id', label: 'Run', kind: 'code', group: 'main' },
        connection,
        {
          name: 'state',
          label: 'State',
          kind: 'choice',
          group: 'main',
          choices: {
            running: 'Running',
            waiting: 'Waiting',
            succeeded: 'Succeeded',
            warning: 'With warnings',
            failed: 'Failed',
            cancelled: 'Cancelled',
          },
        },
        { name: 'mode', label: 'Mode', kind: 'choice', group: 'main', choices: { apply: 'Sync', plan: 'Dry run' } },
        {
          name: 'pass',
          label: 'Reads',
          kind: 'choice',
          group: 'main',
          choices: { full: 'Everything', incremental: 'Changes' },
        },
        {
          name: 'trigger',
          label: 'Started by',
          kind: 'choice',
          group: 'main',
          choices: { schedule: 'Schedule', force: 'Force sync', webhook: 'Webhook', cli: 'Command line', demo: 'Demo' },
        },
        { name: 'requestedBy', label: 'Asked for by', kind: 'text', group: 'main' },
        { name: 'startedAt', label: 'Started', kind: 'instant', group: 'main' },
        { name: 'finishedAt', label: 'Finished', kind: 'instant', group: 'main' },
        { name: 'errorAdmin', label: 'What went wrong', kind: 'text', group: 'main' },
      ],
      list: ['id', 'connectionId', 'state', 'mode', 'trigger', 'startedAt', 'finishedAt', 'errorAdmin'],
      filters: ['connectionId', 'state', 'mode', 'pass', 'trigger', 'startedAt'],
      search: ['errorAdmin', 'requestedBy'],
      sort: { by: 'id', direction: 'desc' },
      page: 'run',
    },
    {
      id: 'changes',
      title: 'Changes',
      one: 'change',
      section: 'History',
      icon: 'GitCommit',
      model: models.hub.record_changes,
      capability: 'look',
      titleField: 'field',
      fields: [
        { name: 'at', label: 'When', kind: 'instant', group: 'main' },
        stream,
        { name: 'recordId', label: 'Record', kind: 'code', group: 'main' },
        { name: 'field', label: 'Field', kind: 'code', group: 'main' },
        { name: 'before', label: 'Before', kind: 'json', group: 'main' },
        { name: 'after', label: 'After', kind: 'json', group: 'main' },
        run,
      ],
      list: ['at', 'stream', 'recordId', 'field', 'before', 'after', 'runId'],
      filters: ['stream', 'field', 'runId', 'recordId', 'at'],
      search: ['field'],
      sort: { by: 'id', direction: 'desc' },
    },
    {
      id: 'log',
      title: 'Run log',
      one: 'line',
      section: 'History',
      icon: 'List',
      model: models.hub.sync_log,
      capability: 'look',
      titleField: 'message',
      fields: [
        { name: 'at', label: 'When', kind: 'instant', group: 'main' },
        {
          name: 'level',
          label: 'Level',
          kind: 'choice',
          choices: { info: 'Note', warning: 'Warning', error: 'Error' },
          group: 'main',
        },
        run,
        stream,
        { name: 'code', label: 'Code', kind: 'code', group: 'main' },
        { name: 'message', label: 'Message', kind: 'text', group: 'main' },
        { name: 'sourceId', label: 'Id at the source', kind: 'code', group: 'main' },
      ],
      list: ['at', 'level', 'runId', 'stream', 'message', 'code'],
      filters: ['level', 'runId', 'stream', 'code', 'sourceId', 'at'],
      search: ['message', 'code'],
      sort: { by: 'id', direction: 'desc' },
    },
  ]
}

function people(models: Models): readonly ResourceSpec[] {
  return [
    {
      id: 'users',
      title: 'Users',
      one: 'user',
      section: 'Administration',
      icon: 'Users',
      model: models.hub.users,
      capability: 'users',
      titleField: 'name',
      fields: [
        name,
        { name: 'email', label: 'E-mail', kind: 'text', group: 'main' },
        {
          name: 'role',
          label: 'Role',
          kind: 'choice',
          choices: { reader: 'Reader', editor: 'Editor', manager: 'Manager', admin: 'Admin' },
          group: 'main',
        },
        { name: 'lastLoginAt', label: 'Last log-in', kind: 'instant', group: 'main' },
        { name: 'disabledAt', label: 'Disabled since', kind: 'instant', group: 'main' },
        ...record,
      ],
      list: ['name', 'email', 'role', 'lastLoginAt', 'disabledAt'],
      filters: ['role', 'lastLoginAt'],
      search: ['name', 'email'],
      sort: { by: 'name', direction: 'asc' },
    },
    {
      id: 'audit-log',
      title: 'Audit log',
      one: 'entry',
      section: 'Administration',
      icon: 'Shield',
      model: models.hub.audit_log,
      capability: 'users',
      titleField: 'action',
      fields: [
        { name: 'at', label: 'When', kind: 'instant', group: 'main' },
        { name: 'actor', label: 'Who', kind: 'text', group: 'main' },
        { name: 'action', label: 'Did', kind: 'code', group: 'main' },
        { name: 'target', label: 'To', kind: 'text', group: 'main' },
        { name: 'address', label: 'From address', kind: 'code', group: 'main' },
        { name: 'detail', label: 'Detail', kind: 'json', group: 'main' },
      ],
      list: ['at', 'actor', 'action', 'target', 'address'],
      filters: ['actor', 'action', 'target', 'at'],
      search: ['actor', 'action', 'target'],
      sort: { by: 'id', direction: 'desc' },
    },
  ]
}

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
    ...history(models),
    ...people(models),
  ]
}
