import sinon from 'sinon'
import t from 'tap'
import { ConnectorError, type Writable, type WriteBack } from '../../../core/connector/index.ts'
import { listWriteBacks } from '../../../core/writeback/list.ts'
import { type Proposed, WriteBacks } from '../../../core/writeback/writebacks.ts'
import { type AcmeSettings, acme, bench, by, settings } from '../connections/fixture.ts'

type Write = WriteBack<AcmeSettings>['configurations']['write']

/** A source that keeps the contract: reads first, stops on conflict, writes only what changes. */
const source = new Map<string, Record<string, string | null>>()
const calls: { sourceId: string; change: Writable; expected: Writable }[] = []
const obedient: Write = async (_ctx, sourceId, change, expected) => {
  calls.push({ sourceId, change, expected })
  const held = source.get(sourceId)
  if (held === undefined) return { outcome: 'not-found', current: {} }
  const wanted = Object.entries(change).filter(([field, value]) => held[field] !== value)
  if (wanted.length === 0) return { outcome: 'unchanged', current: { ...held } }
  if (wanted.some(([field]) => held[field] !== (expected as Record<string, string | null>)[field]))
    return { outcome: 'conflict', current: { ...held }, message: 'Changed at Acme meanwhile.' }
  for (const [field, value] of wanted) held[field] = value
  return { outcome: 'written', current: { ...held } }
}
let write = obedient
const fields = ['warrantyExpiration', 'purchaseDate'] as const
const psa = acme({ writeBack: { configurations: { fields, write: (...given) => write(...given) } } })
const { database, connections, catalogue, audit } = await bench(t, [psa])
const writeBacks = new WriteBacks(database, connections, catalogue, async (entry) => {
  audit.push(entry)
})

let connectionId = 0
let laptop = 0

t.beforeEach(async () => {
  await database.run('truncate connections, configurations, companies, record_changes restart identity cascade')
  source.clear()
  calls.length = 0
  audit.length = 0
  write = obedient
  connectionId = (await connections.add({ connector: 'acme', name: 'Acme', settings }, by)).id
  await connections.update(connectionId, { writeBack: { configurations: fields } }, by)
  laptop = await configuration('1', { warrantyExpiration: '2026-01-31', purchaseDate: null })
})

async function configuration(
  sourceId: string,
  held: { warrantyExpiration: string | null; purchaseDate: string | null },
) {
  source.set(sourceId, { ...held })
  const row = await database.row<{ id: number }>(
    `insert into configurations (connection_id, source_id, name, warranty_expiration, purchase_date, content_hash)
     values ($1, $2, 'Laptop', $3, $4, gen_random_uuid()) returning id`,
    [connectionId, sourceId, held.warrantyExpiration, held.purchaseDate],
  )
  return row?.id ?? 0
}

async function propose(change: Writable, recordId = laptop): Promise<Proposed> {
  const [result] = await writeBacks.propose([{ recordId, change }], by)
  if (result === undefined) throw new Error('No answer.')
  return result
}

async function approved(change: Writable): Promise<number> {
  const result = await propose(change)
  if (result.outcome !== 'proposed') throw new Error(JSON.stringify(result))
  t.same(await writeBacks.approve([result.id], by), [result.id])
  return result.id
}

async function row(id: number) {
  return (await listWriteBacks(database)).rows.find((each) => each.id === id)
}

const held = () =>
  database.row('select warranty_expiration as warranty, purchase_date as purchase from configurations where id = $1', [
    laptop,
  ])

