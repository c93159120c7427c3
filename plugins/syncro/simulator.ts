/**
 * A SIMULATOR of Syncro for demonstrations and tests. It is not Syncro and holds no real data: it answers out of a
 * fictional world, in the protocol, with the limits, errors and oddities that Syncro's published description and its
 * users' reports tell of.
 */
import type { StreamName } from '../../core/connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest, Simulator, World } from '../../core/connector/simulator.ts'
import type { SyncroSettings } from './settings.ts'
import { Assets } from './simulator/assets.ts'
import { Clients, companyOf, customerId } from './simulator/clients.ts'
import { Definitions, labels } from './simulator/definitions.ts'
import { Notices, type Subject } from './simulator/notices.ts'
import { fullMeta, ordered, page, pageNumber, type Row } from './simulator/paged.ts'
import {
  assetNotFound,
  badToken,
  notAuthorized,
  notFound,
  nothingThere,
  Refusal,
  tooMany,
} from './simulator/refusals.ts'
import { Tickets } from './simulator/tickets.ts'

export interface SyncroQuirks {
  /** The list of assets comes without `meta`, as its description shows it. */
  readonly bareAssets?: boolean
  /** Properties that are sent replace those that are there. */
  readonly replaces?: boolean
  /** Refuses what goes beyond so many requests a minute; the real one 180. */
  readonly perMinute?: number
  /** Seconds a refusal of that kind names; none if left out. */
  readonly retryAfter?: number
  /** When the agents checked in last, which moves `updated_at` of their machines; as in the world if left out. */
  readonly checkedInAt?: string
  /** Customers come in their usual order whatever is asked for. */
  readonly unsorted?: boolean
}

const account = 'paper-lantern-simulator'
const token = 'T-simulator-0123456789'
const limitedToken = 'T-simulator-limited-01'

type Right =
  | 'customers-list'
  | 'customers-view'
  | 'assets-list'
  | 'assets-view'
  | 'assets-edit'
  | 'tickets-list'
  | 'tickets-view'

const lacking: readonly Right[] = ['assets-list', 'assets-view', 'assets-edit', 'tickets-list', 'tickets-view']

interface Route {
  readonly method: string
  /** `{id}` stands for a number. */
  readonly path: string
  readonly right?: Right
  serve(request: SimulatedRequest, id: number): SimulatedAnswer
}

export interface SyncroSimulator extends Simulator<SyncroSettings> {
  /** What it serves below `/api/v1/`, e.g. `GET customers/{id}`. */
  readonly operations: readonly string[]
}

function settingsWith(origin: string, apiToken: string): SyncroSettings {
  return { subdomain: origin, apiToken, statusField: labels.status }
}

function wrapped(key: string, row: Row | undefined, missing: () => Refusal): SimulatedAnswer {
  if (!row) throw missing()
  return { status: 200, body: { [key]: row } }
}

