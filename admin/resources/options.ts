/** AdminJS options of a record type: who may list, show, search and export it; nothing edits it. */
import { Readable } from 'node:stream'
import {
  type ActionContext,
  type ActionRequest,
  Filter,
  flat,
  type ResourceOptions,
  type ResourceWithOptions,
} from 'adminjs'
import { can, type Role, roles } from '../../core/access/roles.ts'
import type { Database } from '../../core/store/database.ts'
import { csv } from './csv.ts'
import { originOf } from './origin.ts'
import { PanelResource } from './resource.ts'
import type { ResourceSpec } from './spec.ts'
import { isRemovable, whereOf } from './where.ts'

/** Components by the name they have in the bundle. */
export const recordComponents = { list: 'RecordList', show: 'RecordShow' } as const

const never = { isAccessible: false, isVisible: false } as const

function roleOf(context: ActionContext): Role | undefined {
  return roles.find((role) => role === context.currentAdmin?.role)
}

interface FileReply {
  header(name: string, value: string): unknown
  type(contentType: string): unknown
}

/** The AdminJS resource with its options. `specs`: all record types, for links between them. */
export function resourceOf(
  spec: ResourceSpec,
  specs: readonly ResourceSpec[],
  database: Database,
): ResourceWithOptions {
  const resource = new PanelResource(spec)
  const isAccessible = (context: ActionContext): boolean => {
    const role = roleOf(context)
    return role !== undefined && can(role, spec.capability)
  }
  const options: ResourceOptions = {
    id: spec.id,
    navigation: spec.section ? { name: spec.section, icon: spec.icon } : null,
    titleProperty: spec.titleField,
    sort: { sortBy: spec.sort.by, direction: spec.sort.direction },
    listProperties: [...spec.list],
    showProperties: spec.fields.map(({ name }) => name),
    filterProperties: [...spec.filters],
    properties: Object.fromEntries([
      ['id', { isVisible: false }],
      ...spec.fields.map((field) => [
        field.name,
        {
          isSortable: resource.isSortable(field.name),
          isVisible: {
            list: spec.list.includes(field.name),
            show: true,
            // An empty `filterProperties` would mean all.
            filter: spec.filters.includes(field.name),
            edit: false,
          },
          ...(field.reference && { reference: field.reference }),
          ...(field.choices && {
            availableValues: Object.entries(field.choices).map(([value, label]) => ({ value, label })),
          }),
          custom: { kind: field.kind, label: field.label, means: field.means ?? '', group: field.group },
        },
      ]),
    ]),
    actions: {
      list: { isAccessible, component: recordComponents.list, custom: describe(spec) },
      show: { isAccessible, component: recordComponents.show },
      search: { isAccessible, isVisible: false },
      new: never,
      edit: never,
      delete: never,
      bulkDelete: never,
      export: {
        actionType: 'resource',
        isAccessible,
        isVisible: false,
        component: false,
        handler: (request: ActionRequest, reply: FileReply) => {
          const { filters = {} } = flat.unflatten<{ filters?: object }, object>(request.query ?? {})
          const filter = new Filter(filters, resource)
          // Refused now, not in the middle of the file.
          whereOf(spec, filter)
          reply.type('text/csv; charset=utf-8')
          reply.header(
            'content-disposition',
            `attachment; filename="${spec.id}-${new Date().toISOString().slice(0, 10)}.csv"`,
          )
          return Readable.from(csv(resource, filter))
        },
      },
      origin: {
        actionType: 'record',
        isAccessible,
        isVisible: false,
        component: false,
        handler: async (request: ActionRequest, _reply: unknown, context: ActionContext) => ({
          record: context.record?.toJSON(context.currentAdmin),
          origin: await originOf(database, specs, spec, Number(request.params.recordId)),
        }),
      },
    },
  }
  return { resource, options }
}

/** What the list component is told of its record type. */
export interface ListDescription {
  readonly title: string
  readonly one: string
  readonly searchable: boolean
  readonly removable: boolean
  readonly page: string | null
}

function describe(spec: ResourceSpec): ListDescription {
  return {
    title: spec.title,
    one: spec.one,
    searchable: spec.search.length > 0,
    removable: isRemovable(spec),
    page: spec.page ?? null,
  }
}
