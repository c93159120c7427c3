import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { type EntityFields, fieldsOf, labelOf } from '../metadata.ts'
import type { Filter } from '../paging.ts'
import type { AutotaskSettings } from '../settings.ts'
import { definedUdfs, udfValues } from '../udf.ts'
import { chosenUdfs, countryNames, screenLink, stamp, statusOf } from './fields.ts'
import { begin, changedSince, inStatus, oneOf, overlapSeconds, readPages, readRow, type Stamps } from './reading.ts'

const entity = 'Companies'

/** Edits, then what happens around a company, then new ones: none of the stamps alone sees all three. */
const stamps: Stamps = ['lastTrackedModifiedDateTime', 'lastActivityDate', 'createDate']

const read = [
  'companyName',
  'companyNumber',
  'companyType',
  'isActive',
  'marketSegmentID',
  'webAddress',
  'phone',
  'address1',
  'address2',
  'city',
  'state',
  'postalCode',
  'countryID',
  'lastTrackedModifiedDateTime',
]

type Context = ReadContext<AutotaskSettings>

export const companies: Stream<'companies', AutotaskSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => definedUdfs(ctx, entity),

  async *read(ctx) {
    const partial = await begin(ctx, entity)
    const fields = await fieldsOf(ctx, entity)
    const company = await reader(ctx, fields)
    const query = queryOf(ctx, [...filtered(ctx), ...changedSince(ctx, fields, stamps)])
    yield* readPages<'companies'>(ctx, query, partial, (rows) => rows.map(company))
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, queryOf(ctx, filtered(ctx)), sourceId)
    return row ? (await reader(ctx, await fieldsOf(ctx, entity)))(row) : null
  },
}

function filtered(ctx: Context): readonly Filter[] {
  return [...oneOf(ctx, 'companyType', ctx.filter.companyTypes), ...inStatus(ctx, ctx.filter.companyStatuses)]
}

/** How a list of wanted fields names UDFs is not documented, so with UDFs everything is asked for. */
function queryOf(ctx: Context, filter: readonly Filter[]) {
  return { entity, filter, fields: ctx.customFields.length > 0 ? undefined : read }
}

async function reader(ctx: Context, fields: EntityFields): Promise<(row: Row) => RecordOf<'companies'>> {
  const link = await screenLink(ctx, 'company')
  const countries = await countryNames(ctx)
  const chosen = await chosenUdfs(ctx, entity)
  const types = fields.labels('companyType')
  const markets = fields.labels('marketSegmentID')
  return (row) => {
    const sourceId = required(id(row.id))
    const active = bool(row.isActive)
    return {
      sourceId,
      url: link(sourceId),
      updatedAt: stamp(row.lastTrackedModifiedDateTime),
      name: required(text(row.companyName)),
      identifier: text(row.companyNumber),
      website: text(row.webAddress),
      phone: text(row.phone),
      ...statusOf(active),
      typeIds: alone(id(row.companyType)),
      types: alone(labelOf(types, row.companyType)),
      marketIds: alone(id(row.marketSegmentID)),
      markets: alone(labelOf(markets, row.marketSegmentID)),
      active,
      addressLine1: text(row.address1),
      addressLine2: text(row.address2),
      city: text(row.city),
      state: text(row.state),
      postalCode: text(row.postalCode),
      country: labelOf(countries, row.countryID),
      customFields: udfValues(row, chosen),
    }
  }
}

/** A company has one type and one market segment here; the hub knows vendors with several. */
function alone(value: string | null | undefined): readonly string[] | null | undefined {
  return typeof value === 'string' ? [value] : value
}
