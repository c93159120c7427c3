/** Tickets, read live and never stored. */
import type { Context, Ticket, TicketDetail, TicketNote, TicketSource } from '../../core/connector/contract.ts'
import { bool, type Row, required, text } from '../../core/connector/parse.ts'
import { ticketScreen } from './address.ts'
import { ask, askRow, askRows, idNumber, isNotFound, rowsIn } from './client.ts'
import { pageSize, type Query } from './paging.ts'
import type { KaseyaSettings } from './settings.ts'
import { moment, reference } from './streams/fields.ts'

type Ctx = Context<KaseyaSettings>

const path = 'v2/servicedesk/tickets'
/** A company with more tickets shows its newest. */
const mostPages = 10
/** Before the first ticket of any BMS: with it only completed tickets are listed. */
const ever = '2000-01-01T00:00:00Z'

export const tickets: TicketSource<KaseyaSettings> = {
  /** The newest first; out of 1,000 at most. */
  async list(ctx, { companyId, closed, limit }) {
    const query: Query = {
      'Filter.AccountIds': idNumber(ctx, companyId),
      ...(closed === false ? { 'Filter.ExcludeCompleted': 1 } : {}),
      ...(closed === true ? { 'Filter.CompletedDateFrom': ever } : {}),
    }
    const link = ticketScreen(ctx.settings)
    return (await newest(ctx, query))
      .map((row) => ticket(row, link))
      .filter((found) => closed === undefined || found.closed === closed)
      .sort((one, other) => Number(other.sourceId) - Number(one.sourceId))
      .slice(0, limit)
  },

  async get(ctx, sourceId): Promise<TicketDetail> {
    const number = idNumber(ctx, sourceId)
    const [row, notes] = await Promise.all([askRow(ctx, { url: `${path}/${number}` }), notesOf(ctx, number)])
    const description = opening(row, number)
    return { ...ticket(row, ticketScreen(ctx.settings)), notes: description ? [description, ...notes] : notes }
  },
}

/** How `Sort` is to be written is not documented, so the first page tells at which end the newest are. */
async function newest(ctx: Ctx, query: Query): Promise<readonly Row[]> {
  const page = async (number: number) => {
    const request = { url: path, query: { ...query, PageSize: pageSize, PageNumber: number } }
    const { result, total } = await ask(ctx, request)
    return { rows: rowsIn(ctx, request, result), total }
  }
  const first = await page(1)
  const last = Math.ceil((first.total ?? 0) / pageSize)
  const rising = Number(first.rows[0]?.id) < Number(first.rows.at(-1)?.id)
  const from = rising ? Math.max(2, last - mostPages + 1) : 2
  const rows = [...first.rows]
  for (let number = from; number <= last && number < from + mostPages; number++) rows.push(...(await page(number)).rows)
  // What is opened meanwhile moves a ticket to the next page.
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}

function ticket(row: Row, link: string | undefined): Ticket {
  const sourceId = required(reference(row.id))
  const completed = moment(row.completedDate)
  return {
    sourceId,
    ...(link === undefined ? {} : { url: link + sourceId }),
    summary: required(text(row.title)),
    board: text(row.queueName) ?? null,
    boardId: reference(row.queueId) ?? null,
    status: text(row.statusName) ?? null,
    priority: text(row.priorityName) ?? null,
    type: text(row.typeName) ?? null,
    contact: text(row.contactName) ?? null,
    assignee: text(row.assigneeName) ?? null,
    closed: completed === undefined ? null : completed !== null,
    createdAt: moment(row.openDate) ?? moment(row.createdOn) ?? null,
    updatedAt: moment(row.lastActivityUpdate) ?? moment(row.modifiedOn) ?? null,
  }
}

/** What the ticket was opened with is a property of the ticket. */
function opening(row: Row, number: string): TicketNote | undefined {
  const details = text(row.details)
  if (!details) return undefined
  return {
    sourceId: `${number}-details`,
    text: details,
    kind: 'description',
    internal: false,
    author: text(row.createdByName) ?? null,
    createdAt: moment(row.openDate) ?? moment(row.createdOn) ?? null,
  }
}

async function notesOf(ctx: Ctx, number: string): Promise<readonly TicketNote[]> {
  try {
    return (await askRows(ctx, { url: `${path}/${number}/notes` })).map(note)
  } catch (error) {
    if (!isNotFound(error)) throw error
    // The ticket itself may still be there; if not, its own request says so.
    ctx.report({
      level: 'warning',
      code: 'ticket-notes',
      message: 'Kaseya BMS has no notes for this ticket.',
      sourceId: number,
    })
    return []
  }
}

/** A note BMS does not call public is internal. */
function note(row: Row): TicketNote {
  return {
    sourceId: required(reference(row.id)),
    text: required(text(row.details)),
    kind: /resol/i.test(text(row.typeName) ?? '') ? 'resolution' : 'note',
    internal: bool(row.isInternal) !== false,
    author: text(row.createdByName) ?? null,
    createdAt: moment(row.createdOn) ?? null,
  }
}
