/** What people ask about runs: their state, progress, log, lines per company, changes. */
import type { StreamName } from '../connector/index.ts'
import type { Database } from '../store/database.ts'
import { staleAfterSeconds } from './lease.ts'
import type { PassKind, RunMode, RunState, RunTrigger } from './request.ts'

export interface RunSummary {
  readonly id: number
  readonly connectionId: number
  readonly connection: string
  readonly mode: RunMode
  readonly pass: PassKind
  readonly trigger: RunTrigger
  readonly confirmed: boolean
  readonly requestedBy: string | null
  readonly state: RunState
  /** Running on paper, but its worker has not been heard of. */
  readonly stalled: boolean
  readonly cancelRequested: boolean
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly heartbeatAt: Date
  readonly waitingUntil: Date | null
  readonly errorKind: string | null
  readonly errorAdmin: string | null
  readonly received: number
  readonly created: number
  readonly updated: number
  readonly removed: number
  readonly restored: number
  readonly withheld: number
  readonly rejected: number
}

export interface RunStream {
  readonly stream: StreamName
  readonly pass: PassKind
  readonly state: string
  readonly pages: number
  readonly received: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly restored: number
  readonly removed: number
  readonly withheld: number
  readonly rejected: number
  readonly skipped: number
  readonly total: number | null
  readonly errorKind: string | null
  readonly errorAdmin: string | null
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

export interface RunLine {
  readonly id: number
  readonly stream: StreamName | null
  readonly level: 'info' | 'warning' | 'error'
  readonly code: string
  readonly message: string
  readonly sourceId: string | null
  readonly at: Date
}

export interface RunCompany {
  readonly companySourceId: string
  readonly company: string | null
  readonly stream: StreamName
  readonly received: number
  readonly created: number
  readonly updated: number
  readonly restored: number
  readonly rejected: number
  readonly skipped: number
}

export interface RecordChange {
  readonly id: number
  readonly runId: number | null
  readonly stream: StreamName
  readonly recordId: number
  readonly field: string
  readonly before: unknown
  readonly after: unknown
  readonly at: Date
}

const summary = `
  select r.id, r.connection_id as "connectionId", c.name as connection, r.mode, r.pass, r.trigger, r.confirmed,
    r.requested_by as "requestedBy", r.state,
    r.state = 'running' and r.heartbeat_at < now() - make_interval(secs => ${staleAfterSeconds}) as stalled,
    r.cancel_requested as "cancelRequested", r.started_at as "startedAt", r.finished_at as "finishedAt",
    r.heartbeat_at as "heartbeatAt", r.waiting_until as "waitingUntil", r.error_kind as "errorKind", r.error_admin as "errorAdmin",
    s.*
  from sync_runs r
  join connections c on c.id = r.connection_id
  left join lateral (
    select coalesce(sum(received), 0)::bigint as received, coalesce(sum(created), 0)::bigint as created,
      coalesce(sum(updated), 0)::bigint as updated, coalesce(sum(removed), 0)::bigint as removed,
      coalesce(sum(restored), 0)::bigint as restored, coalesce(sum(withheld), 0)::bigint as withheld,
      coalesce(sum(rejected), 0)::bigint as rejected
    from sync_run_streams where run_id = r.id
  ) s on true`

const maximum = 500
const bounded = (limit: number) => Math.max(1, Math.min(limit, maximum))

export class Runs {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Newest first; `before` is the id to go on behind. */
  list(options: { connectionId?: number; before?: number; limit?: number } = {}): Promise<RunSummary[]> {
    return this.#database.rows<RunSummary>(
      `${summary} where ($1::bigint is null or r.connection_id = $1) and ($2::bigint is null or r.id < $2) order by r.id desc limit $3`,
      [options.connectionId ?? null, options.before ?? null, bounded(options.limit ?? 50)],
    )
  }

  /** The newest run of each connection. */
  latest(): Promise<RunSummary[]> {
    return this.#database.rows<RunSummary>(
      `${summary} where r.id in (select m.id from connections k cross join lateral
         (select id from sync_runs where connection_id = k.id order by id desc limit 1) m) order by r.id desc`,
    )
  }

  async get(runId: number): Promise<(RunSummary & { readonly streams: readonly RunStream[] }) | undefined> {
    const run = await this.#database.row<RunSummary>(`${summary} where r.id = $1`, [runId])
    if (!run) return undefined
    const streams = await this.#database.rows<RunStream>(
      `select stream, pass, state, pages, received, created, updated, unchanged, restored, removed, withheld, rejected, skipped, total,
         error_kind as "errorKind", error_admin as "errorAdmin", started_at as "startedAt", finished_at as "finishedAt"
       from sync_run_streams where run_id = $1 order by started_at nulls last, stream`,
      [runId],
    )
    return { ...run, streams }
  }

  /** Oldest first; `after` is the id to go on behind. */
  log(runId: number, options: { after?: number; limit?: number; level?: RunLine['level'] } = {}): Promise<RunLine[]> {
    return this.#database.rows<RunLine>(
      `select id, stream, level, code, message, source_id as "sourceId", at from sync_log
       where run_id = $1 and id > $2 and ($3::text is null or level = $3) order by id limit $4`,
      [runId, options.after ?? 0, options.level ?? null, bounded(options.limit ?? 200)],
    )
  }

  /** What each company got, troubled ones first. */
  companies(runId: number, options: { limit?: number } = {}): Promise<RunCompany[]> {
    return this.#database.rows<RunCompany>(
      `select l.company_source_id as "companySourceId", coalesce(c.name, k.name) as company, l.stream, l.received, l.created, l.updated,
         l.restored, l.rejected, l.skipped
       from sync_run_companies l
       join sync_runs r on r.id = l.run_id
       left join company_links k on k.connection_id = r.connection_id and k.source_id = l.company_source_id
       left join companies c on c.id = k.company_id
       where l.run_id = $1 order by l.rejected + l.skipped desc, company nulls last, l.stream limit $2`,
      [runId, bounded(options.limit ?? maximum)],
    )
  }

  /** Newest first, of a run or of a record. */
  changes(
    of: { runId: number } | { stream: StreamName; recordId: number },
    options: { before?: number; limit?: number } = {},
  ): Promise<RecordChange[]> {
    const columns = `id, run_id as "runId", stream, record_id as "recordId", field, before, after, at`
    const before = options.before ?? null
    const limit = bounded(options.limit ?? 100)
    return 'runId' in of
      ? this.#database.rows<RecordChange>(
          `select ${columns} from record_changes where run_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
          [of.runId, before, limit],
        )
      : this.#database.rows<RecordChange>(
          `select ${columns} from record_changes where stream = $1 and record_id = $2 and ($3::bigint is null or id < $3) order by id desc limit $4`,
          [of.stream, of.recordId, before, limit],
        )
  }

  /** Asks the worker to stop after the page in hand. Answers false if the run is not active. */
  async cancel(runId: number): Promise<boolean> {
    // A parked or orphaned run has no worker to ask.
    const ended = await this.#database.run(
      `update sync_runs set state = 'cancelled', finished_at = now(), waiting_until = null, cancel_requested = true
       where id = $1 and (state = 'waiting' or (state = 'running' and heartbeat_at < now() - make_interval(secs => ${staleAfterSeconds})))`,
      [runId],
    )
    if (ended > 0) return true
    return (
      (await this.#database.run("update sync_runs set cancel_requested = true where id = $1 and state = 'running'", [
        runId,
      ])) > 0
    )
  }
}
