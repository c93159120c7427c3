/** Tickets, their actions, statuses, priorities and teams as Halo writes them. */
import { createHash } from 'node:crypto'
import type { World, WorldTicket } from '../../../core/connector/simulator.ts'
import { shift, time } from './customers.ts'
import { Ids, numberIn, type Query, type Row, type Source } from './lists.ts'

/** Each service level has the same priorities. */
export const levels = [1, 2] as const

export interface Tickets {
  readonly list: Source
  detail(id: number): Row | undefined
  actions(ticket: number, query: Query): Row
}

export function ticketsOf(world: World): Tickets {
  const ids = new Ids(world.tickets)
  const isClosed = (ticket: WorldTicket) => world.ticketStatuses.get(ticket.statusId)?.closed === true
  const row = (ticket: WorldTicket): Row => ({
    id: ticket.id,
    summary: ticket.summary,
    details: ticket.notes[0]?.text ?? '',
    status_id: ticket.statusId,
    tickettype_id: 1,
    sla_id: levels[ticket.id % levels.length],
    priority_id: ticket.priorityId,
    client_id: ticket.companyId + shift,
    client_name: world.companies.get(ticket.companyId)?.name ?? '',
    user_id: ticket.contactId ?? 0,
    user_name: userName(world, ticket.contactId),
    team: world.boards.get(ticket.boardId)?.name ?? '',
    agent_id: 5,
    dateoccurred: time(ticket.createdAt),
    dateclosed: isClosed(ticket) ? time(ticket.updatedAt) : '1900-01-01T00:00:00',
    inactive: false,
  })
  return {
    list: {
      name: 'tickets',
      ids(query) {
        const client = numberIn(query, 'client_id', 0)
        return ids.matching(
          query,
          undefined,
          (ticket) =>
            (client === 0 || ticket.companyId + shift === client) &&
            !(query.get('open_only') === 'true' && isClosed(ticket)) &&
            !(query.get('closed_only') === 'true' && !isClosed(ticket)),
        )
      },
      row(id, query) {
        const ticket = world.tickets.get(id)
        if (ticket === undefined) return { id }
        return {
          ...row(ticket),
          last_update: time(ticket.updatedAt),
          ...(query.get('includestatus') === 'true'
            ? { status_name: world.ticketStatuses.get(ticket.statusId)?.name ?? '' }
            : {}),
          ...(query.get('includetickettype') === 'true' ? { tickettype_name: 'Incident' } : {}),
          ...(query.get('includeagent') === 'true' ? { agent_name: 'Ann Nox' } : {}),
        }
      },
    },
    detail(id) {
      const ticket = world.tickets.get(id)
      // Here the stamp has another name.
      return ticket && { ...row(ticket), lastupdate: time(ticket.updatedAt), reportedby: ticket.notes[0]?.author ?? '' }
    },
    actions(id, query) {
      const ticket = world.tickets.get(id)
      const actions = ticket?.notes.map((note, index) => actionRow(world, ticket, note, index)) ?? []
      return { record_count: actions.length, actions: actions.slice(0, numberIn(query, 'count', 50)) }
    },
  }
}

function userName(world: World, id: number | null): string {
  const user = id === null ? undefined : world.contacts.get(id)
  return user ? [user.firstName, user.lastName].filter(Boolean).join(' ') : ''
}

/** Numbered within the ticket; the first repeats what it was opened with. */
function actionRow(world: World, ticket: WorldTicket, note: WorldTicket['notes'][number], index: number): Row {
  const closed = [...world.ticketStatuses.after(0)].find((status) => status.closed)
  const outcome = { description: 'Opened', note: note.internal ? 'Private Note' : 'Email User', resolution: 'Resolved' }
  return {
    id: index + 1,
    ticket_id: ticket.id,
    outcome: outcome[note.kind],
    who: note.author,
    who_agentid: 5,
    datetime: time(note.createdAt),
    note: note.text,
    new_status: note.kind === 'resolution' ? closed?.id : 2,
    hiddenfromuser: note.internal,
    important: false,
    attachment_count: 0,
  }
}

export function statusRows(world: World, query: Query, ignoresType: boolean): readonly Row[] {
  if (query.get('type') === 'asset' && !ignoresType) {
    return [...world.configurationStatuses.after(0)].map(({ id, name }) => statusRow(id, name, 2))
  }
  const withClosed = query.get('excludeclosed') !== 'true'
  return [...world.ticketStatuses.after(0)]
    .filter(({ closed }) => withClosed || !closed)
    .map(({ id, name }) => statusRow(id, name, 0))
}

function statusRow(id: number, name: string, type: number): Row {
  return { id, guid: guid(`status ${type} ${id}`), name, shortname: '', type, sequence: id, colour: '#fcc400' }
}

const colours = ['#f44e3b', '#fe9200', '#fcc400', '#68bc00']

export function priorityRows(world: World): readonly Row[] {
  return levels.flatMap((slaid) =>
    [...world.priorities.after(0)].map(({ id, name, sortOrder }) => ({
      id: guid(`priority ${slaid} ${id}`),
      slaid,
      priorityid: id,
      name,
      ishidden: false,
      colour: colours[sortOrder - 1] ?? '#000000',
    })),
  )
}

export function teamRows(world: World, query: Query): readonly Row[] {
  return [...world.boards.after(0)]
    .filter(({ active }) => active || query.get('showall') === 'true')
    .map(({ id, name, active }) => ({
      id,
      guid: guid(`team ${id}`),
      name,
      sequence: id,
      department_name: 'Service',
      inactive: !active,
    }))
}

export function guid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