/** Syncro on top of `world`. */
export function simulate(world: World, quirks: SyncroQuirks = {}): SyncroSimulator {
  const clients = new Clients(world)
  const definitions = new Definitions(world)
  const assets = new Assets(world, clients, definitions, quirks)
  const tickets = new Tickets(world, clients)
  const notices = new Notices(account)
  let minute = { began: 0, requests: 0 }

  const routes: readonly Route[] = [
    { method: 'GET', path: 'settings', serve: () => ({ status: 200, body: definitions.settings() }) },
    { method: 'GET', path: 'tickets/settings', serve: () => ({ status: 200, body: ticketSettings(tickets) }) },
    {
      method: 'GET',
      path: 'customers',
      right: 'customers-list',
      serve: ({ query }) => {
        const sort = quirks.unsorted === true ? null : query.get('sort')
        const ids = clients.customers(sort, query.get('include_disabled') === 'true')
        return page(ids, pageNumber(query), (id) => clients.customer(id), {
          key: 'customers',
          perPage: 100,
          meta: fullMeta,
        })
      },
    },
    {
      method: 'GET',
      path: 'customers/{id}',
      right: 'customers-view',
      serve: (_, id) => wrapped('customer', clients.detail(companyOf(id)), nothingThere),
    },
    {
      method: 'GET',
      path: 'contacts',
      right: 'customers-view',
      serve: ({ query }) =>
        page(clients.contacts, pageNumber(query), (id) => clients.contact(id), {
          key: 'contacts',
          perPage: 50,
          meta: fullMeta,
        }),
    },
    {
      method: 'GET',
      path: 'contacts/{id}',
      right: 'customers-view',
      serve: (_, id) => {
        const contact = clients.isListed(id) ? clients.contact(id) : undefined
        if (!contact) throw notFound()
        return { status: 200, body: contact }
      },
    },
    {
      method: 'GET',
      path: 'customer_assets',
      right: 'assets-list',
      serve: ({ query }) =>
        page(assets.list(query), pageNumber(query), (id) => assets.row(id), {
          key: 'assets',
          perPage: 50,
          meta: quirks.bareAssets === true ? [] : fullMeta,
        }),
    },
    {
      method: 'GET',
      path: 'customer_assets/{id}',
      right: 'assets-view',
      serve: (_, id) => wrapped('asset', assets.row(id), assetNotFound),
    },
    {
      method: 'PUT',
      path: 'customer_assets/{id}',
      right: 'assets-edit',
      serve: ({ body }, id) => wrapped('asset', assets.update(id, JSON.parse(body)), assetNotFound),
    },
    {
      method: 'GET',
      path: 'tickets',
      right: 'tickets-list',
      serve: ({ query }) =>
        page(tickets.list(query), pageNumber(query), (id) => tickets.row(id), {
          key: 'tickets',
          perPage: 50,
          meta: ['total_pages', 'page'],
        }),
    },
    {
      method: 'GET',
      path: 'tickets/{id}',
      right: 'tickets-view',
      serve: (_, id) => wrapped('ticket', tickets.detail(id), notFound),
    },
    {
      method: 'GET',
      path: 'tickets/{id}/comments',
      right: 'tickets-view',
      serve: ({ query }, id) => {
        const ticket = world.tickets.get(id)
        if (!ticket) throw notFound()
        const comments = tickets.comments(ticket)
        const perPage = Number(query.get('per_page') ?? 10)
        return page(ordered([...comments.keys()]), pageNumber(query), (place) => comments[place], {
          key: 'comments',
          perPage,
          meta: ['total_pages', 'page', 'per_page'],
        })
      },
    },
  ]

  /** The rights the caller lacks. The word in front of the token may be left out. */
  function authenticate({ headers }: SimulatedRequest): readonly Right[] {
    const given = (headers.authorization ?? '').replace(/^Bearer /i, '')
    if (given === token) return []
    if (given === limitedToken) return lacking
    throw badToken()
  }

  function throttle(): void {
    if (quirks.perMinute === undefined) return
    const now = performance.now()
    if (now - minute.began > 60_000) minute = { began: now, requests: 0 }
    if (++minute.requests > quirks.perMinute) throw tooMany(quirks.retryAfter)
  }

  function api(request: SimulatedRequest): SimulatedAnswer {
    const path = /^\/api\/v1\/(.*)$/.exec(request.path)?.[1]
    if (path === undefined) throw nothingThere()
    throttle()
    const lacks = authenticate(request)
    if (path === 'me') return { status: 200, body: meRow(lacks) }
    const id = Number(/\/(\d+)/.exec(path)?.[1] ?? 0)
    const named = path.replace(/\/\d+/, '/{id}')
    const route = routes.find((one) => one.path === named && one.method === request.method)
    if (route === undefined) throw notFound()
    if (route.right !== undefined && lacks.includes(route.right)) throw notAuthorized()
    return route.serve(request, id)
  }

  function subjectOf(stream: StreamName, sourceId: string): Subject | undefined {
    const id = Number(sourceId.replace(/^\D+/, ''))
    const customer = `customers/${id}`
    if (stream === 'configurations') return subject(assets.row(id), `customer_assets/${id}`)
    if (stream === 'companies' || (stream === 'contacts' && sourceId !== String(id)))
      return subject(clients.customer(companyOf(id)), customer)
    if (stream !== 'contacts') return undefined
    const contact = clients.contact(id)
    // Contacts have no screen of their own.
    return subject(contact, `customers/${contact?.customer_id}`)
  }

  return {
    answer(request) {
      try {
        return api(request)
      } catch (error) {
        if (error instanceof Refusal) return error.answer
        throw error
      }
    },
    settings: (origin) => settingsWith(origin, token),
    wrongSettings: (origin) => settingsWith(origin, 'T-simulator-wrong'),
    limitedSettings: (origin) => ({ settings: settingsWith(origin, limitedToken), missing: lacking }),
    *expected(stream) {
      const names = (table: { after(id: number): Iterable<{ readonly name: string }> }) =>
        [...table.after(0)].map(({ name }) => name)
      if (stream === 'companyStatuses') yield* ['active', 'disabled']
      else if (stream === 'contacts') yield* clients.expectedContacts()
      else if (stream === 'sites') yield* clients.expectedSites()
      else if (stream === 'companies') for (const { id } of world.companies.after(0)) yield String(customerId(id))
      else if (stream === 'configurations') for (const { id } of world.configurations.after(0)) yield String(id)
      else if (stream === 'configurationTypes') {
        for (const { id } of world.configurationTypes.after(0)) yield String(id)
        yield 'name:Syncro Device'
      } else if (stream === 'configurationStatuses')
        yield* names(world.configurationStatuses).map((name) => `name:${name}`)
      else if (stream === 'ticketBoards') yield* names(world.boards)
      else if (stream === 'ticketPriorities') yield* names(world.priorities)
      else if (stream === 'ticketStatuses') yield* tickets.statuses()
    },
    enterWebhook: (url) => notices.enter(url),
    deliveries(stream, sourceId, action) {
      // Known events are about new customers and contacts, and some about assets; whether any tells of a change to a
      // customer or a contact is not documented. None tells of a deletion.
      const told = action === 'updated' || (action === 'added' && stream !== 'configurations')
      const about = told ? subjectOf(stream, sourceId) : undefined
      return about ? notices.about(about, action === 'added' ? 'was created' : 'was changed') : []
    },
    operations: ['GET me', ...routes.map(({ method, path }) => `${method} ${path}`)],
  }
}

