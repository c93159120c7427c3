/** Tickets, read live and never stored. */
import type { Context, Ticket, TicketDetail, TicketNote, TicketSource } from '../../core/connector/contract.ts'
import { id, instant, isRow, object, type Row, required, text } from '../../core/connector/parse.ts'
import { idNumber } from './client.ts'
import { fetchPage, type List } from './paging.ts'
import type { SyncroSettings } from './settings.ts'
import { screenLink } from './site.ts'

/** Pages read for one list at most: a company with thousands of tickets must not use up the minute. */
const mostPages = 20

/** The two statuses every account has for work that is done. */
export function isClosed(status: string): boolean {
  return /^(resolved|invoiced)$/i.test(status.trim())
}

export const tickets: TicketSource<SyncroSettings> = {
  async list(ctx, { companyId, closed, limit }) {
    const own = { customer_id: Number(idNumber(ctx, companyId)) }
    const list: List = {
      path: 'tickets',
      key: 'tickets',
      query: closed === false ? { ...own, status: 'Not Closed' } : own,
    }
    const found = new Map<string, Ticket>()
    for (let page = 1; page <= mostPages && found.size < limit; page++) {
      const { rows, last } = await fetchPage(ctx, list, page)
      for (const row of rows) {
        const one = ticket(row, ctx)
        if (closed === undefined || (one.closed ?? false) === closed) found.set(one.sourceId, one)
      }
      if (rows.length === 0 || (last !== undefined && page >= last)) break
    }
    return [...found.values()].slice(0, limit)
  },

  async get(ctx, sourceId): Promise<TicketDetail> {
    const number = idNumber(ctx, sourceId)
    const [{ body }, notes] = await Promise.all([ctx.http.request({ url: `tickets/${number}` }), notesOf(ctx, number)])
    const row = isRow(body) ? object(body.ticket) : undefined
    if (!row) throw ctx.error('vendor', 'Syncro answered the ticket with something else.')
    return { ...ticket(row, ctx), notes }
  },
}

function ticket(row: Row, ctx: Context<SyncroSettings>): Ticket {
  const sourceId = required(id(row.id))
  const status = text(row.status) ?? null
  const problem = text(row.problem_type) ?? null
  return {
    sourceId,
    url: screenLink(ctx.settings, 'tickets') + sourceId,
    summary: required(text(row.subject)),
    board: problem,
    boardId: problem,
    status,
    priority: text(row.priority) ?? null,
    type: text(row.ticket_type_name) ?? text(object(row.ticket_type)?.name) ?? null,
    contact: text(row.contact_fullname) ?? text(object(row.contact)?.name) ?? null,
    assignee: text(object(row.user)?.full_name) ?? null,
    closed: status === null ? null : isClosed(status),
    createdAt: instant(row.created_at) ?? null,
    updatedAt: instant(row.updated_at) ?? null,
  }
}

/** The ticket itself carries only its first comment by now; all of them have a list of their own. */
async function notesOf(ctx: Context<SyncroSettings>, ticket: string): Promise<readonly TicketNote[]> {
  const list: List = {
    path: `tickets/${ticket}/comments`,
    key: 'comments',
    query: { per_page: 100, sort_by: 'created_at', sort_direction: 'ASC' },
  }
  const rows = new Map<string, Row>()
  for (let page = 1; page <= mostPages; page++) {
    const fetched = await fetchPage(ctx, list, page)
    for (const row of fetched.rows) rows.set(required(id(row.id)), row)
    if (fetched.rows.length === 0 || (fetched.last !== undefined && page >= fetched.last)) break
  }
  const all = [...rows.values()]
  const description = all.find((row) => /^initial issue$/i.test(text(row.subject) ?? '')) ?? all[0]
  return all.map((row) => note(row, row === description))
}

function note(row: Row, isDescription: boolean): TicketNote {
  return {
    sourceId: required(id(row.id)),
    text: required(text(row.body)),
    kind: isDescription
      ? 'description'
      : /^(resolution|resolved|completed)$/i.test(text(row.subject) ?? '')
        ? 'resolution'
        : 'note',
    // Only what is expressly shown to the client is for the client.
    internal: row.hidden !== false,
    author: text(row.tech) ?? text(object(row.user)?.full_name) ?? null,
    createdAt: instant(row.created_at) ?? null,
  }
}
