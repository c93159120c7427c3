/** Which custom fields records have, for the admin to choose from. */
import type { Context, CustomField } from '../../core/connector/contract.ts'
import { id, isRow, list, type Row, text } from '../../core/connector/parse.ts'
import { isForbidden, isNotFound } from './client.ts'
import { fetchPage, type List, type Query, withDetail } from './paging.ts'
import type { HaloSettings } from './settings.ts'
import { isWithheld, plainTypes } from './streams/fields.ts'

const words: Readonly<Record<number, string>> = {
  0: 'text',
  1: 'long text',
  2: 'list',
  3: 'list, several',
  4: 'date',
  5: 'time',
  6: 'checkbox',
  10: 'formatted text',
}

/** Lists may carry only some of the fields, details carry all; a few show them. */
const detailed = 5

/** Named by the newest records themselves: a page of the list, and the details of the first few. */
export async function definedCustomFields(
  ctx: Context<HaloSettings>,
  from: List,
  query: Query,
): Promise<readonly CustomField[]> {
  const { rows } = await fetchPage(ctx, from, { ...query, orderdesc: true }, 1)
  const seen = new Map<string, Row>()
  const add = (row: Row) => {
    for (const field of list(row.customfields) ?? []) {
      if (!isRow(field) || !plainTypes.has(field.type) || isWithheld(field)) continue
      const key = id(field.id)
      if (key && !seen.has(key)) seen.set(key, field)
    }
  }
  rows.forEach(add)
  for (const row of rows.slice(0, detailed)) add((await withDetail(ctx, from, row)) ?? row)
  return Promise.all([...seen].map(([key, field]) => defined(ctx, key, field)))
}

async function defined(ctx: Context<HaloSettings>, key: string, field: Row): Promise<CustomField> {
  const options = field.type === 2 || field.type === 3 ? await optionsOf(ctx, key) : []
  return {
    id: key,
    title: text(field.label) || text(field.name) || key,
    type: words[Number(field.type)] ?? 'text',
    ...(options.length > 0 ? { options } : {}),
  }
}

/** The texts of a list, where the agent may read definitions. */
async function optionsOf(ctx: Context<HaloSettings>, key: string): Promise<readonly string[]> {
  try {
    const { body } = await ctx.http.request({ url: `FieldInfo/${key}`, query: { getlookupvalues: true } })
    const values = isRow(body) ? (list(body.values) ?? []) : []
    return values.flatMap((value) => (isRow(value) ? (text(value.name) ?? []) : []))
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    return []
  }
}
