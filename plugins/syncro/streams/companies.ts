import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, instant, not, object, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { type Catalogue, catalogueOf } from '../catalogue.ts'
import { definedFields } from '../custom-fields.ts'
import { customers } from '../lists.ts'
import { fetchOne } from '../one.ts'
import { Labels } from '../properties.ts'
import type { SyncroSettings } from '../settings.ts'
import { screenLink } from '../site.ts'
import { changedCustomers } from './changed.ts'
import { customerAddress, customerName, customFieldValues } from './fields.ts'
import { readLists } from './reading.ts'

type Company = RecordOf<'companies'>

/** Syncro has no list of statuses, only this flag. */
export const statuses = { active: 'Active', disabled: 'Disabled' } as const

export const companies: Stream<'companies', SyncroSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds: 300 },
  customFields: async (ctx) => definedFields(ctx, customers, (await catalogueOf(ctx)).customerFields),

  async *read(ctx) {
    const read = reader(ctx, await catalogueOf(ctx))
    if (ctx.since === undefined || ctx.checkpoint !== undefined) yield* readLists(ctx, [{ ...customers, read }])
    else yield* changedCustomers(ctx, customers, ctx.since, read)
  },

  async readOne(ctx, sourceId) {
    const [row, catalogue] = await Promise.all([fetchOne(ctx, 'customers', 'customer', sourceId), catalogueOf(ctx)])
    return (row && reader(ctx, catalogue)(row)) ?? null
  },
}

/** Answers undefined for companies that are filtered out. */
function reader(ctx: ReadContext<SyncroSettings>, { customerFields }: Catalogue) {
  const wanted = new Set(ctx.filter.companyStatuses)
  const link = screenLink(ctx.settings, 'customers')
  const labels = new Labels(ctx.settings)
  const defined = labels.among(customerFields.all).website
  return (row: Row): Company | undefined => {
    const sourceId = required(id(row.id))
    const active = not(bool(row.disabled))
    const statusId = statusOf(active, 'active', 'disabled')
    if (wanted.size > 0 && !wanted.has(statusId ?? '')) return undefined
    const properties = object(row.properties)
    const website = properties && (labels.in(properties).website ?? defined)
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: instant(row.updated_at),
      name: required(customerName(row)),
      website: website && properties ? text(customerFields.read(website, properties[website] ?? null)) : undefined,
      phone: text(row.phone),
      statusId,
      status: statusOf(active, statuses.active, statuses.disabled),
      active,
      ...customerAddress(row),
      customFields: customFieldValues(properties, ctx.customFields, customerFields),
    }
  }
}

function statusOf(active: boolean | null | undefined, yes: string, no: string): string | null | undefined {
  return typeof active === 'boolean' ? (active ? yes : no) : active
}
