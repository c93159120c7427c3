/** A pass over one of the big lists: access, room, pages, checkpoints. */
import type { Page, ReadContext } from '../../../core/connector/contract.ts'
import { integer, type Row } from '../../../core/connector/parse.ts'
import type { StreamName } from '../../../core/connector/records.ts'
import { assertReadable, lackOf } from '../access.ts'
import type { EntityFields } from '../metadata.ts'
import { countOf, type Filter, idNumber, pages, type Query, readAll } from '../paging.ts'
import type { AutotaskSettings } from '../settings.ts'
import { waitForRoom } from '../threshold.ts'
import { activeStatuses } from './fields.ts'

/** Clocks differ, and late transactions commit behind their stamp. */
export const overlapSeconds = 120

/** Pages between two questions what is left of the hourly threshold. */
const pagesPerLook = 20

type Context = ReadContext<AutotaskSettings>

/** Before a pass: waits for room within the hour and sees what may be read. Answers why the list cannot be whole, if it cannot. */
export async function begin(ctx: Context, entity: string): Promise<string | undefined> {
  await waitForRoom(ctx)
  return assertReadable(ctx, entity)
}

/** Reads a list, from the checkpoint on; the checkpoint of a page is the id it ends with. */
export async function* readPages<K extends StreamName>(
  ctx: Context,
  query: Query,
  partial: string | undefined,
  records: (rows: readonly Row[]) => Page<K>['records'] | Promise<Page<K>['records']>,
): AsyncGenerator<Page<K>> {
  const start = integer(ctx.checkpoint) ?? undefined
  let total = ctx.since === undefined && start === undefined ? await countOf(ctx, query) : undefined
  let read = 0
  for await (const page of pages(ctx, query, start)) {
    yield {
      records: await records(page.rows),
      checkpoint: page.last,
      ...(total === undefined ? {} : { total }),
    }
    total = undefined
    if (++read % pagesPerLook === 0) await waitForRoom(ctx)
  }
  // What an incremental pass does not show is never taken for gone.
  const lack = partial ?? (ctx.since === undefined ? await lackOf(ctx, query.entity) : undefined)
  if (lack !== undefined) yield { records: [], partial: lack }
}

/** One row by id if the filter lets it through. */
export async function readRow(ctx: Context, query: Query, sourceId: string): Promise<Row | undefined> {
  const byId: Filter = { op: 'eq', field: 'id', value: idNumber(ctx, sourceId) }
  const [row] = await readAll(ctx, { ...query, filter: [byId, ...(query.filter ?? [])] })
  return row
}

/** Names of stamps, that of edits first. */
export type Stamps = readonly [edited: string, ...others: string[]]

/**
 * What changed since: any of the stamps, as far as Autotask lets a filter name them. Where it does not let it name that
 * of edits, the others would miss some: everything is read again, and said so.
 */
export function changedSince(ctx: Context, fields: EntityFields, stamps: Stamps): readonly Filter[] {
  if (ctx.since === undefined) return []
  if (fields.isQueryable(stamps[0])) {
    const value = new Date(ctx.since).toISOString()
    const items = stamps.filter((name) => fields.isQueryable(name))
    return [{ op: 'or', items: items.map((field) => ({ op: 'gte', field, value })) }]
  }
  ctx.report({
    level: 'info',
    code: 'no-stamps',
    message: 'Autotask lets no filter name the time of change here; everything is read.',
  })
  return []
}

/** Records whose `field` is one of the chosen values. */
export function oneOf(ctx: Context, field: string, chosen: readonly string[] | undefined): readonly Filter[] {
  if (chosen === undefined || chosen.length === 0) return []
  return [{ op: 'in', field, value: chosen.map((id) => idNumber(ctx, id)) }]
}

/** Records in the chosen of the two statuses that stand for `isActive`. */
export function inStatus(ctx: Context, chosen: readonly string[] | undefined): readonly Filter[] {
  if (chosen === undefined || chosen.length === 0) return []
  const [first, ...others] = activeStatuses.filter(({ sourceId }) => chosen.includes(sourceId))
  if (first === undefined) {
    throw ctx.error(
      'config',
      'The import filter names a status that Autotask does not have. Choose Active or Inactive.',
    )
  }
  return others.length > 0 ? [] : [{ op: 'eq', field: 'isActive', value: first.active }]
}
