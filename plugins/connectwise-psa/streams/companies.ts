import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { isForbidden } from '../client.ts'
import { companyQueries, oneOf } from '../conditions.ts'
import { definedCustomFields } from '../custom-fields.ts'
import { readAll } from '../paging.ts'
import type { ConnectWiseSettings } from '../settings.ts'
import {
  address,
  addressFields,
  chosenFields,
  customFieldValues,
  refId,
  refIds,
  refName,
  refNames,
  screenLink,
  updatedAt,
} from './fields.ts'
import { overlapSeconds, readPages, readRow } from './reading.ts'

const path = 'company/companies'

type Company = RecordOf<'companies'>

export const companies: Stream<'companies', ConnectWiseSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  leftOutWhenEmpty: ['website', 'phone', 'marketIds', 'markets', ...addressFields],
  customFields: (ctx) => definedCustomFields(ctx, path),

  async *read(ctx) {
    const company = reader(ctx, await inactiveStatuses(ctx))
    yield* readPages<'companies'>(ctx, path, companyQueries(ctx, ctx.filter), async (rows) => {
      const kept: Row[] = []
      const removals: string[] = []
      for (const row of rows) {
        if (bool(row.deletedFlag) === true) removals.push(required(id(row.id)))
        else kept.push(row)
      }
      const typed = await withTypes(ctx, kept)
      return { records: typed.map(company), ...(removals.length > 0 ? { removals } : {}) }
    })
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, path, companyQueries(ctx, ctx.filter), sourceId)
    if (!row || bool(row.deletedFlag) === true) return null
    const [typed = row] = await withTypes(ctx, [row])
    return reader(ctx, await inactiveStatuses(ctx))(typed)
  },
}

function reader(ctx: ReadContext<ConnectWiseSettings>, inactive: ReadonlySet<string> | undefined) {
  const link = screenLink(ctx.settings, 'CompanyFV')
  const chosen = chosenFields(ctx.customFields)
  return (row: Row): Company => {
    const sourceId = required(id(row.id))
    const statusId = refId(row.status)
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: updatedAt(row),
      name: required(text(row.name)),
      identifier: text(row.identifier),
      website: text(row.website),
      phone: text(row.phoneNumber),
      statusId,
      status: refName(row.status),
      typeIds: refIds(row.types),
      types: refNames(row.types),
      marketIds: alone(refId(row.market)),
      markets: alone(refName(row.market)),
      active: inactive && statusId ? !inactive.has(statusId) : undefined,
      ...address(row),
      customFields: customFieldValues(row.customFields, chosen),
    }
  }
}

/** A company has one market here; the hub knows vendors with several. */
function alone(value: string | null | undefined): readonly string[] | null | undefined {
  return typeof value === 'string' ? [value] : value
}

/** Whether a company is active says its status, and that only where the statuses are listed. */
async function inactiveStatuses(ctx: ReadContext<ConnectWiseSettings>): Promise<ReadonlySet<string> | undefined> {
  try {
    const statuses = await readAll(ctx, 'company/companies/statuses')
    return new Set(
      statuses.filter((status) => bool(status.inactiveFlag) === true).map((status) => required(id(status.id))),
    )
  } catch (error) {
    if (!isForbidden(error)) throw error
    ctx.report({
      level: 'warning',
      code: 'company-statuses',
      message: 'The API member may not read company statuses, so the hub cannot tell which companies are active.',
    })
    return undefined
  }
}

/** Some versions leave `types` out of the company; there the association list has them. */
async function withTypes(ctx: ReadContext<ConnectWiseSettings>, rows: readonly Row[]): Promise<readonly Row[]> {
  const untyped = rows.filter((row) => row.types === undefined).map((row) => required(id(row.id)))
  if (untyped.length === 0) return rows
  const types = new Map<string, unknown[]>(untyped.map((company) => [company, []]))
  for (const conditions of oneOf(ctx, 'company/id', untyped)) {
    for (const row of await readAll(ctx, 'company/companyTypeAssociations', conditions ? { conditions } : {})) {
      types.get(refId(row.company) ?? '')?.push(row.type)
    }
  }
  return rows.map((row) => (row.types === undefined ? { ...row, types: types.get(required(id(row.id))) } : row))
}
