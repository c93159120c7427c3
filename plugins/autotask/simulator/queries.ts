/** `query`, `query/next` and `query/count` of every entity. */
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { type Entity, fieldOf, type Row } from './entities.ts'
import { planOf } from './filters.ts'
import { complaint, wrongMethod } from './refusals.ts'

const largestPage = 500

interface Asked {
  readonly body: Readonly<Record<string, unknown>>
  /** Rows with higher ids only. */
  readonly behind: number
}

/** The query of a POST is its body, that of a GET is its `search`. Property names in any case. */
function askedBy(request: SimulatedRequest): Asked {
  const source = request.method === 'POST' ? request.body : (request.query.get('search') ?? '')
  let body: unknown
  try {
    body = JSON.parse(source)
  } catch {
    throw complaint('The query is no JSON.')
  }
  const lower = Object.entries(Object(body)).map(([name, value]) => [name.toLowerCase(), value])
  return { body: Object.fromEntries(lower), behind: Number(request.query.get('paging') ?? -1) }
}

/** `base` is the address of the API, for the address of the next page. */
export function query(entity: Entity, request: SimulatedRequest, base: string): SimulatedAnswer {
  if (request.method !== 'POST' && request.method !== 'GET') throw wrongMethod(request.method)
  const { body, behind } = askedBy(request)
  const size = body.maxrecords === undefined ? largestPage : Number(body.maxrecords)
  if (!Number.isInteger(size) || size < 1 || size > largestPage) {
    throw complaint(`MaxRecords must be between 1 and ${largestPage}.`)
  }
  const { from, test } = planOf(entity, body.filter)
  const project = projection(entity, body.includefields)
  const items: Row[] = []
  let last = -1
  let more = false
  for (const row of entity.rows(Math.max(from, behind + 1))) {
    if (test !== undefined && !test(row)) continue
    if (items.length === size) {
      more = true
      break
    }
    items.push(project(row))
    last = Number(row.id)
  }
  const search = request.method === 'GET' ? `search=${encodeURIComponent(request.query.get('search') ?? '')}&` : ''
  return {
    status: 200,
    body: {
      items,
      pageDetails: {
        count: items.length,
        requestCount: size,
        prevPageUrl: null,
        nextPageUrl: more ? `${base}${entity.name}/query/next?${search}paging=${last}` : null,
      },
    },
  }
}

export function count(entity: Entity, request: SimulatedRequest): SimulatedAnswer {
  if (request.method !== 'POST' && request.method !== 'GET') throw wrongMethod(request.method)
  const { from, test } = planOf(entity, askedBy(request).body.filter)
  if (test === undefined && from <= 0) return { status: 200, body: { queryCount: entity.size() } }
  let queryCount = 0
  for (const row of entity.rows(from)) if (test === undefined || test(row)) queryCount++
  return { status: 200, body: { queryCount } }
}

/** Only the wanted fields; names nobody knows are passed over without a word. */
function projection(entity: Entity, wanted: unknown): (row: Row) => Row {
  if (!Array.isArray(wanted) || wanted.length === 0) return (row) => row
  const names = wanted.flatMap((name) => fieldOf(entity, String(name))?.name ?? [])
  const udfs = new Set(entity.udfs.map(({ name }) => name).filter((name) => wanted.includes(name)))
  return (row) => {
    const kept: Record<string, unknown> = {}
    for (const name of names) if (row[name] !== undefined) kept[name] = row[name]
    kept.userDefinedFields = Array.isArray(row.userDefinedFields)
      ? row.userDefinedFields.filter((field) => udfs.has(Object(field).name))
      : []
    return kept
  }
}
