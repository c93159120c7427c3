import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { id, isRow, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { isNotFound } from '../client.ts'
import {
  assets,
  countOf,
  fetchDetail,
  type Position,
  pages,
  type Query,
  readList,
  start,
  withDetail,
} from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import { configurationFields, configurationReader } from './configuration.ts'
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
    const listed = (await readList(ctx, 'AssetType')).map((row) => required(id(row.id)))
    const chosen = new Set(ctx.filter.configurationTypes ?? [])
    const known = listed.filter((type) => chosen.size === 0 || chosen.has(type)).sort((a, b) => Number(a) - Number(b))
    const types = since === undefined ? known : await changedTypes(ctx, query, new Set(known))
    const announced = chosen.size === 0 ? await countOf(ctx, assets, query) : undefined
    let total = ctx.checkpoint === undefined ? announced : undefined
    const make = recordMaker(ctx)
    const resumed = checkpointIn(ctx.checkpoint)
    let before = resumed.before
    for (const type of types) {
      if (resumed.type !== undefined && Number(type) < Number(resumed.type)) continue
      const from = type === resumed.type ? resumed.position : start
      const fields = { ...query, assettype_id: type, includeassetfields: true }
      let seen = from.seen
      for await (const { rows, next } of pages(ctx, assets, fields, from)) {
        seen = next.seen
        yield {
          records: await make(rows),
          checkpoint: { type, before, ...next },
          ...(total === undefined ? {} : { total }),
        }
        total = undefined
      }
      before += seen
    }
    // Fewer than there were at the start and are now: new assets alone do not explain it.
    if (announced === undefined || before >= announced || before >= (await countOf(ctx, assets, query))) return
    yield* unlisted(ctx, query, new Set(listed), make)
  },

  async readOne(ctx, sourceId) {
    try {
      const row = await fetchDetail(ctx, assets, sourceId)
      const { configurationTypes = [], configurationStatuses = [] } = ctx.filter
      const fits = (wanted: readonly string[], value: unknown) =>
        wanted.length === 0 || wanted.includes(id(value) ?? '')
      if (!fits(configurationTypes, row.assettype_id) || !fits(configurationStatuses, row.status_id)) return null
      // The same fields as a pass brings.
      const { notes: _notes, dlastupdate: _stamp, ...listed } = row
      return configurationReader(ctx)(ctx.settings.assetDetails === true ? row : listed)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  },
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
  return [...found].filter((type) => known.has(type)).sort((a, b) => Number(a) - Number(b))
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

/** From rows to records; with their details where the admin wants those. */
function recordMaker(ctx: Ctx) {
  const record = configurationReader(ctx)
  const wanted = new Set(ctx.filter.configurationStatuses ?? [])
  const isWanted = (row: Row) => wanted.size === 0 || wanted.has(id(row.status_id) ?? '')
  return async (rows: readonly Row[]): Promise<readonly RecordOf<'configurations'>[]> => {
    const kept = rows.filter(isWanted)
    if (ctx.settings.assetDetails !== true) return kept.map(record)
    const records: RecordOf<'configurations'>[] = []
    for await (const row of ctx.ahead(kept, (row) => withDetail(ctx, assets, row))) {
      if (row !== undefined) records.push(record(row))
    }
    return records
  }
}

function checkpointIn(checkpoint: unknown): { type: string | undefined; before: number; position: Position } {
  const row = isRow(checkpoint) ? checkpoint : {}
  return {
    type: text(row.type) ?? undefined,
    before: typeof row.before === 'number' ? row.before : 0,
    position: positionIn(checkpoint),
  }
}
