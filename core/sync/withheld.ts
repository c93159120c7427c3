/** Changes that are not applied yet: staged until the pass ends, waiting for a person, or a dry run's plan. */
import type { StreamName } from '../connector/index.ts'
import { tables, toColumns } from '../store/columns.ts'
import type { Sql } from '../store/database.ts'
import type { Row } from '../store/page-writer.ts'
import type { Lease } from './lease.ts'

export interface HeldChange {
  readonly action: 'create' | 'update' | 'restore'
  readonly row: Row & { readonly label: string }
  readonly recordId: number | null
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>> | null
}

interface Place {
  readonly lease: Lease
  readonly connectionId: number
  readonly stream: StreamName
}

/** Puts changes aside: `staged` ones are decided at the end of the pass, a `plan` waits to be looked at. */
export async function stage(sql: Sql, place: Place, as: 'staged' | 'plan', changes: HeldChange[]): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ action, row, recordId, changes: pairs }) => ({
    source_id: row.sourceId,
    record_id: recordId,
    action,
    record: { ...toColumns(place.stream, JSON.parse(row.json)), company_id: row.companyId },
    content_hash: row.hash,
    changes: pairs,
    label: row.label,
  }))
  // A record that a person rejected stays rejected until the source changes it.
  await sql.query({
    name: 'stage_changes',
    text: `insert into withheld_changes (run_id, connection_id, stream, source_id, record_id, action, record, content_hash, changes, label, reason, state)
           select $1, $2, $3, r.source_id, r.record_id, r.action, r.record, r.content_hash, r.changes, r.label,
             case when $4 = 'plan' then 'plan' else 'breaker' end, case when $4 = 'plan' then 'waiting' else 'staged' end
           from jsonb_to_recordset($5::jsonb) as r(source_id text, record_id bigint, action text, record jsonb, content_hash uuid, changes jsonb, label text)
           where $4 = 'plan' or not exists (
             select 1 from withheld_changes w where w.connection_id = $2 and w.stream = $3 and w.source_id = r.source_id
               and w.action = r.action and w.content_hash = r.content_hash and w.state = 'rejected')
           on conflict (connection_id, stream, source_id, (reason = 'plan')) where state in ('staged', 'waiting')
           do update set run_id = excluded.run_id, record_id = excluded.record_id, action = excluded.action, record = excluded.record,
             content_hash = excluded.content_hash, changes = excluded.changes, label = excluded.label, reason = excluded.reason, state = excluded.state`,
    values: [place.lease.runId, place.connectionId, place.stream, as, JSON.stringify(rows)],
  })
}

/** Withholds the removal of rows for `reason`; asks once, however often the pass comes to the same end. */
export async function withholdRemovals(
  sql: Sql,
  place: Place,
  recordIds: readonly number[],
  reason: 'breaker' | 'source-empty' | 'unidentified' | 'plan',
): Promise<number> {
  const { rowCount } = await sql.query(
    `insert into withheld_changes (run_id, connection_id, stream, source_id, record_id, action, label, reason, state)
     select $1, $2, $3, t.source_id, t.id, 'remove', to_jsonb(t) ->> 'name', $5, 'waiting'
     from ${tables[place.stream]} t where t.id = any($4::bigint[])
       and not exists (
         select 1 from withheld_changes w where $5 <> 'plan' and w.connection_id = $2 and w.stream = $3 and w.source_id = t.source_id
           and w.action = 'remove' and w.state = 'rejected')
     on conflict (connection_id, stream, source_id, (reason = 'plan')) where state in ('staged', 'waiting')
     do update set run_id = excluded.run_id, record_id = excluded.record_id, action = excluded.action, record = null, content_hash = null,
       changes = null, label = excluded.label, reason = excluded.reason, state = excluded.state`,
    [place.lease.runId, place.connectionId, place.stream, recordIds, reason],
  )
  return rowCount ?? 0
}
