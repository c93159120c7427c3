import t from 'tap'
import { acquire, type Lease, staleAfterSeconds } from '../../../core/sync/lease.ts'
import type { RunRequest } from '../../../core/sync/request.ts'
import { lab } from './lab.ts'

t.test('a run whose worker is gone is gone on with only by one that wants the same or less', async (t) => {
  const { database, connectionId } = await lab(t)
  const base: RunRequest = { connectionId, mode: 'apply', pass: 'full', trigger: 'schedule' }
  const touched = [{ stream: 'companies', sourceId: '1' }] as const
  const cases: [left: Partial<RunRequest>, next: Partial<RunRequest>, resumed: boolean][] = [
    [{}, {}, true],
    [{}, { pass: 'incremental', trigger: 'force' }, true],
    [{ pass: 'incremental' }, { pass: 'full' }, false],
    [{ mode: 'plan' }, {}, false],
    [{}, { mode: 'plan' }, false],
    [{ confirmed: true }, {}, false],
    [{}, { confirmed: true }, false],
    [{}, { streams: ['companies'] }, false],
    [{}, { pass: 'incremental', trigger: 'webhook', touched }, false],
    [{ pass: 'incremental', trigger: 'webhook', touched }, { pass: 'incremental' }, false],
  ]
  for (const [left, next, resumed] of cases) {
    const name = `${JSON.stringify(left)}, then ${JSON.stringify(next)}`
    const first = (await acquire(database, { ...base, ...left })) as Lease
    t.same(await acquire(database, { ...base, ...next }), { busy: first.runId }, `${name}: not while it is alive`)
    await database.run('update sync_runs set heartbeat_at = now() - make_interval(secs => $1) where id = $2', [
      staleAfterSeconds + 1,
      first.runId,
    ])
    const second = (await acquire(database, { ...base, ...next })) as Lease
    t.equal(second.resumed, resumed, name)
    t.equal(second.runId === first.runId, resumed)
    if (!resumed) {
      t.match(second, { mode: next.mode ?? 'apply', confirmed: next.confirmed ?? false, pass: next.pass ?? 'full' })
      t.match(await database.row('select state from sync_runs where id = $1', [first.runId]), { state: 'cancelled' })
    }
    await database.run("update sync_runs set state = 'succeeded' where state = 'running'")
  }
})
