/**
 * Kaseya's published description of the BMS API 2.0 (OpenAPI 3.0.1), made strict: a property it does not know is an
 * error, and so is one that is missing. It prints names as `AccountName` where the live service answers `accountName`,
 * so every schema of an answer exists in both spellings.
 */
import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { SimulatedAnswer, SimulatedRequest } from '../../core/connector/simulator.ts'
import { camelName } from '../../plugins/kaseya-bms/simulator/spelling.ts'
import { isObject, type Json, objectAt } from './json.ts'

const file = new URL('../../../shared/vendors/kaseya-bms/openapi.json', import.meta.url)

export const isThere = existsSync(file)

/** Where the description is wrong or silent, and what shows it. */
export const deviations: readonly string[] = [
  'names come in camelCase; described in PascalCase (six independent clients)',
  'Error is null in a success; described as an object',
  'date-times come with and without a zone; described as date-time',
  'only 200 is described, with the envelope that says no as well',
  'sign-in takes application/x-www-form-urlencoded; described as multipart/form-data (every live client)',
  'GET accounts/summary/{id} and contacts/summary/{id} are described without an envelope and were seen with one',
]

/** `camel` as the live service answers, `pascal` as the description prints. */
export type Spelling = 'camel' | 'pascal'

interface Operation {
  readonly at: string
  readonly steps: readonly string[]
  readonly query: ReadonlyMap<string, unknown>
  readonly answer: string | undefined
  /** Content type → schema of the body. */
  readonly bodies: ReadonlyMap<string, Json>
}

function strict(schema: unknown, spelling: Spelling): Json {
  if (!isObject(schema)) return {}
  if (typeof schema.$ref === 'string') {
    return { anyOf: [{ $ref: `${spelling}#/schemas/${schema.$ref.split('/').at(-1)}` }, { type: 'null' }] }
  }
  const { nullable, format, properties, items, readOnly: _, ...rest } = schema
  const result: Record<string, unknown> = { ...rest }
  if (nullable === true) result.type = [schema.type, 'null']
  if (format === 'date-time') result.format = 'iso-date-time'
  else if (format !== undefined && format !== 'int32' && format !== 'int64') result.format = format
  if (items !== undefined) result.items = strict(items, spelling)
  if (isObject(properties)) {
    const spelled = (name: string) => (spelling === 'camel' ? camelName(name) : name)
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [spelled(name), strict(inner, spelling)]),
    )
    result.additionalProperties = false
  }
  return result
}

function schemaOf(content: unknown): string | undefined {
  const [first] = Object.values(objectAt(content))
  const reference = objectAt(first, 'schema').$ref
  return typeof reference === 'string' ? reference.split('/').at(-1) : undefined
}

function operationOf(method: string, path: string, raw: Json): Operation {
  const parameters = Array.isArray(raw.parameters) ? raw.parameters.filter(isObject) : []
  const query = parameters.filter((one) => one.in === 'query')
  return {
    at: `${method} ${path.slice(1)}`,
    steps: path.slice(1).split('/'),
    query: new Map(query.map((one) => [String(one.name), objectAt(one, 'schema').type])),
    answer: schemaOf(objectAt(raw, 'responses', '200', 'content')),
    bodies: new Map(
      Object.entries(objectAt(raw, 'requestBody', 'content')).map(([type, media]) => [type, objectAt(media, 'schema')]),
    ),
  }
}

interface Described {
  readonly operations: readonly Operation[]
  readonly ajv: Ajv
  readonly validators: Map<string, ValidateFunction>
}

/** Read once: compiling takes its time. */
let described: Described | undefined

function read(): Described {
  const raw: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true, allowUnionTypes: true }))
  const schemas = Object.entries(objectAt(raw, 'components', 'schemas'))
  for (const one of ['camel', 'pascal'] as const) {
    ajv.addSchema({ $id: one, schemas: Object.fromEntries(schemas.map(([name, it]) => [name, strict(it, one)])) })
  }
  const operations = Object.entries(objectAt(raw, 'paths')).flatMap(([path, methods]) =>
    Object.entries(objectAt({ methods }, 'methods')).map(([method, operation]) =>
      operationOf(method.toUpperCase(), path, objectAt({ operation }, 'operation')),
    ),
  )
  return { operations, ajv, validators: new Map() }
}

/** Holds requests and answers against the description, and remembers what nothing describes. */
export class Check {
  readonly problems = new Map<string, number>()
  readonly answered = new Set<string>()
  readonly asked = new Set<string>()
  readonly unchecked = new Set<string>()
  answers = 0
  requests = 0
  readonly #spelling: Spelling
  readonly #described: Described

