import t from 'tap'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { failure } from '../connected.ts'
import { instead, simulated } from './simulated.ts'

const size = { companies: 4, contacts: 40, configurations: 5, tickets: 260 }
const { tickets } = haloPsa
if (!tickets) throw new Error('no tickets')

t.test('the tickets of a customer: open, closed, both, newest first, beyond a page', async (t) => {
  const { context, world } = await simulated(t, size)
  const rows = [...world.tickets.after(0)].filter(({ companyId }) => companyId === 2)
  t.ok(rows.length > 100, `${rows.length}`)
  const closed = (id: number) => world.ticketStatuses.get(id)?.closed === true
  const ids = (filter: (row: (typeof rows)[number]) => boolean) =>
    rows
      .filter(filter)
      .map(({ id }) => String(id))
      .reverse()
  const list = async (query: { closed?: boolean; limit: number }) =>
    (await tickets.list(context(), { companyId: '12', ...query })).map(({ sourceId }) => sourceId)
  t.same(
    await list({ limit: 1000 }),
    ids(() => true),
  )
  t.same(
    await list({ limit: 1000, closed: true }),
    ids(({ statusId }) => closed(statusId)),
  )
  t.same(
    await list({ limit: 1000, closed: false }),
    ids(({ statusId }) => !closed(statusId)),
  )
  t.same(await list({ limit: 7 }), ids(() => true).slice(0, 7))
})

t.test('a ticket, field by field', async (t) => {
  const { context, world, server } = await simulated(t, size)
  const found = await tickets.list(context(), { companyId: '12', limit: 50 })
  for (const ticket of found) {
    const row = world.tickets.get(Number(ticket.sourceId))
    if (!row) throw new Error('unknown ticket')
    const contact = row.contactId === null ? undefined : world.contacts.get(row.contactId)
    t.strictSame(ticket, {
      sourceId: String(row.id),
      url: `${server.origin}/tickets?id=${row.id}`,
      summary: row.summary,
      board: world.boards.get(row.boardId)?.name,
      boardId: String(row.boardId),
      status: world.ticketStatuses.get(row.statusId)?.name,
      priority: world.priorities.get(row.priorityId)?.name,
      type: 'Incident',
      contact: contact ? [contact.firstName, contact.lastName].filter(Boolean).join(' ') : null,
      assignee: 'Ann Nox',
      closed: world.ticketStatuses.get(row.statusId)?.closed,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    })
    const detail = await tickets.get(context(), ticket.sourceId)
    t.match(detail, { summary: row.summary, status: ticket.status, closed: ticket.closed, updatedAt: row.updatedAt })
    t.same(
      detail.notes.map(({ text, kind, internal, author, createdAt }) => ({ text, kind, internal, author, createdAt })),
      row.notes.map(({ text, kind, internal, author, createdAt }) => ({ text, kind, internal, author, createdAt })),
      'what it was opened with comes once',
    )
  }
})

t.test('an action is internal unless Halo says that it is not', async (t) => {
  const actions = [
    { id: 2, note: 'said nothing' },
    { id: 3, note: 'hidden', hiddenfromuser: true },
    { id: 4, note: 'shown', hiddenfromuser: false },
    { id: 5, note: '' },
    { id: 1, note: 'odd', hiddenfromuser: 'perhaps' },
  ]
  for (const body of [actions, { record_count: 9, actions }]) {
    const { context, reported } = await simulated(
      t,
      size,
      {},
      instead('Actions', () => body),
    )
    const { notes } = await tickets.get(context(), '1')
    t.same(
      notes.slice(1).map(({ text, internal }) => [text, internal]),
      [
        ['odd', true],
        ['said nothing', true],
        ['hidden', true],
        ['shown', false],
      ],
    )
    t.same(reported, Array.isArray(body) ? [] : ['warning ticket-notes'], 'more than were handed out')
  }
})

t.test('one that is not there, and answers that are none', async (t) => {
  const { context } = await simulated(t, size)
  t.equal((await failure(tickets.get(context(), '999999'))).kind, 'not-found')
  t.equal((await failure(tickets.get(context(), '1 or 1=1'))).kind, 'bug')
  const odd = await simulated(
    t,
    size,
    {},
    instead('Actions', () => ({ message: 'Maintenance' })),
  )
  t.equal((await failure(tickets.get(odd.context(), '1'))).kind, 'vendor')
})
