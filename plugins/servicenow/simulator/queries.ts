/** Encoded queries, as ServiceNow reads them: what it does not understand it ignores. */
import { type Row, type Table, valueIn, walk } from './rows.ts'

export interface Parsed {
  readonly test: (row: Row) => boolean
  /** Only the conditions, without those on the place in the list. */
  readonly key: string
  /** `sys_id>…` and `sys_id=…` */
  readonly above: string | undefined
  readonly exactly: string | undefined
  readonly order: readonly { readonly column: string; readonly down: boolean }[]
}

export interface Reader {
  /** Minutes the user's zone is ahead of UTC: moments in a query are in that zone. */
  readonly zoneMinutes: number
  readonly userId: string
}

const operators = [
  'ISNOTEMPTY',
  'ISEMPTY',
  'STARTSWITH',
  'ENDSWITH',
  'NOT IN',
  'LIKE',
  'IN',
  '!=',
  '>=',
  '<=',
  '=',
  '>',
  '<',
] as const
type Operator = (typeof operators)[number]

interface Part {
  readonly column: string
  readonly operator: Operator
  readonly value: string
}

const isMoment = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/

/** `2026-05-30 06:00:00` moved by minutes. */
export function shifted(moment: string, minutes: number): string {
  if (!isMoment.test(moment)) return moment
  const time = Date.parse(`${moment.replace(' ', 'T')}Z`) + minutes * 60_000
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

export function parseQuery(table: Table, query: string, reader: Reader): Parsed {
  const columns = new Set(table.columns)
  const groups: Part[][] = []
  const order: { column: string; down: boolean }[] = []
  let above: string | undefined
  let exactly: string | undefined
  for (const written of query.split('^')) {
    const sort = /^ORDERBY(DESC)?([a-z0-9_.]+)$/.exec(written)
    if (sort?.[2]) {
      if (columns.has(sort[2])) order.push({ column: sort[2], down: sort[1] !== undefined })
      continue
    }
    const or = written.startsWith('OR')
    const part = partOf(or ? written.slice(2) : written, reader)
    if (part === undefined || !columns.has(part.column.split('.')[0] ?? '')) continue
    if (!or && part.column === 'sys_id' && part.operator === '>') above = part.value
    else if (!or && part.column === 'sys_id' && part.operator === '=') exactly = part.value
    else if (or) groups.at(-1)?.push(part)
    else groups.push([part])
  }
  return {
    test: (row) => groups.every((group) => group.some((part) => fits(part, row))),
    key: JSON.stringify(groups),
    above,
    exactly,
    order,
  }
}

function partOf(written: string, { zoneMinutes, userId }: Reader): Part | undefined {
  const column = /^[a-z0-9_.]+/.exec(written)?.[0]
  if (column === undefined) return undefined
  const rest = written.slice(column.length)
  const operator = operators.find((name) => rest.startsWith(name))
  if (operator === undefined) return undefined
  const value = rest.slice(operator.length)
  if (value === 'javascript:gs.getUserID()') return { column, operator, value: userId }
  return { column, operator, value: shifted(value, -zoneMinutes) }
}

function fits({ column, operator, value }: Part, row: Row): boolean {
  const cell = walk(row, column)
  const found = cell === undefined ? '' : valueIn(cell)
  switch (operator) {
    case '=':
      return found === value
    case '!=':
      return found !== value
    case 'IN':
      return value.split(',').includes(found)
    case 'NOT IN':
      return !value.split(',').includes(found)
    case 'LIKE':
      return found.toLowerCase().includes(value.toLowerCase())
    case 'STARTSWITH':
      return found.startsWith(value)
    case 'ENDSWITH':
      return found.endsWith(value)
    case 'ISEMPTY':
      return found === ''
    case 'ISNOTEMPTY':
      return found !== ''
    // Nothing compares with what is empty.
    case '>':
      return found !== '' && found > value
    case '>=':
      return found !== '' && found >= value
    case '<':
      return found !== '' && found < value
    case '<=':
      return found !== '' && found <= value
  }
}
