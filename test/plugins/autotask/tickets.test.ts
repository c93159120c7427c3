/** Tickets, live. */
import t from 'tap'
import { autotask } from '../../../plugins/autotask/connector.ts'
import { failure } from '../connected.ts'
import { simulated } from './simulated.ts'

const size = { companies: 8, contacts: 40, configurations: 30, tickets: 90 }

function busiest(rows: Iterable<{ readonly companyId: number }>): number {
  const counts = [...Map.groupBy(rows, ({ companyId }) => companyId)].sort(([, a], [, b]) => b.length - a.length)
  return counts.find(([id]) => id !== 1)?.[0] ?? 0
}

t.test('the tickets of a company, newest first, with readable values', async (t) => {
  const { world, context } = await simulated(t, size)
  const company = busiest(world.tickets.after(0))
  const all = [...world.tickets.after(0)].filter(({ companyId }) => companyId === company).reverse()
  const closed = (statusId: number) => world.ticketStatuses.get(statusId)?.closed === true
  const list = (more: { closed?: boolean; limit?: number } = {}) =>
    autotask.tickets?.list(context(), { companyId: String(company), limit: 50, ...more })
  const found = (await list()) ?? []
  t.same(
    found.map((ticket) => ({
      ...ticket,
      url: undefined,
      createdAt: undefined,
      updatedAt: undefined,
      assignee: undefined,
    })),
    all.map((row) => {
      const contact = row.contactId === null ? undefined : world.contacts.get(row.contactId)
      const status = world.ticketStatuses.get(row.statusId)
      return {
        sourceId: String(row.id),
        url: undefined,
        summary: row.summary,
        board: world.boards.get(row.boardId)?.name,
        boardId: String(row.boardId),
        status: status?.closed ? 'Complete' : status?.name,
        priority: world.priorities.get(row.priorityId)?.name,
        type: row.id % 2 ? 'Incident' : 'Service Request',
        contact: contact ? [contact.firstName, contact.lastName].filter(Boolean).join(' ') : null,
        assignee: undefined,
        closed: status?.closed,
        createdAt: undefined,
        updatedAt: undefined,
      }
    }),
  )
  t.same(new Set(found.map(({ assignee }) => assignee)), new Set(['Ann Nox', null]))
  t.match(found[0], { url: /Code=OpenTicketDetail&TicketID=\d+$/, createdAt: /Z$/ })
  const ids = (rows: typeof found | undefined) => rows?.map(({ sourceId }) => Number(sourceId))
  t.same(
    ids(await list({ closed: false })),
    all.filter((row) => !closed(row.statusId)).map(({ id }) => id),
  )
  t.same(
    ids(await list({ closed: true })),
    all.filter((row) => closed(row.statusId)).map(({ id }) => id),
  )
  t.same(
    ids(await list({ limit: 2 })),
    all.slice(0, 2).map(({ id }) => id),
    'the newest two',
  )
})

t.test('of a long list only the recent part is read if it suffices', async (t) => {
  const { world, context, server } = await simulated(t, size)
  const [row] = world.tickets.after(0)
  for (let id = 1_000; id < 1_620 && row; id++) world.tickets.put({ ...row, id, companyId: 2 })
  const recent = new Date(Date.now() - 86_400_000).toISOString()
  for (const id of [1_619, 1_620, 1_621]) if (row) world.tickets.put({ ...row, id, companyId: 2, createdAt: recent })
  const list = (limit: number) => autotask.tickets?.list(context(), { companyId: '2', limit })
  t.same(
    (await list(3))?.map(({ sourceId }) => sourceId),
    ['1621', '1620', '1619'],
  )
  t.equal(server.requests.filter(({ path }) => path.endsWith('/Tickets/query')).length, 1)
  t.same(
    (await list(5))?.map(({ sourceId }) => sourceId),
    ['1621', '1620', '1619', '1618', '1617'],
    'past the first page',
  )
})

t.test('one ticket with its notes', async (t) => {
  const { world, context } = await simulated(t, size)
  for (const row of [...world.tickets.after(0)].slice(0, 20)) {
    const ticket = await autotask.tickets?.get(context(), String(row.id))
    t.equal(ticket?.summary, row.summary)
    const [description, ...others] = row.notes
    const resolution = others.find(({ kind }) => kind === 'resolution')
    const notes = others.filter(({ kind }) => kind === 'note')
    t.match(ticket?.notes[0], { text: description?.text, kind: 'description', internal: false })
    t.equal(ticket?.notes.find(({ kind }) => kind === 'resolution')?.text, resolution?.text)
    t.same(
      ticket?.notes.filter(({ kind }) => kind === 'note'),
      notes.map(({ id, text, internal, author, createdAt }) => ({
        sourceId: String(id),
        text,
        kind: 'note',
        internal,
        author,
        createdAt,
      })),
    )
  }
})

t.test('a ticket that is gone answers 200 and no item', async (t) => {
  const { context, server } = await simulated(t, size)
  t.equal((await failure(autotask.tickets?.get(context(), '99999') ?? Promise.resolve())).kind, 'not-found')
  t.equal(server.requests.at(-1)?.status, 200)
})

t.test('a note is internal unless it is published to everybody', async (t) => {
  const publish = [1, 2, 3, null, undefined, '1', 'x']
  const rows = publish.map((value, index) => ({
    id: index + 1,
    ticketID: 1,
    title: 'T',
    description: 'D',
    publish: value,
  }))
  const { context } = await simulated(
    t,
    size,
    {},
    {
      altered: (request, answer) =>
        request.path.endsWith('/TicketNotes/query') ? { ...answer, body: { items: rows, pageDetails: {} } } : answer,
    },
  )
  const ticket = await autotask.tickets?.get(context(), '1')
  const notes = ticket?.notes.filter(({ kind }) => kind === 'note')
  t.same(
    notes?.map(({ internal }) => internal),
    [false, true, true, true, true, false, true],
  )
  t.equal(notes?.[0]?.text, 'T\nD')
})

t.test(
  'without a list of notes a ticket comes without them; without rights to names it comes without names',
  async (t) => {
    const { context, reported, simulator } = await simulated(
      t,
      size,
      {},
      {
        altered: (request, answer) => (request.path.endsWith('/TicketNotes/query') ? { status: 404 } : answer),
      },
    )
    simulator.take('resources', 'contacts')
    const ticket = await autotask.tickets?.get(context(), '2')
    t.ok(ticket?.notes.every(({ kind }) => kind !== 'note'))
    t.equal(ticket?.assignee, null)
    t.ok(reported.includes('warning ticket-notes') && reported.includes('warning people'))
    simulator.take('tickets')
    t.equal(
      (await failure(autotask.tickets?.list(context(), { companyId: '2', limit: 5 }) ?? Promise.resolve())).kind,
      'permission',
    )
  },
)
