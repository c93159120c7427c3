/** Incidents, cases and their journal. */
import type { World, WorldTicket } from '../../../core/connector/simulator.ts'
import type { Neighbours } from './hardware.ts'
import {
  type Cell,
  type Columns,
  choice,
  flag,
  moment,
  ofWorld,
  referencesTo,
  type Source,
  sysId,
  type Table,
  tableOf,
  text,
} from './rows.ts'

type Note = WorldTicket['notes'][number]

export interface State {
  readonly value: string
  readonly label: string
}

/** The base system's; incidents and cases number theirs differently. */
export const states: Readonly<Record<'incident' | 'sn_customerservice_case', Readonly<Record<string, State>>>> = {
  incident: {
    new: { value: '1', label: 'New' },
    work: { value: '2', label: 'In Progress' },
    hold: { value: '3', label: 'On Hold' },
    resolved: { value: '6', label: 'Resolved' },
    closed: { value: '7', label: 'Closed' },
    cancelled: { value: '8', label: 'Canceled' },
  },
  sn_customerservice_case: {
    new: { value: '1', label: 'New' },
    work: { value: '10', label: 'Open' },
    hold: { value: '18', label: 'Awaiting Info' },
    resolved: { value: '6', label: 'Resolved' },
    closed: { value: '3', label: 'Closed' },
    cancelled: { value: '7', label: 'Cancelled' },
  },
}

const phases: Readonly<Record<string, string>> = {
  New: 'new',
  Requested: 'new',
  'In Progress': 'work',
  Acknowledged: 'work',
  'Scheduled & Confirmed': 'work',
  'Waiting on "Client"': 'hold',
  Resolved: 'resolved',
}

/** What the world's status comes to here. */
export function phaseOf(world: World, statusId: number): string {
  const status = world.ticketStatuses.get(statusId)
  return phases[status?.name ?? ''] ?? (status?.closed ? 'closed' : 'work')
}

const categories = ['Hardware', 'Software', 'Network']

export function ticketTables(
  world: World,
  { companies, users }: Pick<Neighbours, 'companies' | 'users'>,
  groups: () => Table,
): readonly Table[] {
  const group = referencesTo(groups, 'sys_user_group')
  const company = referencesTo(companies, 'core_company')
  const user = referencesTo(users, 'sys_user')
  const columnsOf = (name: 'incident' | 'sn_customerservice_case'): Columns<WorldTicket> => ({
    sys_class_name: () => choice(name, name === 'incident' ? 'Incident' : 'Case'),
    sys_created_on: ({ createdAt }) => moment(createdAt),
    sys_updated_on: ({ updatedAt }) => moment(updatedAt),
    opened_at: ({ createdAt }) => moment(createdAt),
    number: ({ id }) => `${name === 'incident' ? 'INC' : 'CS'}${String(id).padStart(7, '0')}`,
    short_description: ({ summary }) => summary,
    description: ({ notes }) => text(notes.find(({ kind }) => kind === 'description')?.text),
    close_notes: ({ notes }) => text(notes.find(({ kind }) => kind === 'resolution')?.text),
    state: ({ statusId }) => {
      const state = states[name][phaseOf(world, statusId)]
      return choice(text(state?.value), state?.label)
    },
    active: ({ statusId }) => flag(!['closed', 'cancelled'].includes(phaseOf(world, statusId))),
    priority: ({ priorityId }) => choice(String(priorityId), world.priorities.get(priorityId)?.name),
    category: ({ id }) => choice(text(categories[id % 3]).toLowerCase(), categories[id % 3]),
    assignment_group: ({ boardId }) => group(boardId),
    assigned_to: () => ({ value: '', label: null, table: 'sys_user' }),
    opened_by: ({ notes }) => ({
      value: sysId('sys_user', 2_000_000_002),
      label: text(notes[0]?.author),
      table: 'sys_user',
    }),
    comments: ({ notes }) => journal(notes, false),
    work_notes: ({ notes }) => journal(notes, true),
  })
  const source = ofWorld(world.tickets)
  const owner = ({ companyId }: WorldTicket): Cell => company(companyId)
  const person = ({ contactId }: WorldTicket): Cell => user(contactId)
  return [
    tableOf({
      name: 'incident',
      base: 'task',
      source,
      columns: { ...columnsOf('incident'), company: owner, caller_id: person },
    }),
    tableOf({
      name: 'sn_customerservice_case',
      base: 'task',
      source,
      columns: { ...columnsOf('sn_customerservice_case'), account: owner, contact: person },
    }),
    tableOf({
      name: 'sys_journal_field',
      base: 'sys_journal_field',
      source: entries(world),
      columns: {
        sys_created_on: ({ note }) => moment(note.createdAt),
        sys_created_by: ({ note }) => note.author,
        element_id: ({ ticket }) => sysId('task', ticket),
        element: ({ note }) => (note.internal ? 'work_notes' : 'comments'),
        name: () => 'task',
        value: ({ note }) => note.text,
      },
    }),
  ]
}

/** A journal column holds nothing; shown it is the whole journal, the newest entry first. */
function journal(notes: readonly Note[], internal: boolean): Cell {
  const own = notes.filter((note) => note.kind === 'note' && note.internal === internal).reverse()
  const kind = internal ? 'Work notes' : 'Additional comments'
  return choice(
    '',
    own.map((note) => `${moment(note.createdAt)} - ${note.author} (${kind})\n${note.text}\n\n`).join(''),
  )
}

interface Entry {
  readonly id: number
  readonly ticket: number
  readonly note: Note
}

function entries(world: World): Source<Entry> {
  const of = (ticket: WorldTicket): Entry[] =>
    ticket.notes.filter(({ kind }) => kind === 'note').map((note) => ({ id: note.id, ticket: ticket.id, note }))
  return {
    *after(id) {
      for (const ticket of world.tickets.after(0)) for (const entry of of(ticket)) if (entry.id > id) yield entry
    },
    get(id) {
      for (const ticket of world.tickets.after(0)) for (const entry of of(ticket)) if (entry.id === id) return entry
      return undefined
    },
    version: () => world.tickets.version,
  }
}
