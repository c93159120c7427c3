/** Custom fields of hardware assets: definitions by module, values one asset at a time. */
import type { Context, CustomField } from '../../core/connector/contract.ts'
import { bool, isRow, list, required, text } from '../../core/connector/parse.ts'
import type { Scalar } from '../../core/connector/records.ts'
import { askRows } from './client.ts'
import type { KaseyaSettings } from './settings.ts'
import { reference } from './streams/fields.ts'

type Ctx = Context<KaseyaSettings>

const path = 'v2/system/customFields'

/** By field id: its options by their ids. */
export type Chosen = ReadonlyMap<string, ReadonlyMap<string, string>>

/** None without the number of the module. What a data type's number means Kaseya does not publish. */
export async function assetFields(ctx: Ctx): Promise<readonly CustomField[]> {
  const { assetModule } = ctx.settings
  if (assetModule === undefined) return []
  const rows = await askRows(ctx, { url: `${path}/${assetModule}` })
  return rows.flatMap((row) => {
    const id = reference(row.id)
    const title = text(row.name)
    // A password must not leave BMS, and no data type says that it is one.
    if (!id || !title || bool(row.isActive) === false || /pass(word|phrase|code)|secret/i.test(title)) return []
    const options = [...optionsOf(row.settings).values()]
    return [{ id, title, type: `type ${text(row.dataType) ?? ''}`.trim(), ...(options.length > 0 ? { options } : {}) }]
  })
}

/** What the admin chose; `undefined` if nothing. */
export async function chosenAssetFields(
  ctx: Ctx & { readonly customFields: readonly string[] },
): Promise<Chosen | undefined> {
  const { assetModule } = ctx.settings
  if (assetModule === undefined || ctx.customFields.length === 0) return undefined
  const rows = await askRows(ctx, { url: `${path}/${assetModule}` })
  const options = new Map(rows.map((row) => [required(reference(row.id)), optionsOf(row.settings)]))
  return new Map(ctx.customFields.map((id) => [id, options.get(id) ?? new Map()]))
}

/** The chosen values of an asset; one it does not carry stays unmentioned. */
export async function assetValues(
  ctx: Ctx,
  asset: string,
  chosen: Chosen,
): Promise<Readonly<Record<string, Scalar | null>>> {
  const values: Record<string, Scalar | null> = {}
  for (const row of await askRows(ctx, { url: `${path}/${ctx.settings.assetModule}/${asset}` })) {
    const field = reference(row.customFieldId)
    const options = field ? chosen.get(field) : undefined
    if (!field || options === undefined) continue
    const value = text(row.data)
    const option = reference(row.settingsId)
    if (value !== undefined) values[field] = value ?? (option ? (options.get(option) ?? null) : null)
  }
  return values
}

function optionsOf(settings: unknown): ReadonlyMap<string, string> {
  const rows = (list(settings) ?? []).filter(isRow)
  return new Map(rows.map((row) => [required(reference(row.id)), required(text(row.name))]))
}