t.test('proposed, approved, written; the hub knows it at once and says who did it', async (t) => {
  const id = await approved({ warrantyExpiration: '2027-03-31', purchaseDate: '2024-03-31' })
  t.match(await row(id), {
    state: 'approved',
    change: { warrantyExpiration: '2027-03-31', purchaseDate: '2024-03-31' },
    expected: { warrantyExpiration: '2026-01-31', purchaseDate: null },
    proposedBy: 'cli',
    decidedBy: 'cli',
    recordName: 'Laptop',
    connectionName: 'Acme',
  })
  t.same(await writeBacks.due(), [id])
  t.same(await writeBacks.send(id), { id, state: 'written', message: null })
  t.same(source.get('1'), { warrantyExpiration: '2027-03-31', purchaseDate: '2024-03-31' })
  t.match(await row(id), { state: 'written', current: { warrantyExpiration: '2027-03-31' } })
  t.same(await held(), { warranty: '2027-03-31', purchase: '2024-03-31' })
  t.same(await database.rows('select field, before, after from record_changes order by field'), [
    { field: 'purchase_date', before: null, after: '2024-03-31' },
    { field: 'warranty_expiration', before: '2026-01-31', after: '2027-03-31' },
  ])
  t.same(
    audit.filter((entry) => entry.action.startsWith('writeback')).map((entry) => [entry.action, entry.target]),
    [
      ['writeback.propose', `writeback ${id}`],
      ['writeback.approve', `writeback ${id}`],
    ],
  )
  t.equal(await writeBacks.send(id), undefined, 'sent is sent')
  t.equal(calls.length, 1)
  t.same(await writeBacks.due(), [])
})

t.test('nothing goes out that nobody approved', async (t) => {
  const result = await propose({ warrantyExpiration: '2027-03-31' })
  t.equal(result.outcome, 'proposed')
  if (result.outcome !== 'proposed') return
  t.equal(await writeBacks.send(result.id), undefined)
  t.same(await writeBacks.reject([result.id], by), [result.id])
  t.equal(await writeBacks.send(result.id), undefined)
  t.same(await writeBacks.approve([result.id], by), [], 'rejected is rejected')
  t.same(calls, [])
})

t.test('what the hub holds already is no proposal', async (t) => {
  t.match(await propose({ warrantyExpiration: '2026-01-31' }), { outcome: 'nothing-to-do' })
  t.match(await propose({}), { outcome: 'nothing-to-do' })
  t.same((await listWriteBacks(database)).rows, [])
  await approved({ warrantyExpiration: '2026-01-31', purchaseDate: '2024-01-01' })
  t.match((await listWriteBacks(database)).rows, [{ change: { purchaseDate: '2024-01-01' } }])
  t.notOk('warrantyExpiration' in ((await listWriteBacks(database)).rows[0]?.change ?? {}))
})

t.test('only what was switched on, the source can take, and makes sense', async (t) => {
  const refused = async (change: Writable, message: RegExp, recordId = laptop) =>
    t.match(await propose(change, recordId), { outcome: 'refused', message })
  await refused({ manufacturer: 'Dell' }, /cannot take a manufacturer/)
  await refused({ warrantyExpiration: null }, /empty warranty end is not pushed/)
  await refused({ warrantyExpiration: ' ' }, /empty warranty end is not pushed/)
  await refused({ warrantyExpiration: '31.03.2027' }, /a day like/)
  await refused({ warrantyExpiration: '2027-02-30' }, /a day like/)
  await refused({ warrantyExpiration: '2027-03-31' }, /not there/, 999)
  await connections.update(connectionId, { writeBack: { configurations: ['purchaseDate'] } }, by)
  await refused({ warrantyExpiration: '2027-03-31' }, /not switched on/)
  await database.run('update configurations set removed_at = now()')
  await refused({ purchaseDate: '2024-01-01' }, /gone at Acme/)
  await connections.remove(connectionId, by)
  await refused({ purchaseDate: '2024-01-01' }, /disconnected/)
  t.same((await listWriteBacks(database)).rows, [])
})

t.test('one refused proposal does not hold back the others', async (t) => {
  const other = await configuration('2', { warrantyExpiration: null, purchaseDate: null })
  const results = await writeBacks.propose(
    [
      { recordId: laptop, change: { warrantyExpiration: 'never' } },
      { recordId: other, change: { warrantyExpiration: '2027-01-01' } },
    ],
    by,
  )
  t.match(results, [
    { recordId: laptop, outcome: 'refused' },
    { recordId: other, outcome: 'proposed' },
  ])
})

