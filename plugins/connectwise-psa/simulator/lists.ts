/** Lists and counts: conditions, order, chosen fields and both ways of paging. */
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { type Field, type Predicate, parseConditions, type Row } from './conditions.ts'
import { badParameter } from './refusals.ts'

/** One list of the API. */
export interface Resource {
  /** As error answers name a record: "Contact 57919 not found". */
  readonly name: string
  /** Rows with an id above `after`, ascending. */
  rows(after: number): Iterable<Row>
  get(id: number): Row | undefined
  /** How many rows there are. */
  size(): number
  /** Anything that changes whenever the rows do. */
  version(): number
}

const maxPageSize = 1000
const defaultPageSize = 25

/** What lies in `_info` although conditions name it bare. */
const infoFields: ReadonlyMap<string, string> = new Map(
  ['lastUpdated', 'updatedBy', 'dateEntered', 'enteredBy'].map((name) => [name.toLowerCase(), name]),
)
const listFields: ReadonlySet<string> = new Set(['types', 'communicationItems', 'customFields', 'questions', 'options'])
const referenceFields: ReadonlySet<string> = new Set(['id', 'name', 'identifier'])

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function idOf(row: Row): number {
  return typeof row.id === 'number' ? row.id : 0
}

/**
 * Finds fields by the keys of a row: a row names all its fields, those without a value as `undefined`.
 * Names are taken in any case, as the vendor does.
 */
class Fields {
  readonly #keys: ReadonlyMap<string, string>

  constructor(sample: Row | undefined) {
    this.#keys = new Map(Object.keys(sample ?? {}).map((key) => [key.toLowerCase(), key]))
  }

  has(name: string): boolean {
    return this.#keys.size === 0 || this.#keys.has(name.toLowerCase())
  }

  /** A field of the row itself or of a reference in it; lists have their own conditions. */
  find(name: string): Field | undefined {
    // Nothing is known of a list that is empty, and nothing can be wrong about it.
    if (this.#keys.size === 0) return { read: () => undefined }
    const [first = '', second, ...rest] = name.split('/')
    const key = this.#keys.get(first.toLowerCase())
    if (rest.length > 0 || (key !== undefined && listFields.has(key))) return undefined
    const info = infoFields.get((key === '_info' ? (second ?? '') : name).toLowerCase())
    if (info !== undefined) return { read: (row) => (isRow(row._info) ? row._info[info] : undefined) }
    if (key === undefined) return undefined
    if (second === undefined) return { read: (row) => row[key] }
    const inner = second.toLowerCase()
    if (!referenceFields.has(inner)) return undefined
    return {
      read: (row) => {
        const reference = row[key]
        return isRow(reference) ? reference[inner] : undefined
      },
    }
  }

  /** A field of the elements of a list in the row. */
  findInList(name: string): Field | undefined {
    const [first = '', ...path] = name.split('/')
    const key = this.#keys.get(first.toLowerCase())
    if (key === undefined || path.length === 0) return undefined
    const inner = (element: unknown) =>
      path.reduce<unknown>((value, step) => (isRow(value) ? value[step] : undefined), element)
    return {
      many: true,
      read: (row) => {
        const list = row[key]
        return Array.isArray(list) ? list.map(inner) : []
      },
    }
  }
}

/** Fields of one custom field. */
const customFieldKeys = new Map(
  ['id', 'caption', 'type', 'entryMethod', 'value'].map((key) => [key.toLowerCase(), key]),
)

function findCustom(name: string): Field | undefined {
  const key = customFieldKeys.get(name.toLowerCase())
  return key === undefined ? undefined : { read: (row) => row[key] }
}

export type Query = Pick<URLSearchParams, 'get'>

function predicateOf(query: Query, fields: Fields): Predicate | undefined {
  const [own, child, custom] = ['conditions', 'childConditions', 'customFieldConditions'].map((name) => query.get(name))
  const predicates: Predicate[] = []
  if (own) predicates.push(parseConditions('conditions', own, (name) => fields.find(name)))
  if (child) predicates.push(parseConditions('childConditions', child, (name) => fields.findInList(name)))
  if (custom) {
    const matches = parseConditions('customFieldConditions', custom, findCustom)
    predicates.push((row) => Array.isArray(row.customFields) && row.customFields.some(matches))
  }
  return predicates.length === 0 ? undefined : (row) => predicates.every((predicate) => predicate(row))
}

function integerOf(query: Query, name: string, low: number, high: number, otherwise: number): number {
  const text = query.get(name)
  if (text === null || text === '') return otherwise
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < low || value > high)
    throw badParameter(name, `${name} must be a number from ${low} to ${high}.`)
  return value
}

/** Compares rows as `orderBy` says; `undefined` for the order of the ids, which rows have anyway. */
function orderOf(text: string | null, fields: Fields): ((one: Row, other: Row) => number) | undefined {
  if (!text || /^\s*id(\s+asc)?\s*$/i.test(text)) return undefined
  const keys = text.split(',').map((part) => {
    const [name = '', direction = 'asc', ...rest] = part.trim().split(/\s+/)
    const field = fields.find(name)
    if (field === undefined || rest.length > 0 || !/^(asc|desc)$/i.test(direction))
      throw badParameter('orderBy', `Cannot order by '${part.trim()}'.`)
    return { field, sign: direction.toLowerCase() === 'desc' ? -1 : 1 }
  })
  return (one, other) => {
    for (const { field, sign } of keys) {
      const order = compare(field.read(one), field.read(other))
      if (order !== 0) return order * sign
    }
    return idOf(one) - idOf(other)
  }
}

