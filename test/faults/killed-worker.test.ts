import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import t from 'tap'
import type { Database } from '../../core/store/database.ts'
import { lab } from '../core/sync/lab.ts'

const rounds = Number(process.env.TRIBUTARY_TEST_KILLS ?? 12)
const seed = Number(process.env.TRIBUTARY_TEST_SEED ?? Date.now() % 1_000_000)

/** Mulberry32: the same seed gives the same kills. */
function random(state: number): () => number {
  let a = state
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let x = Math.imul(a ^ (a >>> 15), 1 | a)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Worker {
  readonly child: ChildProcess
  /** All it says, in order; they may come faster than anybody asks. */
  readonly messages: AsyncIterator<Record<string, unknown>[], undefined>
}

function start(database: Database, connectionId: number, generation: number, pause: number): Worker {
  const child = fork(new URL('worker.ts', import.meta.url), [
    database.url,
    String(connectionId),
    '200',
    String(generation),
    String(pause),
  ])
  return { child, messages: on(child, 'message', { close: ['disconnect'] }) }
}

/** The worker's next message that has one of the keys. */
async function told<T>({ messages }: Worker, ...keys: string[]): Promise<T> {
  for (;;) {
    const { value, done } = await messages.next()
    if (done) throw new Error(`The worker ended without telling its ${keys.join(' or ')}.`)
    const [message = {}] = value
    if (keys.some((key) => key in message)) return message as T
  }
}

/** Answers the exit code; null after a signal. */
async function ended({ child }: Worker): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

const orphaned = "update sync_runs set heartbeat_at = now() - interval '1 hour' where state = 'running'"

t.test('killed at any moment, the run goes on at its last committed page: nothing twice, nothing lost', async (t) => {
  t.comment(`seed ${seed}, ${rounds} kills`)
  const { database, connectionId } = await lab(t)
  const next = random(seed)
  let generation = 1
  for (let round = 0; round < rounds; round++) {
    const worker = start(database, connectionId, generation, 2)
    const page = Math.floor(next() * 19)
    for (;;) {
      const message = await told<{ page: number } | { result: unknown }>(worker, 'page', 'result')
      if ('result' in message || message.page >= page) break
    }
    // Somewhere within the page that is now being written.
    await new Promise((resolve) => setTimeout(resolve, next() * 6))
    worker.child.kill('SIGKILL')
    await ended(worker)
    const state = await database.row<{ checkpoint: string | null; pass_pages: number }>(
      "select checkpoint, pass_pages from stream_states where stream = 'configurations'",
    )
    if (state?.checkpoint) {
      const behind = await database.row<{ count: number }>(
        'select count(*) from configurations where source_id <= $1 and notes = $2',
        [state.checkpoint, `generation ${generation}`],
      )
      t.equal(
        behind?.count,
        Number(state.checkpoint.slice(1)),
        `round ${round}: all up to checkpoint ${state.checkpoint} are stored`,
      )
    }
    await database.run(orphaned)
    if (next() < 0.4) {
      const survivor = start(database, connectionId, generation, 0)
      const { result } = await told<{ result: { state: string } }>(survivor, 'result')
      await ended(survivor)
      t.equal(result.state, 'succeeded')
      t.match(
        await database.row(
          'select count(*), count(distinct source_id) as different from configurations where notes = $1 and removed_at is null',
          [`generation ${generation}`],
        ),
        {
          count: 200,
          different: 200,
        },
      )
      t.match(
        await database.row(
          "select count(*) from record_changes where field = 'notes' group by run_id, record_id having count(*) > 1",
        ),
        undefined,
        'no change was logged twice',
      )
      generation++
    }
  }
})

t.test('a worker that slept through its own funeral is refused', async (t) => {
  const { database, connectionId } = await lab(t)
  const zombie = start(database, connectionId, 1, 20)
  await told(zombie, 'page')
  zombie.child.kill('SIGSTOP')
  await database.run(orphaned)
  const heir = start(database, connectionId, 2, 0)
  const { result } = await told<{ result: { state: string; runId: number } }>(heir, 'result')
  await ended(heir)
  t.equal(result.state, 'succeeded')
  zombie.child.kill('SIGCONT')
  await ended(zombie)
  t.match(
    await database.row("select count(*) from configurations where notes = 'generation 2'"),
    { count: 200 },
    'no data of the zombie',
  )
  t.match(await database.row('select state from sync_runs where id = $1', [result.runId]), { state: 'succeeded' })
})

t.test('SIGTERM: the page in hand is committed, the run given back, and another worker goes on at once', async (t) => {
  const { database, connectionId } = await lab(t)
  const worker = start(database, connectionId, 1, 15)
  for (let page = 0; page < 5; page++) await told(worker, 'page')
  worker.child.kill('SIGTERM')
  t.equal(await ended(worker), 0)
  t.match(await database.row('select state, heartbeat_at::text from sync_runs'), {
    state: 'running',
    heartbeat_at: '-infinity',
  })
  const heir = start(database, connectionId, 1, 0)
  const { checkpoints, result } = await told<{ checkpoints: (string | null)[]; result: object }>(heir, 'result')
  t.match(result, { state: 'succeeded' })
  await ended(heir)
  t.ok(checkpoints[0], `went on behind ${checkpoints[0]}`)
  t.match(await database.row('select count(*) from configurations'), { count: 200 })
})
