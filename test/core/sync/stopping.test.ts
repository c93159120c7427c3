/** A run that a person, a pause or the clock ends: what was committed stays, and the next run goes on there. */
import t from 'tap'
import { Runs } from '../../../core/sync/runs.ts'
import { type Lab, lab, many } from './lab.ts'

/** A lab whose configurations hang at their fourth page until the run is stopped; `meanwhile` does that. */
async function hanging(t: Parameters<typeof lab>[0], meanwhile: (here: Lab) => Promise<unknown>): Promise<Lab> {
  const here = await lab(t)
  here.put('companies', { sourceId: 'A', name: 'Alpha' })
  here.put('configurations', ...many(100, () => ({ companyId: 'A' })))
  let hung = false
  here.source.beforePage = async (stream, number, ctx) => {
    if (stream !== 'configurations' || number < 3 || hung) return undefined
    hung = true
    const stopped = new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)))
    await meanwhile(here)
    await stopped
    return undefined
  }
  return here
}

async function goesOn(t: Parameters<typeof lab>[0], here: Lab): Promise<void> {
  t.match(await here.database.row('select count(*) from configurations'), { count: 30 }, 'what was committed stays')
  t.match(await here.run(), { state: 'succeeded' })
  t.equal(here.source.reads.findLast(({ stream }) => stream === 'configurations')?.checkpoint, 'c0030')
  t.match(await here.database.row('select count(*) from configurations where removed_at is null'), { count: 100 })
}

t.test('cancelled', async (t) => {
  const here = await hanging(t, async ({ database }) => {
    const runs = new Runs(database)
    const [run] = await runs.list()
    t.equal(await runs.cancel(run?.id ?? 0), true)
  })
  const { state, runId } = await here.run()
  t.equal(state, 'cancelled')
  t.match(await new Runs(here.database).log(runId), [{ code: 'cancelled', message: /goes on where this one stopped/ }])
  await goesOn(t, here)
})

t.test('paused', async (t) => {
  const here = await hanging(t, ({ database }) => database.run("update connections set state = 'paused'"))
  t.equal((await here.run()).state, 'cancelled')
  await here.database.run("update connections set state = 'active'")
  await goesOn(t, here)
})

t.test('over its time limit', async (t) => {
  const here = await hanging(t, async () => {})
  const request = { connectionId: here.connectionId, mode: 'apply', pass: 'full', trigger: 'force' } as const
  const result = await here.engine.run(request, { signal: new AbortController().signal, limitMinutes: 1 / 60 })
  t.match(result, { state: 'failed' })
  t.match(await here.database.row('select state, error_kind, error_admin from sync_runs'), {
    state: 'failed',
    error_kind: 'transient',
    error_admin: /took longer than/,
  })
  await goesOn(t, here)
})
