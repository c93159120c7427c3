/** Tickets and their notes as BMS writes them. */
import type { World, WorldTicket } from '../../../core/connector/simulator.ts'
import { tenantName } from './accounts.ts'
import type { Row } from './answers.ts'

const types = ['Incident', 'Service Request', 'Problem']

/** What list and detail have in common. */
function ticket(world: World, row: WorldTicket): Row {
  const company = world.companies.get(row.companyId)
  const contact = row.contactId === null ? undefined : world.contacts.get(row.contactId)
  const status = world.ticketStatuses.get(row.statusId)
  const [first] = row.notes
  const type = row.id % 4
  return {
    Id: row.id,
    CreatedBy: 7,
    CreatedOn: row.createdAt,
    ModifiedBy: 7,
    ModifiedOn: row.updatedAt,
    TicketNumber: `2606-${String(row.id).padStart(4, '0')}`,
    Title: row.summary,
    Details: first?.kind === 'description' ? first.text : null,
    AccountId: row.companyId,
    AccountCode: company?.identifier ?? null,
    AccountName: company?.name ?? null,
    LocationId: contact?.siteId ?? null,
    LocationName: null,
    ContactId: contact?.id ?? null,
    ContactName: contact ? `${contact.firstName} ${contact.lastName ?? ''}`.trim() : null,
    QueueId: row.boardId,
    QueueName: world.boards.get(row.boardId)?.name ?? null,
    StatusId: row.statusId,
    StatusName: status?.name ?? null,
    StatusColor: '#00aa00',
    StatusForeColor: '#ffffff',
    StatusOrder: row.statusId,
    PriorityId: row.priorityId,
    PriorityName: world.priorities.get(row.priorityId)?.name ?? null,
    PriorityColor: '#ff0000',
    TypeId: type === 0 ? null : type,
    TypeName: type === 0 ? null : (types[type - 1] ?? null),
    AssigneeId: row.id % 3 === 0 ? null : 7,
    AssigneeName: row.id % 3 === 0 ? null : 'Ann Nox',
    IsScheduled: 0,
    OpenDate: row.createdAt,
    DueDate: null,
    CompletedDate: status?.closed ? row.updatedAt : null,
    LastActivityUpdate: row.updatedAt,
    SLAName: null,
    CreatedByName: first?.author ?? null,
    HardwareAssetName: null,
  }
}

export function ticketLine(world: World, row: WorldTicket): Row {
  // There is no room for null here.
  return { ...ticket(world, row), TenantName: tenantName, HardwareAssetId: 0, CustomFields: null }
}

export function ticketDetail(world: World, row: WorldTicket): Row {
  return {
    ...ticket(world, row),
    HardwareAssetId: null,
    CCs: [],
    TenantId: 4711,
    HasPostedEntries: false,
    SecondaryAssignees: [],
    IsReadOnly: false,
    OpenDateLocked: false,
  }
}

/** What the ticket was opened with is no note. */
export function ticketNotes(row: WorldTicket): readonly Row[] {
  return row.notes
    .filter(({ kind }) => kind !== 'description')
    .map((note) => ({
      Id: note.id,
      CreatedBy: 7,
      CreatedOn: note.createdAt,
      ModifiedBy: null,
      ModifiedOn: null,
      Details: note.text,
      IsInternal: note.internal,
      TypeId: note.kind === 'resolution' ? 3 : 1,
      TypeName: note.kind === 'resolution' ? 'Resolution' : 'Ticket Note',
      CreatedByName: note.author,
      CreatedByEmail: null,
      ModifiedByName: null,
      Attachments: [],
    }))
}
