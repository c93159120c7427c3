/** Tickets and their comments. */
import type { World, WorldTicket } from '../../../core/connector/simulator.ts'
import { type Clients, companyOf, customerId } from './clients.ts'
import { indexed, type Ordered, ordered, type Row } from './paged.ts'

/** Every account has these two, whatever else it calls its statuses. */
const done = ['Resolved', 'Invoiced'] as const

export class Tickets {
  readonly #world: World
  readonly #clients: Clients
  readonly #lists: () => Map<string, Ordered>

  constructor(world: World, clients: Clients) {
    this.#world = world
    this.#clients = clients
    this.#lists = indexed(
      () => world.tickets.version,
      () => new Map(),
    )
  }

  /** `ticket_status_list` */
  statuses(): readonly string[] {
    const open = [...this.#world.ticketStatuses.after(0)].filter(({ closed }) => !closed).map(({ name }) => name)
    return [...new Set([...open, ...done])]
  }

  #statusOf({ statusId }: WorldTicket): string {
    const status = this.#world.ticketStatuses.get(statusId)
    if (!status) return 'New'
    return status.closed ? (status.name === 'Resolved' ? 'Resolved' : 'Invoiced') : status.name
  }

  /** Newest first. */
  list(query: URLSearchParams): Ordered {
    const [customer, status] = [query.get('customer_id'), query.get('status')]
    const key = `${customer} ${status}`
    const known = this.#lists().get(key)
    if (known) return known
    const ids: number[] = []
    for (const ticket of this.#world.tickets.after(0)) {
      if (customer !== null && customerId(ticket.companyId) !== Number(customer)) continue
      const own = this.#statusOf(ticket)
      const closed = done.some((name) => name === own)
      if (status === null || (status === 'Not Closed' ? !closed : own === status)) ids.push(ticket.id)
    }
    const order = ordered(ids.reverse())
    this.#lists().set(key, order)
    return order
  }

  row(id: number): Row | undefined {
    const ticket = this.#world.tickets.get(id)
    if (!ticket) return undefined
    const status = this.#statusOf(ticket)
    const contact = ticket.contactId === null ? undefined : this.#world.contacts.get(ticket.contactId)
    return {
      id,
      number: 1_000 + id,
      subject: ticket.summary,
      created_at: ticket.createdAt,
      customer_id: customerId(ticket.companyId),
      customer_business_then_name: this.#clients.customer(ticket.companyId)?.business_then_name ?? null,
      due_date: null,
      resolved_at: done.some((name) => name === status) ? ticket.updatedAt : null,
      start_at: null,
      end_at: null,
      location_id: null,
      location_name: null,
      problem_type: this.#world.boards.get(ticket.boardId)?.name ?? null,
      status,
      ticket_type_id: 1,
      ticket_type_name: 'Support',
      properties: {},
      user_id: 7,
      updated_at: ticket.updatedAt,
      pdf_url: null,
      priority: this.#world.priorities.get(ticket.priorityId)?.name ?? null,
      billing_status: null,
      tag_list: [],
      contact_id: ticket.contactId,
      contact_fullname: contact ? [contact.firstName, contact.lastName].filter(Boolean).join(' ') : null,
      sla_breached: false,
      comments: this.comments(ticket).slice(0, 1),
      user: { id: 7, email: 'ann@simulator.example', full_name: 'Ann Nox', group: 'Admins', admin: false },
    }
  }

  detail(id: number): Row | undefined {
    const row = this.row(id)
    if (!row) return undefined
    const { ticket_type_id: type, ticket_type_name: name, contact_fullname: contact, location_name: _, ...rest } = row
    return {
      ...rest,
      asset_ids: [],
      assets: [],
      line_items: [],
      attachments: [],
      customer: this.#clients.customer(companyOf(Number(row.customer_id))) ?? null,
      contact: contact === null ? null : { id: row.contact_id, name: contact },
      ticket_type: { id: type, name, account_id: 1 },
    }
  }

  comments({ id, notes }: WorldTicket): readonly Row[] {
    return notes.map((note) => ({
      id: note.id,
      created_at: note.createdAt,
      updated_at: note.createdAt,
      ticket_id: id,
      subject: { description: 'Initial Issue', resolution: 'Resolution', note: 'Update' }[note.kind],
      body: note.text,
      tech: note.author,
      hidden: note.internal,
      user_id: 7,
      is_rich_text: false,
      user: {},
    }))
  }
}
