import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { type Row, required } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { formLink } from '../instance.ts'
import { pages } from '../paging.ts'
import { type Condition, equals, plain } from '../query.ts'
import type { ServiceNowSettings } from '../settings.ts'
import type { Question } from '../table.ts'
import { addressOf, boolOf, labelOf, rawOf, soundsInactive } from '../values.ts'
import { readPages, readRow, updatedAt } from './reading.ts'

type Ctx = ReadContext<ServiceNowSettings>

/** Locations without a company are the provider's own, or countries and cities. */
const ofCompanies = plain('companyISNOTEMPTY', 'company')

const question: Question = {
  table: 'cmn_location',
  columns: [
    ...['sys_id', 'sys_updated_on', 'company', 'name', 'phone', 'street', 'city', 'state', 'zip', 'country'],
    ...['primary', 'duplicate', 'life_cycle_stage'],
  ],
  conditions: [ofCompanies],
  needed: ['sys_id', 'name'],
}

/** Not incremental: which location of a company is the main one may change without that one being touched. */
export const sites: Stream<'sites', ServiceNowSettings> = {
  deletes: 'by-absence',

  async *read(ctx): AsyncGenerator<Page<'sites'>> {
    const site = siteReader(ctx, await mainSites(ctx, ofCompanies))
    const reading = { questions: [question], deletions: async () => ['cmn_location'] }
    yield* readPages<'sites'>(ctx, reading, site)
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, [question], sourceId)
    if (row === undefined) return null
    return siteReader(ctx, await mainSites(ctx, equals(ctx, 'company', required(rawOf(row.company)))))(row)
  },
}

function siteReader(ctx: Ctx, main: ReadonlyMap<string, string>): (row: Row) => RecordOf<'sites'> {
  const link = formLink(ctx.settings, question.table)
  return (row) => {
    const sourceId = required(rawOf(row.sys_id))
    const companyId = required(rawOf(row.company))
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: updatedAt(row),
      companyId,
      name: required(rawOf(row.name)),
      active: isActive(row),
      primary: boolOf(row.primary) ?? main.get(companyId) === sourceId,
      phone: rawOf(row.phone),
      ...addressOf(row),
    }
  }
}

/** A location has no such flag: it is out of use at the end of its life cycle, or as a duplicate of another. */
function isActive(row: Row): boolean | undefined {
  if (row.life_cycle_stage === undefined && row.duplicate === undefined) return undefined
  return boolOf(row.duplicate) !== true && !soundsInactive(labelOf(row.life_cycle_stage) ?? '')
}

/** By company its oldest location: few instances have a column that says which is the main one. */
async function mainSites(ctx: Ctx, of: Condition): Promise<ReadonlyMap<string, string>> {
  const oldest = new Map<string, { readonly site: string; readonly made: string }>()
  const columns = ['sys_id', 'company', 'sys_created_on']
  for await (const { rows } of pages(ctx, { table: question.table, columns, conditions: [of] })) {
    for (const row of rows) {
      const [site, company, made] = [rawOf(row.sys_id), rawOf(row.company), rawOf(row.sys_created_on) ?? '']
      const known = oldest.get(company ?? '')
      if (site && company && (known === undefined || made < known.made)) oldest.set(company, { site, made })
    }
  }
  return new Map([...oldest].map(([company, { site }]) => [company, site]))
}
