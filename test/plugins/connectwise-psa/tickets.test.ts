import t from 'tap'
import { tickets } from '../../../plugins/connectwise-psa/tickets.ts'
import { failure, lists, notThere, screen, vendor } from './vendor.ts'

const row = {
  id: 91234,
  summary: 'Printer offline',
  board: { id: 1, name: 'Help Desk' },
  status: { id: 16, name: 'New' },
  company: { id: 250, name: 'Beacon' },
  contact: { id: 58024, name: 'Jo Smith' },
  type: { id: 5, name: 'Hardware' },
  owner: { id: 140, identifier: 'AN', name: 'Ann Nox' },
  priority: { id: 4, name: 'Priority 3' },
  closedFlag: false,
  _info: { lastUpdated: '2026-08-01T09:00:00Z', dateEntered: '2026-07-31T16:10:00Z' },
}
const ticket = {
  sourceId: '91234',
  url: screen('ServiceFV', 91234),
  summary: 'Printer offline',
  board: 'Help Desk',
  boardId: '1',
  status: 'New',
  priority: 'Priority 3',
  type: 'Hardware',
  contact: 'Jo Smith',
  assignee: 'Ann Nox',
  closed: false,
  createdAt: '2026-07-31T16:10:00Z',
  updatedAt: '2026-08-01T09:00:00Z',
}

t.test('the tickets of a company, newest first', async (t) => {
  const { ctx, asked } = vendor(() => ({ body: [row] }))
  t.strictSame(await tickets.list(ctx, { companyId: '250', closed: false, limit: 100 }), [ticket])
  t.strictSame(asked[0]?.query, {
    conditions: 'company/id=250 and closedFlag=False',
    orderBy: 'id desc',
    page: '1',
    pageSize: '100',
  })
  await tickets.list(ctx, { companyId: '250', closed: true, limit: 5000 })
  t.match(asked[1]?.query, { conditions: 'company/id=250 and closedFlag=True', pageSize: '1000' })
  await tickets.list(ctx, { companyId: '250', limit: 5 })
  t.equal(asked[2]?.query.conditions, 'company/id=250')
  t.equal((await failure(tickets.list(ctx, { companyId: '250 or 1=1', limit: 5 }))).kind, 'bug')
  t.equal((await failure(tickets.list(vendor(() => ({ body: {} })).ctx, { companyId: '1', limit: 5 }))).kind, 'vendor')
})

t.test('a bare ticket', async (t) => {
  const { ctx } = vendor(() => ({ body: [{ id: 1, summary: 'x', contactName: 'Visitor', owner: {} }] }))
  t.match(await tickets.list(ctx, { companyId: '1', limit: 1 }), [
    { board: null, contact: 'Visitor', assignee: null, closed: null, createdAt: null },
  ])
})

t.test('one ticket with its notes; internal ones are marked', async (t) => {
  const notes = [
    {
      id: 1,
      text: 'It is offline',
      detailDescriptionFlag: true,
      internalAnalysisFlag: false,
      createdBy: 'jo',
      contact: { id: 1, name: 'Jo Smith' },
      dateCreated: '2026-07-31T16:10:00Z',
    },
    {
      id: 2,
      text: 'User error?',
      detailDescriptionFlag: false,
      internalAnalysisFlag: true,
      member: { id: 140, name: 'Ann Nox' },
    },
    { id: 3, text: 'We are on it', detailDescriptionFlag: true, internalAnalysisFlag: false, createdBy: 'AN' },
    { id: 4, text: 'New toner', resolutionFlag: true },
    { id: 5, text: 'no flags at all' },
    { id: 6, text: 'both', detailDescriptionFlag: true, internalAnalysisFlag: true },
    { id: 7, text: 'newer flags', internalFlag: false, externalFlag: true },
  ]
  const tables = lists({ 'service/tickets/91234/notes': notes })
  const { ctx } = vendor((asked) => (asked.path === 'service/tickets/91234' ? { body: row } : tables(asked)))
  const found = await tickets.get(ctx, '91234')
  const { notes: read, ...rest } = found
  t.strictSame(rest, ticket)
  t.strictSame(read[0], {
    sourceId: '1',
    text: 'It is offline',
    kind: 'description',
    internal: false,
    author: 'Jo Smith',
    createdAt: '2026-07-31T16:10:00Z',
  })
  t.strictSame(
    read.map(({ kind, internal, author }) => [kind, internal, author]),
    [
      ['description', false, 'Jo Smith'],
      ['note', true, 'Ann Nox'],
      ['note', false, 'AN'],
      ['resolution', false, null],
      ['note', true, null],
      ['note', true, null],
      ['note', false, null],
    ],
  )
})

t.test('a ticket that is gone, or may not be read, is an error; a missing note list is not', async (t) => {
  t.equal((await failure(tickets.get(vendor(() => notThere).ctx, '1'))).kind, 'not-found')
  t.equal(
    (await failure(tickets.get(vendor(() => ({ status: 403, body: { code: 'Security' } })).ctx, '1'))).kind,
    'permission',
  )
  const { ctx, reported } = vendor(({ path }) => (path.endsWith('notes') ? notThere : { body: row }))
  t.strictSame((await tickets.get(ctx, '91234')).notes, [])
  t.strictSame(reported, ['warning ticket-notes'])
  const noNotesRight = vendor(({ path }) =>
    path.endsWith('notes') ? { status: 403, body: { code: 'Security' } } : { body: row },
  )
  t.equal((await failure(tickets.get(noNotesRight.ctx, '91234'))).kind, 'permission')
})
