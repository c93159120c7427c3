/**
 * Halo's published API description (OpenAPI 3.0, "Halo API v2"), made strict: a property it does not know is an error.
 * It describes parameters and the bodies of writes, and has schemas of rows; which answer has which schema is not in it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { isObject, type Json, objectAt } from './json.ts'

const file = new URL('../../../shared/vendors/halo-psa/openapi.json', import.meta.url)

export const isThere = existsSync(file)

/** Where the description is wrong or silent, and what shows it. */
export const deviations: readonly string[] = [
  'lastupdatefromdate is a time; described as bool (django-psa filters by it)',
  'times have no zone mark; described as date-time (every client)',
  'a write answers 201 or 200; described as 200 (clients)',
  'lists are wrapped in {record_count, page_no, page_size, <rows>}, others are plain arrays; not described',
  'the detail of a ticket has lastupdate where the list has last_update (django-psa); described with neither',
  'error bodies are not described',
]

/** The property the rows are in (none: a plain array), their schema in lists, and the detail's. */
const shapes: Readonly<Record<string, { readonly rows?: string; readonly list: string; readonly detail: string }>> = {
  Client: { rows: 'clients', list: 'Area_List', detail: 'Area' },
  Site: { rows: 'sites', list: 'Site_List', detail: 'Site' },
  Users: { rows: 'users', list: 'Users_List', detail: 'Users' },
  Asset: { rows: 'assets', list: 'Device_List', detail: 'Device' },
  Tickets: { rows: 'tickets', list: 'Faults_List', detail: 'Faults' },
  AssetType: { list: 'Xtype', detail: 'Xtype' },
  Field: { list: 'Field', detail: 'Field' },
  FieldInfo: { list: 'FieldInfo', detail: 'FieldInfo' },
  Lookup: { list: 'Lookup', detail: 'Lookup' },
  Status: { list: 'TStatus', detail: 'TStatus' },
  Priority: { list: 'Policy', detail: 'Policy' },
  Team: { list: 'SectionDetail', detail: 'SectionDetail' },
  Webhook: { list: 'Webhook', detail: 'Webhook' },
  Notification: { list: 'UnameNotification', detail: 'UnameNotification' },
}

const wrapper = new Set(['record_count', 'page_no', 'page_size'])

const values: Readonly<Record<string, RegExp>> = {
  int: /^-?\d+$/,
  bool: /^(true|false)$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
}

/** `nullable` in words of JSON Schema, references within the copy. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (!isObject(schema)) return schema
  if (typeof schema.$ref === 'string') {
    return { anyOf: [{ $ref: schema.$ref.replace('#/components', '#') }, { type: 'null' }] }
  }
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') {
      result[key] = Object.fromEntries(Object.entries(objectAt(value)).map(([name, inner]) => [name, strict(inner)]))
    } else if (key !== 'nullable' && key !== 'description') result[key] = strict(value)
  }
  if (schema.nullable === true && typeof schema.type === 'string') result.type = [schema.type, 'null']
  return result
}

interface Operation {
  readonly method: string
  readonly path: string
  readonly name: string
  readonly query: ReadonlyMap<string, string>
  /** Of one entry of the array that a write takes. */
  readonly body: string | undefined
}

class Description {
  readonly operations: readonly Operation[]
  readonly #ajv = new Ajv({ strict: false, allErrors: true })
  readonly #validators = new Map<string, ValidateFunction>()

  constructor() {
    const raw: Json = JSON.parse(readFileSync(file, 'utf8'))
    const schemas = Object.entries(objectAt(raw, 'components', 'schemas')).map(([name, schema]) => [
      name,
      strict(schema),
    ])
    this.#ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/)
    this.#ajv.addFormat('uuid', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    for (const format of ['int32', 'int64', 'double', 'float', 'byte', 'binary', 'date-span'])
      this.#ajv.addFormat(format, true)
    this.#ajv.addSchema({ $id: 'halo', schemas: Object.fromEntries(schemas) })
    this.operations = Object.entries(objectAt(raw, 'paths')).flatMap(([path, methods]) =>
      Object.entries(objectAt(methods)).map(([method, operation]) => operationOf(path, method, objectAt(operation))),
    )
  }

  find(method: string, path: string): Operation | undefined {
    const template = path.replace(/\/[^/]+$/, '/{id}')
    return this.operations.find((one) => one.method === method && (one.path === path || one.path === template))
  }

  problems(schema: string, value: unknown): readonly string[] {
    const validate = this.#validators.get(schema) ?? this.#ajv.compile({ $ref: `halo#/schemas/${schema}` })
    this.#validators.set(schema, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const extra = 'additionalProperty' in params ? ` ${params.additionalProperty}` : ''
      return `${schema}${instancePath.replaceAll(/\/\d+/g, '/#')} ${message}${extra}`
    })
  }
}

