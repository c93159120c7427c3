import t from 'tap'
import { syncro } from '../../../plugins/syncro/connector.ts'
import { customerId } from '../../../plugins/syncro/simulator/clients.ts'
import { failure } from '../connected.ts'
import { instead, rowsIn, simulated } from './simulated.ts'

const size = { companies: 3, contacts: 10, configurations: 1, tickets: 400 }

async function ticketing(t: Parameters<typeof simulated>[0], more: Parameters<typeof simulated>[3] = {}) {
  const one = await simulated(t, size, {}, more)
  const { tickets } = syncro
  if (!tickets) throw new Error('no tickets')
  const busiest = Map.groupBy(one.world.tickets.after(0), ({ companyId }) => companyId)
  const [company = 1, own = []] = [...busiest].sort(([, a], [, b]) => b.length - a.length)[0] ?? []
  const companyId = String(customerId(company))
  const list = (query: { closed?: boolean; limit?: number } = {}) =>
    tickets.list(one.context(), { companyId, limit: 1_000, ...query })
  return { ...one, own, list, get: (id: string) => tickets.get(one.context(), id) }
}

t.test('all pages of a company, open or closed', async (t) => {
  const { own, list, asked, world } = await ticketing(t)
  const all = await list()
  t.equal(all.length, own.length)
  t.ok(asked('tickets').length > 2)
  const open = await list({ closed: false })
  t.equal(asked('tickets').at(-1)?.query.get('status'), 'Not Closed')
  const closed = await list({ closed: true })
  t.equal(open.length + closed.length, all.length)
  t.ok(open.every((ticket) => ticket.closed === false) && closed.every((ticket) => ticket.closed === true))
  t.equal((await list({ limit: 3 })).length, 3)
  const [first] = all
  const truth = world.tickets.get(Number(first?.sourceId))
  const contact = world.contacts.get(truth?.contactId ?? 0)
  t.match(first, {
    summary: truth?.summary,
    board: world.boards.get(truth?.boardId ?? 0)?.name,
    boardId: world.boards.get(truth?.boardId ?? 0)?.name,
    priority: world.priorities.get(truth?.priorityId ?? 0)?.name,
    contact: contact ? [contact.firstName, contact.lastName].filter(Boolean).join(' ') : null,
    type: 'Support',
    assignee: 'Ann Nox',
    createdAt: truth?.createdAt,
    updatedAt: truth?.updatedAt,
    url: new RegExp(`/tickets/${first?.sourceId}$`),
  })
})

t.test('a ticket with its comments; hidden ones are internal', async (t) => {
  const { own, get } = await ticketing(t)
  const truth = own.find(({ notes }) => notes.some(({ internal }) => internal) && notes.length > 3)
  const ticket = await get(String(truth?.id))
  t.strictSame(
    ticket.notes,
    truth?.notes.map(({ id, text, kind, internal, author, createdAt }) => ({
      sourceId: String(id),
      text,
      kind,
      internal,
      author,
      createdAt,
    })),
  )
})

t.test('comments of all pages, and only what is expressly shown counts as shown', async (t) => {
  const path = 'tickets/1/comments'
  const comment = (id: number, own: object = {}) => ({ id, body: `n${id}`, created_at: '2026-01-01T00:00:00Z', ...own })
  const { get, asked } = await ticketing(
    t,
    instead(path, (_, { query }) => ({
      comments:
        query.get('page') === '1'
          ? [comment(1, { hidden: false }), comment(2), comment(3, { hidden: null, subject: 'Completed' })]
          : [comment(3, { hidden: false, subject: 'Completed' }), comment(4, { hidden: true })],
      meta: { total_pages: 2, page: Number(query.get('page')), per_page: 3 },
    })),
  )
  const { notes } = await get('1')
  t.strictSame(
    notes.map(({ sourceId, kind, internal }) => [sourceId, kind, internal]),
    [
      ['1', 'description', false],
      ['2', 'note', true],
      ['3', 'resolution', false],
      ['4', 'note', true],
    ],
  )
  t.equal(asked(path).length, 2)
})

t.test('a list without end is cut, a ticket that is gone is told', async (t) => {
  const { list, asked, get } = await ticketing(
    t,
    instead('tickets', (body, { query }) => ({
      tickets: rowsIn(body, 'tickets')
        .slice(0, 1)
        .map((row) => ({ ...row, id: Number(query.get('page')) })),
    })),
  )
  t.ok((await list()).length <= 20)
  t.ok(asked('tickets').length <= 20)
  t.equal((await failure(get('99999'))).kind, 'not-found')
  t.equal((await failure(get('1/../2'))).kind, 'bug')
})