  constructor(spelling: Spelling) {
    this.#spelling = spelling
    described ??= read()
    this.#described = described
  }

  answer(request: SimulatedRequest, answer: SimulatedAnswer): void {
    const operation = this.#find(request)
    if (operation === undefined) return
    const body: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body))
    if (!isObject(body)) {
      this.unchecked.add(`${answer.status} without JSON: not described`)
      return
    }
    const isNo = body.success === false || body.Success === false
    if (answer.status !== 200 && !isNo) this.#note(operation.at, [`status ${answer.status}`])
    if (operation.answer === undefined) {
      this.unchecked.add(`${operation.at}: its answer is not described`)
      return
    }
    this.answers++
    this.answered.add(operation.at)
    const isWrapped = 'success' in body || 'Success' in body
    this.#note(operation.at, this.#schemaProblems(this.#answerSchema(operation.answer, isWrapped), body))
  }

  request(request: SimulatedRequest): void {
    const operation = this.#find(request)
    if (operation === undefined) return
    this.requests++
    this.asked.add(operation.at)
    const problems: string[] = []
    for (const [name, value] of request.query) {
      const type = operation.query.get(name)
      if (!operation.query.has(name)) problems.push(`unknown parameter ${name}`)
      if (type === 'integer' && !/^\d+$/.test(value)) problems.push(`${name} is no integer: ${value}`)
      if (type === 'boolean' && !/^(true|false)$/.test(value)) problems.push(`${name} is no boolean: ${value}`)
    }
    const isBearer = /^Bearer \S+$/.test(request.headers.authorization ?? '')
    if (!operation.at.includes('/security/a') && !isBearer) problems.push('no bearer token')
    if (operation.bodies.size > 0) problems.push(...this.#bodyProblems(operation, request))
    else if (request.body !== '') problems.push('a body where none is described')
    this.#note(operation.at, problems)
  }

  #bodyProblems({ bodies }: Operation, { headers, body }: SimulatedRequest): readonly string[] {
    const [type = ''] = (headers['content-type'] ?? '').split(';')
    const form = bodies.get('multipart/form-data')
    if (form !== undefined) {
      const fields =
        type === 'multipart/form-data'
          ? [...body.matchAll(/name="([^"]*)"\r\n\r\n([\s\S]*?)\r\n--/g)].map(([, name = '', value]) => [name, value])
          : [...new URLSearchParams(body)]
      return this.#schemaProblems(
        { ...strict(form, 'pascal'), additionalProperties: false },
        Object.fromEntries(fields),
      )
    }
    const schema = bodies.get(type)
    if (schema === undefined) return [`a body of the type ${type}`]
    return this.#schemaProblems({ $ref: `pascal#/schemas/${String(schema.$ref).split('/').at(-1)}` }, JSON.parse(body))
  }

  /** A record that is described bare may come in the envelope of all others. */
  #answerSchema(name: string, isWrapped: boolean): Json {
    const reference = { $ref: `${this.#spelling}#/schemas/${name}` }
    if (name.endsWith('Response') || !isWrapped) return reference
    const spelled = (property: string) => (this.#spelling === 'camel' ? camelName(property) : property)
    const properties = {
      [spelled('Success')]: { type: 'boolean' },
      [spelled('Error')]: {},
      [spelled('Result')]: { anyOf: [reference, { type: 'null' }] },
    }
    return { type: 'object', properties, additionalProperties: false }
  }

  #schemaProblems(schema: Json, value: unknown): readonly string[] {
    const { ajv, validators } = this.#described
    const key = JSON.stringify(schema)
    const validate = validators.get(key) ?? ajv.compile(schema)
    validators.set(key, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }

  /** Names in the path win over `{id}`. */
  #find({ method, path }: SimulatedRequest): Operation | undefined {
    const steps = path.split('/').filter((step) => step !== '')
    const fits = (operation: Operation) =>
      operation.at.startsWith(`${method} `) &&
      operation.steps.length === steps.length &&
      operation.steps.every(
        (part, index) =>
          part === steps[index] ||
          (part.startsWith('{') && (/^\d+$/.test(steps[index] ?? '') || part === '{tableName}')),
      )
    const found = this.#described.operations.find(fits)
    if (found === undefined) {
      this.unchecked.add(
        `${method} ${steps.join('/').replaceAll(/\/\d+/g, '/{id}')}: not in this copy of the description`,
      )
    }
    return found
  }

  #note(at: string, problems: readonly string[]): void {
    for (const problem of problems) {
      const text = `${at}: ${problem.replaceAll(/\/\d+/g, '/#')}`
      this.problems.set(text, (this.problems.get(text) ?? 0) + 1)
    }
  }
}
