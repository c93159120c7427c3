/** The small tables. */
import type { Page, Stream } from '../../../core/connector/contract.ts'
import { bool, integer, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { askRows } from '../client.ts'
import type { KaseyaSettings } from '../settings.ts'
import { assetsPath } from './assets.ts'
import { reference, statuses } from './fields.ts'
import { chosenPages, recordPages } from './reading.ts'

function lookup<K extends StreamName>(url: string, record: (row: Row) => RecordOf<K>): Stream<K, KaseyaSettings> {
  return {
    deletes: 'by-absence',
    async *read(ctx): AsyncGenerator<Page<K>> {
      yield { records: (await askRows(ctx, { url })).map(record) }
    },
  }
}

const common = (row: Row) => ({ sourceId: required(reference(row.id)), name: required(text(row.name)) })

export const companyTypes = lookup<'companyTypes'>('v2/system/accounttypes/lookup', (row) => ({
  ...common(row),
  active: bool(row.isActive),
}))

export const ticketBoards = lookup<'ticketBoards'>('v2/system/queues/lookup', (row) => ({
  ...common(row),
  active: bool(row.isActive),
}))

export const ticketPriorities = lookup<'ticketPriorities'>('v2/system/priorities/lookup', (row) => ({
  ...common(row),
  isDefault: bool(row.isDefault),
  color: text(row.color),
}))

/** Statuses are the same in every queue. Which of them end a ticket BMS does not say. */
export const ticketStatuses = lookup<'ticketStatuses'>('v2/system/statuses/lookup', (row) => ({
  ...common(row),
  sortOrder: integer(row.statusOrder),
  active: bool(row.isActive),
}))

/** BMS has no list of statuses, only the flag; the two that stand for it always have the same ids. */
function activeFlag<K extends 'companyStatuses' | 'configurationStatuses'>(
  records: readonly RecordOf<K>[],
): Stream<K, KaseyaSettings> {
  return {
    deletes: 'none',
    async *read(): AsyncGenerator<Page<K>> {
      yield { records }
    },
  }
}

export const companyStatuses = activeFlag<'companyStatuses'>(
  statuses.map(({ sourceId, name }) => ({ sourceId, name, active: true })),
)
export const configurationStatuses = activeFlag<'configurationStatuses'>(statuses)

/**
 * BMS's table of asset categories has no known name in its API, so types are those that occur in the list of assets,
 * each handed out where it is first seen.
 */
export const configurationTypes: Stream<'configurationTypes', KaseyaSettings> = {
  deletes: 'by-absence',
  read(ctx): AsyncGenerator<Page<'configurationTypes'>> {
    const seen = new Set<string>()
    return recordPages(chosenPages(ctx, assetsPath), (row) => {
      const sourceId = reference(row.categoryId)
      const name = text(row.categoryName)
      if (!sourceId || !name || seen.has(sourceId)) return []
      seen.add(sourceId)
      return [{ sourceId, name }]
    })
  },
}
