import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { id, instant, isRow, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { AssetFacts } from '../assets.ts'
import { type Catalogue, catalogueOf } from '../catalogue.ts'
import { idNumber } from '../client.ts'
import { definedFields } from '../custom-fields.ts'
import { assets } from '../lists.ts'
import { fetchOne } from '../one.ts'
import type { List } from '../paging.ts'
import type { SyncroSettings } from '../settings.ts'
import { screenLink } from '../site.ts'
import { customFieldValues, nestedId } from './fields.ts'
import { agentType, defaultStatus, statusIdOf, typeIdOf } from './lookups.ts'
import { readLists } from './reading.ts'

type Configuration = RecordOf<'configurations'>

/** Not incremental: Syncro lists assets neither by their last change nor since a moment. */
export const configurations: Stream<'configurations', SyncroSettings> = {
  deletes: 'by-absence',
  customFields: async (ctx) => definedFields(ctx, assets, (await catalogueOf(ctx)).assetFields),

  async *read(ctx) {
    const catalogue = await catalogueOf(ctx)
    const facts = new AssetFacts(ctx.settings, catalogue)
    const read = reader(ctx, catalogue, facts)
    yield* readLists<'configurations'>(
      ctx,
      queriesOf(ctx).map((list) => ({ ...list, read })),
    )
    if (facts.unreadable > 0) {
      ctx.report({
        level: 'warning',
        code: 'unreadable-dates',
        message: `${facts.unreadable} purchase or warranty dates are not written as dates, e.g. asset ${facts.example}. They are left out.`,
      })
    }
  },

  async readOne(ctx, sourceId) {
    const [row, catalogue] = await Promise.all([fetchOne(ctx, 'customer_assets', 'asset', sourceId), catalogueOf(ctx)])
    return (row && reader(ctx, catalogue, new AssetFacts(ctx.settings, catalogue))(row)) ?? null
  },
}

/** One list for each chosen type; a type whose number Syncro does not tell is picked out of the whole list. */
function queriesOf(ctx: ReadContext<SyncroSettings>): readonly List[] {
  const types = ctx.filter.configurationTypes ?? []
  if (types.length === 0 || types.some((type) => !/^\d+$/.test(type))) return [assets]
  return types.map((type) => ({ ...assets, query: { asset_type_id: Number(idNumber(ctx, type)) } }))
}

/** Answers undefined for assets whose type is filtered out. */
function reader(ctx: ReadContext<SyncroSettings>, { types, assetFields }: Catalogue, facts: AssetFacts) {
  const wanted = new Set(ctx.filter.configurationTypes)
  const link = screenLink(ctx.settings, 'customer_assets')
  const typeIds = new Map(types.map((type) => [type.name, type.id]))
  return (row: Row): Configuration | undefined => {
    const sourceId = required(id(row.id))
    const properties = isRow(row.properties) ? row.properties : undefined
    const type = text(row.asset_type)
    const typeId = type ? typeIdOf(typeIds, type) : type
    if (wanted.size > 0 && !wanted.has(typeId ?? '')) return undefined
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: hasAgent(type, properties) ? undefined : instant(row.updated_at),
      companyId: id(row.customer_id),
      siteId: nestedId(row.address),
      contactId: id(row.contact_id),
      name: required(text(row.name)),
      typeId,
      type,
      ...statusOf(ctx, facts, row, properties),
      ...facts.of(row, properties),
      customFields: customFieldValues(properties, ctx.customFields, assetFields),
    }
  }
}

/** Every check-in of the agent moves `updated_at`: told on, it would make all its machines look changed every night. */
function hasAgent(type: string | null | undefined, properties: Row | undefined): boolean {
  return type === agentType || isRow(properties?.kabuto_information) || typeof properties?.kabuto_live_uuid === 'string'
}

function statusOf(
  { settings }: ReadContext<SyncroSettings>,
  facts: AssetFacts,
  row: Row,
  properties: Row | undefined,
): Pick<Configuration, 'statusId' | 'status'> {
  if (!settings.statusField?.trim()) return { statusId: defaultStatus.sourceId, status: defaultStatus.name }
  const status = facts.status(row, properties)
  return { statusId: status ? statusIdOf(status) : status, status }
}
