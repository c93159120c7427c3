/** The small query language of the `conditions` parameter. */
import type { Context, ImportFilter } from '../../core/connector/contract.ts'
import type { ConnectWiseSettings } from './settings.ts'

/** The query of one list: what the vendor filters for us. */
export interface Conditions {
  readonly conditions?: string
  readonly childConditions?: string
}

/**
 * Encoded characters an id list may take. Addresses must stay below about 2,000 characters; a list asks with
 * two of these at most, beside the path and the other parameters.
 */
const listBudget = 700

/** Joins with `and`; `undefined` parts and none at all are fine. */
export function all(...parts: readonly (string | undefined)[]): string | undefined {
  const given = parts.filter((part) => part !== undefined)
  return given.length > 0 ? given.join(' and ') : undefined
}

/**
 * A text literal, or `undefined` where it cannot be written safely: how ConnectWise escapes a quote inside
 * one is not documented, and a guess could change the meaning of the condition. Ask wider and compare then.
 */
export function quoted(value: string): string | undefined {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 32 || code === 34 || code === 92) return undefined
  }
  return `"${value}"`
}

/** Records changed at or after an instant. The value sits in `_info.lastUpdated`; the condition names it bare. */
export function changedSince(since: string | undefined): string | undefined {
  if (since === undefined) return undefined
  return `lastUpdated>=[${new Date(since).toISOString().slice(0, 19)}Z]`
}

/** `field=4` or `field in (4,5)`, as many of them as it takes to keep each short; one `undefined` if there is no list. */
export function oneOf(
  ctx: Context<ConnectWiseSettings>,
  field: string,
  ids: readonly string[] | undefined,
): readonly (string | undefined)[] {
  if (ids === undefined || ids.length === 0) return [undefined]
  const lists: string[] = []
  let current = ''
  for (const id of ids) {
    const number = idNumber(ctx, id)
    // A comma takes three characters once it is encoded.
    if (current !== '' && encodeURIComponent(current).length + number.length + 3 > listBudget) {
      lists.push(current)
      current = ''
    }
    current += current === '' ? number : `,${number}`
  }
  lists.push(current)
  return lists.map((list) => (list.includes(',') ? `${field} in (${list})` : `${field}=${list}`))
}

/** An id as it may stand in a path or a condition: digits only, whatever it came from. */
export function idNumber(ctx: Context<ConnectWiseSettings>, id: string): string {
  if (!/^\d{1,15}$/.test(id))
    throw ctx.error('bug', 'The hub asked ConnectWise for a record by an id that is none.', `id ${JSON.stringify(id)}`)
  return id
}

/** The queries that together read the companies of a filter. One with types from two lists comes twice; the hub stores it once. */
export function companyQueries(ctx: Context<ConnectWiseSettings>, filter: ImportFilter): readonly Conditions[] {
  return oneOf(ctx, 'types/id', filter.companyTypes).flatMap((types) =>
    oneOf(ctx, 'status/id', filter.companyStatuses).map((status) => conditions(status, types)),
  )
}

/** The queries that together read the configurations of a filter. */
export function configurationQueries(ctx: Context<ConnectWiseSettings>, filter: ImportFilter): readonly Conditions[] {
  return oneOf(ctx, 'type/id', filter.configurationTypes).flatMap((type) =>
    oneOf(ctx, 'status/id', filter.configurationStatuses).map((status) => conditions(all(type, status), undefined)),
  )
}

function conditions(own: string | undefined, child: string | undefined): Conditions {
  return {
    ...(own === undefined ? {} : { conditions: own }),
    ...(child === undefined ? {} : { childConditions: child }),
  }
}
