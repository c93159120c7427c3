/** The Sequelize model of each synced table, made from the same columns the page writer fills. */
import {
  DataTypes,
  type Model,
  type ModelAttributeColumnOptions,
  type ModelAttributes,
  type ModelStatic,
  type Sequelize,
} from 'sequelize'
import type { FieldKind, StreamName } from '../../connector/records.ts'
import { columnsOf, tables } from '../columns.ts'

const types: Record<FieldKind, ModelAttributeColumnOptions['type']> = {
  text: DataTypes.TEXT,
  id: DataTypes.TEXT,
  ids: DataTypes.ARRAY(DataTypes.TEXT),
  texts: DataTypes.ARRAY(DataTypes.TEXT),
  boolean: DataTypes.BOOLEAN,
  integer: DataTypes.BIGINT,
  number: DataTypes.DOUBLE,
  date: DataTypes.DATEONLY,
  instant: DataTypes.DATE,
  values: DataTypes.JSONB,
  json: DataTypes.JSONB,
}

const reference = (table: string): ModelAttributeColumnOptions => ({
  type: DataTypes.BIGINT,
  references: { model: table, key: 'id' },
})

const mapped = (table: string): ModelAttributes => ({
  targetId: reference(table),
  ignored: { type: DataTypes.BOOLEAN, allowNull: false },
})

/** What the hub itself keeps beside the source's fields. */
const own: { readonly [K in StreamName]?: ModelAttributes } = {
  companyTypes: mapped('company_types'),
  companyStatuses: mapped('company_statuses'),
  markets: mapped('markets'),
  companies: {
    linkState: { type: DataTypes.TEXT, allowNull: false },
    matchedBy: { type: DataTypes.TEXT },
  },
  configurations: { serialNormalized: { type: DataTypes.TEXT } },
}

/** `company_source_id` → `companySourceId`. */
export function attributeOf(column: string): string {
  return column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Defines the model of `stream`; it is named like the stream, its attributes are the columns in camel case. */
export function defineSynced(sequelize: Sequelize, stream: StreamName): ModelStatic<Model> {
  const attributes: ModelAttributes = {
    id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
    connectionId: { ...reference('connections'), allowNull: false },
    companyId: reference('companies'),
  }
  for (const column of columnsOf(stream))
    attributes[attributeOf(column.name)] = { type: types[column.kind], field: column.name }
  Object.assign(attributes, own[stream], {
    contentHash: { type: DataTypes.UUID, allowNull: false },
    createdRunId: { type: DataTypes.BIGINT },
    removedAt: { type: DataTypes.DATE },
    createdAt: { type: DataTypes.DATE, allowNull: false },
    updatedAt: { type: DataTypes.DATE, allowNull: false },
  })
  return sequelize.define(stream, attributes, { tableName: tables[stream], underscored: true, timestamps: false })
}
