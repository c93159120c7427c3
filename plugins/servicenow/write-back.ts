/** Pushing warranty facts: only what changes, on what was read a moment before, and checked afterwards. */
import type { Context, Writable, WritableField, WriteBack, WriteOutcome } from '../../core/connector/contract.ts'
import type { Row } from '../../core/connector/parse.ts'
import { isNotFound } from './client.ts'
import { equals } from './query.ts'
import { layoutOf, type ServiceNowSettings } from './settings.ts'
import { change, list, record } from './table.ts'
import { boolOf, dayOf, labelOf, rawOf } from './values.ts'

type Ctx = Context<ServiceNowSettings>

const fields = ['warrantyExpiration', 'purchaseDate', 'manufacturer'] as const satisfies readonly WritableField[]
const columnOf = {
  warrantyExpiration: 'warranty_expiration',
  purchaseDate: 'purchase_date',
  manufacturer: 'manufacturer',
}
const own = ['sys_id', 'sys_class_name', ...Object.values(columnOf)]
const ofAsset = ['asset', 'asset.sys_class_name', 'asset.warranty_expiration', 'asset.purchase_date']

export const writeBack: WriteBack<ServiceNowSettings> = { configurations: { fields, write } }

async function write(ctx: Ctx, sourceId: string, wish: Writable, expected: Writable): Promise<WriteOutcome> {
  const { configurations: table } = layoutOf(ctx.settings)
  let before: Row
  try {
    before = await item(ctx, table, sourceId)
  } catch (error) {
    if (isNotFound(error)) return { outcome: 'not-found', current: {} }
    throw error
  }
  const unseen = fields.find((field) => wish[field] !== undefined && before[place(ctx, before, field)] === undefined)
  if (unseen) throw cannot(ctx, [unseen], 'hidden')
  const current = held(ctx, before)
  const wanted = fields.filter((field) => wish[field] !== undefined && !isSame(field, current[field], wish[field]))
  if (wanted.length === 0) return { outcome: 'unchanged', current }
  const moved = wanted.filter(
    (field) => expected[field] !== undefined && !isSame(field, current[field], expected[field]),
  )
  if (moved.length > 0) {
    return { outcome: 'conflict', current, message: `Changed in ServiceNow meanwhile: ${moved.join(', ')}.` }
  }
  const { sent, message } = await send(ctx, table, sourceId, before, wanted, wish)
  const after = held(ctx, await item(ctx, table, sourceId))
  const kept = sent.filter((field) => !isSame(field, after[field], wish[field]))
  if (kept.length > 0) throw cannot(ctx, kept, 'answered 200, unchanged')
  return { outcome: 'written', current: after, ...(message ? { message } : {}) }
}

/** What rights, business rules and data policies keep from being written is left as it is without an error. */
function cannot(ctx: Ctx, names: readonly string[], log: string): Error {
  return ctx.error(
    'permission',
    `ServiceNow did not make the change: ${names.join(', ')}. The user may not write it, or a business rule, a data policy or the asset takes it back. See "Write-back" in the connector's README.`,
    `${names.join(', ')}: ${log}`,
  )
}

function item(ctx: Ctx, table: string, id: string): Promise<Row> {
  return record(ctx, table, id, layoutOf(ctx.settings).datesInAsset ? [...own, ...ofAsset] : own)
}

/** Where a field is: the dates may be kept in the asset, if there is one. */
function place(ctx: Ctx, row: Row, field: WritableField): string {
  return field !== 'manufacturer' && inAsset(ctx, row) ? `asset.${columnOf[field]}` : columnOf[field]
}

function inAsset(ctx: Ctx, row: Row): boolean {
  return layoutOf(ctx.settings).datesInAsset && Boolean(rawOf(row.asset))
}

/** What cannot be seen is left out, for the hub takes over what is said here. */
function held(ctx: Ctx, row: Row): Writable {
  const read = (field: WritableField) => (field === 'manufacturer' ? labelOf : dayOf)(row[place(ctx, row, field)])
  return Object.fromEntries(fields.map((field) => [field, read(field)]).filter(([, value]) => value !== undefined))
}

/** Makers by name, whatever the case. */
function isSame(field: WritableField, one: string | null | undefined, other: string | null | undefined): boolean {
  if (field !== 'manufacturer') return (one ?? null) === (other ?? null)
  return name(one) === name(other)
}

function name(value: string | null | undefined): string {
  return value?.trim().toLowerCase() ?? ''
}

/** Through the record's real class, for a parent table does not take a child's columns. */
async function send(ctx: Ctx, table: string, id: string, row: Row, wanted: readonly WritableField[], wish: Writable) {
  const toItem: Record<string, string> = {}
  const toAsset: Record<string, string> = {}
  const sent: WritableField[] = []
  let message: string | undefined
  for (const field of wanted) {
    const value = wish[field] ?? ''
    const written = field === 'manufacturer' && value !== '' ? await maker(ctx, value) : value
    if (written === undefined) {
      message = `ServiceNow has no single manufacturer "${value}". Add it as a company with the flag "Manufacturer".`
      continue
    }
    const target = field !== 'manufacturer' && inAsset(ctx, row) ? toAsset : toItem
    target[columnOf[field]] = written
    sent.push(field)
  }
  if (sent.length === 0) throw ctx.error('vendor', message ?? 'Nothing to write.')
  if (Object.keys(toAsset).length > 0) {
    const asset = rawOf(row.asset) ?? ''
    await change(ctx, rawOf(row['asset.sys_class_name']) || 'alm_hardware', asset, toAsset, ['sys_id'])
  }
  if (Object.keys(toItem).length > 0) await change(ctx, rawOf(row.sys_class_name) || table, id, toItem, ['sys_id'])
  return { sent, message }
}

/** The company of that name: one flagged as a maker before others, none where several could be meant. */
async function maker(ctx: Ctx, wanted: string): Promise<string | undefined> {
  if (/[\^\p{Cc}]/u.test(wanted)) return undefined
  const columns = ['sys_id', 'manufacturer']
  const { text } = equals(ctx, 'name', wanted)
  const conditions = [{ text, columns: ['name'], holds: (found: string | null) => name(found) === name(wanted) }]
  const { rows } = await list(
    ctx,
    { table: 'core_company', columns, conditions },
    { order: 'ORDERBYsys_id', limit: 50 },
  )
  const makers = rows.filter((row) => boolOf(row.manufacturer) === true)
  const candidates = makers.length > 0 ? makers : rows
  const exact = candidates.filter((row) => rawOf(row.name) === wanted)
  const [found, ...others] = exact.length > 0 ? exact : candidates
  return others.length === 0 ? (rawOf(found?.sys_id) ?? undefined) : undefined
}
