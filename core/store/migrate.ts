/** Migrations: the SQL files in migrations/, forward only, each in a transaction, under an advisory lock. */
import { readFile } from 'node:fs/promises'
import { MigrationError, Umzug } from 'umzug'
import type { Database, Sql } from './database.ts'

// Any constant will do; it only has to be the same in every release.
const lock = 8_214_001

async function executed(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>('select name from migrations order by name')
  return rows.map((row) => row.name)
}

function migrations(sql: Sql) {
  return new Umzug<Sql>({
    migrations: {
      glob: ['migrations/*.sql', { cwd: import.meta.dirname }],
      resolve: ({ name, path = '', context }) => ({
        name,
        up: async () => {
          const text = await readFile(path, 'utf8')
          await context.query('begin')
          await context.query(text)
          await context.query('insert into migrations (name) values ($1)', [name])
          await context.query('commit')
        },
      }),
    },
    context: sql,
    storage: {
      // Written inside the migration's own transaction, so that half a migration leaves nothing.
      logMigration: async () => {},
      unlogMigration: async () => {
        throw new Error('Migrations go forward only; restore a backup to go back.')
      },
      executed: ({ context }) => executed(context),
    },
    logger: undefined,
  })
}

/**
 * Brings the schema up to date and answers the names of the migrations it ran. Safe to call from many
 * processes at once. Throws if the database was migrated by a newer release.
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const client = await database.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lock])
    await client.query(
      'create table if not exists migrations (name text primary key, at timestamptz not null default now())',
    )
    const umzug = migrations(client)
    const known = new Set((await umzug.migrations(client)).map((migration) => migration.name))
    const unknown = (await executed(client)).find((name) => !known.has(name))
    if (unknown) {
      throw new Error(
        `The database was upgraded by a newer release (migration ${unknown} is unknown here). Start that release, or restore the backup made before the upgrade.`,
      )
    }
    return (await umzug.up()).map((migration) => migration.name)
  } catch (error) {
    await client.query('rollback').catch(() => {})
    if (!(error instanceof MigrationError)) throw error
    // umzug's error drags the whole client along into the log.
    throw new Error(`The database could not be upgraded: ${error.message}`)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lock]).catch(() => {})
    client.release()
  }
}

/** Names of the migrations of this release that the database has not seen. */
export async function pendingMigrations(database: Database): Promise<readonly string[]> {
  return (await migrations(database.pool).pending()).map((migration) => migration.name)
}
