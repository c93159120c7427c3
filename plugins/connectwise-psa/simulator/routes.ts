/** What is served where, and the right it takes. */
import type { SimulatedAnswer, SimulatedRequest, World } from '../../../core/connector/simulator.ts'
import type { Callbacks } from './callbacks.ts'
import type { Lists, Resource } from './lists.ts'
import { patched } from './patch.ts'
import { notJson, recordMissing } from './refusals.ts'
import type { Resources } from './resources.ts'

/** The ids of the connector's permissions, and rights it does not need. */
export type Right =
  | 'companies'
  | 'table-setup'
  | 'configurations'
  | 'contacts'
  | 'tickets'
  | 'manufacturers'
  | 'configurations-edit'
  | 'callbacks'
  | 'members'
  | 'project-tickets'

export interface Call {
  readonly request: SimulatedRequest
  /** What stands for `{parentId}` and `{id}` in the path. */
  readonly ids: readonly number[]
  /** Where the API is, up to and with the codebase: `http://127.0.0.1:4123/v4_6_release`. */
  readonly root: string
}

export interface Route {
  readonly method: string
  /** Under `apis/3.0`; `{id}` and `{parentId}` stand for numbers. */
  readonly path: string
  readonly right: Right | undefined
  readonly serve: (call: Call) => SimulatedAnswer
}

/** The body of a write; ConnectWise takes nothing but JSON. */
function jsonOf(request: SimulatedRequest): unknown {
  if (!request.headers['content-type']?.includes('json')) throw notJson()
  try {
    return JSON.parse(request.body)
  } catch {
    return undefined
  }
}

function found(resource: Resource, id: number | undefined): SimulatedAnswer {
  const row = id === undefined ? undefined : resource.get(id)
  if (row === undefined) throw recordMissing(resource.name, id ?? 0)
  return { status: 200, body: row }
}

export function routesOf(
  world: World,
  resources: Resources,
  callbacks: Callbacks,
  lists: Lists,
  options: { readonly questionsRequired: boolean; readonly info: () => unknown },
): readonly Route[] {
  const get = (path: string, right: Right | undefined, serve: Route['serve']): Route => ({
    method: 'GET',
    path,
    right,
    serve,
  })
  const list = (path: string, right: Right | undefined, resource: Resource): Route[] => [
    get(path, right, ({ request }) => lists.list(resource, request)),
    get(`${path}/count`, right, ({ request }) => lists.count(resource, request)),
    get(`${path}/{id}`, right, ({ ids }) => found(resource, ids[0])),
  ]
  const listOfParent = (
    path: string,
    right: Right | undefined,
    resourceOf: (parentId: number) => Resource,
  ): Route[] => [
    get(path, right, ({ request, ids }) => lists.list(resourceOf(ids[0] ?? 0), request)),
    get(`${path}/count`, right, ({ request, ids }) => lists.count(resourceOf(ids[0] ?? 0), request)),
    get(`${path}/{id}`, right, ({ ids }) => found(resourceOf(ids[0] ?? 0), ids[1])),
  ]

  return [
    ...list('company/companies', 'companies', resources.companies),
    ...list('company/companies/types', 'table-setup', resources.companyTypes),
    ...list('company/companies/statuses', 'table-setup', resources.companyStatuses),
    ...listOfParent('company/companies/{parentId}/sites', 'companies', resources.sitesOf),
    ...listOfParent('company/companies/{parentId}/typeAssociations', 'companies', resources.typesOf),
    ...list('company/companyTypeAssociations', 'companies', resources.typeAssociations),
    ...list('company/marketDescriptions', 'table-setup', resources.markets),
    ...list('company/communicationTypes', 'table-setup', resources.communicationTypes),
    ...list('company/contacts', 'contacts', resources.contacts),
    ...list('company/contacts/types', 'table-setup', resources.contactTypes),
    ...list('company/configurations', 'configurations', resources.configurations),
    ...list('company/configurations/types', 'table-setup', resources.configurationTypes),
    ...list('company/configurations/statuses', 'table-setup', resources.configurationStatuses),
    get('configurations/types/info', undefined, ({ request }) => lists.list(resources.configurationTypes, request)),
    ...list('procurement/manufacturers', 'manufacturers', resources.manufacturers),
    get('procurement/manufacturers/info', undefined, ({ request }) => lists.list(resources.manufacturers, request)),
    ...list('system/userDefinedFields', 'table-setup', resources.userDefinedFields),
    ...list('service/boards', 'table-setup', resources.boards),
    ...list('service/info/boards', undefined, resources.boardInfos),
    ...listOfParent('service/boards/{parentId}/statuses', 'table-setup', resources.statusesOf),
    ...list('service/priorities', 'table-setup', resources.priorities),
    ...list('service/tickets', 'tickets', resources.tickets),
    ...listOfParent('service/tickets/{parentId}/notes', 'tickets', resources.notesOf),
    ...listOfParent('service/tickets/{parentId}/configurations', 'tickets', resources.configurationsOf),
    ...list('system/callbacks', 'callbacks', callbacks.resource),
    get('system/members/count', 'members', () => ({ status: 200, body: { count: 12 } })),
    get('project/tickets/count', 'project-tickets', () => ({ status: 200, body: { count: 0 } })),
    get('system/info', undefined, () => ({ status: 200, body: options.info() })),
    {
      method: 'POST',
      path: 'service/tickets/search',
      right: 'tickets',
      serve: ({ request }) => {
        const body = Object(jsonOf(request))
        const filter = { get: (name: string) => (typeof body[name] === 'string' ? body[name] : null) }
        return lists.list(resources.tickets, request, filter)
      },
    },
    {
      method: 'PATCH',
      path: 'company/configurations/{id}',
      right: 'configurations-edit',
      serve: ({ request, ids: [id = 0] }) => {
        const body = jsonOf(request)
        const row = world.configurations.get(id)
        if (row === undefined) throw recordMissing('Configuration', id)
        world.configurations.put(patched(world, row, body, options.questionsRequired))
        return found(resources.configurations, id)
      },
    },
    {
      method: 'POST',
      path: 'system/callbacks',
      right: 'callbacks',
      serve: ({ request, root }) => callbacks.add(jsonOf(request), root),
    },
    {
      method: 'PUT',
      path: 'system/callbacks/{id}',
      right: 'callbacks',
      serve: ({ request, ids: [id = 0], root }) => callbacks.replace(id, jsonOf(request), root),
    },
    {
      method: 'PATCH',
      path: 'system/callbacks/{id}',
      right: 'callbacks',
      serve: ({ request, ids: [id = 0], root }) => callbacks.patch(id, jsonOf(request), root),
    },
    {
      method: 'DELETE',
      path: 'system/callbacks/{id}',
      right: 'callbacks',
      serve: ({ ids: [id = 0] }) => callbacks.remove(id),
    },
  ]
}

/** Finds the route of a path; a method nobody serves there is told apart from a path that is none. */
export class Router {
  readonly #routes = new Map<string, Route[]>()

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const shape = route.path.replaceAll(/\{\w+\}/g, '#')
      this.#routes.set(shape, [...(this.#routes.get(shape) ?? []), route])
    }
  }

  find(path: string): { readonly routes: readonly Route[]; readonly ids: readonly number[] } | undefined {
    const ids: number[] = []
    const shape = path
      .split('/')
      .filter((step) => step !== '')
      .map((step) => {
        if (!/^\d{1,10}$/.test(step)) return step
        ids.push(Number(step))
        return '#'
      })
      .join('/')
    const routes = this.#routes.get(shape)
    return routes && { routes, ids }
  }
}
