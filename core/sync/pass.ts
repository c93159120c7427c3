/**
 * The state of a pass: one reading of one stream from its first page to its last. A pass may span
 * several runs; it lives in `stream_states` until it is complete.
 */
import { hash } from 'node:crypto'
import type { Json, StreamName } from '../connector/index.ts'
import { tables } from '../store/columns.ts'
import type { Database, Sql } from '../store/database.ts'
import { assertHeld, type Lease } from './lease.ts'
import type { PassKind } from './request.ts'

export interface Pass {
  readonly id: number
  readonly kind: PassKind
  readonly startedAt: Date
  /** Instant, overlap taken off. */
  readonly since: string | undefined
  readonly checkpoint: Json | undefined
  readonly state: Json | undefined
  /** Pages committed so far. */
  readonly pages: number
  /** Rows of the stream that were there when the pass began. */
  readonly baseline: number
  /** Why a full pass is made although an incremental one was asked for. */
  readonly note: { readonly code: string; readonly message: string } | undefined
}

export interface PassWish {
  readonly connectionId: number
  readonly stream: StreamName
  readonly kind: PassKind
  readonly overlapSeconds: number | undefined
  /** What was selected; a pass begun under another selection is not continued. */
  readonly selection: unknown
}

/** A pass that was left this long ago says too little about the source of today. */
const maximumAgeHours = 24

interface StateRow {
  watermark: Date | null
  state: Json | null
  full_required: boolean
  pass_id: number | null
  pass: PassKind | null
  pass_started_at: Date | null
  pass_since: Date | null
  pass_pages: number
  pass_baseline: number
  pass_filter: string | null
  checkpoint: Json | null
  fresh: boolean
}

