/** The small tables: read whole every time, a page or two each. */
import type { Context, Page, Stream } from '../../../core/connector/contract.ts'
import { bool, id, integer, not, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { idNumber } from '../conditions.ts'
import { pages, readAll } from '../paging.ts'
import type { ConnectWiseSettings } from '../settings.ts'
import { refId, updatedAt } from './fields.ts'

function lookup<K extends StreamName>(path: string, record: (row: Row) => RecordOf<K>): Stream<K, ConnectWiseSettings> {
  return {
    deletes: 'by-absence',
    async *read(ctx): AsyncGenerator<Page<K>> {
      for await (const { rows } of pages(ctx, path)) yield { records: rows.map(record) }
    },
  }
}

const common = (row: Row) => ({ sourceId: required(id(row.id)), updatedAt: updatedAt(row) })

export const companyTypes = lookup<'companyTypes'>('company/companies/types', (row) => ({
  ...common(row),
  name: required(text(row.name)),
  isDefault: bool(row.defaultFlag),
}))

export const companyStatuses = lookup<'companyStatuses'>('company/companies/statuses', (row) => ({
  ...common(row),
  name: required(text(row.name)),
  active: not(bool(row.inactiveFlag)),
  isDefault: bool(row.defaultFlag),
}))

export const markets = lookup<'markets'>('company/marketDescriptions', (row) => ({
  ...common(row),
  name: required(text(row.name)),
}))

export const configurationTypes = lookup<'configurationTypes'>('company/configurations/types', (row) => ({
  ...common(row),
  name: required(text(row.name)),
  active: not(bool(row.inactiveFlag)),
}))

/** Named by `description` here and by `name` in the configurations that have them. */
export const configurationStatuses = lookup<'configurationStatuses'>('company/configurations/statuses', (row) => ({
  ...common(row),
  name: required(text(row.description)),
  active: not(bool(row.closedFlag)),
  isDefault: bool(row.defaultFlag),
}))

export const ticketBoards = lookup<'ticketBoards'>('service/boards', (row) => ({
  ...common(row),
  name: required(text(row.name)),
  active: not(bool(row.inactiveFlag)),
}))

export const ticketPriorities = lookup<'ticketPriorities'>('service/priorities', (row) => ({
  ...common(row),
  name: required(text(row.name)),
  sortOrder: integer(row.sortOrder),
  isDefault: bool(row.defaultFlag),
  color: text(row.color),
}))

/** Statuses belong to boards and are listed per board. */
export const ticketStatuses: Stream<'ticketStatuses', ConnectWiseSettings> = {
  deletes: 'by-absence',
  async *read(ctx): AsyncGenerator<Page<'ticketStatuses'>> {
    const boards = (await readAll(ctx, 'service/boards')).map((row) => required(id(row.id)))
    for await (const records of ctx.ahead(boards, (board) => statusesOf(ctx, board))) yield { records }
  },
}

async function statusesOf(
  ctx: Context<ConnectWiseSettings>,
  board: string,
): Promise<readonly RecordOf<'ticketStatuses'>[]> {
  const rows = await readAll(ctx, `service/boards/${idNumber(ctx, board)}/statuses`)
  return rows.map((row) => ({
    ...common(row),
    boardId: refId(row.board) ?? board,
    name: required(text(row.name)),
    closed: bool(row.closedStatus),
    sortOrder: integer(row.sortOrder),
    isDefault: bool(row.defaultFlag),
    active: not(bool(row.inactive)),
  }))
}
