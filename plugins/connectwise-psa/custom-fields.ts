/** Which custom fields a list has, for the admin to choose from. */
import type { Context, CustomField } from '../../core/connector/contract.ts'
import { bool, id, isRow, list, type Row, required, text } from '../../core/connector/parse.ts'
import { isForbidden } from './client.ts'
import { oneOf } from './conditions.ts'
import { readAll } from './paging.ts'
import type { ConnectWiseSettings } from './settings.ts'
import { withheldTypes } from './streams/fields.ts'

/** Definitions can be limited to some business units, so one record may not show them all. */
const samples = 50

/**
 * Every record carries all its custom fields, set or not, so a sample of the list names them; the definitions
 * add the options where the API member may read them. Fields of the type Password are not offered.
 */
export async function definedCustomFields(
  ctx: Context<ConnectWiseSettings>,
  path: string,
): Promise<readonly CustomField[]> {
  const query = { fields: 'id,customFields', orderBy: 'id desc', page: 1, pageSize: samples }
  const { body } = await ctx.http.request({ url: path, query })
  const seen = new Map<string, Row>()
  for (const row of Array.isArray(body) ? body.filter(isRow) : []) {
    for (const field of list(row.customFields) ?? []) {
      if (!isRow(field) || withheldTypes.has(field.type)) continue
      const key = id(field.id)
      if (key && !seen.has(key)) seen.set(key, field)
    }
  }
  if (seen.size === 0) return []
  const options = await optionsOf(ctx, [...seen.keys()])
  return [...seen].map(([key, field]) => {
    const choices = options.get(key)
    return {
      id: key,
      title: required(text(field.caption)) || key,
      type: required(text(field.type)),
      ...(choices ? { options: choices } : {}),
    }
  })
}

async function optionsOf(
  ctx: Context<ConnectWiseSettings>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const options = new Map<string, readonly string[]>()
  try {
    for (const conditions of oneOf(ctx, 'id', ids)) {
      for (const row of await readAll(ctx, 'system/userDefinedFields', conditions ? { conditions } : {})) {
        const values = (list(row.options) ?? []).filter(isRow).filter((option) => bool(option.inactiveFlag) !== true)
        if (values.length > 0)
          options.set(
            required(id(row.id)),
            values.map((option) => required(text(option.optionValue))),
          )
      }
    }
  } catch (error) {
    // Only the options are lost without that right; the fields themselves are known.
    if (!isForbidden(error)) throw error
  }
  return options
}