let read: Description | undefined

/** Read once: compiling its schemas takes seconds. */
function description(): Description {
  read ??= new Description()
  return read
}

function operationOf(path: string, method: string, raw: Json): Operation {
  const parameters = Array.isArray(raw.parameters) ? raw.parameters.filter(isObject) : []
  const [content] = Object.values(objectAt(raw, 'requestBody', 'content'))
  const reference = objectAt(content, 'schema', 'items').$ref
  return {
    method: method.toUpperCase(),
    path: path.slice(1),
    name: path.split('/')[1] ?? '',
    query: new Map(
      parameters
        .filter(({ in: place }) => place === 'query')
        .map(({ name, schema }) => [
          String(name),
          String(name).startsWith('lastupdate') ? 'time' : String(objectAt(schema).type),
        ]),
    ),
    body: typeof reference === 'string' ? reference.replace('#/components/schemas/', '') : undefined,
  }
}

/** Collects what is wrong, what was checked, and what nothing describes. */
export class Check {
  readonly problems = new Map<string, number>()
  readonly answered = new Set<string>()
  readonly asked = new Set<string>()
  readonly unchecked = new Set<string>()
  answers = 0
  requests = 0
  readonly #description = description()

  answer(request: SimulatedRequest, { status, body }: SimulatedAnswer): void {
    const operation = this.#operation(request)
    if (operation === undefined) return
    const at = `${operation.method} ${operation.path}`
    if (status >= 400) {
      this.unchecked.add(`${status}: error bodies are not described`)
      return
    }
    this.answers++
    this.answered.add(at)
    if (status !== 200 && !(status === 201 && request.method === 'POST')) this.#note(at, [`status ${status}`])
    if (body === undefined || request.method === 'DELETE') return
    this.#note(at, this.#rowProblems(operation, JSON.parse(JSON.stringify(body))))
  }

  #rowProblems({ name, path, method }: Operation, body: unknown): readonly string[] {
    const shape = shapes[name]
    if (shape === undefined) {
      this.unchecked.add(`${name}: its answer has no schema`)
      return []
    }
    if (path.endsWith('/{id}') || method === 'POST') {
      const { lastupdate: _stamp, ...rest } = objectAt(body)
      return this.#description.problems(shape.detail, name === 'Tickets' ? rest : body)
    }
    if (shape.rows !== undefined) {
      if (!isObject(body)) return ['no wrapped list']
      for (const key of Object.keys(body)) if (!wrapper.has(key) && key !== shape.rows) return [`unknown key ${key}`]
    }
    const rows: unknown = shape.rows !== undefined && isObject(body) ? body[shape.rows] : body
    if (!Array.isArray(rows)) return ['no list']
    return rows.flatMap((row) => this.#description.problems(shape.list, row))
  }

  request(request: SimulatedRequest): void {
    const operation = this.#operation(request)
    if (operation === undefined) return
    this.requests++
    const at = `${operation.method} ${operation.path}`
    this.asked.add(at)
    const problems: string[] = []
    for (const [name, value] of request.query) {
      const type = operation.query.get(name)
      if (type === undefined) problems.push(`unknown parameter ${name}`)
      else if (values[type]?.test(value) === false) problems.push(`parameter ${name} is no ${type}: ${value}`)
    }
    if (request.method === 'POST') problems.push(...this.#bodyProblems(operation, request))
    this.#note(at, problems)
  }

  #bodyProblems({ body: schema }: Operation, request: SimulatedRequest): readonly string[] {
    if (!request.headers['content-type']?.startsWith('application/json')) return ['the body is not sent as JSON']
    const body: unknown = JSON.parse(request.body)
    if (schema === undefined) return ['a body where none is described']
    return Array.isArray(body) ? body.flatMap((entry) => this.#description.problems(schema, entry)) : ['no array']
  }

  #operation({ method, path }: SimulatedRequest): Operation | undefined {
    const below = /^\/api\/(.*)$/.exec(path)?.[1]
    // The description writes this one another way; Halo takes both.
    const found =
      below === undefined ? undefined : this.#description.find(method, below.replace(/^authinfo$/, 'AuthInfo'))
    if (found === undefined) this.unchecked.add(`${method} ${path.replace(/\/\d+/g, '/{id}')}: not described`)
    return found
  }

  #note(at: string, problems: readonly string[]): void {
    for (const problem of problems) {
      const text = `${at}: ${problem}`
      this.problems.set(text, (this.problems.get(text) ?? 0) + 1)
    }
  }
}
