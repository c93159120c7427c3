/** What is served where, and the scope it takes. */
import type { SimulatedAnswer, SimulatedRequest, World } from '../../../core/connector/simulator.ts'
import type { Assets } from './assets.ts'
import { fieldInfo } from './custom-fields.ts'
import type { Customers } from './customers.ts'
import type { Hooks } from './hooks.ts'
import { answerList, numberIn, type Query, type Row, type Source } from './lists.ts'
import { invalid, missing } from './refusals.ts'
import { priorityRows, statusRows, type Tickets, teamRows } from './tickets.ts'
import type { Scope } from './tokens.ts'

export interface Route {
  readonly method: string
  /** Below `/api/`; `{id}` stands for a number or a GUID. */
  readonly path: string
  readonly scope: Scope | undefined
  readonly serve: (request: SimulatedRequest, id: string) => SimulatedAnswer
}

export interface Parts {
  readonly world: World
  readonly customers: Customers
  readonly assets: Assets
  readonly tickets: Tickets
  readonly hooks: Hooks
  /** Lists that come empty because the agent's role hides them. */
  readonly hidden: ReadonlySet<string>
  /** Lists carry no custom fields. */
  readonly sparseLists: boolean
  readonly statusesIgnoreType: boolean
}

/** Numbers of look-ups; 11 lists them all. */
const lookups = [
  { id: 33, name: 'Customer Type' },
  { id: 92, name: 'Customer Relationship' },
]

function lookupRows(world: World, query: Query): readonly Row[] {
  const number = numberIn(query, 'lookupid', 0)
  if (number === 11) return [{ id: 17, name: 'Charge Type' }, ...lookups].map((row) => ({ ...row, lookupid: 11 }))
  if (!lookups.some(({ id }) => id === number)) return []
  return [...world.companyTypes.after(0)].map(({ id, name }) => ({ id, lookupid: number, name, inactive: false }))
}

export function routesOf(parts: Parts): readonly Route[] {
  const { world, customers, assets, tickets, hooks, hidden } = parts
  const get = (path: string, scope: Scope | undefined, serve: Route['serve']): Route => ({
    method: 'GET',
    path,
    scope,
    serve,
  })
  const list = (path: string, scope: Scope, source: Source): Route =>
    get(path, scope, ({ query }) =>
      hidden.has(path)
        ? { status: 200, body: { page_no: 1, page_size: 100, record_count: 0, [source.name]: [] } }
        : answerList(parts.sparseLists ? sparse(source) : source, query),
    )
  const one = (path: string, scope: Scope | undefined, find: (id: number) => Row | undefined): Route =>
    get(`${path}/{id}`, scope, (_request, id) => {
      const body = find(Number(id))
      if (body === undefined) throw missing(path)
      return { status: 200, body }
    })
  const plain = (path: string, scope: Scope | undefined, rows: (query: Query) => readonly Row[]): Route =>
    get(path, scope, ({ query }) => ({ status: 200, body: rows(query) }))

  return [
    list('Client', 'read:customers', customers.clients),
    one('Client', 'read:customers', customers.client),
    list('Site', 'read:customers', customers.sites),
    one('Site', 'read:customers', customers.site),
    list('Users', 'read:customers', customers.users),
    one('Users', 'read:customers', customers.user),
    list('Asset', 'read:assets', assets.list),
    one('Asset', 'read:assets', assets.detail),
    plain('AssetType', 'read:assets', assets.types),
    one('AssetType', 'read:assets', assets.type),
    plain('Field', 'read:assets', assets.fields),
    one('Field', 'read:assets', assets.field),
    list('Tickets', 'read:tickets', tickets.list),
    one('Tickets', 'read:tickets', tickets.detail),
    get('Actions', 'read:tickets', ({ query }) => {
      const id = numberIn(query, 'ticket_id', 0)
      if (tickets.detail(id) === undefined) throw missing('Ticket')
      return { status: 200, body: tickets.actions(id, query) }
    }),
    plain('Lookup', undefined, (query) => lookupRows(world, query)),
    plain('Status', undefined, (query) => statusRows(world, query, parts.statusesIgnoreType)),
    plain('Priority', undefined, () => priorityRows(world)),
    plain('Team', undefined, (query) => teamRows(world, query)),
    one('FieldInfo', undefined, (id) => fieldInfo(world, id)),
    plain('Webhook', 'admin:webhooks', () => hooks.list()),
    plain('Notification', 'admin:webhooks', (query) => hooks.events(query.get('webhook_id'))),
    { method: 'POST', path: 'Webhook', scope: 'admin:webhooks', serve: ({ body }) => hooks.save(parsed(body)) },
    { method: 'DELETE', path: 'Webhook/{id}', scope: 'admin:webhooks', serve: (_request, id) => hooks.remove(id) },
    {
      method: 'POST',
      path: 'Asset',
      scope: 'edit:assets',
      serve: ({ body }) => {
        const sent = parsed(body)
        if (!Array.isArray(sent)) throw invalid('The body must be an array')
        for (const change of sent) {
          const id = Number(Object(change).id)
          if (assets.detail(id) === undefined) throw missing('Asset')
          assets.write(id, Object(change))
        }
        return { status: 201, body: assets.detail(Number(Object(sent[0]).id)) }
      },
    },
  ]
}

function sparse(source: Source): Source {
  return { ...source, row: (id, query) => ({ ...source.row(id, query), customfields: [] }) }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
