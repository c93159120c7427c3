/** Incidents, or cases of Customer Service Management; read live and never stored. */
import type { Context, Ticket, TicketDetail, TicketNote, TicketSource } from '../../core/connector/contract.ts'
import { not, type Row, required } from '../../core/connector/parse.ts'
import { isForbidden } from './client.ts'
import { formLink } from './instance.ts'
import { pageSize, readAll } from './paging.ts'
import { equals, oneOf } from './query.ts'
import { layoutOf, type ServiceNowSettings } from './settings.ts'
import { list, record } from './table.ts'
import { boolOf, instantOf, labelOf, rawOf } from './values.ts'

type Ctx = Context<ServiceNowSettings>

const columns = [
  'sys_id',
  'number',
  'short_description',
  'state',
  'priority',
  'active',
  'assignment_group',
  'assigned_to',
]
const more = ['category', 'opened_at', 'sys_created_on', 'sys_updated_on']
const texts = ['description', 'close_notes', 'comments', 'work_notes', 'opened_by']

export const tickets: TicketSource<ServiceNowSettings> = {
  /** Last changed first; 1,000 at most. Closed is what ServiceNow no longer counts as active: a resolved incident still is. */
  async list(ctx, { companyId, closed, limit }) {
    const { tickets: table, owner } = layoutOf(ctx.settings)
    const conditions = [
      equals(ctx, owner, companyId),
      ...(closed === undefined ? [] : [equals(ctx, 'active', String(!closed))]),
    ]
    const question = { table, columns: [...columns, ...more, person(table)], conditions }
    const { rows, total } = await list(ctx, question, {
      order: 'ORDERBYDESCsys_updated_on^ORDERBYsys_id',
      limit: Math.min(limit, pageSize),
    })
    if (rows.length === 0 && total) {
      throw ctx.error(
        'permission',
        `ServiceNow counts ${total} tickets of this company that it does not hand out: the user may not read them. Grant the role that the connection's check names.`,
        `${table}: ${total} counted, none handed out`,
      )
    }
    return rows.map((row) => ticket(ctx, row))
  },

  async get(ctx, sourceId): Promise<TicketDetail> {
    const { tickets: table } = layoutOf(ctx.settings)
    const row = await record(ctx, table, sourceId, [...columns, ...more, ...texts, person(table)])
    return { ...ticket(ctx, row), notes: await notesOf(ctx, row, sourceId) }
  },
}

function person(table: string): string {
  return table === 'incident' ? 'caller_id' : 'contact'
}

function ticket(ctx: Ctx, row: Row): Ticket {
  const { tickets: table } = layoutOf(ctx.settings)
  const sourceId = required(rawOf(row.sys_id))
  const number = rawOf(row.number)
  return {
    sourceId,
    url: formLink(ctx.settings, table) + sourceId,
    summary: rawOf(row.short_description) ?? number ?? sourceId,
    board: labelOf(row.assignment_group) ?? null,
    boardId: rawOf(row.assignment_group) ?? null,
    status: labelOf(row.state) ?? null,
    priority: labelOf(row.priority) ?? null,
    type: labelOf(row.category) ?? null,
    contact: labelOf(row[person(table)]) ?? null,
    assignee: labelOf(row.assigned_to) ?? null,
    closed: not(boolOf(row.active)) ?? null,
    createdAt: instantOf(row.opened_at) ?? instantOf(row.sys_created_on) ?? null,
    updatedAt: instantOf(row.sys_updated_on) ?? null,
  }
}

async function notesOf(ctx: Ctx, row: Row, ticketId: string): Promise<readonly TicketNote[]> {
  const description = rawOf(row.description)
  const resolution = rawOf(row.close_notes)
  const first: TicketNote[] = description
    ? [
        {
          sourceId: `${ticketId}-description`,
          text: description,
          kind: 'description',
          internal: false,
          author: labelOf(row.opened_by) ?? null,
          createdAt: instantOf(row.opened_at) ?? null,
        },
      ]
    : []
  // Whether clients see how it was resolved depends on the form and the portal: so not from here.
  const last: TicketNote[] = resolution
    ? [{ sourceId: `${ticketId}-resolution`, text: resolution, kind: 'resolution', internal: true }]
    : []
  const journal = await journalOf(ctx, ticketId)
  return [...first, ...(journal.length > 0 ? journal : wholeJournal(row, ticketId)), ...last]
}

/** Comments are for the client, work notes are not. */
async function journalOf(ctx: Ctx, ticketId: string): Promise<readonly TicketNote[]> {
  const [elements] = oneOf(ctx, 'element', ['comments', 'work_notes'])
  const conditions = [equals(ctx, 'element_id', ticketId), ...(elements ? [elements] : [])]
  try {
    const { rows } = await readAll(ctx, {
      table: 'sys_journal_field',
      columns: ['sys_id', 'value', 'sys_created_on', 'sys_created_by'],
      conditions,
    })
    const made = (row: Row) => rawOf(row.sys_created_on) ?? ''
    return [...rows]
      .sort((one, other) => (made(one) < made(other) ? -1 : 1))
      .map((row) => ({
        sourceId: required(rawOf(row.sys_id)),
        text: rawOf(row.value) ?? '',
        kind: 'note',
        internal: rawOf(row.element) !== 'comments',
        author: rawOf(row.sys_created_by) ?? null,
        createdAt: instantOf(row.sys_created_on) ?? null,
      }))
  } catch (error) {
    if (!isForbidden(error)) throw error
    return []
  }
}

/** Where the journal cannot be read note by note: all comments in one, all work notes in one, as the form shows them. */
function wholeJournal(row: Row, ticketId: string): readonly TicketNote[] {
  return ['comments', 'work_notes'].flatMap((column) => {
    const field = row[column]
    const text = typeof field === 'object' && field !== null && 'display_value' in field ? field.display_value : field
    if (typeof text !== 'string' || text.trim() === '') return []
    return { sourceId: `${ticketId}-${column}`, text: text.trim(), kind: 'note', internal: column === 'work_notes' }
  })
}
