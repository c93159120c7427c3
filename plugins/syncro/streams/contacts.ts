import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, instant, not, object, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { definedFields } from '../custom-fields.ts'
import { customers, contacts as list } from '../lists.ts'
import { fetchOne } from '../one.ts'
import type { SyncroSettings } from '../settings.ts'
import { screenLink } from '../site.ts'
import { address, customerAddress, customFieldValues, firstOf } from './fields.ts'
import { readLists } from './reading.ts'

type Contact = RecordOf<'contacts'>

/**
 * The list of contacts, and before it the person every customer names in its own record, who is usually not on that
 * list. Not incremental: Syncro lists contacts neither by their last change nor since a moment.
 */
export const contacts: Stream<'contacts', SyncroSettings> = {
  deletes: 'by-absence',
  customFields: (ctx) => definedFields(ctx, list, undefined),

  async *read(ctx) {
    const link = screenLink(ctx.settings, 'customers')
    yield* readLists<'contacts'>(ctx, [
      { ...customers, read: (row) => person(row, link) },
      { ...list, read: (row) => contact(row, link, ctx) },
    ])
  },

  async readOne(ctx, sourceId) {
    const link = screenLink(ctx.settings, 'customers')
    const customer = customerOf(sourceId)
    const row = await (customer === undefined
      ? fetchOne(ctx, 'contacts', 'contact', sourceId)
      : fetchOne(ctx, 'customers', 'customer', customer))
    if (row === undefined) return null
    return (customer === undefined ? contact(row, link, ctx) : person(row, link)) ?? null
  },
}

const ofCustomer = 'customer-'

/** The person a customer names has no id of its own. */
export function personId(customer: string): string {
  return ofCustomer + customer
}

function customerOf(sourceId: string): string | undefined {
  return sourceId.startsWith(ofCustomer) ? sourceId.slice(ofCustomer.length) : undefined
}

function contact(row: Row, link: string, ctx: ReadContext<SyncroSettings>): Contact | undefined {
  const companyId = id(row.customer_id)
  // People of the MSP's own suppliers are on the same list.
  if (companyId === null && id(row.vendor_id)) return undefined
  const name = required(text(row.name))
  return {
    sourceId: required(id(row.id)),
    // Contacts have no screen of their own.
    url: companyId ? link + companyId : undefined,
    updatedAt: instant(row.updated_at),
    companyId,
    name,
    ...split(name),
    title: titleOf(row),
    email: text(row.email),
    phone: withExtension(text(row.phone), text(row.extension)),
    mobile: text(row.mobile),
    ...address(row),
    customFields: customFieldValues(row.properties, ctx.customFields, undefined),
  }
}

/** Syncro keeps one name; what stands before the first space is taken for the first. */
function split(name: string): Pick<Contact, 'firstName' | 'lastName'> {
  if (name === '') return {}
  const space = name.indexOf(' ')
  if (space < 1) return { firstName: name, lastName: null }
  return { firstName: name.slice(0, space), lastName: name.slice(space + 1) }
}

function titleOf(row: Row): string | null | undefined {
  const properties = object(row.properties)
  // Without a title there is no entry for it.
  return properties ? (firstOf(text(properties.title), text(properties.Title)) ?? null) : undefined
}

/** `8135550101 x12` */
function withExtension(
  phone: string | null | undefined,
  extension: string | null | undefined,
): string | null | undefined {
  return phone && extension ? `${phone} x${extension}` : phone
}

function person(row: Row, link: string): Contact | undefined {
  const [firstName, lastName] = [text(row.firstname), text(row.lastname)]
  if (!firstName && !lastName) return undefined
  const companyId = required(id(row.id))
  return {
    sourceId: personId(companyId),
    url: link + companyId,
    updatedAt: instant(row.updated_at),
    companyId,
    name: [firstName, lastName].filter(Boolean).join(' '),
    firstName,
    lastName,
    email: text(row.email),
    phone: text(row.phone),
    mobile: text(row.mobile),
    primary: true,
    active: not(bool(row.disabled)),
    ...customerAddress(row),
  }
}