function subject(record: Row | undefined, screen: string): Subject | undefined {
  return record && { record, screen }
}

/** It tells the token as well, which is why nobody should keep it. */
function meRow(lacks: readonly Right[]): Row {
  const may = (right: Right) => !lacks.includes(right)
  return {
    user_token: token,
    user_email: 'hub@simulator.example',
    user_name: 'Paper Lantern IT (Syncro simulator)',
    user_id: 7,
    admin: false,
    can_use_app: true,
    two_factor_required: false,
    subdomain: account,
    default_location: null,
    enable_multi_locations: false,
    locations_allowed: [],
    permissions: {
      asset: { read: may('assets-list'), write: may('assets-edit'), delete: false },
      customer: { read: true, write: false, delete: false },
      ticket: { read: may('tickets-list'), write: false, delete: false },
      invoice: { read: false, write: false, delete: false },
      payment: { read: false, write: false, delete: false },
      worksheet: { add: false, manage: false, delete: false },
      script: { execute: false },
    },
  }
}

function ticketSettings(tickets: Tickets): Row {
  return {
    ticket_status_list: tickets.statuses(),
    default_labor_product_id: null,
    ticket_timer_charge_by_default: null,
    saved_searches: [],
    ticket_types: [],
    ticket_type_fields: [],
    ticket_type_field_answers: [],
    appointment_types: [],
    users: [{ id: 7, name: 'Ann Nox' }],
    dashboard_settings: null,
    worksheet_templates: [],
    require_ticket_type: null,
    require_intake_form_with_ticket: null,
    require_outtake_form_with_ticket: null,
    ticket_workflow_default_id: null,
  }
}
