import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, isRow, list, not, object, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { addressesOf } from '../addresses.ts'
import { isForbidden, isNotFound } from '../client.ts'
import { definedCustomFields } from '../custom-fields.ts'
import { clients, fetchDetail, pages, type Query, withDetail } from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import { customFieldValues, placeholder, ref, screenLink, stamp } from './fields.ts'
import { customerTypeNames, relationshipPrefix } from './lookups.ts'
import { changedSince, everything, noCustomers, overlapSeconds, positionIn } from './reading.ts'

type Ctx = ReadContext<HaloSettings>
type Company = RecordOf<'companies'>

export const companies: Stream<'companies', HaloSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => definedCustomFields(ctx, clients, everything),

  async *read(ctx): AsyncGenerator<Page<'companies'>> {
    const query = queryFor(ctx)
    const since = await changedSince(ctx, clients, query)
    const company = reader(ctx, await typeNames(ctx))
    let sawAny = ctx.checkpoint !== undefined
    for await (const { rows, next } of pages(ctx, clients, { ...query, ...since }, positionIn(ctx.checkpoint))) {
      sawAny = true
      const records: Company[] = []
      // Web site, phone, address and stamp are in the detail only.
      for await (const row of ctx.ahead(rows.filter(isReal), (row) => withDetail(ctx, clients, row))) {
        if (row !== undefined) records.push(company(row))
      }
      yield { records, checkpoint: { ...next }, ...(next.seen === rows.length ? { total: next.count } : {}) }
    }
    // Every Halo has a customer for what is unassigned. With narrowed rights it answers an empty list, not a refusal.
    if (!sawAny && since === undefined && query.includeactive && query.includeinactive) throw noCustomers(ctx)
  },

  async readOne(ctx, sourceId) {
    if (sourceId === placeholder) return null
    try {
      const row = await fetchDetail(ctx, clients, sourceId)
      const active = not(bool(row.inactive))
      const { includeactive, includeinactive } = queryFor(ctx)
      if ((active === true && !includeactive) || (active === false && !includeinactive)) return null
      return reader(ctx, await typeNames(ctx))(row)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  },
}

/** The two made-up statuses are what Halo filters by. */
function queryFor(ctx: Ctx): Query {
  const wanted = ctx.filter.companyStatuses ?? []
  if (wanted.length === 0) return everything
  return { includeactive: wanted.includes('active'), includeinactive: wanted.includes('inactive') }
}

function isReal(row: Row): boolean {
  return id(row.id) !== placeholder
}

async function typeNames(ctx: Ctx): Promise<ReadonlyMap<string, string>> {
  try {
    return await customerTypeNames(ctx)
  } catch (error) {
    if (!isForbidden(error)) throw error
    ctx.report({
      level: 'warning',
      code: 'company-types',
      message: 'The agent may not read look-ups, so the types of companies have no names.',
    })
    return new Map()
  }
}

function reader(ctx: Ctx, names: ReadonlyMap<string, string>) {
  const link = screenLink(addressesOf(ctx.settings)?.origin ?? '', 'client')
  const chosen = ctx.customFields.length > 0 ? new Set(ctx.customFields) : undefined
  return (row: Row): Company => {
    const sourceId = required(id(row.id))
    const active = not(bool(row.inactive))
    const types = typesOf(row, names)
    const address = object(row.main_delivery_address)
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: stamp(row.alastupdate),
      name: required(text(row.name)),
      identifier: text(row.ref),
      website: text(row.website),
      phone: text(row.main_phonenumber),
      statusId: statusOf(active, 'active', 'inactive'),
      status: statusOf(active, 'Active', 'Inactive'),
      typeIds: types?.ids,
      types: types?.names,
      active,
      addressLine1: address && text(address.line1),
      addressLine2: address && text(address.line2),
      city: address && text(address.line3),
      state: address && text(address.line4),
      postalCode: address && text(address.postcode),
      customFields: customFieldValues(row.customfields, chosen),
    }
  }
}

function statusOf(active: boolean | null | undefined, yes: string, no: string): string | null | undefined {
  return typeof active === 'boolean' ? (active ? yes : no) : active
}

/** The customer type first. Known only if both were sent; the names only if all of them are known. */
function typesOf(row: Row, known: ReadonlyMap<string, string>) {
  const type = ref(row.customertype)
  const relationships = row.customer_relationship === null ? [] : list(row.customer_relationship)
  if (type === undefined || !relationships) return undefined
  const found = type === null ? [] : [{ id: type, name: known.get(type) }]
  for (const relationship of relationships) {
    const key = isRow(relationship) ? ref(relationship.id) : undefined
    if (isRow(relationship) && key) {
      found.push({ id: relationshipPrefix + key, name: text(relationship.name) ?? undefined })
    }
  }
  const names = found.flatMap(({ name }) => name ?? [])
  return { ids: found.map(({ id }) => id), names: names.length === found.length ? names : undefined }
}
