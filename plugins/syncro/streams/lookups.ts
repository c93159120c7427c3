/** The small lists. What Syncro does not have as a list is made of what it has. */
import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { isRow } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { catalogueOf, words } from '../catalogue.ts'
import { customers } from '../lists.ts'
import { fetchPage } from '../paging.ts'
import type { SyncroSettings } from '../settings.ts'
import { isClosed } from '../tickets.ts'
import { statuses } from './companies.ts'

function lookup<K extends StreamName>(
  read: (ctx: ReadContext<SyncroSettings>) => Promise<readonly RecordOf<K>[]>,
): Stream<K, SyncroSettings> {
  return {
    deletes: 'by-absence',
    async *read(ctx): AsyncGenerator<Page<K>> {
      yield { records: await read(ctx) }
    },
  }
}

/** Syncro has no list of them. That customers can be seen at all is asked. */
export const companyStatuses = lookup<'companyStatuses'>(async (ctx) => {
  await fetchPage(ctx, customers, 1)
  return [
    { sourceId: 'active', name: statuses.active, active: true, isDefault: true },
    { sourceId: 'disabled', name: statuses.disabled, active: false, isDefault: false },
  ]
})

/** What the agent registers machines as; whether the list of asset types names it is not known. */
export const agentType = 'Syncro Device'

/** Assets tell the name of their type only. */
export function typeIdOf(ids: ReadonlyMap<string, string>, name: string): string {
  return ids.get(name) ?? `name:${name}`
}

export const configurationTypes = lookup<'configurationTypes'>(async (ctx) => {
  const { types } = await catalogueOf(ctx)
  const records = types.map(({ id, name }) => ({ sourceId: id, name }))
  const listed = records.some(({ name }) => name === agentType)
  return listed ? records : [...records, { sourceId: typeIdOf(new Map(), agentType), name: agentType }]
})

/** The status of every asset where no field for it is chosen. */
export const defaultStatus = { sourceId: 'active', name: 'Active' } as const

/** Every asset type numbers the options of its fields anew, so a status goes by its name. */
export function statusIdOf(name: string): string {
  return `name:${name}`
}

export const configurationStatuses = lookup<'configurationStatuses'>(async (ctx) => {
  const label = ctx.settings.statusField?.trim()
  if (!label) return [{ ...defaultStatus, active: true, isDefault: true }]
  const { assetFields } = await catalogueOf(ctx)
  return assetFields.optionsOf(label).map((name) => ({ sourceId: statusIdOf(name), name }))
})

/** Syncro has no boards; tickets are sorted by the type of their problem. */
export const ticketBoards = lookup<'ticketBoards'>(async (ctx) =>
  (await catalogueOf(ctx)).problemTypes.map((name) => ({ sourceId: name, name })),
)

export const ticketPriorities = lookup<'ticketPriorities'>(async (ctx) =>
  (await catalogueOf(ctx)).priorities.map((name, index) => ({ sourceId: name, name, sortOrder: index + 1 })),
)

export const ticketStatuses = lookup<'ticketStatuses'>(async (ctx) => {
  const { body } = await ctx.http.request({ url: 'tickets/settings' })
  if (!isRow(body) || !Array.isArray(body.ticket_status_list)) {
    throw ctx.error('vendor', 'Syncro answered its ticket settings with something else.')
  }
  return words(body.ticket_status_list).map((name, index) => ({
    sourceId: name,
    name,
    closed: isClosed(name),
    sortOrder: index + 1,
  }))
})
