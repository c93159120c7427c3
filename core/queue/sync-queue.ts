/** The queue as the rest of the hub sees it: sync now, sync at night, what waits and what failed for good. */
import type { PgBoss } from 'pg-boss'
import type { HubSettings } from '../../config/settings.ts'
import { Refusal } from '../access/refusal.ts'
import { type ConnectionRow, loadConnection, loadConnections } from '../connections/rows.ts'
import type { StreamName } from '../connector/index.ts'
import type { Database } from '../store/database.ts'
import type { SyncEngine } from '../sync/engine.ts'
import type { PassKind } from '../sync/request.ts'
import { createBoss, ensureQueues, type Log, queues } from './boss.ts'
import { merge, payloadVersion, readPayload, type SyncWish, type TouchedRecord } from './payload.ts'
import { cronOf } from './schedules.ts'
import { type Enqueued, SyncJobs } from './sync-jobs.ts'
import { SyncWorker } from './sync-worker.ts'

export interface SyncQueueParts {
  readonly database: Database
  readonly engine: Pick<SyncEngine, 'run'>
  /** Whether a vendor counts requests per connection or over all connections of the connector. */
  readonly scopeOf: (connectorId: string) => 'connection' | 'app'
  readonly settings: Pick<HubSettings, 'nightly' | 'timeZone' | 'runLimitMinutes' | 'workerConcurrency'>
  readonly log: Log
}

export interface ForceOptions {
  /** Reads everything, not only what changed. */
  readonly full?: boolean
  /** A dry run; reads everything. */
  readonly plan?: boolean
  /** The admin vouches for the source: no guard holds this run up. */
  readonly confirmed?: boolean
  readonly streams?: readonly StreamName[]
  readonly requestedBy?: string
}

export interface WaitingJob {
  readonly id: string
  readonly connectionId: number
  readonly trigger: SyncWish['trigger']
  readonly pass: PassKind | null
  readonly since: Date
  /** Not before. */
  readonly startAfter: Date
  /** Times it was begun and failed. */
  readonly failures: number
}

export interface DeadLetter {
  readonly id: string
  readonly connectionId: number
  readonly trigger: SyncWish['trigger']
  readonly failedAt: Date
  readonly attempts: number
  /** Why the last attempt failed, for people. */
  readonly message: string
}

export class SyncQueue {
  readonly #parts: SyncQueueParts
  #running: { readonly boss: PgBoss; readonly jobs: SyncJobs; readonly worker: SyncWorker | undefined } | undefined

  constructor(parts: SyncQueueParts) {
    this.#parts = parts
  }

  /** Opens the queue; a worker also takes jobs, keeps the schedules and looks after the jobs of dead workers. */
  async start({ worker }: { readonly worker: boolean }): Promise<void> {
    const { database, settings, log } = this.#parts
    const boss = createBoss(database.url, worker, log)
    try {
      await boss.start()
      await ensureQueues(boss, settings.runLimitMinutes)
      const jobs = new SyncJobs(database, boss)
      const taker = worker ? this.#takerOf(boss, jobs) : undefined
      this.#running = { boss, jobs, worker: taker }
      if (taker === undefined) return
      await this.#adopt()
      await this.#keepSchedules()
      await boss.work(queues.due, { batchSize: 20, notifyPollingIntervalSeconds: 5 }, async (due) => {
        for (const { data } of due) await this.#askDue(data)
      })
      await taker.start(settings.workerConcurrency)
    } catch (error) {
      this.#running = undefined
      await boss.stop({ graceful: false })
      throw error
    }
  }

