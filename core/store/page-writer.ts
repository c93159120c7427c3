/**
 * Writes a page of records, generic over streams: arrays in, counts out, no statement per row.
 * Unchanged rows are found by their content hash and never written.
 */
import type { StreamName } from '../connector/index.ts'
import { columnsOf, tables } from './columns.ts'
import type { Sql } from './database.ts'

/** A validated record on its way into the database. */
export interface Row {
  readonly sourceId: string
  /** The hub's company, or null. */
  companyId: number | null
  /** Hash of `json`: 32 hex digits, which PostgreSQL reads as a UUID. */
  readonly hash: string
  /** The record as JSON, as the connector made it; fields the vendor did not send are absent. */
  readonly json: string
}

/** What differs from the database: `id` is null for a row that is not there. */
export interface Difference {
  readonly index: number
  readonly id: number | null
  readonly removed: boolean
}

export type StoredRow = Readonly<Record<string, unknown>> & { readonly id: number }

export class PageWriter {
  readonly table: string
  readonly #stream: StreamName
  readonly #names: string
  /** The record's fields, as `json_to_recordset` is to read them. */
  readonly #fields: string
  readonly #fieldTypes: string
  readonly #columnTypes: string

  constructor(stream: StreamName) {
    const columns = columnsOf(stream)
    this.#stream = stream
    this.table = tables[stream]
    this.#names = columns.map((column) => column.name).join(', ')
    this.#fields = columns.map((column) => `"${column.field}"`).join(', ')
    this.#fieldTypes = columns.map((column) => `"${column.field}" ${column.type}`).join(', ')
    this.#columnTypes = columns.map((column) => `${column.name} ${column.type}`).join(', ')
  }

  /**
   * Notes the rows of the page as seen and answers those that are new, changed or were removed.
   * Answers undefined if the page is already there: it was committed, but the answer was lost.
   */
  async compare(
    sql: Sql,
    page: { connectionId: number; passId: number; number: number; runId: number },
    sourceIds: readonly string[],
    hashes: readonly (string | null)[],
  ): Promise<readonly Difference[] | undefined> {
    // LATERAL with OFFSET 0 keeps the planner on the unique index, row by row. With `= ANY` a named
    // statement gets a generic plan that scans all rows of the connection: 2,000 rows/s instead of 280,000.
    const { rows } = await sql.query<[number, number | null, boolean]>({
      name: `compare_${this.table}`,
      rowMode: 'array',
      text: `with found as materialized (
               select p.index, r.id, r.removed, r.content_hash is distinct from p.hash as differs
               from unnest($2::text[], $3::uuid[]) with ordinality as p(source_id, hash, index)
               left join lateral (
                 select id, content_hash, removed_at is not null as removed from ${this.table}
                 where connection_id = $1 and source_id = p.source_id offset 0
               ) r on true
             ), claimed as (
               insert into sync_pages (pass_id, page, run_id, seen, removals, companies)
               select $4, $5, $6, coalesce(array_agg(id) filter (where id is not null), '{}'), '{}', '{}' from found
               on conflict do nothing returning true
             )
             select 0, null::bigint, false from claimed
             union all
             select index::int, id, coalesce(removed, false) from found where id is null or differs or removed`,
      values: [page.connectionId, sourceIds, hashes, page.passId, page.number, page.runId],
    })
    // Position 0 is the page itself; the rows count from 1.
    const claimed = rows.some(([position]) => position === 0)
    const differences = rows.filter(([position]) => position > 0)
    return claimed ? differences.map(([position, id, removed]) => ({ index: position - 1, id, removed })) : undefined
  }

  /** Inserts new rows and answers their ids. */
  async insert(sql: Sql, connectionId: number, runId: number, rows: readonly Row[]): Promise<readonly number[]> {
    const { rows: ids } = await sql.query<[number]>({
      name: `insert_${this.table}`,
      rowMode: 'array',
      text: `insert into ${this.table} (connection_id, created_run_id, company_id, content_hash, ${this.#names})
             select $1, $2, company_id, content_hash, ${this.#fields}
             from json_to_recordset($3::json) as r(company_id bigint, content_hash uuid, ${this.#fieldTypes})
             on conflict (connection_id, source_id) do nothing
             returning id`,
      values: [connectionId, runId, jsonRows(rows)],
    })
    return ids.map(([id]) => id)
  }

  /** The stored rows as JSON objects of column names. */
  async stored(sql: Sql, ids: readonly number[]): Promise<Map<number, StoredRow>> {
    const { rows } = await sql.query<{ row: StoredRow }>({
      name: `stored_${this.table}`,
      text: `select to_jsonb(r) as row from ${this.table} r where id = any($1::bigint[])`,
      values: [ids],
    })
    return new Map(rows.map(({ row }) => [row.id, row]))
  }

  /** Writes whole rows (with `id`, `company_id`, `content_hash`) over the stored ones; a removed row comes back. */
  async update(sql: Sql, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const assignments = columnsOf(this.#stream).map(({ name }) => `${name} = r.${name}`)
    await sql.query({
      name: `update_${this.table}`,
      text: `update ${this.table} t
             set company_id = r.company_id, content_hash = r.content_hash, ${assignments.join(', ')}, removed_at = null, updated_at = now()
             from jsonb_to_recordset($1::jsonb) as r(id bigint, company_id bigint, content_hash uuid, ${this.#columnTypes})
             where t.id = r.id`,
      values: [JSON.stringify(rows)],
    })
  }
}

/** Rows as one JSON array, made from the texts that were hashed: nothing is serialised twice. */
export function jsonRows(rows: readonly Row[]): string {
  return `[${rows.map((row) => `{"company_id":${row.companyId},"content_hash":"${row.hash}",${row.json.slice(1)}`).join(',')}]`
}
