/** Connections, an engine that does as it is told, and queues on one database, for tests of the queue alone. */
import { setTimeout as pause } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import type { Test } from 'tap'
import { SyncQueue, type SyncQueueParts } from '../../../core/queue/sync-queue.ts'
import type { Database } from '../../../core/store/database.ts'
import type { RunOptions } from '../../../core/sync/engine.ts'
import type { RunRequest, RunResult } from '../../../core/sync/request.ts'
import { testDatabase } from '../../database.ts'

type Outcome = RunResult | { readonly busy: number }

/** A run that the queue has begun and the test ends. */
export interface Begun {
  readonly request: RunRequest
  readonly signal: AbortSignal
  end(outcome?: Outcome): void
  fail(error: Error): void
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: object
  readonly message: string
}

export interface Stage {
  readonly database: Database
  readonly lines: LogLine[]
  /** Runs that are under way now. */
  readonly active: Set<Begun>
  connection(connector: string, more?: { kind?: string; schedule?: string; timeZone?: string }): Promise<number>
  queue(more?: Partial<SyncQueueParts['settings']> & { readonly engine?: SyncQueueParts['engine'] }): SyncQueue
  worker(more?: Parameters<Stage['queue']>[0]): Promise<SyncQueue>
  /** What pg-boss does when a schedule comes due. */
  due(connectionId: number): Promise<void>
  /** The next run that a worker begins. */
  next(): Promise<Begun>
  /** Jobs in the queue `sync` that wait or run. */
  jobs(): Promise<{ state: string; key: string; data: Record<string, unknown>; wait: number; group: string }[]>
}

/** Asks again until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await pause(10)
  }
}

export const succeeded = { runId: 1, state: 'succeeded' } as const

/** Connectors named `shared-…` have a vendor that counts requests over all connections. */
export async function stage(t: Test, options: { database?: Database } = {}): Promise<Stage> {
  const database = options.database ?? (await testDatabase(t))
  const begun: Begun[] = []
  const askers: ((run: Begun) => void)[] = []
  const active = new Set<Begun>()
  const lines: LogLine[] = []
  const log = (level: LogLine['level']) => (fields: object, message: string) => lines.push({ level, fields, message })
  const engine: SyncQueueParts['engine'] = {
    run(request: RunRequest, { signal }: RunOptions) {
      const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
      const run: Begun = { request, signal, end: (outcome = succeeded) => resolve(outcome), fail: reject }
      active.add(run)
      const asker = askers.shift()
      if (asker) asker(run)
      else begun.push(run)
      return promise.finally(() => active.delete(run))
    },
  }
  let count = 0
  const queue: Stage['queue'] = (more = {}) => {
    const { engine: own = engine, ...settings } = more
    const made = new SyncQueue({
      database,
      engine: own,
      scopeOf: (connector) => (connector.startsWith('shared-') ? 'app' : 'connection'),
      settings: { nightly: '02:00', timeZone: 'UTC', runLimitMinutes: 60, workerConcurrency: 4, ...settings },
      log: { info: log('info'), warn: log('warn'), error: log('error') },
    })
    t.teardown(async () => {
      const stopped = made.stop(2000)
      for (const run of active) run.end({ runId: 0, state: 'running' })
      await stopped
    })
    return made
  }
  return {
    database,
    lines,
    active,
    queue,
    async connection(connector, { kind = 'documentation', schedule, timeZone } = {}) {
      const row = await database.row<{ id: number }>(
        `insert into connections (connector, kind, name, settings, schedule, time_zone) values ($1, $2, $3, '{}', $4, $5) returning id`,
        [connector, kind, `${connector} ${++count}`, schedule ?? null, timeZone ?? null],
      )
      return row?.id ?? 0
    },
    async worker(more) {
      const made = queue(more)
      await made.start({ worker: true })
      return made
    },
    async due(connectionId) {
      const boss = new PgBoss({ connectionString: database.url, supervise: false, schedule: false, migrate: false })
      await boss.start()
      const [planned] = await boss.getSchedules('sync-due', String(connectionId))
      await boss.send('sync-due', planned?.data)
      await boss.stop({ graceful: false })
    },
    next: () => {
      const ready = begun.shift()
      return ready ? Promise.resolve(ready) : new Promise((resolve) => askers.push(resolve))
    },
    jobs: () =>
      database.rows(
        `select state::text as state, singleton_key as key, data, group_id as group,
           extract(epoch from start_after - now())::float as wait
         from pgboss.job where name = 'sync' and state <= 'active' order by state, created_on`,
      ),
  }
}
