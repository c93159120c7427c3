/** The jobs of the queue `sync`: asked for, joined, handed over. Everything about one key happens one after another. */
import type { Job, PgBoss } from 'pg-boss'
import type { Database, Sql } from '../store/database.ts'
import { queues, through } from './boss.ts'
import { covers, keyOf, merge, payloadVersion, priorityOf, readPayload, type SyncWish } from './payload.ts'

/** `already-queued`: a waiting or running job does it. */
export type Enqueued = 'queued' | 'already-queued'

type JobRow = { id: string; state: 'created' | 'retry' | 'active'; data: unknown }

export class SyncJobs {
  readonly #database: Database
  readonly #boss: PgBoss

  constructor(database: Database, boss: PgBoss) {
    this.#database = database
    this.#boss = boss
  }

  /** Makes a wish a job, or part of the job that waits already. `group`: of which only one runs at a time. */
  async ask(wish: SyncWish, group: string): Promise<Enqueued> {
    return this.#database.transaction((sql) => this.#put(sql, wish, group, {}))
  }

  /** Ends the job and lets its wish wait anew, in one transaction; not before `startAfter`, if given. */
  async handOver(job: Job<unknown>, wish: SyncWish, group: string, note: string, startAfter?: Date): Promise<void> {
    await this.#database.transaction(async (sql) => {
      await this.#boss.complete(queues.sync, job, { note }, { db: through(sql) })
      await this.#put(sql, wish, group, { again: true, startAfter })
    })
  }

  /** The same for a job that was never begun, or that failed for good. */
  async replace(queue: string, jobId: string, wish: SyncWish, group: string): Promise<Enqueued> {
    return this.#database.transaction(async (sql) => {
      await this.#boss.deleteJob(queue, jobId, { db: through(sql) })
      return this.#put(sql, wish, group, {})
    })
  }

  /**
   * Whether the job may begin. pg-boss keeps to the group limit except when two workers fetch in the same instant:
   * each sees that nothing is active. So the first to get here counts, and shows it by a heartbeat.
   */
  async takeTurn(job: Job<unknown>, group: string): Promise<boolean> {
    return this.#database.transaction(async (sql) => {
      await lock(sql, group)
      const { rowCount } = await sql.query(
        `select 1 from pgboss.job where name = $1 and state = 'active' and group_id = $2 and id <> $3
           and heartbeat_on > started_on`,
        [queues.sync, group, job.id],
      )
      if (rowCount !== 0) return false
      await this.#boss.touch(queues.sync, job, { db: through(sql) })
      return true
    })
  }

  async #put(
    sql: Sql,
    wish: SyncWish,
    group: string,
    { again = false, startAfter }: { again?: boolean; startAfter?: Date | undefined },
  ): Promise<Enqueued> {
    const key = keyOf(wish)
    await lock(sql, key)
    const { rows } = await sql.query<JobRow>(
      `select id, state::text as state, data from pgboss.job
       where name = $1 and state <= 'active' and singleton_key = $2 order by state, created_on`,
      [queues.sync, key],
    )
    const db = through(sql)
    const waiting = rows.find(({ state }) => state !== 'active')
    if (waiting) {
      const read = readPayload(waiting.data)
      if (read === 'newer') return 'already-queued'
      const joined = read === 'unreadable' ? wish : merge(read.wish, wish)
      // A person does not wait for the back-off of a retry; a schedule or a webhook does.
      const at = startAfter ?? (again || wish.trigger === 'force' ? 0 : undefined)
      const { updated } = await this.#boss.update(
        queues.sync,
        { ...joined, v: payloadVersion },
        { id: waiting.id, priority: priorityOf(joined), ...(at !== undefined && { startAfter: at }), db },
      )
      if (updated > 0) return 'already-queued'
      // A worker took it meanwhile: it may be too late for the wish to be part of it.
    }
    const active = rows.map((row) => row.state === 'active' && readPayload(row.data))
    if (!again && active.some((read) => typeof read === 'object' && covers(read.wish, wish))) return 'already-queued'
    const id = await this.#boss.send(
      queues.sync,
      { ...wish, v: payloadVersion },
      {
        singletonKey: key,
        group: { id: group },
        priority: priorityOf(wish),
        ...(startAfter && { startAfter }),
        db,
      },
    )
    return id === null ? 'already-queued' : 'queued'
  }
}

async function lock(sql: Sql, name: string): Promise<void> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 8214002))', [name])
}
