/** What the passes over Halo's lists have in common: what is asked for, and whether "changed since" works. */
import type { ReadContext } from '../../../core/connector/contract.ts'
import { integer, isRow } from '../../../core/connector/parse.ts'
import { countOf, type List, type Position, type Query, start } from '../paging.ts'
import type { HaloSettings } from '../settings.ts'

/**
 * Fifteen hours: it is not documented in which time zone Halo compares `lastupdatefromdate`, and no zone is further
 * from UTC. Records that come again unchanged cost nothing.
 */
export const overlapSeconds = 15 * 3600

/** Without it Halo leaves out what is inactive. */
export const everything: Query = { includeactive: true, includeinactive: true }

/** No record can be newer; a list that has rows then does not filter. */
const never = '2199-01-01T00:00:00.000Z'

/** Whether a list filters by `lastupdatefromdate`: known for tickets only, and what Halo does not know it ignores. */
export async function filtersByChange(ctx: ReadContext<HaloSettings>, list: List, query: Query): Promise<boolean> {
  return (await countOf(ctx, list, { ...query, lastupdatefromdate: never })) === 0
}

/** The condition of an incremental pass; none if everything has to be read. */
export async function changedSince(
  ctx: ReadContext<HaloSettings>,
  list: List,
  query: Query,
): Promise<Query | undefined> {
  if (ctx.since === undefined) return undefined
  if (await filtersByChange(ctx, list, query)) return { lastupdatefromdate: new Date(ctx.since).toISOString() }
  ctx.report({
    level: 'info',
    code: 'no-incremental',
    message: `This Halo cannot list ${list.path} by their last change; all of them are read.`,
  })
  return undefined
}

/** The position in a checkpoint of a single list. */
export function positionIn(checkpoint: unknown): Position {
  if (!isRow(checkpoint)) return start
  const number = (name: keyof Position) => integer(checkpoint[name]) ?? start[name]
  const [page, last, seen] = [number('page'), number('last'), number('seen')]
  return { page, last, seen, count: number('count'), gone: number('gone') }
}

/** What an empty list of customers means: every Halo has one. */
export function noCustomers(ctx: Pick<ReadContext<HaloSettings>, 'error'>): Error {
  return ctx.error(
    'permission',
    'Halo shows the hub no customer at all. Check the role of the agent the API application logs in as: access to customers, and departments and teams that see all of them.',
    'Client: an empty list',
  )
}
