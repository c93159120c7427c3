import type { Model, ModelStatic } from 'sequelize'
import t from 'tap'
import { streamNames } from '../../../core/connector/records.ts'
import { tables } from '../../../core/store/columns.ts'
import { type HubTable, openModels } from '../../../core/store/models/index.ts'
import { testDatabase } from '../../database.ts'

const database = await testDatabase(t)
const models = openModels(database.url)
t.teardown(() => models.close())

const typeNames: Record<string, string> = {
  TEXT: 'text',
  BOOLEAN: 'boolean',
  BIGINT: 'bigint',
  'DOUBLE PRECISION': 'double precision',
  DATEONLY: 'date',
  DATE: 'timestamp with time zone',
  JSONB: 'jsonb',
  UUID: 'uuid',
  ARRAY: 'text[]',
}

/** Columns that no model may carry. */
const hidden: { readonly [T in HubTable]?: readonly string[] } = {
  users: ['password_hash', 'oidc_issuer', 'oidc_subject'],
  api_tokens: ['token_hash'],
}

async function columnsIn(table: string): Promise<Map<string, string>> {
  const rows = await database.rows<{ name: string; type: string }>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
     from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
    [table],
  )
  return new Map(rows.map((row) => [row.name, row.type]))
}

async function compare(table: string, model: ModelStatic<Model>, left: readonly string[] = []) {
  const columns = await columnsIn(table)
  const modelled = new Map(
    Object.values(model.getAttributes()).map((attribute) => [
      attribute.field ?? '',
      typeNames[typeof attribute.type === 'string' ? attribute.type : attribute.type.key],
    ]),
  )
  for (const name of left) {
    t.ok(columns.delete(name), `${table}.${name} exists and is left out of the model`)
  }
  t.same(Object.fromEntries([...modelled].sort()), Object.fromEntries([...columns].sort()), table)
  await t.resolves(model.findAll({ limit: 1 }), `${table} can be read`)
}

t.test('the models and the migrations speak of the same columns', async () => {
  for (const stream of streamNames) await compare(tables[stream], models.synced[stream])
  for (const [table, model] of Object.entries(models.hub)) await compare(table, model, hidden[table as HubTable])
})

t.test('days stay text, ids and counts are numbers', async (t) => {
  await database.run(
    `insert into configurations (connection_id, source_id, name, warranty_expiration, serial_number, content_hash)
     values (7, '1', 'PC', '2026-02-28', 'ab-12', gen_random_uuid())`,
  )
  const [row] = await models.synced.configurations.findAll({ raw: true })
  t.match(row, { id: Number, connectionId: 7, warrantyExpiration: '2026-02-28', serialNormalized: 'AB12' })
})
