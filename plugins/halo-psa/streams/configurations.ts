import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { id, isRow, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { type Fact, settingsFor } from '../asset-fields.ts'
import { isNotFound } from '../client.ts'
import {
  assets,
  countOf,
  fetchDetail,
  idNumber,
  type Position,
  pages,
  type Query,
  readList,
  start,
  withDetail,
} from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import { configurationFields, configurationReader } from './configuration.ts'
import { type Details, detailsOf, unlistedType } from './details.ts'
import { changedSince, everything, overlapSeconds, positionIn } from './reading.ts'

type Ctx = ReadContext<HaloSettings>

/**
 * Asset fields come only in the list of one asset type, so the types are read one after another. What belongs to a type
 * that is not listed is read at the end, without fields. The checkpoint names the type beside the place in its list.
 */
export const configurations: Stream<'configurations', HaloSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: configurationFields,

  async *read(ctx): AsyncGenerator<Page<'configurations'>> {
    const base = { ...everything, ...statusesOf(ctx) }
    const since = await changedSince(ctx, assets, base)
    const query = { ...base, ...since }
    const chosen = ctx.filter.configurationTypes ?? []
    // Of chosen types also those that are not listed: what the agent may no longer see in the list is not gone.
    const known = chosen.length > 0 ? chosen : await listedTypes(ctx)
    const types = inOrder(since === undefined ? known : await changedTypes(ctx, query, new Set(known)))
    const announced = await countOf(ctx, assets, {
      ...query,
      ...(chosen.length > 0 ? { assettypes: chosen.join(',') } : {}),
    })
    let total = ctx.checkpoint === undefined ? announced : undefined
    const details = await detailsOf(ctx, announced)
    const found = new Set<Fact>()
    const make = recordMaker(ctx, details, found)
    const resumed = checkpointIn(ctx.checkpoint)
    let before = resumed.before
    for (const type of types) {
      if (resumed.type !== undefined && Number(type) < Number(resumed.type)) continue
      const from = type === resumed.type ? resumed.position : start
      const fields = { ...query, assettype_id: idNumber(ctx, type), includeassetfields: true }
      let seen = from.seen
      for await (const { rows, next } of pages(ctx, assets, fields, from)) {
        seen = next.seen
        yield {
          records: await make(rows, Number(type)),
          checkpoint: { type, before, ...next, ...details.checkpoint },
          ...(total === undefined ? {} : { total }),
        }
        total = undefined
      }
      before += seen
    }
    // Fewer than there were at the start and are now: new assets alone do not explain it.
    if (chosen.length === 0 && before < announced && before < (await countOf(ctx, assets, query))) {
      yield* unlisted(ctx, query, new Set(known), (rows) => make(rows, unlistedType))
    }
    if (ctx.checkpoint === undefined && since === undefined && before > 0) tellMissing(ctx, found)
    yield { records: [], state: details.end() }
  },

  async readOne(ctx, sourceId) {
    try {
      const row = await fetchDetail(ctx, assets, sourceId)
      const { configurationTypes = [], configurationStatuses = [] } = ctx.filter
      const fits = (wanted: readonly string[], value: unknown) =>
        wanted.length === 0 || wanted.includes(id(value) ?? '')
      if (!fits(configurationTypes, row.assettype_id) || !fits(configurationStatuses, row.status_id)) return null
      return configurationReader(ctx)(row)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  },
}

async function listedTypes(ctx: Ctx): Promise<readonly string[]> {
  return (await readList(ctx, 'AssetType')).map((row) => required(id(row.id)))
}

function inOrder(types: readonly string[]): readonly string[] {
  return types.toSorted((one, other) => Number(one) - Number(other))
}

function statusesOf(ctx: Ctx): Query {
  const wanted = ctx.filter.configurationStatuses ?? []
  return wanted.length === 0 ? {} : { assetstatuses: wanted.join(',') }
}

/** The types of what changed, of those that are known; the rest shows at the end. */
async function changedTypes(ctx: Ctx, query: Query, known: ReadonlySet<string>): Promise<readonly string[]> {
  const found = new Set<string>()
  for await (const { rows } of pages(ctx, assets, query)) {
    for (const row of rows) found.add(id(row.assettype_id) ?? '')
  }
  return [...found].filter((type) => known.has(type))
}

async function* unlisted(
  ctx: Ctx,
  query: Query,
  listed: ReadonlySet<string>,
  make: (rows: readonly Row[]) => Promise<readonly RecordOf<'configurations'>[]>,
): AsyncGenerator<Page<'configurations'>> {
  let told = false
  for await (const { rows } of pages(ctx, assets, query)) {
    const others = rows.filter((row) => !listed.has(id(row.assettype_id) ?? ''))
    if (others.length === 0) continue
    if (!told) {
      ctx.report({
        level: 'info',
        code: 'unlisted-asset-types',
        message:
          'Some assets belong to a type the agent cannot see; they come without serial number and other asset fields.',
      })
    }
    told = true
    yield { records: await make(others) }
  }
}

/** From rows to records; with what only the detail has where that is due. */
function recordMaker(ctx: Ctx, details: Details, found: Set<Fact>) {
  const record = configurationReader(ctx, found)
  const wanted = new Set(ctx.filter.configurationStatuses ?? [])
  const isWanted = (row: Row) => wanted.size === 0 || wanted.has(id(row.status_id) ?? '')
  return async (rows: readonly Row[], type: number): Promise<readonly RecordOf<'configurations'>[]> => {
    const kept = rows.filter(isWanted)
    const due = new Set(kept.filter((row) => details.isDue(type, row)))
    if (due.size === 0) return kept.map(record)
    const records: RecordOf<'configurations'>[] = []
    for await (const row of ctx.ahead(kept, async (row) => (due.has(row) ? withNotes(ctx, row) : row))) {
      if (row !== undefined) records.push(record(row))
    }
    return records
  }
}

/** Fields are found by their names; a name nobody thought of would go unnoticed. */
function tellMissing(ctx: Ctx, found: ReadonlySet<Fact>): void {
  const titles = settingsFor((fact) => !found.has(fact)).map((title) => `"${title}"`)
  if (titles.length === 0) return
  ctx.report({
    // Without a serial number there is no warranty to look up.
    level: found.has('serialNumber') ? 'info' : 'warning',
    code: 'asset-fields',
    message: `No asset has an asset field with the usual name, or the one chosen, for: ${titles.join(', ')}. If your Halo calls it otherwise, choose it in the connection's settings.`,
  })
}

/** What only the detail has; all else comes with the list. `undefined` = deleted since it was listed. */
async function withNotes(ctx: Ctx, row: Row): Promise<Row | undefined> {
  const detail = await withDetail(ctx, assets, row)
  const { notes, dlastupdate, customfields } = detail ?? {}
  return detail && { ...row, notes, dlastupdate, customfields: customfields ?? row.customfields }
}

function checkpointIn(checkpoint: unknown): { type: string | undefined; before: number; position: Position } {
  const row = isRow(checkpoint) ? checkpoint : {}
  return {
    type: text(row.type) ?? undefined,
    before: typeof row.before === 'number' ? row.before : 0,
    position: positionIn(checkpoint),
  }
}
