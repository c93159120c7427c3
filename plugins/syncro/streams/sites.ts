import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, instant, isRow, list, not, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { fetchOne } from '../one.ts'
import type { SyncroSettings } from '../settings.ts'
import { address, customerAddress } from './fields.ts'

type Site = RecordOf<'sites'>

/** A page is one transaction in the hub. */
const companiesPerPage = 100

/**
 * Syncro has no sites. A customer's own address is its main one; the further addresses, which assets and tickets can
 * point to, are only told by the customer's detail.
 */
export const sites: Stream<'sites', SyncroSettings> = {
  deletes: 'by-absence',

  async *read(ctx): AsyncGenerator<Page<'sites'>> {
    const companies = remaining(ctx)
    let records: Site[] = []
    let read = 0
    for await (const { company, found } of ctx.ahead(companies, (company) => sitesOf(ctx, company))) {
      records.push(...found)
      if (++read < companiesPerPage) continue
      yield { records, checkpoint: company }
      records = []
      read = 0
    }
    if (read > 0) yield { records, checkpoint: companies.at(-1) ?? null }
  },
}

/** The companies behind the checkpoint; all of them if it is no longer in scope. */
function remaining({ checkpoint, companies }: ReadContext<SyncroSettings>): readonly string[] {
  return typeof checkpoint === 'string' ? companies.slice(companies.indexOf(checkpoint) + 1) : companies
}

async function sitesOf(ctx: ReadContext<SyncroSettings>, company: string) {
  const customer = await fetchOne(ctx, 'customers', 'customer', company)
  // Deleted since the companies were read.
  if (customer === undefined) return { company, found: [] }
  const active = not(bool(customer.disabled))
  const further = (list(customer.addresses) ?? []).filter(isRow)
  return {
    company,
    found: [...mainSite(customer, company, active), ...further.map((row) => site(row, company, active))],
  }
}

/** A customer without an address has no site. */
function mainSite(customer: Row, companyId: string, active: Site['active']): readonly Site[] {
  const place = customerAddress(customer)
  if (Object.values(place).every((value) => value == null)) return []
  return [
    {
      sourceId: `main-${companyId}`,
      updatedAt: instant(customer.updated_at),
      companyId,
      name: 'Main',
      active,
      primary: true,
      phone: text(customer.phone),
      ...place,
    },
  ]
}

function site(row: Row, companyId: string, active: Site['active']): Site {
  return {
    sourceId: required(id(row.id)),
    updatedAt: instant(row.updated_at),
    companyId,
    name: text(row.name) || text(row.address1) || 'Address',
    active,
    primary: false,
    ...address(row),
  }
}
