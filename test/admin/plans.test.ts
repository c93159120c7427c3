import sinon from 'sinon'
import t from 'tap'
import { Plans } from '../../admin/pages/plans.ts'
import type { SwitchPlan } from '../../core/connections/psa-switch.ts'

const wish = { connector: 'acme', name: 'Acme', settings: {} }
const by = { actor: { id: 1, email: 'a@example.com', name: 'A', role: 'manager' }, address: '127.0.0.1' } as const
const ready: SwitchPlan = { from: { id: 1, name: 'Old' }, check: { ok: true, permissions: [] }, returning: false }
const minutes = (count: number) => count * 60_000

/** Plans whose reading the test ends, on a clock it moves. */
function desk(t: { teardown(work: () => void): void }) {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  t.teardown(() => clock.restore())
  const { promise, resolve } = Promise.withResolvers<SwitchPlan>()
  const signals: AbortSignal[] = []
  const pages: ((records: number) => void)[] = []
  const plans = new Plans({
    plan: (_, signal, onRead) => {
      signals.push(signal)
      if (onRead) pages.push(onRead)
      return promise
    },
  })
  const finish = async () => {
    resolve(ready)
    await promise
  }
  return { clock, plans, signals, pages, finish }
}

t.test('a reading whose page was closed is ended', async (t) => {
  const { clock, plans, signals } = desk(t)
  const id = plans.start(wish, by)
  clock.tick(minutes(2))
  t.equal(plans.look(id, by).plan, undefined)
  clock.tick(minutes(2))
  t.notOk(signals[0]?.aborted, 'somebody asked')
  clock.tick(minutes(2))
  t.ok(signals[0]?.aborted)
  t.throws(() => plans.look(id, by), /not there any more/)
})

t.test('a finished plan waits for the decision, and is forgotten with its secrets after an hour', async (t) => {
  const { clock, plans, finish } = desk(t)
  const id = plans.start(wish, by)
  await finish()
  t.equal(plans.look(id, by).plan, ready)
  clock.tick(minutes(59))
  t.equal(await plans.carryOut(id, by, async (plan) => plan.from.name), 'Old')
  await t.rejects(
    plans.carryOut(id, by, async () => {}),
    /not there any more/,
    'once',
  )
  const late = plans.start(wish, by)
  await finish()
  plans.look(late, by)
  clock.tick(minutes(61))
  t.throws(() => plans.look(late, by), /not there any more/)
})

t.test('one that is being carried out is neither forgotten nor begun again; after a failure it can be', async (t) => {
  const { clock, plans, finish } = desk(t)
  const id = plans.start(wish, by)
  await finish()
  plans.look(id, by)
  const { promise, reject } = Promise.withResolvers<void>()
  const going = plans.carryOut(id, by, () => promise)
  await t.rejects(
    plans.carryOut(id, by, async () => {}),
    /confirmed already/,
  )
  plans.drop(id, by)
  clock.tick(minutes(120))
  reject(new Error('the vendor is away'))
  await t.rejects(going, /the vendor is away/)
  t.equal(plans.look(id, by).plan, ready)
  clock.tick(minutes(61))
  t.throws(() => plans.look(id, by), /not there any more/)
})

t.test('while it is made it tells how many records have been read, page by page', async (t) => {
  const { plans, pages, finish } = desk(t)
  const id = plans.start(wish, by)
  t.match(plans.look(id, by), { plan: undefined, read: 0 })
  pages[0]?.(250)
  pages[0]?.(40)
  t.equal(plans.look(id, by).read, 290)
  await finish()
  t.match(plans.look(id, by), { plan: ready, read: 290 })
})
