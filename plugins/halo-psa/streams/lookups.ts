/** The small lists, and those Halo does not have as lists. */
import type { Context, Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, integer, isRow, list, not, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { clients, countOf, type Query, readList } from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import { ref } from './fields.ts'
import { everything, noCustomers } from './reading.ts'

type Ctx = Context<HaloSettings>

function lookup<K extends StreamName>(
  read: (ctx: ReadContext<HaloSettings>) => Promise<readonly RecordOf<K>[]>,
): Stream<K, HaloSettings> {
  return {
    deletes: 'by-absence',
    async *read(ctx): AsyncGenerator<Page<K>> {
      yield { records: await read(ctx) }
    },
  }
}

/** Halo has no list of them: a customer is active or not. That customers can be seen at all is asked. */
export const companyStatuses = lookup<'companyStatuses'>(async (ctx) => {
  if ((await countOf(ctx, clients, everything)) === 0) throw noCustomers(ctx)
  return [
    { sourceId: 'active', name: 'Active', active: true, isDefault: true },
    { sourceId: 'inactive', name: 'Inactive', active: false, isDefault: false },
  ]
})

/** The look-up that lists all look-ups. */
const lookupOfLookups = 11

/** The entries of a look-up, found by its name: only the number of the list of lists is the same everywhere. */
async function lookupRows(ctx: Ctx, lookups: readonly Row[], name: RegExp): Promise<readonly Row[] | undefined> {
  const found = lookups.find((row) => name.test(text(row.name) ?? ''))
  const number = found && ref(found.id)
  if (!number) return undefined
  const rows = await readList(ctx, 'Lookup', { lookupid: number })
  if (rows.some((row) => row.lookupid !== undefined && id(row.lookupid) !== number)) {
    throw ctx.error('vendor', `Halo was asked for look-up ${number} and answered another one.`)
  }
  return rows.filter((row) => ref(row.id) !== null)
}

const customerTypes = /^(customer|client) types?$/i
const customerRelationships = /^(customer|client) relationships?$/i

/** The names of customer types by their numbers; relationships come with the customers, names and all. */
export async function customerTypeNames(ctx: Ctx): Promise<ReadonlyMap<string, string>> {
  const lookups = await readList(ctx, 'Lookup', { lookupid: lookupOfLookups })
  const rows = (await lookupRows(ctx, lookups, customerTypes)) ?? []
  return new Map(rows.map((row) => [required(id(row.id)), required(text(row.name))]))
}

/** A customer has one "customer type" and any number of "relationships"; both are types to the hub. */
export const companyTypes: Stream<'companyTypes', HaloSettings> = {
  deletes: 'by-absence',
  async *read(ctx): AsyncGenerator<Page<'companyTypes'>> {
    const lookups = await readList(ctx, 'Lookup', { lookupid: lookupOfLookups })
    const types = await lookupRows(ctx, lookups, customerTypes)
    yield { records: (types ?? []).map((row) => companyType(row, '')) }
    const relationships = await lookupRows(ctx, lookups, customerRelationships)
    yield { records: (relationships ?? []).map((row) => companyType(row, relationshipPrefix)) }
    if (types !== undefined || relationships !== undefined) return
    ctx.report({
      level: 'warning',
      code: 'company-types',
      message: 'Halo has no look-up named "Customer Type" or "Customer Relationship", so there are no company types.',
    })
  },
}

function companyType(row: Row, prefix: string): RecordOf<'companyTypes'> {
  return {
    sourceId: prefix + required(id(row.id)),
    name: required(text(row.name)),
    active: not(bool(row.inactive)),
  }
}

/** Relationships are numbered on their own. */
export const relationshipPrefix = 'relationship-'

export const configurationTypes = lookup<'configurationTypes'>(async (ctx) =>
  (await readList(ctx, 'AssetType')).map((row) => ({ sourceId: required(id(row.id)), name: required(text(row.name)) })),
)

/**
 * The word that makes `/Status` list asset statuses is not documented. An answer that is the list of ticket statuses
 * shows that Halo ignored it; then the statuses the asset types allow are taken together.
 */
export const configurationStatuses = lookup<'configurationStatuses'>(async (ctx) => {
  const own = await readList(ctx, 'Status', { type: 'asset' })
  const tickets = await readList(ctx, 'Status')
  const rows = own.length > 0 && !isSame(own, tickets) ? own : await allowedStatuses(ctx)
  return rows.map((row) => ({ sourceId: required(id(row.id)), name: required(text(row.name)) }))
})

function isSame(one: readonly Row[], other: readonly Row[]): boolean {
  const text = (rows: readonly Row[]) => JSON.stringify(rows.map((row) => [row.id, row.name]))
  return text(one) === text(other)
}

async function allowedStatuses(ctx: ReadContext<HaloSettings>): Promise<readonly Row[]> {
  const types = (await readList(ctx, 'AssetType')).map((row) => required(id(row.id)))
  const found = new Map<string, Row>()
  const detail = (type: string) => ctx.http.request({ url: `AssetType/${type}`, query: { includedetails: true } })
  for await (const { body } of ctx.ahead(types, detail)) {
    for (const status of (isRow(body) && list(body.allowed_status)) || []) {
      const key = isRow(status) ? ref(status.status_id) : undefined
      if (isRow(status) && key) found.set(key, { id: key, name: status.status_name })
    }
  }
  return [...found.values()]
}

export const ticketBoards = lookup<'ticketBoards'>(async (ctx) =>
  (await readList(ctx, 'Team', { showall: true })).map((row) => ({
    sourceId: required(id(row.id)),
    name: required(text(row.name)),
    active: not(bool(row.inactive)),
  })),
)

/** Each service level has its own priorities under the same numbers. */
export function priorityId(sla: unknown, priority: unknown): string | undefined {
  const [first, second] = [id(sla), id(priority)]
  return first && second ? `${first}-${second}` : undefined
}

export const ticketPriorities = lookup<'ticketPriorities'>(async (ctx) =>
  (await readList(ctx, 'Priority')).map((row) => ({
    sourceId: priorityId(row.slaid, row.priorityid) ?? '',
    name: required(text(row.name)),
    sortOrder: integer(row.priorityid),
    color: text(row.colour),
  })),
)

/** Ids of the closed statuses; `undefined` if this Halo cannot tell. */
export async function closedStatuses(ctx: Ctx, all: readonly Row[]): Promise<ReadonlySet<unknown> | undefined> {
  const query: Query = { excludeclosed: true }
  const open = new Set((await readList(ctx, 'Status', query)).map((row) => row.id))
  const closed = all.filter((row) => !open.has(row.id))
  return closed.length === 0 || open.size === 0 ? undefined : new Set(closed.map((row) => row.id))
}

export const ticketStatuses = lookup<'ticketStatuses'>(async (ctx) => {
  const rows = await readList(ctx, 'Status')
  const closed = await closedStatuses(ctx, rows)
  return rows.map((row) => ({
    sourceId: required(id(row.id)),
    name: required(text(row.name)),
    closed: closed?.has(row.id),
    sortOrder: integer(row.sequence),
  }))
})