t.test('a second proposal for a record joins the first; behind an approved one it waits', async (t) => {
  const first = await propose({ warrantyExpiration: '2027-03-31' })
  const second = await propose({ purchaseDate: '2024-03-31' })
  t.match(second, { outcome: 'proposed', id: 'id' in first ? first.id : -1 })
  t.match((await listWriteBacks(database)).rows, [
    {
      change: { warrantyExpiration: '2027-03-31', purchaseDate: '2024-03-31' },
      expected: { warrantyExpiration: '2026-01-31', purchaseDate: null },
    },
  ])
  await writeBacks.approve(['id' in first ? first.id : -1], by)
  t.match(await propose({ purchaseDate: '2020-01-01' }), { outcome: 'refused', message: /on its way/ })
})

t.test('a conflict stops, is shown with what the source holds, and can be proposed anew from there', async (t) => {
  const id = await approved({ warrantyExpiration: '2027-03-31' })
  source.set('1', { warrantyExpiration: '2030-12-31', purchaseDate: null })
  t.same(await writeBacks.send(id), { id, state: 'conflict', message: 'Changed at Acme meanwhile.' })
  t.same(source.get('1')?.warrantyExpiration, '2030-12-31')
  t.match(await row(id), { state: 'conflict', current: { warrantyExpiration: '2030-12-31' } })
  t.match(await held(), { warranty: '2030-12-31' })
  t.equal((await writeBacks.send(await approved({ warrantyExpiration: '2027-03-31' })))?.state, 'written')
})

t.test('what the hub learned is read again by the next sync, whatever it was before', async (t) => {
  const hash = () => database.row('select content_hash from configurations where id = $1', [laptop])
  const before = await hash()
  await writeBacks.send(await approved({ warrantyExpiration: '2027-03-31' }))
  t.notSame(await hash(), before)
  const after = await hash()
  source.set('1', { warrantyExpiration: '2028-01-01', purchaseDate: null })
  await writeBacks.send(await approved({ warrantyExpiration: '2028-01-01' }))
  t.notSame(await hash(), after)
})

t.test('a crash between writing and noting it: sent again, it is found written, once', async (t) => {
  const id = await approved({ warrantyExpiration: '2027-03-31' })
  const written = Promise.withResolvers<void>()
  write = async (...given) => {
    await obedient(...given)
    written.resolve()
    // The process dies here, as far as the row can tell.
    return new Promise(() => {})
  }
  const stop = new AbortController()
  const lost = writeBacks.send(id, stop.signal)
  await written.promise
  t.match(await row(id), { state: 'sending' })
  t.equal(await writeBacks.send(id), undefined, 'somebody may still be at it')
  t.same(await writeBacks.due(), [])
  await database.run("update writebacks set sent_at = now() - interval '3 minutes'")
  t.same(await writeBacks.due(), [id])
  write = obedient
  t.match(await writeBacks.send(id), { state: 'unchanged' })
  t.match(await row(id), { state: 'unchanged' })
  t.match(await held(), { warranty: '2027-03-31' })

  stop.abort()
  t.match(await lost, { state: 'approved' })
  t.match(await row(id), { state: 'unchanged' }, 'the one that was taken for dead changes nothing any more')
})

