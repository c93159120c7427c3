import t from 'tap'
import { tickets } from '../../../plugins/kaseya-bms/tickets.ts'
import { failure } from '../connected.ts'
import { instead, simulated } from './simulated.ts'

const size = { companies: 4, contacts: 30, configurations: 5, tickets: 4_000 }
const listPath = /\/servicedesk\/tickets$/

t.test('the newest of a company, open or closed, a thousand at most', async (t) => {
  const { world, context, asked } = await simulated(t, size)
  const rows = [...world.tickets.after(0)]
  const [busiest = 2] = [1, 2, 3, 4].sort(
    (one, other) =>
      rows.filter(({ companyId }) => companyId === other).length -
      rows.filter(({ companyId }) => companyId === one).length,
  )
  const own = rows.filter(({ companyId }) => companyId === busiest).reverse()
  t.ok(own.length > 1_000)
  const ids = (found: readonly { readonly sourceId: string }[]) => found.map(({ sourceId }) => Number(sourceId))
  const companyId = String(busiest)
  t.strictSame(
    ids(await tickets.list(context(), { companyId, limit: 50 })),
    own.slice(0, 50).map(({ id }) => id),
  )
  t.ok(asked(listPath).length <= 11)
  for (const closed of [true, false]) {
    const wanted = own.filter(({ statusId }) => world.ticketStatuses.get(statusId)?.closed === closed)
    const found = await tickets.list(context(), { companyId, limit: 20, closed })
    t.strictSame(
      ids(found),
      wanted.slice(0, 20).map(({ id }) => id),
    )
    t.ok(found.every((ticket) => ticket.closed === closed))
  }
})

t.test('a server that lists the newest first, and one that heeds no filter', async (t) => {
  const few = { ...size, tickets: 250 }
  const falling = await simulated(
    t,
    few,
    {},
    instead(listPath, (result) => ({ result: Array.isArray(result) ? result.toReversed() : [] })),
  )
  const found = await tickets.list(falling.context(), { companyId: '2', limit: 5 })
  t.equal(found.length, 5)
  const all = await simulated(
    t,
    few,
    {},
    instead(listPath, (result) => ({ result: [...Object(result), ...Object(result)] })),
  )
  const twice = await tickets.list(all.context(), { companyId: '2', limit: 500 })
  t.equal(new Set(twice.map(({ sourceId }) => sourceId)).size, twice.length)
})

t.test('a ticket with what it was opened with and its notes', async (t) => {
  const { world, context, simulator, server } = await simulated(t, { ...size, tickets: 40 })
  const row = [...world.tickets.after(0)].find(
    ({ notes, id }) => notes.length > 3 && notes.some(({ kind }) => kind === 'resolution') && id % 3 > 0 && id % 4 > 0,
  )
  if (!row) throw new Error('no such ticket')
  const found = await tickets.get(context(), String(row.id))
  t.match(found, {
    sourceId: String(row.id),
    summary: row.summary,
    board: world.boards.get(row.boardId)?.name,
    boardId: String(row.boardId),
    status: world.ticketStatuses.get(row.statusId)?.name,
    priority: world.priorities.get(row.priorityId)?.name,
    assignee: 'Ann Nox',
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  })
  t.notOk('url' in found, 'only regions of Kaseya have screens of a known address')
  t.strictSame(
    found.notes.map(({ text, kind, internal, author, createdAt }) => ({ text, kind, internal, author, createdAt })),
    row.notes.map(({ text, kind, internal, author, createdAt }) => ({ text, kind, internal, author, createdAt })),
  )
  t.equal(new Set(found.notes.map(({ sourceId }) => sourceId)).size, found.notes.length)
  const settings = { ...simulator.settings(server.origin), region: 'US' }
  const { http, ...rest } = context()
  const us = await tickets.get({ ...rest, http, settings }, String(row.id))
  t.equal(us.url, `https://bms.kaseya.com/react/servicedesk/tickets/${row.id}`)
})

t.test('without notes a ticket comes as it is; one that is gone is not found', async (t) => {
  const { context, server, reported, world } = await simulated(t, { ...size, tickets: 10 })
  server.fault({ path: /\/notes$/, effect: { kind: 'status', status: 404 } })
  const { notes } = await tickets.get(context(), '3')
  t.ok(notes.every(({ kind }) => kind === 'description'))
  t.same(reported, ['warning ticket-notes'])
  server.fault({ path: /\/notes$/, times: 9, effect: { kind: 'status', status: 403, body: {} } })
  t.equal((await failure(tickets.get(context(), '3'))).kind, 'permission', 'a missing right is no empty discussion')
  server.clearFaults()
  world.tickets.remove(3)
  t.equal((await failure(tickets.get(context(), '3'))).kind, 'not-found')
  t.equal((await failure(tickets.get(context(), 'x'))).kind, 'not-found')
})

t.test('a note that does not say who may see it is internal', async (t) => {
  const { context } = await simulated(
    t,
    { ...size, tickets: 10 },
    {},
    instead(/\/notes$/, () => ({
      result: [
        { id: 1, details: 'x' },
        { id: 2, details: 'y', isInternal: false },
      ],
    })),
  )
  const { notes } = await tickets.get(context(), '3')
  t.strictSame(
    notes.filter(({ kind }) => kind === 'note').map(({ internal }) => internal),
    [true, false],
  )
})
