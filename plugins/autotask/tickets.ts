/** Tickets, read live and never stored. */
import type { Context, Ticket, TicketDetail, TicketNote, TicketSource } from '../../core/connector/contract.ts'
import { id, integer, type Row, required, text } from '../../core/connector/parse.ts'
import { itemIn } from './answers.ts'
import { isForbidden, isNotFound } from './client.ts'
import { fieldsOf, labelOf } from './metadata.ts'
import { type Filter, idNumber, pageSize, readAll, readByIds } from './paging.ts'
import type { AutotaskSettings } from './settings.ts'
import { screenLink, stamp } from './streams/fields.ts'
import { complete } from './streams/lookups.ts'

const entity = 'Tickets'

const read = [
  'title',
  'queueID',
  'status',
  'priority',
  'ticketType',
  'contactID',
  'assignedResourceID',
  'completedDate',
  'createDate',
  'lastActivityDate',
]

/** Lists come oldest first and in no other order, so of long ones the recent part is asked for first. */
const recentDays = 90

type Ctx = Context<AutotaskSettings>

export const tickets: TicketSource<AutotaskSettings> = {
  /** The newest first. */
  async list(ctx, { companyId, closed, limit }) {
    const filter: Filter[] = [{ op: 'eq', field: 'companyID', value: idNumber(ctx, companyId) }]
    if (closed !== undefined) filter.push({ op: closed ? 'eq' : 'noteq', field: 'status', value: Number(complete) })
    const rows = (await newest(ctx, filter, limit, closed === false)).toReversed().slice(0, limit)
    const write = await writer(ctx, rows)
    return rows.map(write)
  },

  async get(ctx, sourceId): Promise<TicketDetail> {
    const number = idNumber(ctx, sourceId)
    const { body } = await ctx.http.request({ url: `${entity}/${number}` })
    const row = itemIn(ctx, body, 'the ticket')
    if (row === null) throw ctx.error('not-found', 'This ticket is not there any more.', `ticket ${number}: item null`)
    const write = await writer(ctx, [row])
    return { ...write(row), notes: [...ownNotes(row), ...(await notesOf(ctx, number))] }
  },
}

/** The rows that end with the newest. Open tickets are few; of all a company ever had, only the recent ones are read if they suffice. */
async function newest(ctx: Ctx, filter: readonly Filter[], limit: number, few: boolean): Promise<readonly Row[]> {
  if (!few) {
    const since = new Date(Date.now() - recentDays * 86_400_000).toISOString()
    const recent: Filter = { op: 'gte', field: 'createDate', value: since }
    const rows = await readAll(ctx, { entity, fields: read, filter: [...filter, recent] })
    if (rows.length >= Math.min(limit, pageSize)) return rows
  }
  return readAll(ctx, { entity, fields: read, filter })
}

/** What the rows refer to, looked up for all of them at once. */
async function writer(ctx: Ctx, rows: readonly Row[]): Promise<(row: Row) => Ticket> {
  const [fields, link, contacts, resources] = await Promise.all([
    fieldsOf(ctx, entity),
    screenLink(ctx, 'ticket'),
    namesOf(ctx, 'Contacts', rows, ['contactID']),
    namesOf(ctx, 'Resources', rows, ['assignedResourceID']),
  ])
  const [queues, statuses] = [fields.labels('queueID'), fields.labels('status')]
  const [priorities, types] = [fields.labels('priority'), fields.labels('ticketType')]
  return (row) => {
    const sourceId = required(id(row.id))
    const status = id(row.status)
    return {
      sourceId,
      url: link(sourceId) ?? null,
      summary: required(text(row.title)),
      board: labelOf(queues, row.queueID) ?? null,
      boardId: id(row.queueID) ?? null,
      status: labelOf(statuses, row.status) ?? null,
      priority: labelOf(priorities, row.priority) ?? null,
      type: labelOf(types, row.ticketType) ?? null,
      contact: contacts.get(id(row.contactID) ?? '') ?? null,
      assignee: resources.get(id(row.assignedResourceID) ?? '') ?? null,
      closed: status ? status === complete : null,
      createdAt: stamp(row.createDate) ?? null,
      updatedAt: stamp(row.lastActivityDate) ?? null,
    }
  }
}

/** Names of the people the rows name, as far as the API user may see them. */
async function namesOf(
  ctx: Ctx,
  people: 'Contacts' | 'Resources',
  rows: readonly Row[],
  fields: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = rows.flatMap((row) => fields.flatMap((field) => id(row[field]) ?? []))
  const names = new Map<string, string>()
  if (wanted.length === 0) return names
  try {
    for (const [key, row] of await readByIds(ctx, people, wanted, ['firstName', 'lastName'])) {
      names.set(key, [text(row.firstName), text(row.lastName)].filter(Boolean).join(' '))
    }
  } catch (error) {
    if (!isForbidden(error)) throw error
    ctx.report({
      level: 'warning',
      code: 'people',
      message: `The API user may not read ${people}; names are left out.`,
    })
  }
  return names
}

/** What a ticket was opened with and how it was solved are fields of its own. */
function ownNotes(row: Row): readonly TicketNote[] {
  const opened = stamp(row.createDate) ?? null
  const notes: TicketNote[] = []
  const description = text(row.description)
  const resolution = text(row.resolution)
  if (description)
    notes.push({ sourceId: 'description', text: description, kind: 'description', internal: false, createdAt: opened })
  if (resolution)
    notes.push({
      sourceId: 'resolution',
      text: resolution,
      kind: 'resolution',
      internal: false,
      createdAt: stamp(row.resolvedDateTime) ?? stamp(row.completedDate) ?? null,
    })
  return notes
}

/** `publish` 1 is for everybody, the client's portal included. */
const forEverybody = 1

async function notesOf(ctx: Ctx, ticket: number): Promise<readonly TicketNote[]> {
  let rows: readonly Row[]
  try {
    rows = await readAll(ctx, { entity: 'TicketNotes', filter: [{ op: 'eq', field: 'ticketID', value: ticket }] })
  } catch (error) {
    if (!isNotFound(error)) throw error
    ctx.report({
      level: 'warning',
      code: 'ticket-notes',
      message: 'Autotask has no list of notes here; the ticket comes without them.',
      sourceId: String(ticket),
    })
    return []
  }
  const [resources, contacts] = await Promise.all([
    namesOf(ctx, 'Resources', rows, ['creatorResourceID']),
    namesOf(ctx, 'Contacts', rows, ['createdByContactID']),
  ])
  return rows.map((row) => ({
    sourceId: required(id(row.id)),
    text: [text(row.title), text(row.description)].filter(Boolean).join('\n'),
    kind: 'note',
    internal: integer(row.publish) !== forEverybody,
    author: resources.get(id(row.creatorResourceID) ?? '') ?? contacts.get(id(row.createdByContactID) ?? '') ?? null,
    createdAt: stamp(row.createDateTime) ?? null,
  }))
}
