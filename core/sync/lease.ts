/**
 * A run belongs to the worker that holds its lease. Every page is written under the lease, so a worker
 * that was thought dead, and wakes up, is refused.
 */
import { randomUUID } from 'node:crypto'
import type { Database, Sql } from '../store/database.ts'
import type { RunRequest, RunState } from './request.ts'

export interface Lease {
  readonly runId: number
  readonly token: string
  readonly mode: RunRequest['mode']
  readonly pass: RunRequest['pass']
  readonly confirmed: boolean
  /** True if the run was begun by a worker that is gone. */
  readonly resumed: boolean
}

/** The run went to another worker (or was ended); whatever this one holds is void. */
export class LeaseLost extends Error {
  constructor(runId: number) {
    super(`Run ${runId} belongs to another worker now.`)
    this.name = 'LeaseLost'
  }
}

/** A worker that has not been heard of for this long is taken for dead. */
export const staleAfterSeconds = 45

type RunRow = {
  id: number
  mode: Lease['mode']
  pass: Lease['pass']
  trigger: RunRequest['trigger']
  confirmed: boolean
  state: RunState
  stale: boolean
}

/** Whether going on with a run that was left does all that is asked, and nothing that is not. */
function continues(left: RunRow, request: RunRequest): boolean {
  return (
    left.mode === request.mode &&
    left.confirmed === (request.confirmed ?? false) &&
    (left.pass === 'full' || request.pass === 'incremental') &&
    left.trigger !== 'webhook' &&
    request.touched === undefined &&
    request.streams === undefined
  )
}

/**
 * Begins a run, or takes over one whose worker is gone; one that was after something else is ended, its passes go on
 * in the new run. Answers the active run's id if another worker holds it.
 */
export async function acquire(database: Database, request: RunRequest): Promise<Lease | { readonly busy: number }> {
  const token = randomUUID()
  return database.transaction(async (sql) => {
    // Two workers at once: the second waits here for the first one's insert.
    await sql.query('select id from connections where id = $1 for update', [request.connectionId])
    const { rows } = await sql.query<RunRow>(
      `select id, mode, pass, trigger, confirmed, state, heartbeat_at < now() - make_interval(secs => $2) as stale
       from sync_runs where connection_id = $1 and state in ('running', 'waiting') for update`,
      [request.connectionId, staleAfterSeconds],
    )
    const active = rows[0]
    if (active?.state === 'running' && !active.stale) return { busy: active.id }
    if (active && !continues(active, request)) {
      await sql.query(
        "update sync_runs set state = 'cancelled', finished_at = now(), waiting_until = null, error_admin = $2 where id = $1",
        [active.id, 'It was left unfinished; a run that was asked for later took its place.'],
      )
    } else if (active) {
      await sql.query(
        "update sync_runs set lease = $2, state = 'running', heartbeat_at = now(), waiting_until = null where id = $1",
        [active.id, token],
      )
      const { id, mode, pass, confirmed } = active
      return { runId: id, token, mode, pass, confirmed, resumed: true }
    }
    const inserted = await sql.query<{ id: number }>(
      `insert into sync_runs (connection_id, mode, pass, trigger, confirmed, requested_by, lease)
       values ($1, $2, $3, $4, $5, $6, $7) returning id`,
      [
        request.connectionId,
        request.mode,
        request.pass,
        request.trigger,
        request.confirmed ?? false,
        request.requestedBy ?? null,
        token,
      ],
    )
    const runId = inserted.rows[0]?.id
    if (runId === undefined) throw new Error('The run was not stored.')
    return {
      runId,
      token,
      mode: request.mode,
      pass: request.pass,
      confirmed: request.confirmed ?? false,
      resumed: false,
    }
  })
}

/**
 * Throws `LeaseLost` unless the lease still holds; holds off a take-over (`for update`) until the
 * transaction ends, but not the heartbeat: a long transaction must not look like a dead worker.
 */
export async function assertHeld(sql: Sql, lease: Lease): Promise<void> {
  const { rowCount } = await sql.query({
    name: 'assert_lease',
    text: "select 1 from sync_runs where id = $1 and lease = $2 and state = 'running' for key share",
    values: [lease.runId, lease.token],
  })
  if (rowCount === 0) throw new LeaseLost(lease.runId)
}

export interface Beat {
  readonly cancelled: boolean
  readonly paused: boolean
}

/** Tells that the worker lives, and learns what people asked for meanwhile. */
export async function beat(database: Database, lease: Lease, waitingUntil: Date | undefined): Promise<Beat> {
  const row = await database.row<Beat>(
    `update sync_runs r set heartbeat_at = now(), waiting_until = $3
     from connections c where r.id = $1 and r.lease = $2 and r.state = 'running' and c.id = r.connection_id
     returning r.cancel_requested as cancelled, c.state in ('paused', 'disconnected') as paused`,
    [lease.runId, lease.token, waitingUntil ?? null],
  )
  if (!row) throw new LeaseLost(lease.runId)
  return row
}

/** Gives the run back unfinished, to be taken over at once (the process stops). */
export async function release(database: Database, lease: Lease): Promise<void> {
  await database.run(
    "update sync_runs set heartbeat_at = '-infinity', waiting_until = null where id = $1 and lease = $2 and state = 'running'",
    [lease.runId, lease.token],
  )
}

export interface Ending {
  readonly state: RunState
  readonly error?: { readonly kind: string; readonly admin: string; readonly log: string } | undefined
  readonly waitingUntil?: Date
}

/** Ends the run (or parks it: state `waiting`), unless another worker has it. */
export async function end(database: Database, lease: Lease, ending: Ending): Promise<void> {
  await database.run(
    `update sync_runs set state = $3, error_kind = $4, error_admin = $5, error_log = $6, waiting_until = $7,
       finished_at = case when $3 = 'waiting' then null else now() end
     where id = $1 and lease = $2 and state = 'running'`,
    [
      lease.runId,
      lease.token,
      ending.state,
      ending.error?.kind ?? null,
      ending.error?.admin ?? null,
      ending.error?.log ?? null,
      ending.waitingUntil ?? null,
    ],
  )
}
