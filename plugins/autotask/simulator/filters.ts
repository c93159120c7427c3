/** Autotask's query language: what it takes, what it refuses, and which rows it means. */
import { type Entity, type FieldSpec, knownField, type Row } from './entities.ts'
import { complaint } from './refusals.ts'

type Test = (row: Row) => boolean

interface Condition {
  readonly op: string
  readonly field: string
  readonly value: unknown
  readonly udf: boolean
}

const maxConditions = 500

export interface Plan {
  /** No row below this id can match. */
  readonly from: number
  /** What is left to test; undefined = every row from there on. */
  readonly test: Test | undefined
}

/** Reads the filter of a query. Throws what Autotask answers to one it does not take. */
export function planOf(entity: Entity, filter: unknown): Plan {
  if (!Array.isArray(filter) || filter.length === 0) throw complaint('Query must contain at least one filter.')
  let from = 0
  const tests: Test[] = []
  const count = { conditions: 0, udfs: new Set<string>() }
  for (const entry of filter) {
    const condition = conditionOf(entry)
    if (condition?.field.toLowerCase() === 'id' && !condition.udf && typeof condition.value === 'number') {
      if (condition.op === 'gte' || condition.op === 'gt') {
        from = Math.max(from, condition.op === 'gt' ? condition.value + 1 : condition.value)
        continue
      }
    }
    tests.push(testOf(entity, entry, count))
  }
  if (count.conditions > maxConditions) throw complaint(`The query has more than ${maxConditions} OR conditions.`)
  if (count.udfs.size > 1) throw complaint('Only one user-defined field may be queried at a time.')
  return { from, test: tests.length === 0 ? undefined : (row) => tests.every((test) => test(row)) }
}

function conditionOf(entry: unknown): Condition | undefined {
  const { op, field, value, udf } = Object(entry)
  return typeof op === 'string' && typeof field === 'string' ? { op, field, value, udf: udf === true } : undefined
}

function testOf(entity: Entity, entry: unknown, count: { conditions: number; udfs: Set<string> }): Test {
  const { op, items } = Object(entry)
  if (op === 'and' || op === 'or') {
    if (!Array.isArray(items)) throw complaint(`The group "${op}" has no items.`)
    if (op === 'or') count.conditions += items.length
    const tests = items.map((item) => testOf(entity, item, count))
    return op === 'and' ? (row) => tests.every((test) => test(row)) : (row) => tests.some((test) => test(row))
  }
  const condition = conditionOf(entry)
  if (condition === undefined) throw complaint('A filter needs op and field.')
  if (condition.udf) {
    count.udfs.add(condition.field)
    if (!entity.udfs.some(({ name }) => name === condition.field)) {
      throw complaint(`Unable to find the user-defined field ${condition.field} in the ${entity.name} Entity.`)
    }
    return (row) => holds(condition, udfValue(row, condition.field), undefined)
  }
  const field = knownField(entity, condition.field)
  if (!field.queryable) throw complaint(`The field ${field.name} may not be queried.`)
  if (field.dataType === 'boolean' && condition.op === 'eq' && typeof condition.value !== 'boolean') {
    throw complaint(`The field ${field.name} takes true or false.`)
  }
  if (condition.op === 'in' || condition.op === 'notIn') {
    if (!Array.isArray(condition.value)) throw complaint(`${condition.op} takes a list of values.`)
    count.conditions += condition.value.length
    const wanted = new Set(condition.value.map(String))
    const inside = condition.op === 'in'
    return (row) => wanted.has(String(row[field.name])) === inside
  }
  return (row) => holds(condition, row[field.name], field)
}

function udfValue(row: Row, name: string): unknown {
  const fields = Array.isArray(row.userDefinedFields) ? row.userDefinedFields : []
  return fields.find((field) => Object(field).name === name)?.value
}

function holds({ op, value }: Condition, held: unknown, field: FieldSpec | undefined): boolean {
  const empty = held === null || held === undefined || held === ''
  if (op === 'exist') return !empty
  if (op === 'notExist') return empty
  if (op === 'eq' || op === 'noteq') {
    const same = folded(held) === folded(value)
    return op === 'eq' ? same : !same
  }
  if (empty) return false
  const text = folded(held)
  const wanted = folded(value)
  switch (op) {
    case 'beginsWith':
      return text.startsWith(wanted)
    case 'endsWith':
      return text.endsWith(wanted)
    case 'contains':
      return text.includes(wanted)
    case 'gt':
      return rank(held, field) > rank(value, field)
    case 'gte':
      return rank(held, field) >= rank(value, field)
    case 'lt':
      return rank(held, field) < rank(value, field)
    case 'lte':
      return rank(held, field) <= rank(value, field)
    default:
      throw complaint(`Unknown operator ${op}.`)
  }
}

function folded(value: unknown): string {
  return String(value ?? '').toLowerCase()
}

/** Stamps count as UTC, whether they say so or not. */
function rank(value: unknown, field: FieldSpec | undefined): number | string {
  if (field?.dataType === 'datetime') {
    const text = String(value)
    return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
  }
  return typeof value === 'number' ? value : folded(value)
}
