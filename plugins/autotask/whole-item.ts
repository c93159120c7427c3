/** Writing a configuration item whole, where a zone takes no partial update. */
import type { Context } from '../../core/connector/contract.ts'
import { isRow, list, type Row, required, text } from '../../core/connector/parse.ts'
import { fieldsOf } from './metadata.ts'
import type { AutotaskSettings } from './settings.ts'
import { isMasked } from './udf.ts'

/** Properties of the item, and user-defined fields by name. */
export interface Change {
  readonly properties: Readonly<Record<string, string | null>>
  readonly udfs: Readonly<Record<string, string | null>>
}

const entity = 'ConfigurationItems'

/**
 * A PUT empties every field it does not carry, so everything but what is read-only goes back as it was read. Two things
 * do not survive that: notes with formatting (they are read as plain text) and protected fields (they are read as
 * asterisks). Where an item has one, nothing is sent.
 */
export async function replaceWhole(
  ctx: Context<AutotaskSettings>,
  number: number,
  before: Row,
  { properties, udfs }: Change,
): Promise<void> {
  const fields = (list(before.userDefinedFields) ?? []).filter(isRow)
  const atRisk = [
    ...(text(before.notes) ? ['its notes'] : []),
    ...(fields.some((field) => isMasked(text(field.value) ?? '')) ? ['its protected fields'] : []),
  ]
  if (atRisk.length > 0) {
    throw ctx.error(
      'vendor',
      `Your Autotask zone takes no partial update of configuration items, and a complete one would damage ${atRisk.join(' and ')}. Nothing was changed; make the change by hand.`,
      `PATCH ${entity} is not served; PUT withheld`,
    )
  }
  const described = await fieldsOf(ctx, entity)
  const kept = Object.fromEntries(Object.entries(before).filter(([name]) => !described.isReadOnly(name)))
  const userDefinedFields = fields.map((field) => {
    const name = required(text(field.name))
    return { name, value: Object.hasOwn(udfs, name) ? udfs[name] : (field.value ?? null) }
  })
  const body = { ...kept, id: number, ...properties, userDefinedFields }
  await ctx.http.request({ method: 'PUT', url: `${entity}/${number}`, body })
}
