import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { fieldsOf, labelOf } from '../metadata.ts'
import type { AutotaskSettings } from '../settings.ts'
import { definedUdfs, udfValues } from '../udf.ts'
import { chosenUdfs, countryNames, flag, screenLink, stamp } from './fields.ts'
import { begin, changedSince, overlapSeconds, readPages, readRow, type Stamps } from './reading.ts'

const entity = 'Contacts'
const stamps: Stamps = ['lastModifiedDate', 'lastActivityDate', 'createDate']

const read = [
  'companyID',
  'companyLocationID',
  'firstName',
  'middleInitial',
  'lastName',
  'title',
  'isActive',
  'primaryContact',
  'emailAddress',
  'phone',
  'extension',
  'mobilePhone',
  'addressLine',
  'addressLine1',
  'city',
  'state',
  'zipCode',
  'countryID',
  'lastModifiedDate',
]

type Context = ReadContext<AutotaskSettings>

export const contacts: Stream<'contacts', AutotaskSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => definedUdfs(ctx, entity),

  async *read(ctx) {
    const partial = await begin(ctx, entity)
    const filter = ctx.since === undefined ? [] : changedSince(ctx, await fieldsOf(ctx, entity), stamps)
    const contact = await reader(ctx)
    yield* readPages<'contacts'>(ctx, { entity, filter, fields: fieldsFor(ctx) }, partial, (rows) => rows.map(contact))
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, { entity, fields: fieldsFor(ctx) }, sourceId)
    return row ? (await reader(ctx))(row) : null
  },
}

function fieldsFor(ctx: Context): readonly string[] | undefined {
  return ctx.customFields.length > 0 ? undefined : read
}

async function reader(ctx: Context): Promise<(row: Row) => RecordOf<'contacts'>> {
  const link = await screenLink(ctx, 'contact')
  const countries = await countryNames(ctx)
  const chosen = await chosenUdfs(ctx, entity)
  return (row) => {
    const sourceId = required(id(row.id))
    const firstName = text(row.firstName)
    const lastName = text(row.lastName)
    return {
      sourceId,
      url: link(sourceId),
      updatedAt: stamp(row.lastModifiedDate),
      companyId: id(row.companyID),
      siteId: id(row.companyLocationID),
      name: [firstName, text(row.middleInitial), lastName].filter(Boolean).join(' '),
      firstName,
      lastName,
      title: text(row.title),
      email: text(row.emailAddress),
      phone: dialled(text(row.phone), text(row.extension)),
      mobile: text(row.mobilePhone),
      primary: bool(row.primaryContact),
      active: flag(row.isActive),
      addressLine1: text(row.addressLine),
      addressLine2: text(row.addressLine1),
      city: text(row.city),
      state: text(row.state),
      postalCode: text(row.zipCode),
      country: labelOf(countries, row.countryID),
      customFields: udfValues(row, chosen),
    }
  }
}

/** `(813) 555-0101 x12` */
function dialled(number: string | null | undefined, extension: string | null | undefined): string | null | undefined {
  return number && extension ? `${number} x${extension}` : number
}
