/**
 * Encoded queries. ServiceNow ignores a condition it does not understand and runs the rest, so that a misspelt
 * or unreadable column answers every row of the table. Therefore each condition names its column, which is asked
 * for along with the row, and where possible how to tell that a row fulfils it.
 */
import type { Context } from '../../core/connector/contract.ts'
import type { ServiceNowSettings } from './settings.ts'

type Ctx = Context<ServiceNowSettings>

export interface Condition {
  readonly text: string
  /** Columns to be seen in every row, or the condition was not applied. */
  readonly columns: readonly string[]
  /** Whether a row with this value of the first column may come; left out where that cannot be told. */
  readonly holds?: (value: string | null) => boolean
}

/** Addresses beyond some 2,000 characters are refused by proxies; a list leaves room for columns and the rest. */
const listBudget = 900

/** `column=value`; throws where the value cannot be written. */
export function equals(ctx: Ctx, column: string, value: string): Condition {
  return { text: `${column}=${literal(ctx, value)}`, columns: [column], holds: (found) => found === value }
}

/** `columnIN…`, as many of them as keep each short; a single `undefined` if there is no list. */
export function oneOf(
  ctx: Ctx,
  column: string,
  values: readonly string[] | undefined,
): readonly (Condition | undefined)[] {
  if (values === undefined || values.length === 0) return [undefined]
  const lists: string[][] = [[]]
  let length = 0
  for (const value of values) {
    const size = encodeURIComponent(literal(ctx, value, ',')).length + 3
    if (length > 0 && length + size > listBudget) {
      lists.push([])
      length = 0
    }
    lists.at(-1)?.push(value)
    length += size
  }
  return lists.map((list) => {
    const known = new Set(list)
    const text = list.length === 1 ? `${column}=${list[0]}` : `${column}IN${list.join(',')}`
    return { text, columns: [column], holds: (found: string | null) => found !== null && known.has(found) }
  })
}

/** Everything but the values, as far as these can be written, and nothing empty. */
export function noneOf(column: string, values: readonly string[]): Condition {
  const known = new Set(values.filter((value) => isPlain(value, ',')))
  const without = known.size > 0 ? `^${column}NOT IN${[...known].join(',')}` : ''
  return {
    text: `${column}ISNOTEMPTY${without}`,
    columns: [column],
    holds: (found) => found !== null && !known.has(found),
  }
}

/** A plain condition of which no more than its column can be checked. */
export function plain(text: string, ...columns: readonly string[]): Condition {
  return { text, columns }
}

/** What an admin typed, part by part; parts that are a plain `column=value` are checked in the rows, too. */
export function typed(query: string): readonly Condition[] {
  if (query === '') return []
  const parts = query.split('^').filter((part) => part !== '' && part !== 'EQ')
  const columns = parts.flatMap((part) => /^(?:OR)?([a-z][a-z0-9_.]*)/.exec(part)?.[1] ?? [])
  const either = parts.some((part) => part.startsWith('OR'))
  const text = parts.join('^')
  const simple = either ? undefined : parts.map((part) => /^([a-z][a-z0-9_.]*)=(?!javascript:)([^=]*)$/.exec(part))
  if (simple?.every((part) => part !== null)) {
    return simple.map(([whole, column = '', value = '']) => ({
      text: whole,
      columns: [column],
      holds: (found) => (found ?? '') === value,
    }))
  }
  return [{ text, columns: [...new Set(columns)] }]
}

/** An id as it may stand in a path or a query, whatever it came from; seldom it is not 32 hexadecimal digits. */
export function sysId(ctx: Ctx, id: string): string {
  if (/^[\w.-]{1,64}$/.test(id)) return id
  throw ctx.error('bug', 'The hub asked ServiceNow for a record by an id that is none.', `id ${JSON.stringify(id)}`)
}

function literal(ctx: Ctx, value: string, also = '^'): string {
  if (isPlain(value, also)) return value
  throw ctx.error(
    'config',
    `ServiceNow cannot be asked for "${value}": the characters ^ and , have a meaning in its queries.`,
  )
}

/** Whether a value means nothing to the query language. */
function isPlain(value: string, also = '^'): boolean {
  return !value.includes('^') && !value.includes(also) && !/\p{Cc}/u.test(value) && !value.startsWith('javascript:')
}
