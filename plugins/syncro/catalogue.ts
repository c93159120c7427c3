/** What `/settings` tells of an account: asset types, custom fields with their options, and how it writes dates. */
import type { Context } from '../../core/connector/contract.ts'
import { id, isRow, list, object, type Row, scalar, text } from '../../core/connector/parse.ts'
import type { Scalar } from '../../core/connector/records.ts'
import { type DayOrder, dayOrder } from './days.ts'
import type { SyncroSettings } from './settings.ts'

/** A custom field; one of the same label may exist for several asset types. */
export interface FieldDefinition {
  readonly label: string
  readonly type: string
  /** Of the asset type it belongs to; customers' fields have none. */
  readonly typeId: string | undefined
  /** Option id → text, for drop-down fields. */
  readonly options: ReadonlyMap<string, string>
}

export interface Catalogue {
  /** In the account's order. */
  readonly types: readonly { readonly id: string; readonly name: string }[]
  readonly assetFields: Fields
  readonly customerFields: Fields
  readonly problemTypes: readonly string[]
  readonly priorities: readonly string[]
  readonly dayOrder: DayOrder
}

/** The custom fields of one kind of record, by label. */
export class Fields {
  readonly all: readonly FieldDefinition[]
  readonly #options = new Map<string, Map<string, string>>()

  constructor(all: readonly FieldDefinition[]) {
    this.all = all
    for (const { label, options } of all) {
      if (options.size === 0) continue
      const known = this.#options.get(label) ?? new Map<string, string>()
      for (const [option, words] of options) known.set(option, words)
      this.#options.set(label, known)
    }
  }

  /** The value as people see it: a drop-down field holds the id of an option. An option nobody knows is not told. */
  read(label: string, value: unknown): Scalar | null | undefined {
    const options = this.#options.get(label)
    if (options === undefined || value === null || value === '') return scalar(value)
    const words = options.get(String(value))
    if (words !== undefined) return words
    return typeof value === 'number' ? undefined : scalar(value)
  }

  /** Texts of a drop-down field, each once, in the account's order. */
  optionsOf(label: string): readonly string[] {
    return [...new Set(this.#options.get(label)?.values())]
  }
}

/**
 * The inner shape of types, fields and answers is in no description, so each name is looked for under the words such
 * lists use; what has none is left out.
 */
export async function catalogueOf(ctx: Context<SyncroSettings>): Promise<Catalogue> {
  const { body } = await ctx.http.request({ url: 'settings' })
  if (!isRow(body) || !isRow(body.assets))
    throw ctx.error('vendor', 'Syncro answered its settings with something else.')
  const { assets } = body
  const customers = object(body.customers)
  const ticket = object(body.ticket)
  return {
    types: rows(assets.asset_types).flatMap((row) => {
      const [key, name] = [id(row.id), text(row.name)]
      return key && name ? [{ id: key, name }] : []
    }),
    assetFields: fieldsOf(assets.asset_type_fields, assets.asset_type_field_answers, 'asset_type'),
    customerFields: fieldsOf(customers?.customer_fields, customers?.customer_field_answers, 'customer'),
    problemTypes: words(ticket?.problem_types),
    priorities: words(ticket?.priorities),
    dayOrder: dayOrder(text(object(body.locale)?.date_format)),
  }
}

/** The fields an asset's type defines; all of them where the type is none of the list. */
export function definedFor({ types, assetFields }: Catalogue, type: unknown): readonly FieldDefinition[] {
  const typeId = types.find(({ name }) => name === type)?.id
  return assetFields.all.filter((one) => [typeId, one.typeId].includes(undefined) || one.typeId === typeId)
}

function fieldsOf(fields: unknown, answers: unknown, owner: string): Fields {
  const options = new Map<string, Map<string, string>>()
  for (const row of rows(answers)) {
    const field = id(row[`${owner}_field_id`] ?? row.field_id)
    const [key, words] = [id(row.id), text(row.value ?? row.name ?? row.answer)]
    if (!field || !key || !words) continue
    const known = options.get(field) ?? new Map<string, string>()
    options.set(field, known.set(key, words))
  }
  return new Fields(
    rows(fields).flatMap((row) => {
      const label = text(row.name ?? row.label)
      if (!label) return []
      return [
        {
          label,
          type: text(row.field_type ?? row.type) ?? 'text',
          typeId: id(row.asset_type_id ?? row.type_id) ?? undefined,
          options: options.get(id(row.id) ?? '') ?? new Map<string, string>(),
        },
      ]
    }),
  )
}

function rows(value: unknown): readonly Row[] {
  return (list(value) ?? []).filter(isRow)
}

/** A list of texts, without the empty one Syncro puts first. */
export function words(value: unknown): readonly string[] {
  const texts = (list(value) ?? []).flatMap((item) => text(item) ?? [])
  return [...new Set(texts.filter((item) => item.trim() !== ''))]
}
