/** Tickets, read live and never stored. */
import type { Context, Ticket, TicketDetail, TicketNote, TicketSource } from '../../core/connector/contract.ts'
import { bool, id, integer, isRow, type Row, required, text } from '../../core/connector/parse.ts'
import { addressesOf } from './addresses.ts'
import { fetchDetail, fetchPage, tickets as list, pageSize, type Query, readList } from './paging.ts'
import type { HaloSettings } from './settings.ts'
import { ref, screenLink, stamp } from './streams/fields.ts'
import { closedStatuses, priorityId } from './streams/lookups.ts'

type Ctx = Context<HaloSettings>

/** Actions of one ticket that are read; more than people scroll through. */
const mostActions = 1000

export const tickets: TicketSource<HaloSettings> = {
  /** The newest first. Whether one is closed is known by the list it stands in. */
  async list(ctx, { companyId, closed, limit }) {
    const states = closed === undefined ? [false, true] : [closed]
    const [names, ...lists] = await Promise.all([
      namesOf(ctx),
      ...states.map(async (state) => ({ state, rows: await newest(ctx, companyId, state, limit) })),
    ])
    const make = reader(ctx, names)
    return lists
      .flatMap(({ state, rows }) => rows.map((row) => make(row, state)))
      .sort((one, other) => Number(other.sourceId) - Number(one.sourceId))
      .slice(0, limit)
  },

  async get(ctx, sourceId): Promise<TicketDetail> {
    const [row, names, actions] = await Promise.all([
      fetchDetail(ctx, list, sourceId),
      namesOf(ctx),
      actionsOf(ctx, sourceId),
    ])
    const ticket = reader(ctx, names)(row, names.closed?.has(row.status_id) ?? null)
    return { ...ticket, notes: notesOf(row, actions, names) }
  },
}

async function newest(ctx: Ctx, companyId: string, closed: boolean, limit: number): Promise<readonly Row[]> {
  const query: Query = {
    client_id: companyId,
    ...(closed ? { closed_only: true } : { open_only: true }),
    orderdesc: true,
    includestatus: true,
    includetickettype: true,
    includeagent: true,
  }
  const found: Row[] = []
  for (let page = 1; found.length < limit; page++) {
    const { rows, count } = await fetchPage(ctx, list, query, page, Math.min(pageSize, limit))
    found.push(...rows)
    if (rows.length === 0 || found.length >= count) break
  }
  return found.slice(0, limit)
}

interface Names {
  readonly statuses: ReadonlyMap<unknown, string>
  readonly closed: ReadonlySet<unknown> | undefined
  readonly priorities: ReadonlyMap<string, string>
  readonly teams: ReadonlyMap<string, string>
}

/** Rows carry names only sometimes, and teams by name only. */
async function namesOf(ctx: Ctx): Promise<Names> {
  const [statuses, priorities, teams] = await Promise.all([
    readList(ctx, 'Status'),
    readList(ctx, 'Priority'),
    readList(ctx, 'Team', { showall: true }),
  ])
  return {
    statuses: new Map(statuses.map((row) => [row.id, required(text(row.name))])),
    closed: await closedStatuses(ctx, statuses),
    priorities: new Map(
      priorities.map((row) => [priorityId(row.slaid, row.priorityid) ?? '', required(text(row.name))]),
    ),
    teams: new Map(teams.map((row) => [required(text(row.name)), required(id(row.id))])),
  }
}

function reader(ctx: Ctx, names: Names) {
  const link = screenLink(addressesOf(ctx.settings)?.origin ?? '', 'ticket')
  return (row: Row, closed: boolean | null): Ticket => {
    const sourceId = required(id(row.id))
    const board = text(row.team) ?? null
    return {
      sourceId,
      url: link + sourceId,
      summary: required(text(row.summary)),
      board,
      boardId: (board && names.teams.get(board)) ?? null,
      status: text(row.status_name) || names.statuses.get(row.status_id) || null,
      priority: names.priorities.get(priorityId(row.sla_id, row.priority_id) ?? '') ?? null,
      type: text(row.tickettype_name) ?? null,
      contact: text(row.user_name) ?? null,
      assignee: text(row.agent_name) ?? null,
      closed,
      createdAt: stamp(row.dateoccurred) ?? null,
      // Lists and details call it differently.
      updatedAt: stamp(row.last_update) ?? stamp(row.lastupdate) ?? null,
    }
  }
}

async function actionsOf(ctx: Ctx, ticket: string): Promise<readonly Row[]> {
  const query = { ticket_id: ticket, count: mostActions, excludesys: true }
  const { body } = await ctx.http.request({ url: 'Actions', query })
  const rows = Array.isArray(body) ? body : isRow(body) ? body.actions : undefined
  if (!Array.isArray(rows)) throw ctx.error('vendor', 'Halo answered the actions of a ticket with something else.')
  const announced = isRow(body) ? integer(body.record_count) : undefined
  if (typeof announced === 'number' && announced > rows.length) {
    ctx.report({
      level: 'warning',
      code: 'ticket-notes',
      message: `Halo handed out ${rows.length} of ${announced} actions of the ticket.`,
      sourceId: ticket,
    })
  }
  return rows.filter(isRow)
}

/** What the ticket was opened with is kept by the ticket itself; Halo often repeats it as the first action. */
function notesOf(ticket: Row, actions: readonly Row[], names: Names): readonly TicketNote[] {
  const details = text(ticket.details)
  const opening: TicketNote[] = details
    ? [
        {
          sourceId: 'details',
          text: details,
          kind: 'description',
          internal: false,
          author: text(ticket.reportedby) ?? text(ticket.user_name) ?? null,
          createdAt: stamp(ticket.dateoccurred) ?? null,
        },
      ]
    : []
  const notes = actions
    .filter((action) => text(action.note) && action.note !== details)
    .map((action) => note(action, names))
    .sort((one, other) => Number(one.sourceId) - Number(other.sourceId))
  return [...opening, ...notes]
}

function note(action: Row, names: Names): TicketNote {
  return {
    sourceId: required(id(action.id)),
    text: required(text(action.note)),
    kind: names.closed?.has(Number(ref(action.new_status))) ? 'resolution' : 'note',
    // For the client's eyes only if Halo says so.
    internal: bool(action.hiddenfromuser) !== false,
    author: text(action.who) ?? null,
    createdAt: stamp(action.datetime) ?? null,
  }
}
