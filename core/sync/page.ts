/** One page into the database: one transaction for rows, change log, notes, counts and checkpoint. */
import type { Json, StreamName } from '../connector/index.ts'
import type { Database, Sql } from '../store/database.ts'
import { type Difference, PageWriter, type Row } from '../store/page-writer.ts'
import { assertHeld, type Lease } from './lease.ts'
import { type Change, type Merged, merger } from './merge.ts'
import type { Pass } from './pass.ts'
import type { Prepared, PreparedPage } from './prepare.ts'
import type { Scope } from './scope.ts'
import { stage } from './withheld.ts'

export interface PageCounts {
  received: number
  created: number
  updated: number
  unchanged: number
  restored: number
  rejected: number
  skipped: number
}

export interface PageContext {
  readonly lease: Lease
  readonly connectionId: number
  readonly stream: StreamName
  readonly scope: Scope
  readonly pass: Pass
  /** A webhook's re-read: no pass state, nothing to sweep. */
  readonly touch?: true
}

export interface PageInput {
  readonly number: number
  readonly prepared: PreparedPage
  readonly checkpoint: Json | undefined
  readonly total: number | undefined
}

type Tally = [received: number, created: number, updated: number, restored: number, rejected: number, skipped: number]

export class PageStore {
  readonly #database: Database
  readonly #context: PageContext
  readonly #writer: PageWriter
  readonly #merge: ReturnType<typeof merger>

  constructor(database: Database, context: PageContext) {
    this.#database = database
    this.#context = context
    this.#writer = new PageWriter(context.stream)
    this.#merge = merger(context.stream)
  }