async function baseline(sql: Sql, wish: PassWish): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*) from ${tables[wish.stream]} where connection_id = $1 and removed_at is null`,
    [wish.connectionId],
  )
  return rows[0]?.count ?? 0
}

export async function nextPassId(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ id: number }>("select nextval('sync_passes') as id")
  const id = rows[0]?.id
  if (id === undefined) throw new Error('No pass id.')
  return id
}

/** Which pass the wish comes to: incremental only where the stream can and nothing speaks against it. */
function decide(wish: PassWish, state: StateRow): { kind: PassKind; since?: Date; note?: Pass['note'] } {
  if (wish.kind === 'full' || wish.overlapSeconds === undefined) return { kind: 'full' }
  if (state.watermark === null) return { kind: 'full' }
  if (state.full_required) {
    return {
      kind: 'full',
      note: {
        code: 'full-pass-needed',
        message: 'Read whole, because the selection or the mapping changed since the last complete pass.',
      },
    }
  }
  if (state.watermark.getTime() > Date.now() + 600_000) {
    const message = `Read whole, because the last pass is dated in the future (${state.watermark.toISOString()}); check the clock of this machine.`
    return { kind: 'full', note: { code: 'watermark-in-the-future', message } }
  }
  return { kind: 'incremental', since: new Date(state.watermark.getTime() - wish.overlapSeconds * 1000) }
}

/** Begins a pass, or goes on with the one a run before left unfinished. */
export async function beginPass(database: Database, lease: Lease, wish: PassWish): Promise<Pass> {
  const selection = hash('sha1', JSON.stringify(wish.selection))
  return database.transaction(async (sql) => {
    await assertHeld(sql, lease)
    await sql.query('insert into stream_states (connection_id, stream) values ($1, $2) on conflict do nothing', [
      wish.connectionId,
      wish.stream,
    ])
    const { rows } = await sql.query<StateRow>(
      `select *, pass_started_at > now() - make_interval(hours => $3) as fresh
       from stream_states where connection_id = $1 and stream = $2 for update`,
      [wish.connectionId, wish.stream, maximumAgeHours],
    )
    const state = rows[0]
    if (!state) throw new Error('The state of the stream was not stored.')
    const { kind, since, note } = decide(wish, state)
    const unfinished =
      state.pass_id !== null &&
      state.pass_started_at !== null &&
      state.checkpoint !== null &&
      state.fresh &&
      state.pass_filter === selection &&
      (state.pass === 'full' || kind === 'incremental')
    if (lease.mode === 'apply' && unfinished && state.pass_id !== null && state.pass_started_at !== null) {
      return {
        id: state.pass_id,
        kind: state.pass ?? 'full',
        startedAt: state.pass_started_at,
        since: state.pass_since?.toISOString(),
        checkpoint: state.checkpoint ?? undefined,
        state: state.state ?? undefined,
        pages: state.pass_pages,
        baseline: state.pass_baseline,
        note: { code: 'continued', message: `Went on behind page ${state.pass_pages}, where the last run stopped.` },
      }
    }
    const id = await nextPassId(sql)
    const existing = await baseline(sql, wish)
    const startedAt = new Date()
    if (lease.mode === 'apply') {
      if (state.pass_id !== null) await forget(sql, wish.connectionId, wish.stream, state.pass_id)
      await sql.query(
        `update stream_states set pass_id = $3, pass = $4, pass_started_at = $5, pass_since = $6, pass_pages = 0, pass_received = 0,
           pass_unidentified = 0, pass_filter = $7, pass_baseline = $8, checkpoint = null
         where connection_id = $1 and stream = $2`,
        [wish.connectionId, wish.stream, id, kind, startedAt, since ?? null, selection, existing],
      )
    }
    // What a worker that is gone counted for the pass that is now begun anew.
    await sql.query(
      `update sync_run_streams set pages = 0, received = 0, created = 0, updated = 0, unchanged = 0, restored = 0, rejected = 0, skipped = 0
       where run_id = $1 and stream = $2`,
      [lease.runId, wish.stream],
    )
    return {
      id,
      kind,
      startedAt,
      since: since?.toISOString(),
      checkpoint: undefined,
      state: state.state ?? undefined,
      pages: 0,
      baseline: existing,
      note,
    }
  })
}

async function forget(sql: Sql, connectionId: number, stream: StreamName, passId: number): Promise<void> {
  await sql.query('delete from sync_pages where pass_id = $1', [passId])
  await sql.query("delete from withheld_changes where connection_id = $1 and stream = $2 and state = 'staged'", [
    connectionId,
    stream,
  ])
}

/**
 * Clears what a run's passes left that no run will go on with: those of dry runs that broke off, and those that a
 * changed selection or mapping has made void.
 */
export async function dropOrphans(database: Database, runId: number): Promise<void> {
  await database.run(
    'delete from sync_pages p where run_id = $1 and not exists (select 1 from stream_states s where s.pass_id = p.pass_id)',
    [runId],
  )
  await database.run(
    `delete from withheld_changes w where run_id = $1 and state = 'staged' and not exists (
       select 1 from stream_states s where s.connection_id = w.connection_id and s.stream = w.stream and s.pass_id is not null)`,
    [runId],
  )
}

/** The pass is complete: the watermark moves, the notes go. */
export async function completePass(
  sql: Sql,
  connectionId: number,
  stream: StreamName,
  pass: Pass,
  state: Json | undefined,
): Promise<void> {
  await sql.query('delete from sync_pages where pass_id = $1', [pass.id])
  await sql.query(
    `update stream_states set watermark = $4, last_full_at = case when $5 then $4 else last_full_at end,
       full_required = full_required and not $5, state = $6, pass_id = null, pass = null, pass_started_at = null, pass_since = null,
       pass_pages = 0, pass_received = 0, pass_unidentified = 0, pass_filter = null, checkpoint = null
     where connection_id = $1 and stream = $2 and pass_id = $3`,
    [
      connectionId,
      stream,
      pass.id,
      pass.startedAt,
      pass.kind === 'full',
      state === undefined ? null : JSON.stringify(state),
    ],
  )
}
