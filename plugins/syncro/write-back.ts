/** Pushing warranty facts to assets: they are entries in the bag of properties, so the bag is read, changed and written. */
import type { Context, Writable, WritableField, WriteBack, WriteOutcome } from '../../core/connector/contract.ts'
import { isRow, type Row, text } from '../../core/connector/parse.ts'
import { AssetFacts } from './assets.ts'
import { catalogueOf, definedFor, type FieldDefinition } from './catalogue.ts'
import { idNumber } from './client.ts'
import { fetchOne } from './one.ts'
import { type Fact, isAgents, usualFact } from './properties.ts'
import type { SyncroSettings } from './settings.ts'

const factOf = {
  warrantyExpiration: 'warranty',
  purchaseDate: 'purchase',
  manufacturer: 'manufacturer',
} as const satisfies Record<WritableField, Fact>

const fields = ['warrantyExpiration', 'purchaseDate', 'manufacturer'] as const satisfies readonly WritableField[]

export const writeBack: WriteBack<SyncroSettings> = { configurations: { fields, write } }

interface Asset {
  readonly row: Row
  readonly properties: Row
}

async function write(
  ctx: Context<SyncroSettings>,
  sourceId: string,
  change: Writable,
  expected: Writable,
): Promise<WriteOutcome> {
  const catalogue = await catalogueOf(ctx)
  const facts = new AssetFacts(ctx.settings, catalogue)
  const before = await asset(ctx, sourceId)
  if (before === undefined) return { outcome: 'not-found', current: {} }
  const current = held(facts, before)
  const wanted = fields.filter((field) => change[field] !== undefined && !isSame(field, current[field], change[field]))
  if (wanted.length === 0) return { outcome: 'unchanged', current }
  const moved = wanted.filter(
    (field) => expected[field] !== undefined && !isSame(field, current[field], expected[field]),
  )
  if (moved.length > 0) {
    return { outcome: 'conflict', current, message: `Changed in Syncro meanwhile: ${moved.join(', ')}.` }
  }
  const defined = definedFor(catalogue, before.row.asset_type)
  const changes: Record<string, unknown> = {}
  for (const field of wanted) {
    const label = labelFor(ctx, facts, defined, before, field)
    changes[label] = writtenAs(ctx, defined, label, change[field] ?? null)
  }
  const after = await put(ctx, sourceId, before, changes)
  const now = held(facts, after)
  const kept = wanted.filter((field) => !isSame(field, now[field], change[field]))
  if (kept.length > 0) {
    throw ctx.error(
      'vendor',
      `Syncro took the change but did not make it: ${kept.join(', ')}. See that the custom field takes text or a date.`,
      `asset ${sourceId}: 200, unchanged`,
    )
  }
  return { outcome: 'written', current: now }
}

async function asset(ctx: Context<SyncroSettings>, id: string): Promise<Asset | undefined> {
  const row = await fetchOne(ctx, 'customer_assets', 'asset', id)
  if (row === undefined) return undefined
  if (isRow(row.properties)) return { row, properties: row.properties }
  throw ctx.error('vendor', 'Syncro answered the asset without its properties.')
}

/** The asset was read whole, so a property that is left out is an empty one here. */
function held(facts: AssetFacts, { row, properties }: Asset): { readonly [F in WritableField]: string | null } {
  const { warrantyExpiration, purchaseDate, manufacturer } = facts.of(row, properties)
  return {
    warrantyExpiration: warrantyExpiration ?? null,
    purchaseDate: purchaseDate ?? null,
    manufacturer: manufacturer ?? null,
  }
}

function isSame(field: WritableField, one: string | null | undefined, other: string | null | undefined): boolean {
  if (field !== 'manufacturer') return (one ?? null) === (other ?? null)
  return name(one) === name(other)
}

function name(value: string | null | undefined): string {
  return value?.trim().toLowerCase() ?? ''
}

/**
 * The property to write: the chosen one, else one people made that the asset carries or its type defines, else what the
 * agent reports. A label its type does not define would be stored where nobody sees it.
 */
function labelFor(
  ctx: Context<SyncroSettings>,
  { labels }: AssetFacts,
  defined: readonly FieldDefinition[],
  { row, properties }: Asset,
  field: (typeof fields)[number],
): string {
  const fact = factOf[field]
  const type = text(row.asset_type)
  const carried = labels.in(properties)[fact]
  const usual = defined.find(({ label }) => usualFact(label) === fact)?.label
  const label = labels.chosen(fact) ?? (carried && !isAgents(carried) ? carried : (usual ?? carried))
  if (label === undefined) {
    throw ctx.error(
      'config',
      `Assets of the type "${type}" have no field for ${field}. Add one in Syncro (Admin > Assets > Asset Types), or choose another in the connection's settings.`,
    )
  }
  const known = Object.hasOwn(properties, label) || defined.some((one) => one.label === label)
  if (!known && defined.length > 0) {
    throw ctx.error(
      'config',
      `Assets of the type "${type}" have no field "${label}". Add it in Syncro (Admin > Assets > Asset Types), or choose another in the connection's settings.`,
    )
  }
  return label
}

/** Days as texts; a drop-down field takes the id of an option. */
function writtenAs(
  ctx: Context<SyncroSettings>,
  defined: readonly FieldDefinition[],
  label: string,
  value: string | null,
): string | number {
  if (value === null) return ''
  const options = defined.flatMap((one) => (one.label === label ? [...one.options] : []))
  if (options.length === 0) return value
  const option = options.find(([, words]) => name(words) === name(value))?.[0]
  if (option !== undefined) return Number(option)
  throw ctx.error('config', `The field "${label}" in Syncro has no option "${value}". Add it there.`)
}

/**
 * Whether Syncro merges the bag it is sent into the one it holds, or puts it in its place, is not documented. So all
 * plain properties go along as they were read, and what is gone afterwards (the agent's inventory, which is too large to
 * send without need) goes back at once. `name` is described as required.
 */
async function put(ctx: Context<SyncroSettings>, id: string, { row, properties }: Asset, changes: Row): Promise<Asset> {
  const send = async (bag: Row): Promise<Asset> => {
    await ctx.http.request({
      method: 'PUT',
      url: `customer_assets/${idNumber(ctx, id)}`,
      body: { name: row.name, properties: { ...bag, ...changes } },
      accept: 'text',
    })
    const after = await asset(ctx, id)
    if (after === undefined) throw ctx.error('not-found', 'The asset was deleted in Syncro while it was changed.')
    return after
  }
  const plain = Object.entries(properties).filter(([, value]) => typeof value !== 'object' || value === null)
  const after = await send(Object.fromEntries(plain))
  if (missing(properties, after).length === 0) return after
  const restored = await send(properties)
  const lost = missing(properties, restored)
  if (lost.length === 0) return restored
  throw ctx.error(
    'vendor',
    `Syncro dropped properties of the asset while it was changed: ${lost.join(', ')}. Switch write-back off and look at the asset.`,
    `asset ${id}: ${lost.length} properties gone after PUT`,
  )
}

function missing(before: Row, { properties }: Asset): readonly string[] {
  return Object.keys(before).filter((label) => !Object.hasOwn(properties, label))
}
