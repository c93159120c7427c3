/** Pushing warranty facts to assets: read, send the id and what changes, read again. */
import type { Context, Writable, WritableField, WriteBack, WriteOutcome } from '../../core/connector/contract.ts'
import { id, isRow, list, type Row, text } from '../../core/connector/parse.ts'
import { columns, fieldsOf, layoutOf, type Place, placeOf, valueAt } from './asset-fields.ts'
import { isNotFound } from './client.ts'
import { assets, fetchDetail } from './paging.ts'
import type { HaloSettings } from './settings.ts'
import { day } from './streams/fields.ts'

type Ctx = Context<HaloSettings>

const writable = ['warrantyExpiration', 'purchaseDate', 'manufacturer'] as const satisfies readonly WritableField[]

export const writeBack: WriteBack<HaloSettings> = { configurations: { fields: writable, write } }

/** What Halo itself stores for "no date". Whether null clears one is not documented; it is tried second. */
const noDate = '1900-01-01T00:00:00'

async function write(ctx: Ctx, sourceId: string, change: Writable, expected: Writable): Promise<WriteOutcome> {
  const before = await asset(ctx, sourceId)
  if (before === undefined) return { outcome: 'not-found', current: {} }
  const current = held(ctx, before)
  const differs = (field: WritableField, value: string | null | undefined) => !isSame(field, current[field], value)
  const wanted = writable.filter((field) => change[field] !== undefined && differs(field, change[field]))
  if (wanted.length === 0) return { outcome: 'unchanged', current }
  const moved = wanted.filter((field) => expected[field] !== undefined && differs(field, expected[field]))
  if (moved.length > 0) {
    return { outcome: 'conflict', current, message: `Changed in Halo meanwhile: ${moved.join(', ')}.` }
  }
  const plan = await planFor(ctx, before, wanted, change)
  const after = await send(ctx, sourceId, before, plan)
  const written = held(ctx, after)
  const kept = plan.fields.filter((field) => !isSame(field, written[field], change[field]))
  if (kept.length > 0) {
    throw ctx.error(
      'vendor',
      `Halo took the change but did not make it: ${kept.join(', ')}.`,
      `Asset ${sourceId}: unchanged`,
    )
  }
  return { outcome: 'written', current: written, ...(plan.message ? { message: plan.message } : {}) }
}

