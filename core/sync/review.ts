/** The review queue: changes the breaker withheld and plans of dry runs, to be applied or rejected by a person. */
import { fieldsOf, type StreamName, streamNames } from '../connector/index.ts'
import type { Database, Sql } from '../store/database.ts'
import { PageWriter, type Row } from '../store/page-writer.ts'
import { merger } from './merge.ts'
import { logChanges } from './page.ts'
import type { SyncServices } from './services.ts'
import { markRemoved, rowOf } from './sweep.ts'

export interface WithheldChange {
  readonly id: number
  readonly runId: number
  readonly connectionId: number
  readonly stream: StreamName
  readonly sourceId: string
  readonly recordId: number | null
  readonly action: 'create' | 'update' | 'restore' | 'remove'
  readonly label: string | null
  readonly reason: 'breaker' | 'source-empty' | 'unidentified' | 'plan'
  /** field → [before, after]; null for creates and removals. */
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>> | null
  readonly createdAt: Date
}

export interface ReviewGroup {
  readonly connectionId: number
  readonly connection: string
  readonly runId: number
  readonly stream: StreamName
  readonly action: WithheldChange['action']
  readonly reason: WithheldChange['reason']
  readonly count: number
}

/** Some of a group, or a whole group of one connection. */
export type Selection =
  | { readonly ids: readonly number[] }
  | {
      readonly connectionId: number
      readonly reason: 'guarded' | 'plan'
      readonly stream?: StreamName
      readonly action?: WithheldChange['action']
    }

interface HeldRow {
  id: number
  connection_id: number
  source_id: string
  record_id: number | null
  action: WithheldChange['action']
  record: (Record<string, unknown> & { company_id: number | null }) | null
  content_hash: string | null
}

const batch = 1000

export class Review {
  readonly #database: Database
  readonly #afterStream: SyncServices['afterStream']

  constructor(database: Database, afterStream: SyncServices['afterStream']) {
    this.#database = database
    this.#afterStream = afterStream
  }

