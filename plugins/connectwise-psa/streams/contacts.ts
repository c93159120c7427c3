import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, isRow, list, not, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { definedCustomFields } from '../custom-fields.ts'
import type { ConnectWiseSettings } from '../settings.ts'
import {
  address,
  addressFields,
  chosenFields,
  customFieldValues,
  refId,
  refName,
  refNames,
  screenLink,
  updatedAt,
} from './fields.ts'
import { overlapSeconds, readPages, readRow } from './reading.ts'

const path = 'company/contacts'

export const contacts: Stream<'contacts', ConnectWiseSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  leftOutWhenEmpty: ['companyId', 'siteId', 'lastName', 'title', ...addressFields],
  customFields: (ctx) => definedCustomFields(ctx, path),

  async *read(ctx) {
    const contact = reader(ctx)
    yield* readPages<'contacts'>(ctx, path, [{}], (rows) => ({ records: rows.map(contact) }))
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, path, [{}], sourceId)
    return row ? reader(ctx)(row) : null
  },
}

function reader(ctx: ReadContext<ConnectWiseSettings>) {
  const link = screenLink(ctx.settings, 'ContactFV')
  const chosen = chosenFields(ctx.customFields)
  return (row: Row): RecordOf<'contacts'> => {
    const sourceId = required(id(row.id))
    const firstName = text(row.firstName)
    const lastName = text(row.lastName)
    const reached = waysToReach(row)
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: updatedAt(row),
      companyId: refId(row.company),
      siteId: refId(row.site),
      name: firstName && lastName ? `${firstName} ${lastName}` : required(firstName ?? lastName),
      firstName,
      lastName,
      types: refNames(row.types),
      title: text(row.title),
      email: reached.email,
      phone: reached.phone,
      mobile: reached.mobile,
      primary: bool(row.defaultFlag),
      active: not(bool(row.inactiveFlag)),
      ...address(row),
      customFields: customFieldValues(row.customFields, chosen),
    }
  }
}

/**
 * `communicationItems` is left out when there are none, so here missing does mean empty. One item per kind is
 * the default; the name of an item's type is free text, so "mobile" is whatever phone is called that.
 */
function waysToReach(row: Row): { email: string | null; phone: string | null; mobile: string | null } {
  let email: Row | undefined
  let phone: Row | undefined
  let mobile: Row | undefined
  for (const item of list(row.communicationItems) ?? []) {
    if (!isRow(item)) continue
    const preferred = bool(item.defaultFlag) === true
    if (item.communicationType === 'Email') {
      if (!email || preferred) email = item
    } else if (item.communicationType === 'Phone') {
      if (!phone || preferred) phone = item
      if (!mobile && isMobile(refName(item.type))) mobile = item
    }
  }
  // The default number is also in the contact itself, and may be the site's there.
  const own = dialled(row.defaultPhoneNbr, row.defaultPhoneExtension)
  return {
    email: text(email?.value) ?? null,
    phone: (phone && dialled(phone.value, phone.extension)) ?? own,
    mobile: (mobile && dialled(mobile.value, mobile.extension)) ?? (isMobile(text(row.defaultPhoneType)) ? own : null),
  }
}

function isMobile(type: string | null | undefined): boolean {
  if (!type) return false
  const name = type.toLowerCase()
  return name.includes('mobile') || name.includes('cell')
}

/** `8135550101 x12` */
function dialled(number: unknown, extension: unknown): string | null {
  const digits = text(number) ?? null
  const inner = text(extension)
  return digits && inner ? `${digits} x${inner}` : digits
}
