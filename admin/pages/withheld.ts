/** Changes that were not applied, with what the records would become. */
import type { Database } from '../../core/store/database.ts'
import type { Review, WithheldChange } from '../../core/sync/review.ts'

export interface HeldRecord extends WithheldChange {
  /** The record as it would be written, by column; null for removals. */
  readonly record: Readonly<Record<string, unknown>> | null
}

/** A page of what waits, by id. */
export async function heldRecords(
  database: Database,
  review: Review,
  query: Parameters<Review['list']>[0],
): Promise<readonly HeldRecord[]> {
  const changes = await review.list(query)
  const rows = await database.rows<{ id: number; record: Record<string, unknown> | null }>(
    'select id, record from withheld_changes where id = any($1)',
    [changes.map(({ id }) => id)],
  )
  const records = new Map(rows.map(({ id, record }) => [id, record]))
  return changes.map((change) => ({ ...change, record: records.get(change.id) ?? null }))
}