  /** What waits for a decision, counted. Plans of dry runs are `reason: 'plan'`. */
  summary(connectionId?: number): Promise<ReviewGroup[]> {
    return this.#database.rows<ReviewGroup>(
      `select w.connection_id as "connectionId", c.name as connection, max(w.run_id) as "runId", w.stream, w.action, w.reason, count(*) as count
       from withheld_changes w join connections c on c.id = w.connection_id
       where w.state = 'waiting' and ($1::bigint is null or w.connection_id = $1)
       group by w.connection_id, c.name, w.stream, w.action, w.reason order by c.name, w.stream, w.action`,
      [connectionId ?? null],
    )
  }

  list(options: {
    connectionId?: number
    stream?: StreamName
    reason?: 'guarded' | 'plan'
    runId?: number
    after?: number
    limit?: number
  }): Promise<WithheldChange[]> {
    return this.#database.rows<WithheldChange>(
      `select id, run_id as "runId", connection_id as "connectionId", stream, source_id as "sourceId", record_id as "recordId", action, label,
         reason, changes, created_at as "createdAt"
       from withheld_changes
       where state = 'waiting' and ($1::bigint is null or connection_id = $1) and ($2::text is null or stream = $2)
         and ($3::text is null or (reason = 'plan') = ($3 = 'plan')) and ($4::bigint is null or run_id = $4) and id > $5
       order by id limit $6`,
      [
        options.connectionId ?? null,
        options.stream ?? null,
        options.reason ?? null,
        options.runId ?? null,
        options.after ?? 0,
        Math.max(1, Math.min(options.limit ?? 100, 500)),
      ],
    )
  }

  /** Applies the changes as they were withheld, in the order in which streams depend on one another. */
  async apply(selection: Selection, actor: string): Promise<{ readonly applied: number }> {
    let applied = 0
    for (const stream of streamNames) {
      for (;;) {
        const done = await this.#database.transaction((sql) => this.#applyBatch(sql, stream, selection, actor))
        applied += done
        if (done < batch) break
      }
    }
    return { applied }
  }

  /** Leaves things as they are; the same change is not asked for again until the source changes the record. */
  async reject(selection: Selection, actor: string): Promise<{ readonly rejected: number }> {
    const { where, values } = condition(selection)
    const rejected = await this.#database.run(
      `update withheld_changes set state = 'rejected', decided_by = $1, decided_at = now() where state = 'waiting' and ${where}`,
      [actor, ...values],
    )
    return { rejected }
  }

  async #applyBatch(sql: Sql, stream: StreamName, selection: Selection, actor: string): Promise<number> {
    const { where, values } = condition(selection)
    const { rows } = await sql.query<HeldRow>(
      `select id, connection_id, source_id, record_id, action, record, content_hash from withheld_changes
       where state = 'waiting' and stream = '${stream}' and $1::text is not null and ${where} order by id limit ${batch} for update`,
      [actor, ...values],
    )
    for (const connectionId of new Set(rows.map((row) => row.connection_id))) {
      await this.#applyTo(
        sql,
        stream,
        connectionId,
        rows.filter((row) => row.connection_id === connectionId),
      )
    }
    await sql.query(
      "update withheld_changes set state = 'applied', decided_by = $2, decided_at = now() where id = any($1::bigint[])",
      [rows.map((row) => row.id), actor],
    )
    return rows.length
  }

  async #applyTo(sql: Sql, stream: StreamName, connectionId: number, held: readonly HeldRow[]): Promise<void> {
    const removals = held.flatMap((row) => (row.action === 'remove' && row.record_id !== null ? row.record_id : []))
    await markRemoved(sql, null, stream, removals)
    const writer = new PageWriter(stream)
    const companies = await companyIds(sql, connectionId, stream, held)
    const placed = held.flatMap(({ id, source_id, action, record, content_hash, record_id }) => {
      if (record === null || content_hash === null || action === 'remove') return []
      const row = rowOf(stream, { source_id, record, content_hash })
      const companySourceId = record.company_source_id
      row.companyId =
        typeof companySourceId === 'string' ? (companies.get(companySourceId) ?? row.companyId) : row.companyId
      return [{ id, recordId: record_id, row }]
    })
    await writer.insert(
      sql,
      connectionId,
      0,
      placed.flatMap(({ recordId, row }) => (recordId === null ? row : [])),
    )
    await overwrite(
      sql,
      writer,
      stream,
      placed.flatMap(({ recordId, row }) => (recordId === null ? [] : { recordId, row })),
    )
    const settings = await sql.query<{ import_companies: string }>(
      'select import_companies from connections where id = $1',
      [connectionId],
    )
    await this.#afterStream(connectionId, stream, sql, { importAll: settings.rows[0]?.import_companies === 'all' })
  }
}

/** The selection as SQL behind `$1`. */
function condition(selection: Selection): { where: string; values: unknown[] } {
  if ('ids' in selection) return { where: 'id = any($2::bigint[])', values: [selection.ids] }
  return {
    where: `connection_id = $2 and (reason = 'plan') = $3 and ($4::text is null or stream = $4) and ($5::text is null or action = $5)`,
    values: [selection.connectionId, selection.reason === 'plan', selection.stream ?? null, selection.action ?? null],
  }
}

/** A company may have been imported since the change was withheld. */
async function companyIds(
  sql: Sql,
  connectionId: number,
  stream: StreamName,
  held: readonly HeldRow[],
): Promise<Map<string, number>> {
  if (!('companyId' in fieldsOf(stream))) return new Map()
  const ids = held.flatMap(({ record }) =>
    typeof record?.company_source_id === 'string' ? record.company_source_id : [],
  )
  const { rows } = await sql.query<{ source_id: string; company_id: number }>(
    'select source_id, company_id from company_links where connection_id = $1 and source_id = any($2::text[]) and company_id is not null',
    [connectionId, ids],
  )
  return new Map(rows.map((row) => [row.source_id, row.company_id]))
}

async function overwrite(
  sql: Sql,
  writer: PageWriter,
  stream: StreamName,
  updates: readonly { recordId: number; row: Row }[],
): Promise<void> {
  if (updates.length === 0) return
  const stored = await writer.stored(
    sql,
    updates.map(({ recordId }) => recordId),
  )
  const merge = merger(stream)
  const merged = updates.flatMap(({ recordId, row }) => {
    const before = stored.get(recordId)
    return before === undefined ? [] : merge(before, row)
  })
  await writer.update(
    sql,
    merged.map(({ row }) => row),
  )
  await logChanges(
    sql,
    null,
    stream,
    merged.flatMap(({ changes }) => changes),
  )
}