  /** Ends within about `graceMs`: runs commit the page in hand and go back to the queue. */
  async stop(graceMs: number): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    const idle = Promise.all([running.worker?.stop(), running.boss.offWork(queues.due)])
    await Promise.race([idle, new Promise((resolve) => setTimeout(resolve, graceMs).unref())])
    await running.boss.stop({ graceful: false })
  }

  /** Syncs as soon as may be. Throws a `Refusal` if the connection is not active. */
  async forceSync(connectionId: number, options: ForceOptions = {}): Promise<Enqueued> {
    const connection = await loadConnection(this.#parts.database.pool, connectionId)
    if (connection.kind === 'warranty') throw new Refusal(`${connection.name} looks up warranties; it has no sync.`)
    if (connection.state !== 'active') throw new Refusal(`${connection.name} cannot sync: ${why[connection.state]}`)
    const { full = false, plan = false, confirmed = false, streams, requestedBy } = options
    return this.#open().jobs.ask(
      {
        connectionId,
        mode: plan ? 'plan' : 'apply',
        pass: full || plan ? 'full' : 'incremental',
        trigger: 'force',
        ...(confirmed && { confirmed }),
        ...(streams && { streams }),
        ...(requestedBy !== undefined && { requestedBy }),
      },
      this.#groupOf(connection),
    )
  }

  /** Reads single records again, after a webhook. Does nothing for a connection that is not active. */
  async touch(connectionId: number, hints: readonly TouchedRecord[]): Promise<void> {
    const connection = await loadConnection(this.#parts.database.pool, connectionId)
    if (connection.state !== 'active' || hints.length === 0) return
    const nothing = { connectionId, mode: 'apply', pass: null, trigger: 'webhook' } as const
    await this.#open().jobs.ask(merge(nothing, { ...nothing, touched: hints }), this.#groupOf(connection))
  }

  /** Brings the schedule of a connection in step with it, after it was added, changed, paused or removed. */
  async reschedule(connectionId: number): Promise<void> {
    const { boss } = this.#open()
    const connection = await loadConnection(this.#parts.database.pool, connectionId)
    if (!keepsSchedule(connection)) return boss.unschedule(queues.due, String(connectionId))
    const { cron, tz } = cronOf(connection, this.#parts.settings)
    // `missed`: a night that the hub slept through is made up for when it is back.
    await boss.schedule(
      queues.due,
      cron,
      { ...nightly(connectionId), v: payloadVersion },
      { key: String(connectionId), tz, missed: 'once' },
    )
  }

  /** When the connection syncs next by its schedule; null = it does not. */
  async nextRun(connectionId: number): Promise<Date | null> {
    const { boss } = this.#open()
    const connection = await loadConnection(this.#parts.database.pool, connectionId)
    if (!isScheduled(connection)) return null
    const { cron, tz } = cronOf(connection, this.#parts.settings)
    return boss.previewSchedule(cron, { tz, count: 1 })[0] ?? null
  }

  /** The syncs that have not begun, the next one first. */
  async waiting(): Promise<readonly WaitingJob[]> {
    const found = await this.#open().boss.findJobs<unknown>(queues.sync, { queued: true })
    return found
      .sort((a, b) => b.priority - a.priority || a.createdOn.getTime() - b.createdOn.getTime())
      .flatMap(({ id, data, createdOn, startAfter, state, retryCount }) => {
        const read = readPayload(data)
        if (typeof read !== 'object') return []
        const { connectionId, trigger, pass } = read.wish
        // pg-boss counts a retry when it begins.
        const failures = state === 'retry' ? retryCount + 1 : 0
        return { id, connectionId, trigger, pass, since: createdOn, startAfter, failures }
      })
  }

  /** The syncs that failed again and again and are not tried any more, the latest first. */
  async deadLetters(): Promise<readonly DeadLetter[]> {
    const found = await this.#open().boss.findJobs<unknown>(queues.dead)
    return found
      .sort((a, b) => b.createdOn.getTime() - a.createdOn.getTime())
      .flatMap(({ id, data, createdOn, sourceRetryCount, sourceOutput }) => {
        const read = readPayload(data)
        if (typeof read !== 'object') return []
        const { connectionId, trigger } = read.wish
        const attempts = (sourceRetryCount ?? 0) + 1
        return { id, connectionId, trigger, failedAt: createdOn, attempts, message: reasonOf(sourceOutput) }
      })
  }

  /** Tries a dead letter once more, now. Throws a `Refusal` if it is not there, or its connection is not active. */
  async retryDead(id: string): Promise<Enqueued> {
    const { boss, jobs } = this.#open()
    const [found] = await boss.findJobs<unknown>(queues.dead, { id })
    const read = readPayload(found?.data)
    if (typeof read !== 'object') throw new Refusal('This failed sync is not there any more.')
    const connection = await loadConnection(this.#parts.database.pool, read.wish.connectionId)
    if (connection.state !== 'active') throw new Refusal(`${connection.name} cannot sync: ${why[connection.state]}`)
    return jobs.replace(queues.dead, id, { ...read.wish, trigger: 'force' }, this.#groupOf(connection))
  }

  #takerOf(boss: PgBoss, jobs: SyncJobs): SyncWorker {
    const { database, engine, settings, log } = this.#parts
    const { runLimitMinutes } = settings
    return new SyncWorker({ database, engine, boss, jobs, groupOf: this.#groupOf, runLimitMinutes, log })
  }

  #open() {
    if (this.#running === undefined) throw new Error('The queue is not started.')
    return this.#running
  }

  /** Jobs of one group run one after another. */
  readonly #groupOf = ({ id, connector }: { readonly id: number; readonly connector: string }): string =>
    this.#parts.scopeOf(connector) === 'app' ? `app/${connector}` : `connection/${id}`

  async #askDue(data: unknown): Promise<void> {
    const read = readPayload(data)
    if (typeof read !== 'object') return
    const connection = await find(this.#parts.database, read.wish.connectionId)
    if (connection && isScheduled(connection)) await this.#open().jobs.ask(read.wish, this.#groupOf(connection))
  }

  /** Waiting jobs of an older release become jobs of this one, or are dropped. */
  async #adopt(): Promise<void> {
    const { boss, jobs } = this.#open()
    for (const { id, data, singletonKey } of await boss.findJobs<unknown>(queues.sync, { queued: true })) {
      const read = readPayload(data)
      if (read === 'newer' || (typeof read === 'object' && !read.adopted && singletonKey !== null)) continue
      const connection = read === 'unreadable' ? undefined : await find(this.#parts.database, read.wish.connectionId)
      if (read !== 'unreadable' && connection) {
        await jobs.replace(queues.sync, id, read.wish, this.#groupOf(connection))
        this.#parts.log.info(
          { job: id, connection: connection.name },
          'A waiting sync of an older release was adopted.',
        )
      } else {
        await boss.deleteJob(queues.sync, id)
        this.#parts.log.warn({ job: id }, 'A waiting job that this release does not understand was dropped.')
      }
    }
  }

  async #keepSchedules(): Promise<void> {
    const { boss } = this.#open()
    const connections = await loadConnections(this.#parts.database)
    const wanted = new Map(connections.filter(keepsSchedule).map((connection) => [String(connection.id), connection]))
    for (const { key } of await boss.getSchedules(queues.due))
      if (!wanted.has(key)) await boss.unschedule(queues.due, key)
    for (const connection of wanted.values()) {
      await this.reschedule(connection.id).catch((error: unknown) => {
        this.#parts.log.error({ err: error, connection: connection.name }, 'A schedule could not be set; correct it.')
      })
    }
  }
}

const why = {
  paused: 'it is paused; resume it first.',
  'needs-sign-in': 'the vendor refused the sign-in; correct its settings and test it first.',
  disconnected: 'it is disconnected.',
} as const

/** The safety net under incremental passes and webhooks: everything is read. */
function nightly(connectionId: number): SyncWish {
  return { connectionId, mode: 'apply', pass: 'full', trigger: 'schedule' }
}

/** One whose sign-in failed gets well by itself when it is tested: its schedule waits for that, and sends nothing. */
function keepsSchedule({ kind, state }: ConnectionRow): boolean {
  return (state === 'active' || state === 'needs-sign-in') && kind !== 'warranty'
}

function isScheduled({ kind, state }: ConnectionRow): boolean {
  return state === 'active' && kind !== 'warranty'
}

async function find(database: Database, id: number): Promise<ConnectionRow | undefined> {
  return loadConnection(database.pool, id).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined
    throw error
  })
}

/** What pg-boss kept of the last failure: our sentence, or its own about a worker that was not heard of. */
function reasonOf(output: unknown): string {
  const text = JSON.stringify(output) ?? ''
  if (text.includes('heartbeat timeout'))
    return 'The worker died in the middle of the run, again and again. Look at its memory limit and its log.'
  if (text.includes('job timed out')) return 'The run could not be ended within its time limit.'
  const message = typeof output === 'object' && output !== null && 'message' in output ? output.message : undefined
  return typeof message === 'string' ? message : 'The sync failed; the log of the worker says why.'
}
