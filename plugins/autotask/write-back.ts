/** Pushing warranty facts to configuration items: only what changes, on what was read a moment before, read again after. */
import type { Context, Writable, WritableField, WriteBack, WriteOutcome } from '../../core/connector/contract.ts'
import { date, type Row } from '../../core/connector/parse.ts'
import { itemIn } from './answers.ts'
import { isNotServed } from './client.ts'
import { manufacturerOf, purchaseDateOf } from './hardware.ts'
import { fieldsOf } from './metadata.ts'
import { idNumber } from './paging.ts'
import { Products } from './products.ts'
import { type AutotaskSettings, installDate } from './settings.ts'
import { isDateUdf, type Udfs, udfsOf } from './udf.ts'
import { type Change, replaceWhole } from './whole-item.ts'

const entity = 'ConfigurationItems'
const fields = ['warrantyExpiration', 'purchaseDate', 'manufacturer'] as const satisfies readonly WritableField[]

type Ctx = Context<AutotaskSettings>
type Held = { readonly [F in WritableField]?: string | null }

export const writeBack: WriteBack<AutotaskSettings> = {
  configurations: { fields, write },
}

async function write(ctx: Ctx, sourceId: string, change: Writable, expected: Writable): Promise<WriteOutcome> {
  const number = idNumber(ctx, sourceId)
  const before = await readItem(ctx, number)
  if (before === null) return { outcome: 'not-found', current: {} }
  const read = await reader(ctx, change)
  const current = await read.held(before)
  const wanted = fields.filter((field) => change[field] !== undefined && !isSame(field, current[field], change[field]))
  const possible = wanted.filter((field) => hasPlace(ctx.settings, field))
  if (wanted.length === 0) return { outcome: 'unchanged', current }
  const moved = possible.filter(
    (field) => expected[field] !== undefined && !isSame(field, current[field], expected[field]),
  )
  if (moved.length > 0) {
    return { outcome: 'conflict', current, message: `Changed in Autotask meanwhile: ${moved.join(', ')}.` }
  }
  const message =
    wanted.length > possible.length ? noPlace(wanted.filter((field) => !possible.includes(field))) : undefined
  if (message && possible.length === 0) throw ctx.error('config', message)
  const sent = changeFor(ctx, possible, change, read.udfs)
  await send(ctx, number, before, sent)

  const after = await readItem(ctx, number)
  if (after === null) return { outcome: 'not-found', current: {} }
  const written = await read.held(after)
  const kept = possible.filter((field) => !isSame(field, written[field], change[field]))
  if (kept.length > 0) {
    throw ctx.error(
      'vendor',
      `Autotask took the change but did not make it: ${kept.join(', ')}.`,
      `${entity}/${number}: 200, unchanged`,
    )
  }
  return { outcome: 'written', current: written, ...(message ? { message } : {}) }
}

async function readItem(ctx: Ctx, number: number): Promise<Row | null> {
  const { body } = await ctx.http.request({ url: `${entity}/${number}` })
  return itemIn(ctx, body, 'the configuration item')
}

/** Reads what an item holds the way the stream does, as far as the change is about it. */
async function reader(ctx: Ctx, change: Writable): Promise<{ udfs: Udfs; held(row: Row): Promise<Held> }> {
  const { purchaseDateField, manufacturerField } = ctx.settings
  const needsUdfs =
    (change.manufacturer !== undefined && manufacturerField) ||
    (change.purchaseDate !== undefined && purchaseDateField && purchaseDateField !== installDate)
  const udfs: Udfs = needsUdfs ? await udfsOf(ctx, entity) : new Map()
  const audited =
    change.manufacturer === undefined ? undefined : (await fieldsOf(ctx, entity)).labels('rmmDeviceAuditManufacturerID')
  const products = new Products(ctx)
  return {
    udfs,
    async held(row) {
      if (audited) await products.load([row])
      return {
        warrantyExpiration: date(row.warrantyExpirationDate) ?? null,
        ...(purchaseDateField ? { purchaseDate: purchaseDateOf(ctx.settings, row) ?? null } : {}),
        ...(audited
          ? { manufacturer: manufacturerOf(ctx.settings, row, products.of(row), udfs, audited) ?? null }
          : {}),
      }
    },
  }
}

