/** Takes jobs from the queue `sync` and lets the engine run them. */
import type { Job, JobResult, PgBoss } from 'pg-boss'
import type { Database } from '../store/database.ts'
import { patiently } from '../store/patience.ts'
import type { SyncEngine } from '../sync/engine.ts'
import type { RunRequest, RunResult } from '../sync/request.ts'
import { heartbeatRefreshSeconds, type Log, queues } from './boss.ts'
import { keyOf, readPayload, type SyncWish } from './payload.ts'
import type { SyncJobs } from './sync-jobs.ts'

export interface WorkerParts {
  readonly database: Database
  readonly engine: Pick<SyncEngine, 'run'>
  readonly boss: PgBoss
  readonly jobs: SyncJobs
  readonly groupOf: (connection: { readonly id: number; readonly connector: string }) => string
  readonly runLimitMinutes: number
  readonly log: Log
}

/** When somebody else (the command line) is at the connection: look again after so long. */
const busySeconds = 15

type Place = {
  id: number
  connector: string
  name: string
  state: string
  unfinished: boolean
  waiting_until: Date | null
}

export class SyncWorker {
  readonly #parts: WorkerParts
  readonly #stopping = new AbortController()

  constructor(parts: WorkerParts) {
    this.#parts = parts
  }

  /** Begins to take jobs, so many at a time. */
  async start(concurrency: number): Promise<void> {
    const { boss } = this.#parts
    // One by one, so that each handler knows its worker.
    for (let count = 0; count < concurrency; count++) {
      const worker = { id: '' }
      worker.id = await boss.work(
        queues.sync,
        {
          groupConcurrency: 1,
          perJobResults: true,
          heartbeatRefreshSeconds,
          pollingIntervalSeconds: 2,
          notifyPollingIntervalSeconds: 5,
        },
        async (batch: Job<unknown>[]) => {
          try {
            return await Promise.all(batch.map((job) => this.#handle(job)))
          } finally {
            // The end of a job may be what the next one of its group waits for: look again at once.
            boss.notifyWorker(worker.id)
          }
        },
      )
    }
  }

  /** Takes no more jobs; the runs under way commit their page and are handed back. */
  async stop(): Promise<void> {
    const idle = this.#parts.boss.offWork(queues.sync)
    this.#stopping.abort(new Error('This worker stops.'))
    await idle
  }

  async #handle(job: Job<unknown>): Promise<JobResult> {
    const { jobs, groupOf, log } = this.#parts
    const done = (note: object): JobResult => ({ id: job.id, status: 'completed', output: note })
    const failed = (message: string): JobResult => ({ id: job.id, status: 'failed', output: { message } })
    const read = readPayload(job.data)
    if (read === 'newer') return failed('A newer release wrote this job; it waits for a worker of that release.')
    if (read === 'unreadable') {
      log.warn({ job: job.id }, 'A job that no release of the hub understands was dropped.')
      return done({ note: 'dropped' })
    }
    const { wish } = read
    try {
      const place = await this.#place(wish.connectionId)
      if (place?.state !== 'active') {
        const state = place?.state ?? 'gone'
        log.info({ connection: wish.connectionId, state }, 'No sync: the connection is not active.')
        return done({ note: `The connection is ${state}.` })
      }
      const group = groupOf(place)
      const later = async (note: string, startAfter?: Date, as = wish) => {
        await jobs.handOver(job, as, group, note, startAfter)
        return done({ note })
      }
      if (wish.continues !== undefined && !place.unfinished)
        return done({ note: 'The run it was to go on with has ended.' })
      if (read.adopted || job.groupId !== group) return await later('adopted')
      if (place.waiting_until !== null && place.waiting_until > new Date())
        return await later('The vendor makes the connection wait.', place.waiting_until)
      if (!(await jobs.takeTurn(job, group))) return await later('Another job of the group was first.')
      const signal = AbortSignal.any([this.#stopping.signal, job.signal])
      for (const request of requestsOf(wish, place.unfinished)) {
        const outcome = await this.#parts.engine.run(request, { signal, limitMinutes: this.#parts.runLimitMinutes })
        if ('busy' in outcome)
          return await later(`Run ${outcome.busy} is under way.`, new Date(Date.now() + busySeconds * 1000))
        const { runId, state, error } = outcome
        if (state === 'running') {
          if (this.#stopping.signal.aborted) return await later('The worker stopped; another one goes on.')
          return done({ runId, note: 'Another worker has the run.' })
        }
        log.info({ connection: place.name, run: runId, state }, error?.admin ?? 'A sync run ended.')
        if (state === 'waiting')
          return await later('The vendor makes the run wait.', continuesAt(outcome), { ...wish, continues: runId })
        if (state === 'failed' && (error?.kind === 'transient' || error?.kind === 'rate-limit'))
          return failed(error.admin)
        if (state === 'failed' || state === 'cancelled') return done({ runId, state })
      }
      // The run is done; it must not be done again because the database went away right behind it.
      await patiently(() => this.#forgetDead(wish), signal)
      return done({ note: 'synced' })
    } catch (error) {
      log.error({ err: error, connection: wish.connectionId }, 'A sync job failed in the hub itself.')
      return failed(error instanceof Error ? error.message : String(error))
    }
  }

  async #place(connectionId: number): Promise<Place | undefined> {
    return this.#parts.database.row<Place>(
      `select c.id, c.connector, c.name, c.state, r.id is not null as unfinished, r.waiting_until
       from connections c left join sync_runs r on r.connection_id = c.id and r.state in ('running', 'waiting')
       where c.id = $1 and c.kind <> 'warranty'`,
      [connectionId],
    )
  }

  /** What failed for good has been done now. */
  async #forgetDead(wish: SyncWish): Promise<void> {
    const { boss } = this.#parts
    const dead = await boss.findJobs(queues.dead, { key: keyOf(wish) })
    if (dead.length > 0)
      await boss.deleteJob(
        queues.dead,
        dead.map(({ id }) => id),
      )
  }
}

/** The runs of a wish: the touched records first, they are few; behind what a worker left unfinished, though. */
function requestsOf(wish: SyncWish, unfinished: boolean): RunRequest[] {
  const { connectionId, mode, pass, trigger, confirmed, requestedBy, streams, touched } = wish
  const common = { connectionId, mode, ...(requestedBy !== undefined && { requestedBy }) }
  const touch: RunRequest[] = touched ? [{ ...common, pass: 'incremental', trigger: 'webhook', touched }] : []
  const read: RunRequest[] =
    pass === null ? [] : [{ ...common, pass, trigger, ...(confirmed && { confirmed }), ...(streams && { streams }) }]
  return unfinished ? [...read, ...touch] : [...touch, ...read]
}

function continuesAt(result: RunResult): Date {
  return new Date(Date.now() + (result.error?.retryAfterSeconds ?? busySeconds) * 1000)
}
