/** The other side of the benches: the same pages, the plain way. */

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import { DataTypes, type Model, type ModelStatic, Sequelize } from 'sequelize'
import { type Column, columnsOf } from '../../core/store/columns.ts'
import type { Database } from '../../core/store/database.ts'

const columns = columnsOf('configurations')
const names = columns.map((column) => column.name)

type Values = Record<string, unknown>

/** One page as objects of column names: what any hand-written sync would make of the vendor's record. */
export type Shape = (record: Values) => Values

const sequelizeTypes: Record<Column['kind'], () => DataTypes.DataType> = {
  text: () => DataTypes.TEXT,
  id: () => DataTypes.TEXT,
  ids: () => DataTypes.ARRAY(DataTypes.TEXT),
  texts: () => DataTypes.ARRAY(DataTypes.TEXT),
  boolean: () => DataTypes.BOOLEAN,
  integer: () => DataTypes.BIGINT,
  number: () => DataTypes.DOUBLE,
  date: () => DataTypes.DATEONLY,
  instant: () => DataTypes.DATE,
  values: () => DataTypes.JSONB,
  json: () => DataTypes.JSONB,
}

/** A table with the columns of `configurations`, the same key, and no other index. */
async function plainTable(database: Database, name: string): Promise<void> {
  await database.run(`drop table if exists ${name}`)
  await database.run(
    `create table ${name} (id bigint generated always as identity primary key, connection_id bigint not null,
       ${columns.map((column) => `${column.name} ${column.type}`).join(', ')},
       created_at timestamptz not null default now(), updated_at timestamptz not null default now(), unique (connection_id, source_id))`,
  )
}

/** Fetches a page after the other, as long as `next` gives requests, and hands each parsed page on. */
export type Fetch = (each: (records: Values[]) => Promise<void>) => Promise<void>

/** fetch + JSON.parse and nothing else. */
export async function fetchOnly(fetchPages: Fetch): Promise<void> {
  await fetchPages(async () => {})
}

export interface SequelizeFloor {
  run(): Promise<void>
  close(): Promise<void>
}

/** fetch + `bulkCreate({ updateOnDuplicate })`, page by page. */
export async function sequelizeFloor(database: Database, fetchPages: Fetch, shape: Shape): Promise<SequelizeFloor> {
  await plainTable(database, 'floor_sequelize')
  const sequelize = new Sequelize(database.url, { logging: false })
  const model: ModelStatic<Model> = sequelize.define(
    'floor_sequelize',
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      connection_id: { type: DataTypes.BIGINT, unique: 'key' },
      ...Object.fromEntries(
        columns.map((column) => [
          column.name,
          { type: sequelizeTypes[column.kind](), ...(column.name === 'source_id' && { unique: 'key' }) },
        ]),
      ),
    },
    { tableName: 'floor_sequelize', createdAt: 'created_at', updatedAt: 'updated_at' },
  )
  return {
    run: () =>
      fetchPages(async (records) => {
        await model.bulkCreate(
          records.map((record) => ({ connection_id: 1, ...shape(record) })),
          {
            updateOnDuplicate: [...names.filter((name) => name !== 'source_id'), 'updated_at'],
            conflictAttributes: ['connection_id', 'source_id'],
          },
        )
      }),
    close: () => sequelize.close(),
  }
}

function copyText(value: unknown): string {
  if (value === undefined || value === null) return '\\N'
  if (Array.isArray(value)) return copyText(`{${value.map((item) => JSON.stringify(item)).join(',')}}`)
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}

/** fetch + JSON.parse + COPY, page by page, into a table that does not know updates. */
export async function copyFloor(database: Database, fetchPages: Fetch, shape: Shape): Promise<void> {
  await plainTable(database, 'floor_copy')
  const client = await database.pool.connect()
  try {
    await fetchPages(async (records) => {
      const lines = records.map((record) => {
        const values = shape(record)
        return `1\t${names.map((name) => copyText(values[name])).join('\t')}\n`
      })
      const copy = client.query(copyFrom(`copy floor_copy (connection_id, ${names.join(', ')}) from stdin`))
      await pipeline(Readable.from([lines.join('')]), copy)
    })
  } finally {
    client.release()
  }
}
