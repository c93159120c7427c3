/**
 * The end of a pass: what was not seen is gone, unless something speaks against it; new records that
 * were staged are let in, unless they are too many. Both decisions are the breaker's.
 */
import { fieldsOf, type StreamName } from '../connector/index.ts'
import { tables, toFields } from '../store/columns.ts'
import type { Sql } from '../store/database.ts'
import { PageWriter, type Row } from '../store/page-writer.ts'
import type { Lease } from './lease.ts'
import { logChanges } from './page.ts'
import type { Pass } from './pass.ts'
import { withholdRemovals } from './withheld.ts'

export interface Breaker {
  /** Share of the stream's rows, 0 to 1. */
  readonly share: number
  readonly count: number
}

export interface SweepPlace {
  readonly lease: Lease
  readonly connectionId: number
  readonly stream: StreamName
  readonly deletes: 'none' | 'reported' | 'by-absence'
  readonly breaker: Breaker
}

export interface SweepResult {
  readonly created: number
  readonly removed: number
  readonly withheld: number
  readonly notes: readonly { readonly level: 'info' | 'warning'; readonly code: string; readonly message: string }[]
}

type Note = SweepResult['notes'][number]

/** Both must be exceeded: a share alone trips on small streams, a count alone on large ones. */
function exceeds(breaker: Breaker, changes: number, baseline: number): boolean {
  return changes > breaker.count && changes > breaker.share * baseline
}

/** Rows of the stream that the pass did not see. Children of companies that are not imported were not asked for. */
async function absent(sql: Sql, place: SweepPlace, passId: number): Promise<readonly number[]> {
  const ofCompany = 'companyId' in fieldsOf(place.stream)
  const { rows } = await sql.query<[number]>({
    rowMode: 'array',
    // EXCEPT hashes or sorts, whatever the planner thinks of unnest; NOT EXISTS became a nested loop of minutes.
    text: `select t.id from ${tables[place.stream]} t
           where t.connection_id = $1 and t.removed_at is null
             ${
               ofCompany
                 ? `and (t.company_source_id is null or exists (
                      select 1 from company_links l where l.connection_id = $1 and l.source_id = t.company_source_id
                        and l.company_id is not null and l.removed_at is null))`
                 : ''
             }
           except select unnest(seen) from sync_pages where pass_id = $2`,
    values: [place.connectionId, passId],
  })
  return rows.map(([id]) => id)
}

async function reported(sql: Sql, place: SweepPlace, passId: number): Promise<readonly number[]> {
  const { rows } = await sql.query<[number]>({
    rowMode: 'array',
    text: `select t.id from (select distinct unnest(removals) as source_id from sync_pages where pass_id = $2) r
           cross join lateral (
             select id from ${tables[place.stream]} where connection_id = $1 and source_id = r.source_id and removed_at is null offset 0
           ) t`,
    values: [place.connectionId, passId],
  })
  return rows.map(([id]) => id)
}

interface PassTotals {
  readonly received: number
  readonly unidentified: number
}

/** Marks rows as removed at the source; they stay, and come back if the source sends them again. */
export async function markRemoved(
  sql: Sql,
  runId: number | null,
  stream: StreamName,
  ids: readonly number[],
): Promise<number> {
  const { rows } = await sql.query<{ id: number; removed_at: Date }>(
    `update ${tables[stream]} set removed_at = now(), updated_at = now() where id = any($1::bigint[]) and removed_at is null returning id, removed_at`,
    [ids],
  )
  await logChanges(
    sql,
    runId,
    stream,
    rows.map((row) => ({ recordId: row.id, field: 'removed_at', before: null, after: row.removed_at })),
  )
  return rows.length
}

async function sweep(
  sql: Sql,
  place: SweepPlace,
  pass: Pass,
  totals: PassTotals,
): Promise<{ removed: number; withheld: number; notes: Note[] }> {
  const candidates = new Set(await reported(sql, place, pass.id))
  // Where there was nothing, nothing can be missing.
  const whole = pass.kind === 'full' && place.deletes === 'by-absence' && pass.baseline > 0
  if (whole) for (const id of await absent(sql, place, pass.id)) candidates.add(id)
  if (candidates.size === 0) return { removed: 0, withheld: 0, notes: [] }
  const ids = [...candidates]
  if (place.lease.mode === 'plan')
    return { removed: await withholdRemovals(sql, place, ids, 'plan'), withheld: 0, notes: [] }
  const guard = place.lease.confirmed ? undefined : guardRemovals(place, pass, totals, ids.length, whole)
  if (guard === undefined)
    return { removed: await markRemoved(sql, place.lease.runId, place.stream, ids), withheld: 0, notes: [] }
  const withheld = await withholdRemovals(sql, place, ids, guard.reason)
  return {
    removed: 0,
    withheld,
    notes: [{ level: 'warning', code: `removals-withheld-${guard.reason}`, message: guard.message }],
  }
}

