/** Tickets, their notes and the people who work on them, as Autotask writes them. */
import type { World, WorldTicket } from '../../../core/connector/simulator.ts'
import { companyId, picklist, stampOf } from './clients.ts'
import { type Entity, fieldSpecs, noPicklists, ofRows, ofTable, type PicklistValue, type Row } from './entities.ts'

/** Whatever it is called, this status is the one that closes a ticket. */
const complete = 5
const firstResource = 29_682_885

/** Autotask has one list of statuses for all queues: equal names are one status, and all that close are one. */
function statusesOf(world: World): { readonly ids: ReadonlyMap<number, number>; readonly values: PicklistValue[] } {
  const ids = new Map<number, number>()
  const byName = new Map<string, number>()
  for (const { id, name, closed } of world.ticketStatuses.after(0)) {
    const known = closed ? complete : (byName.get(name) ?? id)
    ids.set(id, known)
    if (!closed) byName.set(name, known)
  }
  const named = [...byName].map(([label, id]) => ({ id, label, isSystem: false }))
  const values = [...named, { id: complete, label: 'Complete', isSystem: true }]
    .sort((one, other) => one.id - other.id)
    .map(({ id, label, isSystem }, index) => ({
      value: String(id),
      label,
      isActive: true,
      isDefaultValue: index === 0,
      sortOrder: index + 1,
      isSystem,
    }))
  return { ids, values }
}

/** Everybody who wrote a note, and the API user. */
class People {
  readonly #ids = new Map<string, number>()

  idOf(name: string): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const id = firstResource + 1 + this.#ids.size
    this.#ids.set(name, id)
    return id
  }

  rows(apiUser: string): Row[] {
    const rows = [...this.#ids].map(([name, id]) => {
      const [firstName = '', ...rest] = name.split(' ')
      return { id, firstName, lastName: rest.join(' '), userName: `tech${id}`, isActive: true, userDefinedFields: [] }
    })
    const own = { firstName: 'Tributary', lastName: 'API', userName: apiUser, isActive: true, userDefinedFields: [] }
    return [{ id: firstResource, ...own }, ...rows]
  }
}

export interface Service {
  readonly tickets: Entity
  readonly notes: Entity
  readonly resources: Entity
}

export function serviceOf(world: World, apiUser: string): Service {
  const people = new People()
  const statusIds = () => statusesOf(world).ids
  const known = statusIds()

  const write = (row: WorldTicket): Row => {
    const closed = world.ticketStatuses.get(row.statusId)?.closed === true
    const text = (kind: 'description' | 'resolution') => row.notes.find((note) => note.kind === kind)?.text ?? ''
    return {
      id: row.id,
      ticketNumber: `T${row.createdAt.slice(0, 10).replaceAll('-', '')}.${String(row.id % 10_000).padStart(4, '0')}`,
      title: row.summary,
      description: text('description'),
      resolution: text('resolution'),
      companyID: companyId(row.companyId),
      contactID: row.contactId,
      queueID: row.boardId,
      status: known.get(row.statusId) ?? statusIds().get(row.statusId) ?? null,
      priority: row.priorityId,
      ticketType: (row.id % 2) + 1,
      assignedResourceID: row.id % 3 === 0 ? null : people.idOf('Ann Nox'),
      createDate: stampOf(row.id, row.createdAt),
      dueDateTime: null,
      completedDate: closed ? stampOf(row.id, row.updatedAt) : null,
      resolvedDateTime: null,
      lastActivityDate: stampOf(row.id, row.updatedAt),
      userDefinedFields: [],
    }
  }
  const notes = function* (from: number): Generator<Row> {
    // Note ids are given across all tickets, ten for each.
    for (const ticket of world.tickets.after(Math.floor(Math.max(from, 0) / 10) - 1)) {
      for (const note of ticket.notes) {
        if (note.kind !== 'note' || note.id < from) continue
        yield {
          id: note.id,
          ticketID: ticket.id,
          title: '',
          description: note.text,
          noteType: 1,
          publish: note.internal ? 2 : 1,
          creatorResourceID: people.idOf(note.author),
          createdByContactID: null,
          createDateTime: note.createdAt,
          lastActivityDate: note.createdAt,
          userDefinedFields: [],
        }
      }
    }
  }
  return {
    tickets: ofTable(
      {
        name: 'Tickets',
        fields: fieldSpecs(`
          id:long- ticketNumber:string- title:string* description:string resolution:string companyID:integer*
          contactID:integer queueID:integer# status:integer*# priority:integer*# ticketType:integer#
          assignedResourceID:integer createDate:datetime- dueDateTime:datetime* completedDate:datetime-
          resolvedDateTime:datetime- lastActivityDate:datetime- creatorType:integer-! lastActivityPersonType:integer-!
        `),
        udfs: [],
        picklists: () => ({
          queueID: picklist(world.boards),
          status: statusesOf(world).values,
          priority: [...world.priorities.after(0)].map(({ id, name, sortOrder, isDefault }) => ({
            value: String(id),
            label: name,
            isActive: true,
            isDefaultValue: isDefault,
            sortOrder,
            isSystem: false,
          })),
          ticketType: ['Service Request', 'Incident'].map((label, index) => ({ value: String(index + 1), label })),
        }),
        right: 'tickets',
      },
      world.tickets,
      write,
    ),
    notes: {
      name: 'TicketNotes',
      fields: fieldSpecs(`
        id:long- ticketID:integer* title:string description:string* noteType:integer* publish:integer*
        creatorResourceID:integer- createdByContactID:integer- createDateTime:datetime- lastActivityDate:datetime-
      `),
      udfs: [],
      picklists: noPicklists,
      right: 'tickets',
      rows: notes,
      get: (id) => notes(id).find((row) => row.id === id),
      size: () => notes(0).reduce((count) => count + 1, 0),
    },
    resources: ofRows(
      {
        name: 'Resources',
        fields: fieldSpecs('id:long- firstName:string lastName:string userName:string isActive:boolean'),
        udfs: [],
        picklists: noPicklists,
        right: 'resources',
      },
      () => people.rows(apiUser),
    ),
  }
}
