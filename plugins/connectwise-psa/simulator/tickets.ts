/** Service tickets and their notes as ConnectWise PSA writes them. */
import type { World, WorldTicket } from '../../../core/connector/simulator.ts'
import type { Row } from './conditions.ts'
import { href, infoOf, type ReferenceBook } from './references.ts'

const types = ['Hardware', 'Software & Licences', 'Network']
const owner = { id: 140, identifier: 'ANox', name: 'Ann Nox', _info: { member_href: href('system/members/140') } }

export function ticketWriter(world: World, references: ReferenceBook): (ticket: WorldTicket) => Row {
  return (ticket) => {
    const contact = ticket.contactId === null ? undefined : world.contacts.get(ticket.contactId)
    const type = ticket.id % 4
    return {
      id: ticket.id,
      summary: ticket.summary,
      recordType: 'ServiceTicket',
      board: references.board.to(ticket.boardId),
      status: references.ticketStatus.to(ticket.statusId),
      company: references.company.to(ticket.companyId),
      site: references.site.to(contact?.siteId),
      contact: references.contact.to(ticket.contactId),
      contactName: contact ? references.contact.to(contact.id).name : undefined,
      contactEmailAddress: contact?.email || undefined,
      type: type === 0 ? {} : { id: type, name: types[type - 1], _info: { type_href: href(`service/types/${type}`) } },
      team: {},
      owner: ticket.id % 3 === 0 ? {} : owner,
      priority: references.priority.to(ticket.priorityId),
      source: { id: 2, name: 'Email', _info: { source_href: href('service/sources/2') } },
      severity: 'Medium',
      impact: 'Low',
      closedFlag: world.ticketStatuses.get(ticket.statusId)?.closed ?? false,
      customFields: [],
      _info: {
        ...infoOf(ticket),
        dateEntered: ticket.createdAt,
        enteredBy: 'ANox',
        notes_href: href(`service/tickets/${ticket.id}/notes`),
      },
    }
  }
}

export function noteRows(ticket: WorldTicket): Row[] {
  return ticket.notes.map((note) => ({
    id: note.id,
    ticketId: ticket.id,
    text: note.text,
    // The discussion is what the client sees, the internal analysis what he does not; both have many notes.
    detailDescriptionFlag: note.kind === 'description' || (note.kind === 'note' && !note.internal),
    internalAnalysisFlag: note.internal,
    resolutionFlag: note.kind === 'resolution',
    issueFlag: false,
    internalFlag: note.internal,
    externalFlag: !note.internal,
    createdBy: note.author,
    dateCreated: note.createdAt,
    _info: { lastUpdated: note.createdAt, updatedBy: note.author },
  }))
}