async function asset(ctx: Ctx, sourceId: string): Promise<Row | undefined> {
  try {
    return whole(await fetchDetail(ctx, assets, sourceId))
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** The tabs are there, whether Halo sends them when they are empty or not. */
function whole(asset: Row): Row {
  return { [columns.warrantyExpiration]: null, [columns.purchaseDate]: null, ...asset }
}

function placeFor(ctx: Ctx, row: Row, field: WritableField): Place | undefined {
  return placeOf(row, fieldsOf(row) ?? new Map(), layoutOf(ctx.settings)[field])
}

/** The record was read whole, so what is not there is empty. */
function held(ctx: Ctx, row: Row): { readonly [F in WritableField]: string | null } {
  const value = (field: WritableField) => {
    const place = placeFor(ctx, row, field)
    return place && valueAt(row, place)
  }
  return {
    warrantyExpiration: day(value('warrantyExpiration')) ?? null,
    purchaseDate: day(value('purchaseDate')) ?? null,
    manufacturer: text(value('manufacturer')) ?? null,
  }
}

/** Days by the day alone; makers by name, whatever the case. */
function isSame(field: WritableField, one: string | null | undefined, other: string | null | undefined): boolean {
  if (field !== 'manufacturer') return (one ?? null) === (other ?? null)
  return name(one) === name(other)
}

function name(value: string | null | undefined): string {
  return value?.trim().toLowerCase() ?? ''
}

interface Plan {
  /** What will be written. */
  readonly fields: readonly WritableField[]
  readonly columns: Readonly<Record<string, string | null>>
  /** By the number of the asset field. */
  readonly values: ReadonlyMap<string, string | number | null>
  /** Why something is left out. */
  readonly message: string | undefined
}

async function planFor(ctx: Ctx, row: Row, wanted: readonly WritableField[], change: Writable): Promise<Plan> {
  const fields: WritableField[] = []
  const columns: Record<string, string | null> = {}
  const values = new Map<string, string | number | null>()
  let message: string | undefined
  for (const field of wanted) {
    const place = placeFor(ctx, row, field)
    const value = change[field] ?? null
    const problem = unwritable(field, place)
    if (place === undefined || problem !== undefined) {
      message = problem
    } else if ('column' in place) {
      columns[place.column] = value === null ? noDate : noon(value)
      fields.push(field)
    } else {
      const entry =
        field === 'manufacturer' ? await optionFor(ctx, place.field, value) : value === null ? '' : noon(value)
      if (entry === undefined) {
        message = `The Halo field "${text(place.field.name)}" has no choice "${value}". Add it under Configuration > Assets > Fields.`
        continue
      }
      values.set(String(id(place.field.id)), entry)
      fields.push(field)
    }
  }
  if (fields.length === 0) throw ctx.error('vendor', message ?? 'There is nothing to write.')
  return { fields, columns, values, message }
}

function unwritable(field: WritableField, place: Place | undefined): string | undefined {
  if (place === undefined)
    return `Assets of this type have no field for ${words[field]} in Halo. Add one to the asset type, or choose another field in the connection.`
  if (field === 'manufacturer' && 'column' in place) {
    return 'Halo keeps the manufacturer in a column the hub cannot write. Add an asset field "Manufacturer" to the type.'
  }
  return undefined
}

const words = {
  warrantyExpiration: 'the end of the warranty',
  purchaseDate: 'the purchase date',
  manufacturer: 'the manufacturer',
} as const

/** Halo's own clients send noon, so that no time zone moves the day. */
function noon(value: string): string {
  return `${value}T12:00:00`
}

/** A field with a list takes the number of a choice; `undefined` = the list has none of that name. */
async function optionFor(ctx: Ctx, field: Row, value: string | null): Promise<string | number | null | undefined> {
  if (value === null) return ''
  const { body } = await ctx.http.request({ url: `Field/${id(field.id)}` })
  const options = isRow(body) ? (list(body.values) ?? []).filter(isRow) : []
  if (options.length === 0) return value
  const found = options.find((option) => name(text(option.name)) === name(value))
  return typeof found?.id === 'number' ? found.id : undefined
}

/**
 * Columns may be sent alone. The list of fields replaces the one that is stored, so it is sent whole, as it was read a
 * moment before, with the new values in it; afterwards every other field must hold what it held.
 */
async function send(ctx: Ctx, sourceId: string, before: Row, plan: Plan): Promise<Row> {
  const after = await post(ctx, sourceId, { ...plan.columns, ...wholeFields(before, plan.values) })
  const lost = lostFields(before, after, plan.values)
  if (lost.length > 0) {
    throw ctx.error(
      'vendor',
      `Halo changed other fields of asset ${sourceId} than it was asked to: ${lost.join(', ')}. Look at the asset's history in Halo; further write-backs to it should wait.`,
    )
  }
  const cleared = Object.entries(plan.columns).filter(
    ([column, value]) => value === noDate && day(after[column]) !== null,
  )
  const left = cleared.filter(([column]) => day(after[column]) !== undefined)
  if (left.length === 0) return after
  return post(ctx, sourceId, Object.fromEntries(left.map(([column]) => [column, null])))
}

/** Halo answers a write with what it was sent as often as with what it stored, so the asset is read again. */
async function post(ctx: Ctx, sourceId: string, changes: Readonly<Record<string, unknown>>): Promise<Row> {
  await ctx.http.request({
    method: 'POST',
    url: assets.path,
    body: [{ id: Number(sourceId), ...changes }],
    // It sets fixed values.
    repeatable: true,
  })
  return whole(await fetchDetail(ctx, assets, sourceId))
}

function wholeFields(before: Row, values: Plan['values']): Readonly<Record<string, unknown>> {
  if (values.size === 0) return {}
  const fields = rows(before.fields).map((field) => {
    const key = String(id(field.id))
    return { id: field.id, value: values.has(key) ? values.get(key) : (field.value ?? null) }
  })
  return { _dontaddnewfields: true, isassetdetails: true, fields }
}

function lostFields(before: Row, after: Row, values: Plan['values']): readonly string[] {
  if (values.size === 0) return []
  const now = new Map(rows(after.fields).map((field) => [String(id(field.id)), field.value ?? null]))
  return rows(before.fields)
    .filter((field) => !values.has(String(id(field.id))))
    .filter((field) => !isEqual(field.value ?? null, now.get(String(id(field.id))) ?? null))
    .map((field) => text(field.name) ?? String(id(field.id)))
}

/** An empty text and nothing are the same here. */
function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one === '' ? null : one) === JSON.stringify(other === '' ? null : other)
}

function rows(value: unknown): readonly Row[] {
  return (list(value) ?? []).filter(isRow)
}
