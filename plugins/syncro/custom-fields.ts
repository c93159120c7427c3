/** Which custom fields a list has, for the admin to choose from. */
import type { Choice, Context, CustomField } from '../../core/connector/contract.ts'
import { isRow } from '../../core/connector/parse.ts'
import { catalogueOf, type Fields } from './catalogue.ts'
import { assets, customers } from './lists.ts'
import { fetchPage, type List } from './paging.ts'
import { factOf, isSecret, usualFact } from './properties.ts'
import type { SyncroSettings } from './settings.ts'

/**
 * By label: those that are defined, and those that pages all over the list carry (what the agent adds and what contacts
 * have is defined nowhere, and the shape of the definitions is not described). Nested values are the agent's inventory.
 */
export async function definedFields(
  ctx: Context<SyncroSettings>,
  list: List,
  fields: Fields | undefined,
): Promise<readonly CustomField[]> {
  const found = new Map<string, CustomField>()
  for (const { label, type } of fields?.all ?? []) {
    if (found.has(label) || isSecret(label, type)) continue
    const options = fields?.optionsOf(label) ?? []
    found.set(label, { id: label, title: label, type, ...(options.length > 0 ? { options } : {}) })
  }
  const first = await fetchPage(ctx, list, 1)
  const others = await Promise.all(places(first.last ?? 1).map((number) => fetchPage(ctx, list, number)))
  for (const { properties } of [first, ...others].flatMap(({ rows }) => rows)) {
    for (const [label, value] of Object.entries(isRow(properties) ? properties : {})) {
      if (found.has(label) || isSecret(label) || (typeof value === 'object' && value !== null)) continue
      found.set(label, { id: label, title: label, type: 'text' })
    }
  }
  return [...found.values()]
}

/** Pages to look at besides the first. */
function places(last: number): readonly number[] {
  const spread = [0.25, 0.5, 0.75, 1].map((part) => 1 + Math.round(part * (last - 1)))
  return [...new Set(spread)].filter((number) => number > 1)
}

/** Fields for a setting that names one, those with the usual name first. */
export async function choices(ctx: Context<SyncroSettings>, setting: string): Promise<readonly Choice[]> {
  const fact = factOf(setting)
  if (fact === undefined) return []
  const catalogue = await catalogueOf(ctx)
  const own = fact === 'website' ? catalogue.customerFields : catalogue.assetFields
  const offered = await definedFields(ctx, fact === 'website' ? customers : assets, own)
  return offered
    .filter(({ options }) => fact !== 'status' || options !== undefined)
    .map(({ id, type, options }) => ({
      value: id,
      label: options
        ? `${id} (${options.slice(0, 4).join(', ')}${options.length > 4 ? ', …' : ''})`
        : `${id} (${type})`,
      usual: usualFact(id) === fact,
    }))
    .sort((one, other) => Number(other.usual) - Number(one.usual))
    .map(({ value, label }) => ({ value, label }))
}
