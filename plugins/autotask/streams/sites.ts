import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { labelOf } from '../metadata.ts'
import type { AutotaskSettings } from '../settings.ts'
import { countryNames } from './fields.ts'
import { begin, readPages } from './reading.ts'

const entity = 'CompanyLocations'

const read = [
  'companyID',
  'name',
  'isActive',
  'isPrimary',
  'phone',
  'address1',
  'address2',
  'city',
  'state',
  'postalCode',
  'countryID',
]

/** Locations carry no time of change, so they are read whole every time. */
export const sites: Stream<'sites', AutotaskSettings> = {
  deletes: 'by-absence',
  async *read(ctx) {
    const partial = await begin(ctx, entity)
    const site = await reader(ctx)
    yield* readPages<'sites'>(ctx, { entity, fields: read }, partial, (rows) => rows.map(site))
  },
}

async function reader(ctx: ReadContext<AutotaskSettings>): Promise<(row: Row) => RecordOf<'sites'>> {
  const countries = await countryNames(ctx)
  return (row) => ({
    sourceId: required(id(row.id)),
    companyId: required(id(row.companyID)),
    name: required(text(row.name)),
    active: bool(row.isActive),
    primary: bool(row.isPrimary),
    phone: text(row.phone),
    addressLine1: text(row.address1),
    addressLine2: text(row.address2),
    city: text(row.city),
    state: text(row.state),
    postalCode: text(row.postalCode),
    country: labelOf(countries, row.countryID),
  })
}
