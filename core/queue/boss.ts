/** pg-boss as the hub uses it: its queues, its intervals, its place in our transactions. */
import { type Db, PgBoss, type QueueOptions } from 'pg-boss'
import type { Sql } from '../store/database.ts'

/** The part of a pino logger that is used. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const queues = {
  /** One job = one wish to sync one connection. */
  sync: 'sync',
  /** What a schedule sends; the handler turns it into a wish, which may join one that waits already. */
  due: 'sync-due',
  /** Jobs that failed for good, for people to look at. */
  dead: 'sync-dead',
} as const

const day = 86_400
/** A worker tells so often that it holds its job … */
export const heartbeatRefreshSeconds = 5
/** … and without word from it for so long the job goes to another one. */
const heartbeatSeconds = 30
const superviseSeconds = 15

/**
 * A pg-boss on `url`, not started yet. Only workers run schedules and look after dead workers' jobs;
 * a web process sends, and reads.
 */
export function createBoss(url: string, worker: boolean, log: Log): PgBoss {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'tributary-queue',
    max: 3,
    supervise: worker,
    schedule: worker,
    useListenNotify: worker,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
  })
  let last = ''
  let lastAt = 0
  boss.on('error', (error) => {
    // Every poll of every worker says the same while the database is away.
    if (error.message === last && Date.now() - lastAt < 60_000) return
    last = error.message
    lastAt = Date.now()
    log.warn({ err: error }, 'The queue could not reach the database; it goes on trying.')
  })
  boss.on('warning', (warning) => log.warn({ warning: warning.data }, warning.message))
  return boss
}

/** Makes the queues, or brings their options up to this release. */
export async function ensureQueues(boss: PgBoss, runLimitMinutes: number): Promise<void> {
  await ensure(boss, queues.dead, {}, { retentionSeconds: 30 * day, deleteAfterSeconds: day })
  await ensure(
    boss,
    queues.sync,
    // Not one of the policies that allow one active job per key: a waiting job that may not start yet would hold
    // up all others behind it (timgit/pg-boss#536). The group limit says the same without that.
    { policy: 'short' },
    {
      notify: true,
      deadLetter: queues.dead,
      retryLimit: 4,
      retryDelay: 30,
      retryBackoff: true,
      retryDelayMax: 900,
      // The engine ends a run at its limit; this is only for one that cannot be ended. pg-boss takes less than a day.
      expireInSeconds: Math.min(runLimitMinutes * 60 + 600, day - 60),
      heartbeatSeconds,
      deleteAfterSeconds: day,
    },
  )
  await ensure(
    boss,
    queues.due,
    {},
    {
      notify: true,
      retryLimit: 5,
      retryDelay: 5,
      retryBackoff: true,
      deleteAfterSeconds: day,
    },
  )
}

async function ensure(
  boss: PgBoss,
  name: string,
  made: { readonly policy?: string },
  options: QueueOptions & { readonly notify?: boolean; readonly deadLetter?: string },
): Promise<void> {
  if (await boss.getQueue(name)) await boss.updateQueue(name, options)
  else await boss.createQueue(name, { ...made, ...options })
}

/** Lets a call of pg-boss take part in our transaction. */
export function through(sql: Sql): Db {
  return { executeSql: (text, values) => sql.query(text, values) }
}