/** Whether Autotask has a field for it: the warranty always, the others where the admin named one. */
function hasPlace({ purchaseDateField, manufacturerField }: AutotaskSettings, field: WritableField): boolean {
  if (field === 'purchaseDate') return Boolean(purchaseDateField)
  return field === 'warrantyExpiration' || Boolean(manufacturerField)
}

function noPlace(missing: readonly WritableField[]): string {
  const settings = missing.map((field) => (field === 'purchaseDate' ? '"Purchase date"' : '"Manufacturer"'))
  return `Autotask has no such field of its own: name a user-defined field in the connection's setting ${settings.join(' and ')}.`
}

/** Days by the day alone. Makers by name, whatever the case. */
function isSame(field: WritableField, one: string | null | undefined, other: string | null | undefined): boolean {
  if (field !== 'manufacturer') return (one ?? null) === (other ?? null)
  return folded(one) === folded(other)
}

function folded(value: string | null | undefined): string {
  return value?.trim().toLowerCase() ?? ''
}

function changeFor(ctx: Ctx, wanted: readonly WritableField[], change: Writable, known: Udfs): Change {
  const { purchaseDateField, manufacturerField } = ctx.settings
  const properties: Record<string, string | null> = {}
  const udfs: Record<string, string | null> = {}
  for (const field of wanted) {
    const value = change[field] ?? null
    if (field === 'warrantyExpiration') properties.warrantyExpirationDate = midnight(value)
    else if (field === 'purchaseDate' && purchaseDateField === installDate) properties.installDate = midnight(value)
    else if (field === 'purchaseDate' && purchaseDateField)
      udfs[purchaseDateField] = dayFor(ctx, known, purchaseDateField, value)
    else if (manufacturerField) udfs[manufacturerField] = choiceFor(ctx, known, manufacturerField, value)
  }
  return { properties, udfs }
}

/** Days are stored without a time zone; midnight UTC is how the API writes them. */
function midnight(day: string | null): string | null {
  return day && `${day}T00:00:00Z`
}

function dayFor(ctx: Ctx, known: Udfs, name: string, day: string | null): string | null {
  const udf = known.get(name)
  if (udf === undefined) throw noSuchUdf(ctx, name)
  if (isDateUdf(udf) || udf.options === undefined) return day
  throw ctx.error(
    'config',
    `The user-defined field "${name}" is a list; a purchase date needs a field of the type Date.`,
  )
}

/** A list takes one of its values only, by the value's number. */
function choiceFor(ctx: Ctx, known: Udfs, name: string, wanted: string | null): string | null {
  const udf = known.get(name)
  if (udf === undefined) throw noSuchUdf(ctx, name)
  if (wanted === null || udf.options === undefined) return wanted
  const found = [...udf.options].find(([, label]) => folded(label) === folded(wanted))
  if (found) return found[0]
  throw ctx.error(
    'vendor',
    `The list of the user-defined field "${name}" in Autotask has no "${wanted}". Add it there.`,
  )
}

function noSuchUdf(ctx: Ctx, name: string): Error {
  return ctx.error(
    'config',
    `Configuration items in Autotask have no user-defined field "${name}". Choose another in the connection's settings.`,
  )
}

/**
 * The id goes into the body, not into the address. Sets fixed values, so it may be repeated. Some zones were seen to
 * answer this path with a page "not found": there the item has to be written whole.
 */
async function send(ctx: Ctx, number: number, before: Row, { properties, udfs }: Change): Promise<void> {
  const userDefinedFields = Object.entries(udfs).map(([name, value]) => ({ name, value }))
  const body = { id: number, ...properties, ...(userDefinedFields.length > 0 ? { userDefinedFields } : {}) }
  try {
    await ctx.http.request({ method: 'PATCH', url: entity, body, repeatable: true })
  } catch (error) {
    if (!isNotServed(error)) throw error
    await replaceWhole(ctx, number, before, { properties, udfs })
  }
}
