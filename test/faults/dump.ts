/** Everything a dump of the database would show as text: every column of every table, sequences left out. */
import type { Database } from '../../core/store/database.ts'

/** One line per row, `table {json}`, in a stable order. Binary columns appear as hex, as pg_dump writes them. */
export async function dump(database: Database): Promise<string> {
  const tables = await database.rows<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
  )
  const parts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await database.rows<{ line: string }>(
        `select row_to_json(r)::text as line from ${name} r order by 1`,
      )
      return rows.map(({ line }) => `${name} ${line}`)
    }),
  )
  return parts.flat().join('\n')
}

/** The forms in which a secret may lie about: as it is, base64, hex, URL-encoded, JSON-escaped. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]
}