function guardRemovals(place: SweepPlace, pass: Pass, totals: PassTotals, count: number, whole: boolean) {
  const review = 'Look at them in the review queue and apply or reject them.'
  if (whole && totals.received === 0) {
    return {
      reason: 'source-empty',
      message: `The source sent no records at all, where ${pass.baseline} were known. Nothing was removed. Check the permissions of the connection; if the source is really empty, confirm it in the review queue.`,
    } as const
  }
  if (whole && totals.unidentified > 0) {
    return {
      reason: 'unidentified',
      message: `${totals.unidentified} records came without a usable id, so it is not known which of the ${count} missing ones are gone. Nothing was removed. ${review}`,
    } as const
  }
  if (exceeds(place.breaker, count, pass.baseline)) {
    return {
      reason: 'breaker',
      message: `${count} of ${pass.baseline} records are no longer sent, more than the limit. Nothing was removed. ${review}`,
    } as const
  }
  return undefined
}

type StagedRow = {
  id: number
  source_id: string
  record: Record<string, unknown> & { company_id: number | null }
  content_hash: string
}

/** Lets the staged records in, a batch at a time, or leaves all of them to a person. */
async function admit(
  sql: Sql,
  place: SweepPlace,
  pass: Pass,
): Promise<{ created: number; withheld: number; notes: Note[] }> {
  const { rows } = await sql.query<{ count: number }>(
    "select count(*) from withheld_changes where connection_id = $1 and stream = $2 and state = 'staged'",
    [place.connectionId, place.stream],
  )
  const staged = rows[0]?.count ?? 0
  if (staged === 0) return { created: 0, withheld: 0, notes: [] }
  if (exceeds(place.breaker, staged, pass.baseline) && !place.lease.confirmed) {
    await sql.query(
      "update withheld_changes set state = 'waiting' where connection_id = $1 and stream = $2 and state = 'staged'",
      [place.connectionId, place.stream],
    )
    const message = `${staged} new records came where ${pass.baseline} were known, more than the limit. None was added. Look at them in the review queue and apply or reject them.`
    return { created: 0, withheld: staged, notes: [{ level: 'warning', code: 'creates-withheld', message }] }
  }
  const writer = new PageWriter(place.stream)
  let created = 0
  for (;;) {
    const batch = await sql.query<StagedRow>(
      `delete from withheld_changes where id in (
         select id from withheld_changes where connection_id = $1 and stream = $2 and state = 'staged' order by id limit 1000)
       returning id, source_id, record, content_hash`,
      [place.connectionId, place.stream],
    )
    if (batch.rows.length === 0) return { created, withheld: 0, notes: [] }
    created += (
      await writer.insert(
        sql,
        place.connectionId,
        place.lease.runId,
        batch.rows.map((row) => rowOf(place.stream, row)),
      )
    ).length
  }
}

/** A held record as a row again. */
export function rowOf(stream: StreamName, held: Omit<StagedRow, 'id'>): Row {
  const json = JSON.stringify(toFields(stream, held.record))
  return { sourceId: held.source_id, companyId: held.record.company_id, hash: held.content_hash, json }
}

/** What was asked before and has settled itself: seen again, or no longer sent. */
async function supersede(sql: Sql, place: SweepPlace, pass: Pass): Promise<void> {
  await sql.query(
    `update withheld_changes set state = 'superseded', decided_at = now()
     where connection_id = $1 and stream = $2 and reason <> 'plan' and action = 'remove' and state in ('waiting', 'rejected')
       and record_id in (
         select record_id from withheld_changes
         where connection_id = $1 and stream = $2 and action = 'remove' and state in ('waiting', 'rejected')
         intersect select unnest(seen) from sync_pages where pass_id = $3)`,
    [place.connectionId, place.stream, pass.id],
  )
  if (pass.kind === 'full') {
    await sql.query(
      `update withheld_changes set state = 'superseded', decided_at = now()
       where connection_id = $1 and stream = $2 and reason <> 'plan' and action = 'create' and state = 'waiting' and run_id <> $3`,
      [place.connectionId, place.stream, place.lease.runId],
    )
  }
}

/** Closes a pass in the caller's transaction; only ever called after the last page. */
export async function closePass(sql: Sql, place: SweepPlace, pass: Pass, totals: PassTotals): Promise<SweepResult> {
  // The sweep first: a row let in now was not seen as a row.
  const swept = await sweep(sql, place, pass, totals)
  const admitted = place.lease.mode === 'plan' ? { created: 0, withheld: 0, notes: [] } : await admit(sql, place, pass)
  if (place.lease.mode === 'apply') await supersede(sql, place, pass)
  return {
    created: admitted.created,
    removed: swept.removed,
    withheld: admitted.withheld + swept.withheld,
    notes: [...admitted.notes, ...swept.notes],
  }
}
