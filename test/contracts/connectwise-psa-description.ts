/**
 * ConnectWise PSA's published API description, in two copies: the GET operations of 2026.4 with their schemas,
 * and all operations of 2025.1 whose schemas were reassembled from generated code. Made strict, so that a
 * property the description does not know is an error, and with the known mistakes of the description taken out.
 */
import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { isObject, type Json, objectAt } from './json.ts'

const folder = new URL('../../../shared/vendors/connectwise-psa/', import.meta.url)

export const isThere = existsSync(folder)

/** Where the description is wrong or incomplete, and what shows it. */
export const deviations: readonly {
  readonly schema: string
  readonly property: string
  readonly is: unknown
  readonly because: string
}[] = [
  ...['value', 'answer'].map((property) => ({
    schema: property === 'value' ? 'CustomFieldValue' : 'ConfigurationQuestion',
    property,
    is: { type: ['string', 'number', 'boolean', 'null'] },
    because: 'described as an object, recorded as one scalar or null',
  })),
  { schema: 'PatchOperation', property: 'value', is: {}, because: 'described as an object, recorded with any value' },
  ...['rowNum', 'userDefinedFieldRecId', 'podId'].map((property) => ({
    schema: 'CustomFieldValue',
    property,
    is: { type: property === 'podId' ? 'string' : 'integer' },
    because: 'in 2026.4 and recorded; the 2025.1 copy lacks it',
  })),
  { schema: 'ErrorResponseMessage', property: 'errors', is: { type: ['array', 'null'] }, because: 'recorded as null' },
]

export interface Operation {
  /** `2026.4` or `2025.1`. */
  readonly version: string
  readonly method: string
  readonly path: string
  /** Query parameter → type, as far as one is given. */
  readonly query: ReadonlyMap<string, string | undefined>
  readonly clientIdRequired: boolean
  readonly statuses: readonly number[]
  /** Of the answer's body, in `schemas`; undefined where the copy lacks it. */
  readonly answer: Shape | undefined
  readonly body: Shape | undefined
  /** Names of schemas the copy lacks. */
  readonly lacking: readonly string[]
}

/** A schema by name, or a list of it. */
export interface Shape {
  readonly schema: string
  readonly list: boolean
}

interface Copy {
  readonly version: string
  readonly schemas: Readonly<Record<string, Json>>
}

