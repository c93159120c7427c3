/**
 * Datto's published description of the Autotask REST API (Swagger 2.0, 2020/21), made strict: a property it does not
 * know is an error. It prints names as `CompanyName` where the live service answers `companyName`, so every schema
 * exists in both spellings; and the known mistakes of the description are taken out.
 */
import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { camelCase } from '../../plugins/autotask/answers.ts'
import { isObject, type Json, objectAt } from './json.ts'

const file = new URL('../../../shared/vendors/autotask/openapi.json', import.meta.url)

export const isThere = existsSync(file)

/** Where the description is wrong or silent, and what shows it. */
export const deviations: readonly string[] = [
  'GET|POST /{Entity}/query answers {items, pageDetails}; described as one bare record (recorded answers, every client)',
  'GET /{Entity}/{parentId}/{Children} answers a list like a query; described as one bare record',
  'ZoneInformation takes no keys when it is asked where the database is; described with them',
  'GET /{Entity}/{id} answers {item}; described as the bare record',
  'POST, PUT and PATCH answer {itemId}; described as the record (the schema OperationResultModel exists, for DELETE only)',
  'the value of a filter is plain JSON; described as an object with one property for each type',
  'date-times come with and without a zone; described as date-time',
  'all properties may be null; not described',
  'error bodies ({errors: []} and {Message}) are not described',
]

/** `camel` as the live service answers, `pascal` as the description prints. */
export type Spelling = 'camel' | 'pascal'

export type Kind = 'query' | 'count' | 'item' | 'write' | 'plain'

export interface Operation {
  readonly method: string
  /** Below `V1.0/`. */
  readonly path: string
  readonly kind: Kind
  /** Of the record, or of the answer as it is. */
  readonly schema: string
  readonly query: ReadonlySet<string>
  readonly headers: readonly string[]
}

function named(spelling: Spelling, name: string): string {
  return spelling === 'camel' ? camelCase(name) : name
}

function strict(schema: unknown, spelling: Spelling): unknown {
  if (!isObject(schema)) return {}
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace('#/definitions/', '')
    // Described without any content: whatever comes fits.
    if (name === 'Object' || name === 'RestUserAccessLevel' || name.startsWith('Expression')) return {}
    return { anyOf: [{ $ref: `${spelling}#/schemas/${name}` }, { type: 'null' }] }
  }
  if (schema.type === 'array') return { type: ['array', 'null'], items: strict(schema.items, spelling) }
  if (isObject(schema.properties) || schema.type === 'object') {
    const properties = Object.entries(objectAt(schema, 'properties')).map(([name, inner]) => [
      named(spelling, name),
      strict(inner, spelling),
    ])
    return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false }
  }
  const format = schema.format === 'date-time' ? 'iso-date-time' : schema.format
  return { type: [schema.type, 'null'], ...(format === undefined ? {} : { format }) }
}

function kindOf(method: string, path: string): Kind {
  if (path.endsWith('/query') || (method === 'GET' && /\{parentId\}\/\w+$/.test(path))) return 'query'
  if (path.endsWith('/query/count')) return 'count'
  if (method !== 'GET') return 'write'
  return path.endsWith('/{id}') ? 'item' : 'plain'
}

function operationOf(method: string, path: string, raw: Json): Operation {
  const parameters = Array.isArray(raw.parameters) ? raw.parameters.filter(isObject) : []
  const names = (place: string) => parameters.filter((one) => one.in === place && one.required === true)
  const answer = String(objectAt(raw, 'responses', '200', 'schema').$ref ?? '').replace('#/definitions/', '')
  const body = parameters.find((one) => one.in === 'body')
  const written = String(objectAt(body, 'schema').$ref ?? '').replace('#/definitions/', '')
  const kind = kindOf(method, path)
  return {
    method,
    path,
    kind,
    schema: kind === 'write' && written !== '' ? written : answer,
    query: new Set(parameters.filter((one) => one.in === 'query').map((one) => String(one.name))),
    headers: path === 'ZoneInformation' ? [] : names('header').map((one) => String(one.name).toLowerCase()),
  }
}

export class Description {
  readonly operations: readonly Operation[]
  readonly #ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }))
  readonly #definitions: Json
  readonly #validators = new Map<string, ValidateFunction>()

  constructor() {
    const raw: unknown = JSON.parse(readFileSync(file, 'utf8'))
    this.#definitions = objectAt(raw, 'definitions')
    for (const spelling of ['camel', 'pascal'] as const) {
      const schemas = Object.entries(this.#definitions).map(([name, schema]) => [name, strict(schema, spelling)])
      this.#ajv.addSchema({ $id: spelling, schemas: Object.fromEntries(schemas) })
    }
    this.operations = Object.entries(objectAt(raw, 'paths')).flatMap(([path, methods]) =>
      Object.entries(objectAt({ methods }, 'methods')).map(([method, operation]) =>
        operationOf(method.toUpperCase(), path.replace('/V1.0/', ''), objectAt({ operation }, 'operation')),
      ),
    )
  }

  /** Names in the path win over `{id}`. */
  find(method: string, path: string): Operation | undefined {
    const steps = path.toLowerCase().split('/')
    return this.operations.find((operation) => {
      const parts = operation.path.toLowerCase().split('/')
      return (
        operation.method === method &&
        parts.length === steps.length &&
        parts.every(
          (part, index) => part === steps[index] || (part.startsWith('{') && /^\d+$/.test(steps[index] ?? '')),
        )
      )
    })
  }

  /** What is wrong with the answer to an operation, in words. */
  answerProblems({ kind, schema }: Operation, spelling: Spelling, body: unknown): readonly string[] {
    const name = (text: string) => named(spelling, text)
    const record = { anyOf: [{ $ref: `${spelling}#/schemas/${schema}` }] }
    const closed = (properties: Json) => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })
    const address = { type: ['string', 'null'] }
    const shape: Record<Kind, Json> = {
      query: closed({
        [name('Items')]: { type: 'array', items: record },
        [name('PageDetails')]: closed({
          [name('Count')]: { type: 'integer' },
          [name('RequestCount')]: { type: 'integer' },
          [name('PrevPageUrl')]: address,
          [name('NextPageUrl')]: address,
        }),
      }),
      item: closed({ [name('Item')]: { anyOf: [record, { type: 'null' }] } }),
      write: closed({ [name('ItemId')]: { type: 'integer' } }),
      count: record,
      plain: record,
    }
    return this.#problems(`${spelling} ${kind} ${schema}`, shape[kind], body)
  }

  /** What is wrong with a body that writes a record; it may carry a part of it. */
  bodyProblems(schema: string, body: unknown): readonly string[] {
    return this.#problems(`body ${schema}`, { $ref: `camel#/schemas/${schema}` }, body)
  }

  /** Whether a record has the field, in any case. */
  hasField(schema: string, field: string): boolean {
    const names = Object.keys(objectAt(this.#definitions, schema, 'properties'))
    return names.some((name) => name.toLowerCase() === field.toLowerCase())
  }

  #problems(key: string, schema: Json, value: unknown): readonly string[] {
    let validate = this.#validators.get(key)
    if (validate === undefined) {
      validate = this.#ajv.compile(schema)
      this.#validators.set(key, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== 'anyOf')
      .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
  }
}
