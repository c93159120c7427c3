/**
 * The Sequelize models of the hub's own tables. What must never be read through a model (password and
 * token hashes, the vault, sessions) has no attribute here.
 */
import {
  DataTypes,
  type Model,
  type ModelAttributeColumnOptions,
  type ModelAttributes,
  type ModelStatic,
  type Sequelize,
} from 'sequelize'

const id: ModelAttributeColumnOptions = { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true }
const text: ModelAttributeColumnOptions = { type: DataTypes.TEXT }
const texts: ModelAttributeColumnOptions = { type: DataTypes.ARRAY(DataTypes.TEXT) }
const integer: ModelAttributeColumnOptions = { type: DataTypes.BIGINT }
const boolean: ModelAttributeColumnOptions = { type: DataTypes.BOOLEAN }
const day: ModelAttributeColumnOptions = { type: DataTypes.DATEONLY }
const instant: ModelAttributeColumnOptions = { type: DataTypes.DATE }
const json: ModelAttributeColumnOptions = { type: DataTypes.JSONB }
const uuid: ModelAttributeColumnOptions = { type: DataTypes.UUID }
const to = (table: string): ModelAttributeColumnOptions => ({
  type: DataTypes.BIGINT,
  references: { model: table, key: 'id' },
})

const stamps = { createdAt: instant, updatedAt: instant }

const definitions = {
  connections: {
    id,
    connector: text,
    kind: text,
    name: text,
    state: text,
    settings: json,
    filter: json,
    customFields: json,
    disabledStreams: texts,
    breaker: json,
    writeBack: json,
    companyId: to('companies'),
    predecessorId: to('connections'),
    importCompanies: text,
    schedule: text,
    timeZone: text,
    account: text,
    accountName: text,
    checkedAt: instant,
    checkResult: json,
    webhookIds: texts,
    webhookUrl: text,
    ...stamps,
  },
  sync_runs: {
    id,
    connectionId: to('connections'),
    mode: text,
    pass: text,
    trigger: text,
    confirmed: boolean,
    requestedBy: text,
    state: text,
    cancelRequested: boolean,
    lease: uuid,
    waitingUntil: instant,
    heartbeatAt: instant,
    startedAt: instant,
    finishedAt: instant,
    errorKind: text,
    errorAdmin: text,
    errorLog: text,
  },
  sync_log: {
    id,
    runId: to('sync_runs'),
    stream: text,
    level: text,
    code: text,
    message: text,
    sourceId: text,
    at: instant,
  },
  record_changes: {
    id,
    runId: to('sync_runs'),
    stream: text,
    recordId: integer,
    field: text,
    before: json,
    after: json,
    at: instant,
  },
  withheld_changes: {
    id,
    runId: to('sync_runs'),
    connectionId: to('connections'),
    stream: text,
    sourceId: text,
    recordId: integer,
    action: text,
    record: json,
    contentHash: uuid,
    changes: json,
    label: text,
    reason: text,
    state: text,
    decidedBy: text,
    decidedAt: instant,
    createdAt: instant,
  },
  groups: { id, name: text, isIntegrationGroup: boolean, ...stamps },
  company_types: { id, name: text, prospect: boolean, ...stamps },
  company_statuses: { id, name: text, isDefault: boolean, active: boolean, ...stamps },
  markets: { id, name: text, ...stamps },
  companies: {
    id,
    name: text,
    externalId: text,
    website: text,
    phone: text,
    addressLine1: text,
    addressLine2: text,
    city: text,
    state: text,
    postalCode: text,
    country: text,
    description: text,
    startsOn: day,
    endsOn: day,
    statusId: to('company_statuses'),
    primaryMarketId: to('markets'),
    groupId: to('groups'),
    removedAt: instant,
    ...stamps,
  },
  warranties: {
    id,
    maker: text,
    serialNumber: text,
    productNumber: text,
    purchaseDate: day,
    expiresOn: day,
    grade: text,
    outcome: text,
    message: text,
    answeredAt: instant,
    nextLookupAt: instant,
    ...stamps,
  },
  warranty_entitlements: {
    id,
    warrantyId: to('warranties'),
    name: text,
    kind: text,
    startsOn: day,
    endsOn: day,
  },
  writebacks: {
    id,
    connectionId: to('connections'),
    stream: text,
    sourceId: text,
    recordId: integer,
    change: json,
    expected: json,
    state: text,
    message: text,
    current: json,
    proposedBy: text,
    decidedBy: text,
    createdAt: instant,
    sentAt: instant,
  },
  users: {
    id,
    email: text,
    name: text,
    role: text,
    disabledAt: instant,
    lastLoginAt: instant,
    ...stamps,
  },
  api_tokens: {
    id,
    userId: to('users'),
    name: text,
    expiresAt: instant,
    lastUsedAt: instant,
    revokedAt: instant,
    createdAt: instant,
  },
  audit_log: {
    id,
    at: instant,
    userId: integer,
    actor: text,
    action: text,
    target: text,
    detail: json,
    address: text,
  },
} as const satisfies Record<string, ModelAttributes>

export type HubTable = keyof typeof definitions
export const hubTables = Object.keys(definitions) as readonly HubTable[]

/** Defines the model of a hub table; it is named like the table, its attributes are the columns in camel case. */
export function defineHub(sequelize: Sequelize, table: HubTable): ModelStatic<Model> {
  const attributes: ModelAttributes = {}
  for (const [name, column] of Object.entries<ModelAttributeColumnOptions>(definitions[table])) {
    // A copy: Sequelize writes into the object it is given.
    attributes[name] = { ...column, field: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) }
  }
  return sequelize.define(table, attributes, { tableName: table, timestamps: false })
}
