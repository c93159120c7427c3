/**
 * Syncro's published description. Its parameters and request bodies are schemas; most of its answers are examples
 * only, so an answer is held against the example: the same properties, of the same types where the example has one.
 */
import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { SimulatedRequest } from '../../core/connector/simulator.ts'

export type Json = Readonly<Record<string, unknown>>

const file = new URL('../../../shared/vendors/syncro/openapi.json', import.meta.url)

export const isThere = existsSync(file)

/** Where answers are known to differ from the description, and what shows it. By operation and place in the body. */
export const deviations: readonly { readonly at: string; readonly because: string }[] = [
  { at: 'GET customer_assets /meta', because: 'not in the example; users saw 68 assets announced in 2 pages of 50' },
  ...['addresses', 'phones', 'contracts', 'ticket_links', 'invoice_links'].map((name) => ({
    at: `GET customers/{id} /customer/${name}`,
    because: 'not in the example; in a published test report of a real account',
  })),
  { at: 'GET customer_assets /assets/#/customer/location_name', because: 'the embedded customer is the whole one' },
  { at: 'GET customer_assets /assets/#/customer/contacts', because: 'the embedded customer is the whole one' },
]

/** Bags whose keys each account makes for itself. */
const bags = /\/(properties|kabuto_information|rmm_store|permissions)(\/|$)/

export interface Operation {
  readonly method: string
  /** Below `/api/v1/`. */
  readonly path: string
  readonly query: ReadonlyMap<string, string>
  readonly statuses: ReadonlySet<string>
  /** Status → example body. */
  readonly examples: ReadonlyMap<string, unknown>
  readonly body: Json | undefined
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : []
}

function exampleOf(response: unknown): unknown {
  const content = at(response, 'content', 'application/json')
  return at(content, 'example') ?? entries(at(content, 'examples', 'examples'))[0]?.[1] ?? nested(content)
}

/** One example is filed a level deeper than the others. */
function nested(content: unknown): unknown {
  for (const [, inner] of entries(at(content, 'examples'))) {
    const value = at(inner, 'value')
    if (value !== undefined) return value
  }
  return undefined
}

export class Description {
  readonly operations: readonly Operation[]
  readonly #ajv = new Ajv({ strict: false, allErrors: true })

  constructor() {
    const raw: unknown = JSON.parse(readFileSync(file, 'utf8'))
    this.operations = entries(at(raw, 'paths')).flatMap(([path, methods]) =>
      entries(methods).map(([method, operation]): Operation => {
        const parameters = at(operation, 'parameters')
        const responses = entries(at(operation, 'responses'))
        const body = at(operation, 'requestBody', 'content', 'application/json', 'schema')
        return {
          method: method.toUpperCase(),
          path: path.slice(1),
          query: new Map(
            (Array.isArray(parameters) ? parameters : [])
              .filter((parameter) => at(parameter, 'in') === 'query')
              .map((parameter) => [String(at(parameter, 'name')), String(at(parameter, 'schema', 'type'))]),
          ),
          statuses: new Set(responses.map(([status]) => status)),
          examples: new Map(
            responses.flatMap(([status, response]): [string, unknown][] => {
              const example = exampleOf(response)
              return example === undefined ? [] : [[status, example]]
            }),
          ),
          body: isObject(body) ? { ...body, additionalProperties: false } : undefined,
        }
      }),
    )
  }

  find(method: string, path: string): Operation | undefined {
    const named = path.replace(/\/\d+/, '/{id}')
    return this.operations.find((one) => one.method === method && one.path === named)
  }

  requestProblems({ query, body }: Operation, request: SimulatedRequest): readonly string[] {
    const problems: string[] = []
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) problems.push('no bearer token')
    for (const [name, value] of request.query) {
      const type = query.get(name)
      if (type === undefined) problems.push(`unknown parameter ${name}`)
      if (type === 'integer' && !/^\d+$/.test(value)) problems.push(`${name} is no integer: ${value}`)
    }
    if (request.body === '') return request.method === 'PUT' ? [...problems, 'no body'] : problems
    if (!request.headers['content-type']?.startsWith('application/json')) problems.push('the body is not sent as JSON')
    if (body === undefined) return [...problems, 'a body where none is described']
    const validate = this.#ajv.compile(body)
    if (!validate(JSON.parse(request.body)))
      problems.push(...(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`))
    return problems
  }
}

/** What an answer has otherwise than the example. `unchecked` hears of lists whose example is empty. */
export function differences(
  example: unknown,
  answer: unknown,
  unchecked: (place: string) => void,
  place = '',
): readonly string[] {
  if (bags.test(`${place}/`) || example === null || answer === null || example === undefined) return []
  if (Array.isArray(example)) {
    if (!Array.isArray(answer)) return [`${place} is no list`]
    if (example.length === 0 && answer.length > 0) unchecked(place)
    const [one] = example
    return one === undefined ? [] : answer.flatMap((item) => differences(one, item, unchecked, `${place}/#`))
  }
  if (!isObject(example)) return typeof example === typeof answer ? [] : [`${place} is no ${typeof example}`]
  if (!isObject(answer)) return [`${place} is no object`]
  return [
    ...Object.keys(answer)
      .filter((key) => !(key in example))
      .map((key) => `${place}/${key} is not described`),
    ...Object.keys(example)
      .filter((key) => !(key in answer))
      .map((key) => `${place}/${key} is missing`),
    ...Object.entries(answer).flatMap(([key, value]) => differences(example[key], value, unchecked, `${place}/${key}`)),
  ]
}
