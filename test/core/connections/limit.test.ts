import t from 'tap'
import { within } from '../../../core/connections/limit.ts'

t.test('the limit holds for work that does not listen, and the work is told', async (t) => {
  let told: AbortSignal | undefined
  const never = within(5, 'Too slow.', (signal) => {
    told = signal
    return new Promise(() => {})
  })
  await t.rejects(never, { name: 'ConnectorError', kind: 'transient', admin: 'Too slow.' })
  t.equal(told?.aborted, true)
})

t.test('work in time comes through, with its own errors', async (t) => {
  t.equal(await within(60_000, 'Too slow.', async () => 7), 7)
  await t.rejects(
    within(60_000, 'Too slow.', async () => {
      throw new Error('mine')
    }),
    /mine/,
  )
})

t.test("the caller's signal ends it with the caller's reason", async (t) => {
  const caller = new AbortController()
  const work = within(60_000, 'Too slow.', () => new Promise(() => {}), caller.signal)
  caller.abort(new Error('gone'))
  await t.rejects(work, /gone/)
  await t.rejects(
    within(60_000, 'Too slow.', async () => t.fail('must not begin'), caller.signal),
    /gone/,
  )
})
