import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, not, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { isNotFound } from '../client.ts'
import { idNumber } from '../conditions.ts'
import { readAll } from '../paging.ts'
import type { ConnectWiseSettings } from '../settings.ts'
import { address, addressFields, updatedAt } from './fields.ts'

type Site = RecordOf<'sites'>

/** Small companies share a page: a page is one transaction in the hub. */
const companiesPerPage = 100
const sitesPerPage = 1000

/**
 * ConnectWise lists sites per company only. Not incremental: whether a changed site touches its company's
 * `lastUpdated` is not known, so asking only the changed companies could miss one.
 */
export const sites: Stream<'sites', ConnectWiseSettings> = {
  deletes: 'by-absence',
  leftOutWhenEmpty: ['phone', ...addressFields],

  async *read(ctx): AsyncGenerator<Page<'sites'>> {
    const companies = remaining(ctx)
    let records: Site[] = []
    let companiesRead = 0
    for await (const { company, found } of ctx.ahead(companies, (company) => sitesOf(ctx, company))) {
      records.push(...found)
      companiesRead++
      if (companiesRead < companiesPerPage && records.length < sitesPerPage) continue
      yield { records, checkpoint: company }
      records = []
      companiesRead = 0
    }
    if (companiesRead > 0) yield { records, checkpoint: companies.at(-1) ?? null }
  },
}

/** The companies behind the checkpoint; all of them if it is no longer in scope. */
function remaining(ctx: ReadContext<ConnectWiseSettings>): readonly string[] {
  const { checkpoint, companies } = ctx
  return typeof checkpoint === 'string' ? companies.slice(companies.indexOf(checkpoint) + 1) : companies
}

async function sitesOf(ctx: ReadContext<ConnectWiseSettings>, company: string) {
  try {
    const rows = await readAll(ctx, `company/companies/${idNumber(ctx, company)}/sites`)
    return { company, found: rows.map((row) => site(row, company)) }
  } catch (error) {
    if (isNotFound(error) && (await isGone(ctx, company))) return { company, found: [] }
    throw error
  }
}

/** Whether a company was deleted since the companies were read: a path that is not found is no proof of that. */
async function isGone(ctx: ReadContext<ConnectWiseSettings>, company: string): Promise<boolean> {
  const query = { conditions: `id=${idNumber(ctx, company)}`, fields: 'id', pageSize: 1 }
  const { body } = await ctx.http.request({ url: 'company/companies', query })
  return Array.isArray(body) && body.length === 0
}

function site(row: Row, companyId: string): Site {
  return {
    sourceId: required(id(row.id)),
    updatedAt: updatedAt(row),
    companyId,
    name: required(text(row.name)),
    active: not(bool(row.inactiveFlag)),
    primary: bool(row.primaryAddressFlag),
    phone: text(row.phoneNumber),
    ...address(row),
  }
}
