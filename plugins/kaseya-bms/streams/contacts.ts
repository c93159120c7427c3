import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, isRow, list, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { askRow, idNumber, isNotFound } from '../client.ts'
import { chosenFields, fieldsOf, valuesOf } from '../custom-fields.ts'
import { detailsBesideOthers, detailsPerHour, Rotation } from '../rotation.ts'
import type { KaseyaSettings } from '../settings.ts'
import { account, accountsPath } from './companies.ts'
import { addressOf, reference, updatedAt } from './fields.ts'
import { inTurn, standing } from './in-turn.ts'
import { changed, chosenPages, overlapSeconds, recordPages } from './reading.ts'

const path = 'v2/crm/contacts/summary'

type Ctx = ReadContext<KaseyaSettings>
type Address = Omit<ReturnType<typeof addressOf>, 'phone'>

export const contacts: Stream<'contacts', KaseyaSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => fieldsOf(ctx, ctx.settings.contactModule),

  async *read(ctx): AsyncGenerator<Page<'contacts'>> {
    const chosen = await chosenFields(ctx, ctx.settings.contactModule)
    const addresses = await locationAddresses(ctx)
    const listed = (row: Row) => contact(row, addresses)
    if (chosen === undefined) {
      yield* recordPages(chosenPages(ctx, path, undefined, changed(ctx.since)), (row) => [listed(row)])
      return
    }
    // Whether a changed custom field changes `modifiedOn` is not known, and what waits for its turn did not change.
    const lists = chosenPages(ctx, path)
    const rotation = new Rotation<Row>(
      ctx.state,
      { list: 'all', fields: JSON.stringify(ctx.customFields) },
      Date.now(),
      ctx.settings.assetModule === undefined ? detailsPerHour : detailsBesideOthers,
    )
    const { read, partial } = yield* inTurn<'contacts'>(ctx, {
      rotation,
      lists,
      lineOf: (row) => String(row.modifiedOn),
      listed,
      whole: async (id, row) => {
        const customFields = await valuesOf(ctx, chosen, id)
        return { record: { ...listed(row), customFields }, isRead: customFields !== undefined }
      },
    })
    ctx.report(
      standing({ rotation, read }, { records: 'contacts', how: 'with their custom fields', lacks: 'custom field' }),
    )
    yield { records: [], state: rotation.state(), ...(partial === undefined ? {} : { partial }) }
  },

  async readOne(ctx, sourceId) {
    let row: Row
    try {
      row = await askRow(ctx, { url: `${path}/${idNumber(ctx, sourceId)}` })
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
    const company = reference(row.accountId)
    const owner = typeof company === 'string' ? await account(ctx, company) : null
    const record = contact(row, addressesIn(owner ? [owner] : []))
    const chosen = await chosenFields(ctx, ctx.settings.contactModule)
    return chosen ? { ...record, customFields: await valuesOf(ctx, chosen, record.sourceId) } : record
  },
}

/** Contacts have no address of their own; the one of their location stands for it. */
async function locationAddresses(ctx: Ctx): Promise<ReadonlyMap<string, Address>> {
  const addresses = new Map<string, Address>()
  for await (const { rows } of chosenPages(ctx, accountsPath)) {
    for (const [id, address] of addressesIn(rows)) addresses.set(id, address)
  }
  return addresses
}

function addressesIn(accounts: readonly Row[]): ReadonlyMap<string, Address> {
  const addresses = new Map<string, Address>()
  for (const row of accounts) {
    for (const location of list(row.locations) ?? []) {
      if (!isRow(location)) continue
      const { phone: _itsOwn, ...address } = addressOf(location)
      addresses.set(required(reference(location.id)), address)
    }
  }
  return addresses
}

const nowhere: Address = {
  addressLine1: null,
  addressLine2: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
}

function contact(row: Row, addresses: ReadonlyMap<string, Address>): RecordOf<'contacts'> {
  const firstName = text(row.firstName)
  const lastName = text(row.lastName)
  const siteId = reference(row.locationId)
  const isPoc = bool(row.isPoc)
  return {
    sourceId: required(reference(row.id)),
    updatedAt: updatedAt(row),
    companyId: reference(row.accountId),
    siteId,
    name: firstName && lastName ? `${firstName} ${lastName}` : required(firstName || lastName),
    firstName,
    lastName,
    // BMS has contact types, but none on the contact; this is the one thing it says of that sort.
    types: typeof isPoc === 'boolean' ? (isPoc ? ['Point of contact'] : []) : isPoc,
    title: text(row.jobTitle),
    email: preferred(row.emails, 'emailAddress'),
    phone: preferred(row.phones, 'phone'),
    mobile: preferred(row.phones, 'phone', isMobile),
    primary: isPoc,
    active: bool(row.isActive),
    ...(siteId ? addresses.get(siteId) : siteId === null ? nowhere : {}),
  }
}

/** The default one of a list, else the first; `null` if it has none. */
function preferred(
  value: unknown,
  property: 'emailAddress' | 'phone',
  fits: (row: Row) => boolean = () => true,
): string | null | undefined {
  const items = list(value)
  if (!items) return items
  const rows = items.filter(isRow).filter((row) => fits(row) && text(row[property]))
  const row = rows.find(({ isDefault }) => bool(isDefault) === true) ?? rows[0]
  return row ? text(row[property]) : null
}

function isMobile(row: Row): boolean {
  return /mobile|cell/i.test(text(row.phoneType) ?? '')
}