t.test('what may pass waits for the next try; what will not fails, and can be approved again', async (t) => {
  const id = await approved({ warrantyExpiration: '2027-03-31' })
  const failing = (error: unknown) => {
    write = async () => {
      throw error
    }
  }
  failing(new ConnectorError('rate-limit', 'Acme asks for a pause.', { retryAfterSeconds: 60 }))
  t.match(await writeBacks.send(id), { state: 'approved', message: 'Acme asks for a pause.', retryAfterSeconds: 60 })
  failing(new ConnectorError('transient', 'Acme is away.'))
  t.match(await writeBacks.send(id), { state: 'approved', message: 'Acme is away.' })
  failing(new ConnectorError('permission', 'Grant the right to edit.'))
  t.match(await writeBacks.send(id), { state: 'failed', message: 'Grant the right to edit.' })
  t.same(await writeBacks.approve([id], by), [id])
  failing(new TypeError('oops'))
  t.match(await writeBacks.send(id), { state: 'failed', message: /Report it to its author/ })
  await writeBacks.approve([id], by)
  failing(new ConnectorError('auth', 'The token was refused.'))
  t.match(await writeBacks.send(id), { state: 'approved' })
  t.equal((await connections.get(connectionId)).state, 'needs-sign-in')
  t.same(await writeBacks.due(), [], 'nothing is tried until somebody signed in')
  await connections.resume(connectionId, by)
  write = obedient
  t.match(await writeBacks.send(id), { state: 'written', message: null })
})

t.test('a failed one that was overtaken by a newer proposal is not sent as well', async (t) => {
  const failed = await approved({ warrantyExpiration: '2027-03-31' })
  source.delete('1')
  t.match(await writeBacks.send(failed), { state: 'failed', message: /gone at Acme/ })
  t.match(await held(), { warranty: '2026-01-31' }, 'not found erases nothing')
  const second = await approved({ warrantyExpiration: '2028-03-31' })
  t.same(await writeBacks.approve([failed], by), [])
  t.match(await writeBacks.send(second), { state: 'failed' })
  t.same(await writeBacks.approve([failed, second], by), [second])
})

t.test('switched off after it was approved, it does not go out', async (t) => {
  const id = await approved({ warrantyExpiration: '2027-03-31' })
  await connections.update(connectionId, { writeBack: {} }, by)
  t.match(await writeBacks.send(id), { state: 'failed', message: /not switched on any more/ })
  t.same(calls, [])
})

t.test('a source that does not answer is given up after a minute and tried again later', async (t) => {
  const id = await approved({ warrantyExpiration: '2027-03-31' })
  const asked = Promise.withResolvers<void>()
  write = () => {
    asked.resolve()
    return new Promise(() => {})
  }
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  t.teardown(() => clock.restore())
  const sent = writeBacks.send(id)
  await asked.promise
  clock.tick(60_000)
  clock.restore()
  t.match(await sent, { state: 'approved', message: /did not answer within 60 seconds/ })
})

t.test('twenty senders at once send it once', async (t) => {
  const id = await approved({ warrantyExpiration: '2027-03-31' })
  const results = await Promise.all(Array.from({ length: 20 }, () => writeBacks.send(id)))
  t.equal(results.filter((result) => result !== undefined).length, 1)
  t.equal(calls.length, 1)
})

t.test('the outbox page: newest first, by state and record, with counts and pages', async (t) => {
  const ids: number[] = []
  for (let i = 2; i <= 6; i++) {
    const record = await configuration(String(i), { warrantyExpiration: null, purchaseDate: null })
    const result = await propose({ purchaseDate: '2024-01-01' }, record)
    if (result.outcome === 'proposed') ids.unshift(result.id)
  }
  await writeBacks.reject(ids.slice(0, 1), by)
  const page = await listWriteBacks(database, { limit: 2 })
  t.same(
    page.rows.map((each) => each.id),
    ids.slice(0, 2),
  )
  const rest = await listWriteBacks(database, { limit: 10, ...(page.next !== undefined && { after: page.next }) })
  t.same(
    rest.rows.map((each) => each.id),
    ids.slice(2),
  )
  t.equal(rest.next, undefined)
  t.match(page.counts, { proposed: 4, rejected: 1, written: 0 })
  t.same(
    (await listWriteBacks(database, { states: ['rejected'] })).rows.map((each) => each.id),
    ids.slice(0, 1),
  )
  const [first] = page.rows
  t.same(
    (await listWriteBacks(database, { recordId: first?.recordId ?? 0 })).rows.map((each) => each.id),
    [first?.id],
  )
  t.same((await listWriteBacks(database, { connectionId: 999 })).rows, [])
  t.same((await listWriteBacks(database, { companyId: 999 })).rows, [])
})
