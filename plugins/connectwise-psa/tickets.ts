/** Tickets, read live and never stored. */
import type { Context, Ticket, TicketDetail, TicketNote, TicketSource } from '../../core/connector/contract.ts'
import { bool, id, instant, isRow, object, type Row, required, text } from '../../core/connector/parse.ts'
import { isNotFound } from './client.ts'
import { all, idNumber } from './conditions.ts'
import { pageSize, readAll } from './paging.ts'
import type { ConnectWiseSettings } from './settings.ts'
import { refId, refName, screenLink, updatedAt } from './streams/fields.ts'

const path = 'service/tickets'

export const tickets: TicketSource<ConnectWiseSettings> = {
  /** The newest first; 1,000 at most. */
  async list(ctx, { companyId, closed, limit }) {
    const conditions = all(
      `company/id=${idNumber(ctx, companyId)}`,
      closed === undefined ? undefined : `closedFlag=${closed ? 'True' : 'False'}`,
    )
    // Ordering by `_info/lastUpdated` is not documented; by id is.
    const query = { conditions, orderBy: 'id desc', page: 1, pageSize: Math.min(limit, pageSize) }
    const { body } = await ctx.http.request({ url: path, query })
    if (!Array.isArray(body)) throw ctx.error('vendor', 'ConnectWise answered the ticket list with something else.')
    const link = screenLink(ctx.settings, 'ServiceFV')
    return body.filter(isRow).map((row) => ticket(row, link))
  },

  async get(ctx, sourceId): Promise<TicketDetail> {
    const number = idNumber(ctx, sourceId)
    const [{ body }, notes] = await Promise.all([ctx.http.request({ url: `${path}/${number}` }), notesOf(ctx, number)])
    if (!isRow(body)) throw ctx.error('vendor', 'ConnectWise answered the ticket with something else.')
    return { ...ticket(body, screenLink(ctx.settings, 'ServiceFV')), notes }
  },
}

function ticket(row: Row, link: string): Ticket {
  const sourceId = required(id(row.id))
  const info = object(row._info)
  return {
    sourceId,
    url: link + sourceId,
    summary: required(text(row.summary)),
    board: refName(row.board) ?? null,
    boardId: refId(row.board) ?? null,
    status: refName(row.status) ?? null,
    priority: refName(row.priority) ?? null,
    type: refName(row.type) ?? null,
    contact: refName(row.contact) ?? text(row.contactName) ?? null,
    assignee: refName(row.owner) ?? null,
    closed: bool(row.closedFlag) ?? null,
    createdAt: instant(info?.dateEntered) ?? null,
    updatedAt: updatedAt(row) ?? null,
  }
}

async function notesOf(ctx: Context<ConnectWiseSettings>, ticket: string): Promise<readonly TicketNote[]> {
  try {
    const rows = await readAll(ctx, `${path}/${ticket}/notes`)
    // The first note of the discussion is what the ticket was opened with.
    const description = rows.find((row) => bool(row.detailDescriptionFlag) === true)
    return rows.map((row) => note(row, row === description))
  } catch (error) {
    if (!isNotFound(error)) throw error
    // The ticket itself may still be there; if not, its own request says so.
    ctx.report({
      level: 'warning',
      code: 'ticket-notes',
      message: 'ConnectWise has no notes for this ticket.',
      sourceId: ticket,
    })
    return []
  }
}

function note(row: Row, isDescription: boolean): TicketNote {
  return {
    sourceId: required(id(row.id)),
    text: required(text(row.text)),
    kind: isDescription ? 'description' : bool(row.resolutionFlag) === true ? 'resolution' : 'note',
    internal: isInternal(row),
    author: refName(row.member) ?? refName(row.contact) ?? text(row.createdBy) ?? null,
    createdAt: instant(row.dateCreated) ?? null,
  }
}

/** For the client's eyes only if ConnectWise says so and nothing speaks against it. */
function isInternal(row: Row): boolean {
  if (bool(row.internalAnalysisFlag) === true || bool(row.internalFlag) === true) return true
  return (
    bool(row.detailDescriptionFlag) !== true && bool(row.resolutionFlag) !== true && bool(row.externalFlag) !== true
  )
}
