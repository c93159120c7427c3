/** Custom fields of a module of BMS: definitions by module, values one record at a time. */
import type { Context, CustomField } from '../../core/connector/contract.ts'
import { bool, isRow, list, type Row, required, text } from '../../core/connector/parse.ts'
import type { Scalar } from '../../core/connector/records.ts'
import { askRows, isNotFound } from './client.ts'
import type { KaseyaSettings } from './settings.ts'
import { reference } from './streams/fields.ts'

type Ctx = Context<KaseyaSettings>

const path = 'v2/system/customFields'

export interface Chosen {
  readonly module: number
  /** By field id: its options by their ids. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** None without the number of the module. What a data type's number means Kaseya does not publish. */
export async function fieldsOf(ctx: Ctx, module: number | undefined): Promise<readonly CustomField[]> {
  if (module === undefined) return []
  const rows = await definitions(ctx, module)
  return rows.map(({ id, title, row }) => {
    const options = [...optionsOf(row.settings).values()]
    return { id, title, type: `type ${text(row.dataType) ?? ''}`.trim(), ...(options.length > 0 ? { options } : {}) }
  })
}

/** What the admin chose of the module; `undefined` if nothing. */
export async function chosenFields(
  ctx: Ctx & { readonly customFields: readonly string[] },
  module: number | undefined,
): Promise<Chosen | undefined> {
  if (module === undefined || !ctx.customFields.some((id) => /^\d+$/.test(id))) return undefined
  const rows = (await definitions(ctx, module)).filter(({ id }) => ctx.customFields.includes(id))
  if (rows.length === 0) return undefined
  return { module, fields: new Map(rows.map(({ id, row }) => [id, optionsOf(row.settings)])) }
}

/** The chosen values of a record; one it does not carry stays unmentioned. `undefined` if the record is gone. */
export async function valuesOf(
  ctx: Ctx,
  { module, fields }: Chosen,
  record: string | number,
): Promise<Readonly<Record<string, Scalar | null>> | undefined> {
  let rows: readonly Row[]
  try {
    rows = await askRows(ctx, { url: `${path}/${module}/${record}` })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
  const values: Record<string, Scalar | null> = {}
  for (const row of rows) {
    const field = reference(row.customFieldId)
    const options = field ? fields.get(field) : undefined
    if (!field || options === undefined) continue
    const value = text(row.data)
    const option = reference(row.settingsId)
    if (value !== undefined) values[field] = value ?? (option ? (options.get(option) ?? null) : null)
  }
  return values
}

interface Definition {
  readonly id: string
  readonly title: string
  readonly row: Row
}

/** Those in use. A password must not leave BMS, and no data type says that it is one: its title has to. */
async function definitions(ctx: Ctx, module: number): Promise<readonly Definition[]> {
  let rows: readonly Row[]
  try {
    rows = await askRows(ctx, { url: `${path}/${module}` })
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw ctx.error(
      'config',
      `Kaseya BMS has no custom field module ${module}. Correct its number in the settings, or leave it empty.`,
      `${path}/${module}: not found`,
    )
  }
  return rows.flatMap((row) => {
    const id = reference(row.id)
    const title = text(row.name)
    const isOffered = bool(row.isActive) !== false && !/pass(word|phrase|code)|secret/i.test(title ?? '')
    return id && title && isOffered ? [{ id, title, row }] : []
  })
}

function optionsOf(settings: unknown): ReadonlyMap<string, string> {
  const rows = (list(settings) ?? []).filter(isRow)
  return new Map(rows.map((row) => [required(reference(row.id)), required(text(row.name))]))
}
