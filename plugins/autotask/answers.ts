/** The envelopes of Autotask's answers. The live service writes `companyName`, its description `CompanyName`: both are read. */
import type { Context } from '../../core/connector/contract.ts'
import { isRow, type Row } from '../../core/connector/parse.ts'
import type { AutotaskSettings } from './settings.ts'

/** The answer with its property names in camel case, whichever way it was sent. Costs nothing if they already are. */
export function camelCased(body: unknown): unknown {
  if (!isRow(body)) return body
  const [first] = Object.keys(body)
  return first !== undefined && isUpper(first.charCodeAt(0)) ? renamed(body) : body
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed)
  if (!isRow(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camelCase(name), renamed(inner)]))
}

/** `RMMDeviceUID` → `rmmDeviceUID`: of a run of capitals all but the one that begins the next word. */
export function camelCase(name: string): string {
  let end = 0
  while (end < name.length && isUpper(name.charCodeAt(end))) end++
  if (end > 1 && end < name.length) end--
  return name.slice(0, end).toLowerCase() + name.slice(end)
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90
}

/** The rows of a list answer under `name`. Throws `vendor` if it is none. */
export function rowsIn(ctx: Context<AutotaskSettings>, answer: unknown, name: string, what: string): readonly Row[] {
  const body = camelCased(answer)
  const rows = isRow(body) ? body[name] : undefined
  if (Array.isArray(rows) && rows.every(isRow)) return rows
  throw ctx.error('vendor', `Autotask answered ${what} with something else than a list.`)
}

/** The record of a `GET /Entity/{id}`; null = there is none. Throws `vendor` if it is neither. */
export function itemIn(ctx: Context<AutotaskSettings>, answer: unknown, what: string): Row | null {
  const body = camelCased(answer)
  const item = isRow(body) ? body.item : undefined
  if (item === null || isRow(item)) return item
  throw ctx.error('vendor', `Autotask answered ${what} with something else than a record.`)
}
