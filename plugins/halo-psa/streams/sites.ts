import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, not, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { addressesOf } from '../addresses.ts'
import { isNotFound } from '../client.ts'
import { clients, fetchDetail, type Query, readAll, sites as siteList } from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import { companyRef, ref, screenLink } from './fields.ts'
import { everything } from './reading.ts'

type Ctx = ReadContext<HaloSettings>

const sitesPerPage = 500

/**
 * Not incremental: the list is short, and which site is the main one is kept by the customer. A customer with one site
 * needs no look for it.
 */
export const sites: Stream<'sites', HaloSettings> = {
  deletes: 'by-absence',

  async *read(ctx): AsyncGenerator<Page<'sites'>> {
    const rows = await allSites(ctx)
    const inScope = new Set(ctx.companies)
    const byCompany = Map.groupBy(rows, (row) => companyRef(row.client_id) ?? undefined)
    const site = reader(ctx)
    let records: RecordOf<'sites'>[] = []
    for await (const { own, main } of ctx.ahead(companiesOf(byCompany), async ({ company, own }) => ({
      own,
      main: await mainSite(ctx, company, own, inScope),
    }))) {
      records.push(...own.map((row) => site(row, main)))
      if (records.length < sitesPerPage) continue
      yield { records }
      records = []
    }
    yield { records }
  },
}

/** Which sites Halo leaves out by itself is not documented. */
const siteQuery: Query = {
  ...everything,
  includeaddress: true,
  includestocklocations: true,
  includenonstocklocations: true,
}

/** Every site; the placeholder customer has one, too. */
export async function allSites(ctx: Ctx): Promise<readonly Row[]> {
  const rows = await readAll(ctx, siteList, siteQuery)
  if (rows.length > 0) return rows
  throw ctx.error(
    'permission',
    'Halo shows the hub no site at all, although every customer has one. Check the role of the agent the API application logs in as.',
    'Site: an empty list',
  )
}

/** One site as the list has it: the detail writes addresses another way. */
export async function listedSite(ctx: Ctx, company: string, site: string): Promise<Row | undefined> {
  const rows = await readAll(ctx, siteList, { ...siteQuery, client_id: company })
  return rows.find((row) => id(row.id) === site)
}

function* companiesOf(byCompany: ReadonlyMap<string | undefined, readonly Row[]>) {
  for (const [company, own] of byCompany) if (company !== undefined) yield { company, own }
}

async function mainSite(
  ctx: Ctx,
  company: string,
  own: readonly Row[],
  inScope: ReadonlySet<string>,
): Promise<string | null | undefined> {
  const [first, ...others] = own
  if (first && others.length === 0) return id(first.id)
  // The hub keeps no sites of other companies, and this is a request.
  if (!inScope.has(company)) return undefined
  try {
    return ref((await fetchDetail(ctx, clients, company)).main_site_id)
  } catch (error) {
    // Deleted since the sites were listed.
    if (isNotFound(error)) return undefined
    throw error
  }
}

function reader(ctx: Ctx) {
  const link = screenLink(addressesOf(ctx.settings)?.origin ?? '', 'site')
  return (row: Row, main: string | null | undefined): RecordOf<'sites'> => {
    const sourceId = required(id(row.id))
    return {
      sourceId,
      url: link + sourceId,
      companyId: required(companyRef(row.client_id)),
      name: required(text(row.name)),
      active: not(bool(row.inactive)),
      primary: main === undefined ? undefined : main === sourceId,
      phone: text(row.phonenumber),
      ...siteAddress(row),
    }
  }
}

/** Lines by convention: the third is the town, the fourth the county or state, the fifth the post code. */
export function siteAddress(row: Row) {
  return {
    addressLine1: text(row.delivery_address_line1),
    addressLine2: text(row.delivery_address_line2),
    city: text(row.delivery_address_line3),
    state: text(row.delivery_address_line4),
    postalCode: text(row.delivery_address_line5),
    country: text(row.country_code_name),
  }
}
