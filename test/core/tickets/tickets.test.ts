import sinon from 'sinon'
import t from 'tap'
import { ConnectorError, type Ticket, type TicketNote, type TicketSource } from '../../../core/connector/index.ts'
import { Tickets } from '../../../core/tickets/tickets.ts'
import { type AcmeSettings, acme, bench, by, failure, settings, variant } from '../connections/fixture.ts'

const note = (sourceId: string, internal: boolean): TicketNote => ({
  sourceId,
  text: `note ${sourceId}`,
  kind: 'note',
  internal,
})
const ticket = (sourceId: string, updatedAt: string | null = null): Ticket => ({
  sourceId,
  summary: `Ticket ${sourceId}`,
  updatedAt,
})

let asked: unknown[] = []
const answering: TicketSource<AcmeSettings> = {
  list: async (_ctx, query) => {
    asked.push(query)
    return [
      ticket(`${query.companyId}-old`, '2026-01-01T00:00:00Z'),
      ticket(`${query.companyId}-new`, '2026-02-01T00:00:00Z'),
    ]
  },
  get: async (_ctx, sourceId) => {
    asked.push(sourceId)
    return { ...ticket(sourceId), notes: [note('1', false), note('2', true)] }
  },
}
let source = answering
const psa = acme({ tickets: { list: (...given) => source.list(...given), get: (...given) => source.get(...given) } })
const { database, connections, catalogue } = await bench(t, [psa, variant('docs', 'documentation')])

let tickets = new Tickets(database, connections, catalogue)
let connectionId = 0

t.beforeEach(async () => {
  await database.run('truncate connections, company_links restart identity cascade')
  connectionId = (await connections.add({ connector: 'acme', name: 'Our PSA', settings }, by)).id
  source = answering
  asked = []
  tickets = new Tickets(database, connections, catalogue)
})

async function link(companyId: number, sourceId: string, connection = connectionId): Promise<void> {
  await database.run(
    `insert into company_links (connection_id, source_id, name, link_state, company_id, content_hash)
     values ($1, $2, $2, 'linked', $3, gen_random_uuid())`,
    [connection, sourceId, companyId],
  )
}

t.test("a company's tickets come live from its PSA, the newest first, and are not stored", async (t) => {
  await link(7, '250')
  const { tickets: list, unavailable } = await tickets.list(7, { closed: false, limit: 10 })
  t.same(
    list.map((each) => each.sourceId),
    ['250-new', '250-old'],
  )
  t.equal(unavailable, undefined)
  t.same(asked, [{ companyId: '250', limit: 10, closed: false }])
})

t.test('a company that is several at the source has the tickets of all', async (t) => {
  await link(7, '250')
  await link(7, '251')
  await link(8, '252')
  t.same(
    (await tickets.list(7, { limit: 3 })).tickets.map((each) => each.sourceId),
    ['250-new', '251-new', '250-old'],
  )
})

t.test('without a connection that has tickets the reason is told', async (t) => {
  const docs = await connections.add({ connector: 'docs', name: 'Docs', settings }, by)
  await link(7, 'a', docs.id)
  t.match(await tickets.list(7), { tickets: [], unavailable: /No connection/ })
  await t.rejects(tickets.detail(7, '1'), { name: 'Refusal', message: /No connection/ })
  await link(8, '250')
  await connections.remove(connectionId, by)
  t.match(await tickets.list(8), { tickets: [], unavailable: /No connection/ })
})

t.test('internal notes are left out unless they are asked for, also right after somebody asked for them', async (t) => {
  await link(7, '250')
  t.same(
    (await tickets.detail(7, '5', { internal: true })).notes.map((each) => [each.sourceId, each.internal]),
    [
      ['1', false],
      ['2', true],
    ],
  )
  t.same(
    (await tickets.detail(7, '5')).notes.map((each) => each.sourceId),
    ['1'],
  )
  t.same(asked, ['5'], 'one question to the vendor')
})

t.test('the same question asked by many at once goes to the vendor once; other questions on their own', async (t) => {
  await link(7, '250')
  await link(8, '251')
  await Promise.all(Array.from({ length: 20 }, () => tickets.list(7)))
  t.equal(asked.length, 1)
  await Promise.all([tickets.list(8), tickets.list(7, { closed: true }), tickets.list(7, { limit: 1 })])
  t.equal(asked.length, 4)
})

t.test('after some seconds it is asked again', async (t) => {
  await link(7, '250')
  const clock = sinon.useFakeTimers({ toFake: ['performance'] })
  t.teardown(() => clock.restore())
  await tickets.list(7)
  clock.tick(2_999)
  await tickets.list(7)
  t.equal(asked.length, 1)
  clock.tick(1)
  await tickets.list(7)
  t.equal(asked.length, 2)
})

t.test('a failure is told to all who wait for it, and not kept', async (t) => {
  await link(7, '250')
  const gate = Promise.withResolvers<void>()
  source = {
    ...answering,
    list: async () => {
      asked.push('failed')
      await gate.promise
      throw new ConnectorError('transient', 'Acme is away.')
    },
  }
  const look = sinon.spy(database, 'rows')
  t.teardown(() => look.restore())
  const both = [tickets.list(7), tickets.list(7)]
  // The vendor fails when both have found whom to ask.
  await Promise.all(look.returnValues)
  await new Promise((resolve) => setImmediate(resolve))
  gate.resolve()
  const answers = await Promise.allSettled(both)
  t.same(
    answers.map((answer) => answer.status),
    ['rejected', 'rejected'],
  )
  t.equal(asked.length, 1)
  source = answering
  t.equal((await tickets.list(7)).tickets.length, 2)
})

t.test('a refused sign-in is noted at the connection', async (t) => {
  await link(7, '250')
  source = {
    ...answering,
    get: async () => {
      throw new ConnectorError('auth', 'The token was refused.')
    },
  }
  t.match(await failure(tickets.detail(7, '1')), { kind: 'auth', admin: 'The token was refused.' })
  t.match(await connections.get(connectionId), {
    state: 'needs-sign-in',
    checkResult: { message: 'The token was refused.' },
  })
})

t.test('a vendor that does not answer is given up after 15 seconds', async (t) => {
  await link(7, '250')
  const started = Promise.withResolvers<void>()
  source = {
    ...answering,
    list: () => {
      started.resolve()
      return new Promise(() => {})
    },
  }
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  t.teardown(() => clock.restore())
  const list = failure(tickets.list(7))
  await started.promise
  clock.tick(15_000)
  clock.restore()
  t.match(await list, { kind: 'transient', admin: /Our PSA did not answer within 15 seconds/ })
})