function read(name: string): Json {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

/** Strict: no unknown properties, lengths that stand in prose only, references within the copy. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (!isObject(schema)) return schema
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$ref') result.$ref = String(value).replace('#/components/schemas/', '#/schemas/')
    else if (key === 'properties')
      result[key] = Object.fromEntries(Object.entries(objectAt(value)).map(([name, inner]) => [name, strict(inner)]))
    else if (key !== 'description') result[key] = strict(value)
  }
  const length = typeof schema.description === 'string' ? /Max length: (\d+)/.exec(schema.description)?.[1] : undefined
  if (schema.type === 'string' && length) result.maxLength = Number(length)
  if (isObject(schema.properties)) result.additionalProperties = false
  return result
}

function copyOf(version: string, raw: Json): Copy {
  const schemas: Record<string, Json> = {}
  for (const [name, schema] of Object.entries(raw)) schemas[name] = objectAt({ schema: strict(schema) }, 'schema')
  for (const { schema, property, is } of deviations) {
    const known = schemas[schema]
    if (known) schemas[schema] = { ...known, properties: { ...objectAt(known, 'properties'), [property]: is } }
  }
  return { version, schemas }
}

/** `Company.Configuration` is `CompanyConfiguration` in the schemas; some names carry the namespace twice. */
function schemaName(reference: string, { schemas }: Copy): string {
  const name = reference.replace('#/components/schemas/', '')
  const flat = name.replaceAll('.', '')
  return flat in schemas ? flat : name.includes('.') ? (name.split('.')[0] ?? name) : name
}

function shapeOf(schema: Json, copy: Copy): Shape | undefined {
  const list = schema.type === 'array'
  const reference = objectAt(list ? schema.items : schema).$ref
  return typeof reference === 'string' ? { schema: schemaName(reference, copy), list } : undefined
}

function operationOf(copy: Copy, method: string, path: string, raw: Json): Operation {
  const parameters = Array.isArray(raw.parameters) ? raw.parameters.filter(isObject) : []
  const responses = objectAt(raw, 'responses')
  const [success = {}] = Object.values(responses)
  const content = Object.values(objectAt(success, 'content'))[0]
  const answer = shapeOf(objectAt(content ?? success, 'schema'), copy)
  const body = shapeOf(objectAt(raw, 'requestBody'), copy)
  const there = (shape: Shape | undefined) => (shape && shape.schema in copy.schemas ? shape : undefined)
  return {
    version: copy.version,
    method: method.toUpperCase(),
    path: path.replace(/^\//, ''),
    query: new Map(
      parameters
        .filter((parameter) => parameter.in === 'query')
        .map((parameter) => {
          const type = parameter.type ?? objectAt(parameter, 'schema').type
          return [String(parameter.name), typeof type === 'string' && type !== '' ? type : undefined]
        }),
    ),
    clientIdRequired: parameters.some(
      (parameter) => parameter.in === 'header' && parameter.name === 'clientId' && parameter.required === true,
    ),
    statuses: Object.keys(responses).map(Number),
    answer: there(answer),
    body: there(body),
    lacking: [answer, body].flatMap((shape) => (shape && !there(shape) ? [`${shape.schema} of ${copy.version}`] : [])),
  }
}

export class Description {
  readonly operations: readonly Operation[]
  readonly #ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }))
  readonly #copies: readonly Copy[]
  readonly #validators = new Map<string, ValidateFunction>()

  constructor() {
    const get = read('openapi-get-2026.4.json')
    const all = read('openapi-paths-2025.1.json')
    const sources = [
      { copy: copyOf('2026.4', objectAt(get, 'components', 'schemas')), paths: objectAt(get, 'paths') },
      { copy: copyOf('2025.1', objectAt(read('schemas-2025.1.json'), 'schemas')), paths: objectAt(all, 'paths') },
    ]
    this.#copies = sources.map(({ copy }) => copy)
    for (const { version, schemas } of this.#copies) this.#ajv.addSchema({ $id: version, schemas })
    this.operations = sources.flatMap(({ copy, paths }) =>
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(objectAt({ methods }, 'methods')).map(([method, raw]) =>
          operationOf(copy, method, path, objectAt({ raw }, 'raw')),
        ),
      ),
    )
  }

  /** The operations (one for each copy) a request belongs to; names in the path win over `{id}`. */
  find(method: string, path: string): readonly Operation[] {
    const steps = path.split('/')
    const fits = (template: string) => {
      const parts = template.split('/')
      return (
        parts.length === steps.length &&
        parts.every(
          (part, index) =>
            part === steps[index] || (/^\{(id|parentId)\}$/.test(part) && /^\d+$/.test(steps[index] ?? '')),
        )
      )
    }
    return this.operations.filter((operation) => operation.method === method && fits(operation.path))
  }

  /** What is wrong with a value, in words; `partial` allows what is required to be missing (chosen fields, patches). */
  problems(version: string, shape: Shape, value: unknown, partial = false): readonly string[] {
    const key = `${version} ${shape.schema} ${shape.list}`
    let validate = this.#validators.get(key)
    if (validate === undefined) {
      const reference = { $ref: `${version}#/schemas/${shape.schema}` }
      validate = this.#ajv.compile(shape.list ? { type: 'array', items: reference } : reference)
      this.#validators.set(key, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? [])
      .filter(({ keyword }) => !(partial && keyword === 'required'))
      .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
  }

  /** The schema of a property, through references and lists: `company/name`, `communicationItems/value`. */
  property(version: string, schema: string, path: string): Json | undefined {
    const { schemas } = this.#copies.find((copy) => copy.version === version) ?? { schemas: {} }
    const resolve = (inner: Json): Json => {
      const name = typeof inner.$ref === 'string' ? inner.$ref.replace('#/schemas/', '') : undefined
      if (name !== undefined) return resolve(objectAt(schemas, name))
      return inner.type === 'array' ? resolve(objectAt(inner, 'items')) : inner
    }
    let current = resolve(objectAt(schemas, schema))
    for (const step of path.split('/')) {
      const properties = objectAt(current, 'properties')
      const found =
        properties[step] ?? (current.additionalProperties === false ? undefined : current.additionalProperties)
      if (!isObject(found)) return undefined
      current = resolve(found)
    }
    return current
  }
}
