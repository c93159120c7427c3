import t from 'tap'
import { fieldsOf, streamNames } from '../../../core/connector/records.ts'
import { columnsOf, tables } from '../../../core/store/columns.ts'
import { migrate } from '../../../core/store/migrate.ts'
import { testDatabase } from '../../database.ts'

const database = await testDatabase(t)

t.test('every stream has a table with a column of the right type for every field', async (t) => {
  for (const stream of streamNames) {
    const rows = await database.rows<{ name: string; type: string; required: boolean }>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required
       from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
      [tables[stream]],
    )
    const columns = new Map(rows.map((row) => [row.name, row]))
    for (const column of columnsOf(stream)) {
      const found = columns.get(column.name)
      const type = column.type === 'timestamptz' ? 'timestamp with time zone' : column.type
      t.equal(found?.type, type, `${stream}.${column.field} is ${tables[stream]}.${column.name} ${type}`)
      t.equal(found?.required, fieldsOf(stream)[column.field]?.required === true)
    }
    for (const name of [
      'id',
      'connection_id',
      'company_id',
      'content_hash',
      'created_run_id',
      'removed_at',
      'created_at',
      'updated_at',
    ]) {
      t.ok(columns.has(name), `${tables[stream]}.${name}`)
    }
  }
})

t.test('migrating again changes nothing, also from several processes at once', async (t) => {
  t.same(await Promise.all([migrate(database), migrate(database), migrate(database)]), [[], [], []])
})

t.test('a database of a newer release is refused with a sentence', async (t) => {
  await database.run("insert into migrations (name) values ('999-from-the-future.sql')")
  await t.rejects(migrate(database), /newer release.*999-from-the-future/)
})

t.test('only one PSA can be active, whoever asks', async (t) => {
  const insert = "insert into connections (connector, kind, name, settings) values ($1, 'psa', $1, '{}')"
  await database.run(insert, ['first'])
  await t.rejects(database.run(insert, ['second']), /connections_one_psa/)
  await database.run("update connections set state = 'disconnected'")
  await t.resolves(database.run(insert, ['second']))
})
