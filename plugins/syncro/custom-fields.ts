/** Which custom fields a list has, for the admin to choose from. */
import type { Choice, Context, CustomField } from '../../core/connector/contract.ts'
import { isRow } from '../../core/connector/parse.ts'
import { catalogueOf, type Fields } from './catalogue.ts'
import { assets, customers } from './lists.ts'
import { fetchPage, type List } from './paging.ts'
import { factOf, isSecret, usualFact } from './properties.ts'
import type { SyncroSettings } from './settings.ts'

/**
 * By label: those that are defined, and those that the first page of the list carries (what the agent adds is defined
 * nowhere, and the shape of the definitions is not described). Nested values are the agent's inventory.
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
  for (const { properties } of (await fetchPage(ctx, list, 1)).rows) {
    for (const [label, value] of Object.entries(isRow(properties) ? properties : {})) {
      if (found.has(label) || isSecret(label) || (typeof value === 'object' && value !== null)) continue
      found.set(label, { id: label, title: label, type: 'text' })
    }
  }
  return [...found.values()]
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