/** Nothing comes first, as SQL Server has it. */
function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [first, second] = [one, other].map((value) =>
    value === null || value === undefined ? '' : String(value).toLowerCase(),
  )
  return first === second ? 0 : (first ?? '') < (second ?? '') ? -1 : 1
}

/** Reduces a row to `id,name,company/name`. */
function projectionOf(text: string | null, fields: Fields): (row: Row) => Row {
  if (!text) return (row) => row
  const paths = text.split(',').map((name) => {
    const path = name.trim().split('/')
    if (!fields.has(path[0] ?? '')) throw badParameter('fields', `There is no field '${name}'.`)
    return path
  })
  return (row) => {
    const result: Record<string, unknown> = {}
    for (const [first = '', second] of paths) {
      const value = row[first]
      if (second === undefined) result[first] = value
      else if (isRow(value)) result[first] = { ...(isRow(result[first]) ? result[first] : {}), [second]: value[second] }
    }
    return result
  }
}

interface Place {
  page: number
  after: number
  total?: number
}

/** Serves the lists; remembers where the last page of some queries ended, so that page n+1 need not count n pages. */
export class Lists {
  readonly #places = new Map<string, Place>()

  list(resource: Resource, request: SimulatedRequest, query: Query = request.query): SimulatedAnswer {
    const fields = fieldsOf(resource)
    const predicate = predicateOf(query, fields)
    const project = projectionOf(query.get('fields'), fields)
    const pageSize = integerOf(request.query, 'pageSize', 1, maxPageSize, defaultPageSize)
    if (request.headers['pagination-type']?.toLowerCase() === 'forward-only') {
      if (query.get('orderBy')) throw badParameter('orderBy', 'orderBy is not supported with forward-only pagination.')
      const after = integerOf(request.query, 'pageId', 0, 2 ** 31 - 1, 0)
      const { rows, more } = take(resource.rows(after), predicate, 0, pageSize)
      const last = rows.at(-1)
      return answer(rows.map(project), more && last ? [link(request, { pageId: idOf(last) }, 'next')] : [])
    }
    const page = integerOf(request.query, 'page', 1, 2 ** 31 - 1, 1)
    const order = orderOf(query.get('orderBy'), fields)
    const key = [request.path, pageSize, resource.version(), ...conditionsOf(query)].join('\n')
    const place = this.#place(key)
    place.total ??= countRows(resource, predicate)
    const rows = order
      ? [...filtered(resource.rows(0), predicate)].sort(order).slice((page - 1) * pageSize, page * pageSize)
      : this.#page(resource, predicate, place, page, pageSize)
    return answer(rows.map(project), pageLinks(request, page, Math.max(1, Math.ceil(place.total / pageSize))))
  }

  count(resource: Resource, request: SimulatedRequest): SimulatedAnswer {
    return { status: 200, body: { count: countRows(resource, predicateOf(request.query, fieldsOf(resource))) } }
  }

  #page(resource: Resource, predicate: Predicate | undefined, place: Place, page: number, pageSize: number): Row[] {
    const known = place.page === page - 1
    const { rows } = take(
      resource.rows(known ? place.after : 0),
      predicate,
      known ? 0 : (page - 1) * pageSize,
      pageSize,
    )
    const last = rows.at(-1)
    if (last) Object.assign(place, { page, after: idOf(last) })
    return rows
  }

  #place(key: string): Place {
    const known = this.#places.get(key)
    if (known) return known
    if (this.#places.size >= 32) this.#places.clear()
    const place: Place = { page: 0, after: 0 }
    this.#places.set(key, place)
    return place
  }
}

const fieldsByResource = new WeakMap<Resource, Fields>()

function fieldsOf(resource: Resource): Fields {
  const known = fieldsByResource.get(resource)
  if (known) return known
  const [sample] = resource.rows(0)
  const fields = new Fields(sample)
  if (sample) fieldsByResource.set(resource, fields)
  return fields
}

function conditionsOf(query: Query): (string | null)[] {
  return ['conditions', 'childConditions', 'customFieldConditions'].map((name) => query.get(name))
}

function countRows(resource: Resource, predicate: Predicate | undefined): number {
  if (predicate === undefined) return resource.size()
  let count = 0
  for (const _row of filtered(resource.rows(0), predicate)) count++
  return count
}

function* filtered(rows: Iterable<Row>, predicate: Predicate | undefined): Generator<Row> {
  for (const row of rows) if (predicate === undefined || predicate(row)) yield row
}

function take(
  rows: Iterable<Row>,
  predicate: Predicate | undefined,
  skip: number,
  count: number,
): { rows: Row[]; more: boolean } {
  const taken: Row[] = []
  let skipped = 0
  for (const row of rows) {
    if (predicate !== undefined && !predicate(row)) continue
    if (skipped < skip) {
      skipped++
      continue
    }
    if (taken.length === count) return { rows: taken, more: true }
    taken.push(row)
  }
  return { rows: taken, more: false }
}

function link(request: SimulatedRequest, changes: Readonly<Record<string, number>>, rel: string): string {
  const query = new URLSearchParams(request.query)
  for (const [name, value] of Object.entries(changes)) query.set(name, String(value))
  return `<${request.origin}${request.path}?${query}>; rel="${rel}"`
}

function pageLinks(request: SimulatedRequest, page: number, last: number): string[] {
  const links: string[] = []
  if (page < last) links.push(link(request, { page: page + 1 }, 'next'), link(request, { page: last }, 'last'))
  if (page > 1) links.push(link(request, { page: 1 }, 'first'), link(request, { page: page - 1 }, 'prev'))
  return links
}

function answer(body: readonly Row[], links: readonly string[]): SimulatedAnswer {
  return { status: 200, body, ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}) }
}
