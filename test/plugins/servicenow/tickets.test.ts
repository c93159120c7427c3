import t from 'tap'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { sysId } from '../../../plugins/servicenow/simulator/rows.ts'
import { phaseOf } from '../../../plugins/servicenow/simulator/tickets.ts'
import { failure } from '../connected.ts'
import { simulated, small } from './simulated.ts'

const { tickets } = serviceNow
const company = sysId('core_company', 2)

t.test('of one company, last changed first, open or closed', async (t) => {
  const { world, context, settings } = await simulated(t)
  const own = [...world.tickets.after(0)].filter(({ companyId }) => companyId === 2)
  for (const customerTable of ['core_company', 'customer_account'] as const) {
    const ctx = context({}, settings({ customerTable }))
    const all = (await tickets?.list(ctx, { companyId: company, limit: 500 })) ?? []
    t.same(all.map(({ sourceId }) => sourceId).sort(), own.map(({ id }) => sysId('task', id)).sort())
    t.same(
      all.map(({ updatedAt }) => updatedAt),
      own
        .map(({ updatedAt }) => updatedAt)
        .sort()
        .reverse(),
    )
    const closed = (await tickets?.list(ctx, { companyId: company, limit: 500, closed: true })) ?? []
    t.equal(closed.length, own.filter(({ statusId }) => phaseOf(world, statusId) === 'closed').length)
    t.equal((await tickets?.list(ctx, { companyId: company, limit: 2 }))?.length, 2)
  }
})

t.test('with labels, a link, and notes that are internal or not', async (t) => {
  const { world, context, server } = await simulated(t)
  for (const row of world.tickets.after(0)) {
    const id = sysId('task', row.id)
    const ticket = await tickets?.get(context(), id)
    t.match(ticket, {
      sourceId: id,
      summary: row.summary,
      board: world.boards.get(row.boardId)?.name,
      priority: world.priorities.get(row.priorityId)?.name,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      url: `${server.origin}/nav_to.do?uri=incident.do%3Fsys_id%3D${id}`,
    })
    const order = (kind: string) => ['description', 'note', 'resolution'].indexOf(kind)
    const expected = [...row.notes]
      .sort((one, other) => order(one.kind) - order(other.kind) || (one.createdAt < other.createdAt ? -1 : 1))
      .map(({ text, kind, internal, author, createdAt }) =>
        kind === 'resolution' ? { text, kind, internal: true } : { text, kind, internal, author, createdAt },
      )
    t.match(ticket?.notes, expected)
    t.equal(ticket?.notes.length, expected.length)
  }
})

t.test('notes in one piece where the journal cannot be read', async (t) => {
  const one = await simulated(
    t,
    small,
    {},
    {
      altered: (request, answer) =>
        request.path.endsWith('sys_journal_field')
          ? {
              status: 403,
              body: { error: { message: 'Operation Failed', detail: 'ACL Exception' }, status: 'failure' },
            }
          : answer,
    },
  )
  const row = [...one.world.tickets.after(0)].find(
    ({ notes }) =>
      notes.filter(({ kind, internal }) => kind === 'note' && internal).length > 0 &&
      notes.some(({ kind, internal }) => kind === 'note' && !internal),
  )
  const ticket = await tickets?.get(one.context(), sysId('task', row?.id ?? 0))
  const notes = ticket?.notes.filter(({ kind }) => kind === 'note') ?? []
  t.same(
    notes.map(({ internal }) => internal),
    [false, true],
  )
  for (const { text, internal } of row?.notes.filter(({ kind }) => kind === 'note') ?? [])
    t.ok(notes.find((note) => note.internal === internal)?.text.includes(text))
})

t.test('never another company, whatever was asked', async (t) => {
  const { context } = await simulated(t)
  t.same(await tickets?.list(context(), { companyId: sysId('core_company', 999), limit: 5 }), [])
  t.match(await failure(tickets?.list(context(), { companyId: 'x^ORactive=true', limit: 5 }) ?? Promise.resolve()), {
    kind: 'config',
  })
  t.match(await failure(tickets?.get(context(), '../sys_user/1') ?? Promise.resolve()), { kind: 'bug' })
})

t.test('tickets that are all hidden are no empty list', async (t) => {
  const { context, simulator } = await simulated(t)
  simulator.hideRows((table) => table === 'incident')
  t.match(await failure(tickets?.list(context(), { companyId: company, limit: 5 }) ?? Promise.resolve()), {
    kind: 'permission',
    admin: /tickets of this company/,
  })
})
