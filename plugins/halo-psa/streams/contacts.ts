import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, isRow, list, not, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { addressesOf } from '../addresses.ts'
import { isNotFound } from '../client.ts'
import { definedCustomFields } from '../custom-fields.ts'
import { countOf, fetchDetail, pages, type Query, users, withDetail } from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import {
  companyRef,
  customFieldValues,
  customValue,
  firstText,
  missingFields,
  placeholder,
  ref,
  screenLink,
} from './fields.ts'
import { changedSince, everything, overlapSeconds, positionIn } from './reading.ts'
import { allSites, listedSite, siteAddress } from './sites.ts'

type Ctx = ReadContext<HaloSettings>
type Address = ReturnType<typeof siteAddress>

/** Each site has an automatic "General User", which is nobody. Which other kinds Halo leaves out by itself is not documented. */
export const people: Query = {
  ...everything,
  exclude_generaluser: true,
  includenonserviceaccount: true,
  includeserviceaccount: true,
}

export const contacts: Stream<'contacts', HaloSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => definedCustomFields(ctx, users, people),

  async *read(ctx): AsyncGenerator<Page<'contacts'>> {
    const since = await changedSince(ctx, users, people)
    const addresses = new Map((await allSites(ctx)).map((row) => [required(id(row.id)), siteAddress(row)]))
    const contact = reader(ctx)
    const whole = completer(ctx)
    let sawAny = ctx.checkpoint !== undefined || since !== undefined
    for await (const { rows, next } of pages(ctx, users, { ...people, ...since }, positionIn(ctx.checkpoint))) {
      sawAny = true
      const records: RecordOf<'contacts'>[] = []
      for await (const row of whole === undefined ? rows : ctx.ahead(rows, whole)) {
        if (row !== undefined) records.push(contact(row, addresses.get(siteOf(row) ?? '')))
      }
      yield {
        records,
        checkpoint: { ...next },
        ...(next.seen === rows.length ? { total: next.count } : {}),
      }
    }
    // The general users are always there. With narrowed rights Halo answers an empty list, not a refusal.
    if (sawAny || (await countOf(ctx, users, everything)) > 0) return
    throw ctx.error(
      'permission',
      'Halo shows the hub no user at all, although every site has at least its "General User". Check the role of the agent the API application logs in as: Users Access Level.',
      'Users: an empty list',
    )
  },

  async readOne(ctx, sourceId) {
    try {
      const row = await fetchDetail(ctx, users, sourceId)
      const [company, site] = [companyRef(row.client_id), siteOf(row)]
      const listed = company && site ? await listedSite(ctx, company, site) : undefined
      return reader(ctx)(row, listed && siteAddress(listed))
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  },
}

/**
 * Fetches the custom fields the admin chose where the list leaves some out. One that a detail does not have either is
 * asked for no more. It answers `undefined` for a contact that was deleted since it was listed.
 */
function completer(ctx: Ctx): ((row: Row) => Promise<Row | undefined>) | undefined {
  const title = ctx.settings.jobTitleField?.trim()
  let wanted = title ? [...ctx.customFields, title] : ctx.customFields
  if (wanted.length === 0) return undefined
  return async (row) => {
    if (missingFields(row.customfields, wanted).length === 0) return row
    const detail = await withDetail(ctx, users, row)
    if (detail === undefined) return undefined
    const nowhere = new Set(missingFields(detail.customfields, wanted))
    wanted = wanted.filter((key) => !nowhere.has(key))
    return { ...row, customfields: detail.customfields ?? row.customfields }
  }
}

function siteOf(row: Row): string | null | undefined {
  return row.site_id_int === undefined ? ref(row.site_id) : ref(row.site_id_int)
}

function reader(ctx: Ctx) {
  const link = screenLink(addressesOf(ctx.settings)?.origin ?? '', 'user')
  const chosen = ctx.customFields.length > 0 ? new Set(ctx.customFields) : undefined
  const titleField = ctx.settings.jobTitleField?.trim()
  return (row: Row, address: Address | undefined): RecordOf<'contacts'> => {
    const sourceId = required(id(row.id))
    const site = siteOf(row)
    const company = ref(row.client_id)
    return {
      sourceId,
      url: link + sourceId,
      companyId: companyRef(row.client_id),
      // The site of the placeholder customer is none.
      siteId: company === placeholder ? null : site,
      name: required(text(row.name)),
      firstName: text(row.firstname),
      lastName: text(row.surname),
      types: typesOf(row),
      title: titleField ? customTitle(row, titleField) : text(row.title),
      email: text(row.emailaddress),
      phone: firstText(row.phonenumber_preferred, row.phonenumber),
      mobile: text(row.mobilenumber),
      active: not(bool(row.inactive)),
      ...(company === placeholder ? {} : address),
      customFields: customFieldValues(row.customfields, chosen),
    }
  }
}

function customTitle(row: Row, field: string): string | null | undefined {
  const own = list(row.customfields)?.find((one) => isRow(one) && id(one.id) === field)
  return isRow(own) ? text(customValue(own)) : undefined
}

/** Halo has no contact types: relationships by name, and two flags. */
function typesOf(row: Row): readonly string[] | undefined {
  const relationships = row.user_relationships === null ? [] : list(row.user_relationships)
  const [important, service] = [bool(row.isimportantcontact), bool(row.isserviceaccount)]
  if (!relationships || important === undefined || service === undefined) return undefined
  const names = relationships.flatMap((one) => (isRow(one) ? (text(one.name) ?? []) : []))
  return [...names, ...(important ? ['Important contact'] : []), ...(service ? ['Service account'] : [])]
}
