/** The small tables as ConnectWise PSA writes them; some call their name `description`. */
import type { Named, World } from '../../../core/connector/simulator.ts'
import type { Row } from './conditions.ts'
import { infoOf, type ReferenceBook } from './references.ts'

type RowOf<K extends keyof World> = World[K] extends { get(id: number): infer T } ? NonNullable<T> : never

export function companyType({ id, name, updatedAt }: Named): Row {
  const flags = { defaultFlag: id === 1, vendorFlag: name === 'Vendor', serviceAlertFlag: false }
  return { id, name, ...flags, _info: infoOf({ id, updatedAt }) }
}

export function companyStatus(status: RowOf<'companyStatuses'>): Row {
  return {
    id: status.id,
    name: status.name,
    defaultFlag: status.isDefault,
    inactiveFlag: !status.active,
    notifyFlag: false,
    disallowSavingFlag: false,
    notificationMessage: undefined,
    customNoteFlag: false,
    cancelOpenTracksFlag: false,
    _info: infoOf(status),
  }
}

export function market(row: Named): Row {
  return { id: row.id, name: row.name, _info: infoOf(row) }
}

export function contactType(row: Named): Row {
  return { id: row.id, description: row.name, defaultFlag: row.id === 3, serviceAlertFlag: false, _info: infoOf(row) }
}

export function manufacturer(row: Named): Row {
  return { id: row.id, name: row.name, inactiveFlag: false, _info: infoOf(row) }
}

export function configurationType(type: RowOf<'configurationTypes'>): Row {
  return { id: type.id, name: type.name, inactiveFlag: !type.active, systemFlag: false, _info: infoOf(type) }
}

export function configurationStatus(status: RowOf<'configurationStatuses'>): Row {
  const { id, name, closed, isDefault } = status
  return { id, description: name, closedFlag: closed, defaultFlag: isDefault, _info: infoOf(status) }
}

export function board(row: RowOf<'boards'>): Row {
  return {
    id: row.id,
    name: row.name,
    location: { id: 2, name: 'Lantern House', _info: {} },
    department: { id: 10, identifier: 'Services', name: 'Services', _info: {} },
    inactiveFlag: !row.active,
    projectFlag: false,
    _info: infoOf(row),
  }
}

export function boardInfo(row: RowOf<'boards'>): Row {
  return { id: row.id, name: row.name, _info: infoOf(row) }
}

export function ticketStatusWriter(references: ReferenceBook): (status: RowOf<'ticketStatuses'>) => Row {
  return (status) => ({
    id: status.id,
    name: status.name,
    board: references.board.to(status.boardId),
    sortOrder: status.id,
    displayOnBoard: !status.closed,
    inactive: false,
    closedStatus: status.closed,
    timeEntryNotAllowed: false,
    defaultFlag: status.isDefault,
    escalationStatus: status.closed ? 'Resolved' : 'NotResponded',
    _info: infoOf(status),
  })
}

const colours = ['Red', 'Orange', 'Yellow', 'Green']
const levels = ['Critical', 'High', 'Medium', 'Low']

export function priority(row: RowOf<'priorities'>): Row {
  const place = row.sortOrder - 1
  return {
    id: row.id,
    name: row.name,
    color: colours[place] ?? 'Gray',
    sortOrder: row.sortOrder,
    defaultFlag: row.isDefault,
    level: levels[place] ?? 'Low',
    _info: infoOf(row),
  }
}