  /** Commits the page and answers what it came to; answers undefined if it had been committed before. */
  async write(page: PageInput): Promise<PageCounts | undefined> {
    const { lease, connectionId, pass } = this.#context
    const { rows, skipped } = this.#place(page.prepared.rows)
    return this.#database.transaction(async (sql) => {
      await assertHeld(sql, lease)
      // A rejected record is there all the same: what is stored of it is not gone.
      const known = page.prepared.rejected.flatMap(({ sourceId }) => sourceId ?? [])
      const differences = await this.#writer.compare(
        sql,
        { connectionId, passId: pass.id, number: page.number, runId: lease.runId },
        [...rows.map((row) => row.sourceId), ...known],
        [...rows.map((row) => row.hash), ...known.map(() => null)],
      )
      if (differences === undefined) return undefined
      const own = differences.filter(({ index }) => index < rows.length)
      const fresh = own.filter(({ id }) => id === null)
      const changed = own.filter(({ id }) => id !== null)
      const { created, ids } = await this.#create(sql, fresh, rows)
      const { written, restored } = await this.#change(sql, changed, rows)
      const touched = [...fresh, ...written]
      const counts: PageCounts = {
        received: page.prepared.rows.length + page.prepared.duplicates + page.prepared.rejected.length,
        created,
        updated: written.length - restored,
        restored,
        unchanged: rows.length - touched.length,
        rejected: page.prepared.rejected.length,
        skipped: skipped.length,
      }
      await this.#close(sql, page, counts, ids, this.#tally(page.prepared, touched, rows, skipped))
      return counts
    })
  }

  #place(prepared: readonly Prepared[]): { rows: (Row & Prepared)[]; skipped: Prepared[] } {
    const { scope, stream } = this.#context
    const rows: (Row & Prepared)[] = []
    const skipped: Prepared[] = []
    for (const record of prepared) {
      // Companies get their company from the mapping, not from here.
      const placement = stream === 'companies' ? { companyId: null } : scope.place(record.companySourceId)
      if (placement === 'skip') skipped.push(record)
      else rows.push({ ...record, companyId: placement.companyId })
    }
    return { rows, skipped }
  }

  /** New rows: inserted at once on a first pass, staged otherwise, for the breaker to count them all. */
  async #create(
    sql: Sql,
    fresh: readonly Difference[],
    rows: readonly (Row & Prepared)[],
  ): Promise<{ readonly created: number; readonly ids: readonly number[] }> {
    const { lease, connectionId, stream, pass, touch } = this.#context
    const created = fresh.flatMap(({ index }) => rows[index] ?? [])
    if (created.length === 0) return { created: 0, ids: [] }
    const plan = lease.mode === 'plan'
    if (plan || (pass.baseline > 0 && !lease.confirmed && touch === undefined)) {
      const held = created.map((row) => ({ action: 'create' as const, row, recordId: null, changes: null }))
      await stage(sql, this.#context, plan ? 'plan' : 'staged', held)
      return { created: plan ? created.length : 0, ids: [] }
    }
    const ids = await this.#writer.insert(sql, connectionId, lease.runId, created)
    if (ids.length !== created.length) throw new Error(`${stream}: another writer inserted the same records.`)
    return { created: ids.length, ids }
  }

  /**
   * Writes what differs, and answers which records did. A source that does not send all fields every time gives a
   * record another hash without saying anything new; such a row is left as it is.
   */
  async #change(
    sql: Sql,
    changed: readonly Difference[],
    rows: readonly (Row & Prepared)[],
  ): Promise<{ written: readonly Difference[]; restored: number }> {
    if (changed.length === 0) return { written: [], restored: 0 }
    const stored = await this.#writer.stored(
      sql,
      changed.flatMap(({ id }) => id ?? []),
    )
    const merged: Merged['row'][] = []
    const changes: Change[] = []
    const plans: Parameters<typeof stage>[3] = []
    const written: Difference[] = []
    let restored = 0
    for (const difference of changed) {
      const { index, id, removed } = difference
      const row = rows[index]
      const before = id === null ? undefined : stored.get(id)
      if (row === undefined || before === undefined) continue
      const merge = this.#merge(before, row)
      if (!merge.differs) continue
      written.push(difference)
      if (removed) restored++
      if (this.#context.lease.mode === 'plan') {
        const pairs = Object.fromEntries(
          merge.changes.map((change) => [change.field, [change.before, change.after] as const]),
        )
        plans.push({ action: removed ? 'restore' : 'update', row, recordId: before.id, changes: pairs })
        continue
      }
      changes.push(...merge.changes)
      merged.push(merge.row)
    }
    if (plans.length > 0) await stage(sql, this.#context, 'plan', plans)
    if (merged.length > 0) await this.#writer.update(sql, merged)
    await logChanges(sql, this.#context.lease.runId, this.#context.stream, changes)
    return { written, restored }
  }

  #tally(
    prepared: PreparedPage,
    own: readonly Difference[],
    rows: readonly Prepared[],
    skipped: readonly Prepared[],
  ): Record<string, Tally> {
    const tally: Record<string, Tally> = {}
    const add = (company: string | undefined, index: number) => {
      const key = company ?? ''
      let line = tally[key]
      if (line === undefined) {
        line = [0, 0, 0, 0, 0, 0]
        tally[key] = line
      }
      line[index] = (line[index] ?? 0) + 1
    }
    for (const record of prepared.rows) add(record.companySourceId, 0)
    for (const { index, id, removed } of own) add(rows[index]?.companySourceId, id === null ? 1 : removed ? 3 : 2)
    for (const { companySourceId } of prepared.rejected) add(companySourceId, 4)
    for (const record of skipped) add(record.companySourceId, 5)
    return tally
  }

  /**
   * What the page came to: its note, the position of the pass, the counts of the run. The pass of a dry run or of a
   * webhook is not the one that is stored, and moves nothing.
   */
  async #close(
    sql: Sql,
    page: PageInput,
    counts: PageCounts,
    created: readonly number[],
    tally: Record<string, Tally>,
  ): Promise<void> {
    const { lease, stream, connectionId, pass } = this.#context
    const unidentified = page.prepared.rejected.filter(({ sourceId }) => sourceId === undefined).length
    await sql.query({
      name: 'close_page',
      text: `with noted as (
               update sync_pages set seen = seen || $16::bigint[], removals = $17, companies = $18
               where pass_id = $14 and page = $15
             ), advanced as (
               update stream_states set pass_pages = pass_pages + 1, pass_received = pass_received + $3,
                 pass_unidentified = pass_unidentified + $12, checkpoint = coalesce($13::jsonb, checkpoint)
               where connection_id = $11 and stream = $2 and pass_id = $14
             )
             update sync_run_streams set pages = pages + 1, received = received + $3, created = created + $4, updated = updated + $5,
               unchanged = unchanged + $6, restored = restored + $7, rejected = rejected + $8, skipped = skipped + $9, total = coalesce($10, total)
             where run_id = $1 and stream = $2`,
      values: [
        lease.runId,
        stream,
        counts.received,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.restored,
        counts.rejected,
        counts.skipped,
        page.total ?? null,
        connectionId,
        unidentified,
        page.checkpoint === undefined ? null : JSON.stringify(page.checkpoint),
        pass.id,
        page.number,
        created,
        page.prepared.removals,
        JSON.stringify(tally),
      ],
    })
  }
}

/** Appends to the field-level change log. */
export async function logChanges(
  sql: Sql,
  runId: number | null,
  stream: StreamName,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return
  await sql.query({
    name: 'log_changes',
    text: `insert into record_changes (run_id, stream, record_id, field, before, after)
           select $1, $2, "recordId", field, before, after
           from jsonb_to_recordset($3::jsonb) as c("recordId" bigint, field text, before jsonb, after jsonb)`,
    values: [runId, stream, JSON.stringify(changes)],
  })
}
