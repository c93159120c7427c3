/** Tickets and their comments. */
import type { World, WorldTicket } from '../../../core/connector/simulator.ts'
import { type Clients, customerId } from './clients.ts'
import { indexed, type Ordered, ordered, type Row } from './paged.ts'

/** Every account has these two, whatever else it calls its statuses. */
const done = ['Resolved', 'Invoiced'] as const

const user = {
  id: 7,
  email: 'ann@simulator.example',
  full_name: 'Ann Nox',
  created_at: '2019-02-01T09:00:00.000Z',
  updated_at: '2019-02-01T09:00:00.000Z',
  group: 'Technicians',
  admin: false,
  color: '1e3e96',
}

const type = {
  id: 1,
  name: 'Support',
  account_id: 1,
  created_at: '2019-02-01T09:00:00.000Z',
  updated_at: '2019-02-01T09:00:00.000Z',
  disabled: false,
  intake_terms: null,
  skip_intake: false,
  outtake_terms: null,
  skip_outtake: false,
  ticket_fields: [],
}

/** What nobody uses here, as lists carry it. */
const inLists: Row = {
  location_name: null,
  billing_status: null,
  sla_name: null,
  creator_name_or_email: null,
  contract_name: null,
  address_id: null,
  parent: false,
  parent_id: null,
  child: false,
  recurring: false,
  customer_reply: false,
  total_formatted_billable_time: null,
  sla_breached: false,
  sla_breaching_soon: false,
  contract_id: null,
  sla_id: null,
  customer_tag_list: [],
  resolution_time: null,
  response_time: null,
  customer_icons: [],
}

/** The same in the detail. */
const inDetail: Row = {
  intake_form_html: null,
  signature_name: null,
  signature_date: null,
  asset_ids: [],
  outtake_form_name: null,
  outtake_form_date: null,
  outtake_form_html: null,
  attachments: [],
  ticket_timers: [],
  line_items: [],
  worksheet_results: [],
  assets: [],
  appointments: [],
  ticket_fields: [],
  ticket_answers: [],
  address: null,
}

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

  /** What list and detail have in common. */
  #common(ticket: WorldTicket): Row {
    const status = this.#statusOf(ticket)
    return {
      id: ticket.id,
      number: 1_000 + ticket.id,
      subject: ticket.summary,
      created_at: ticket.createdAt,
      customer_id: customerId(ticket.companyId),
      customer_business_then_name: this.#clients.customer(ticket.companyId)?.business_then_name ?? null,
      due_date: null,
      resolved_at: done.some((name) => name === status) ? ticket.updatedAt : null,
      start_at: null,
      end_at: null,
      location_id: null,
      problem_type: this.#world.boards.get(ticket.boardId)?.name ?? null,
      status,
      properties: {},
      user_id: user.id,
      updated_at: ticket.updatedAt,
      pdf_url: null,
      priority: this.#world.priorities.get(ticket.priorityId)?.name ?? null,
      tag_list: [],
      comments: this.comments(ticket).slice(0, 1),
      user,
    }
  }

  #contact({ contactId }: WorldTicket): { readonly id: number; readonly name: string } | null {
    const contact = contactId === null ? undefined : this.#world.contacts.get(contactId)
    return contact ? { id: contact.id, name: [contact.firstName, contact.lastName].filter(Boolean).join(' ') } : null
  }

  row(id: number): Row | undefined {
    const ticket = this.#world.tickets.get(id)
    if (!ticket) return undefined
    return {
      ...this.#common(ticket),
      ...inLists,
      ticket_type_id: type.id,
      ticket_type_name: type.name,
      contact_id: ticket.contactId,
      contact_fullname: this.#contact(ticket)?.name ?? null,
    }
  }

  detail(id: number): Row | undefined {
    const ticket = this.#world.tickets.get(id)
    if (!ticket) return undefined
    return {
      ...this.#common(ticket),
      ...inDetail,
      customer: this.#clients.customer(ticket.companyId) ?? null,
      contact: this.#contact(ticket),
      ticket_type: type,
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
