/** References to other records, `{id, name, _info}`, and the `_info` block every record carries. */
import type { World, WorldRow, WorldTable } from '../../../core/connector/simulator.ts'
import type { Row } from './conditions.ts'

/**
 * Links in answers name another host and the release before, with a double slash, as they were seen to do:
 * who follows them instead of building addresses ends here.
 */
const linkBase = 'https://na.simulator.example/v2024_1//apis/3.0/'

export function href(path: string): string {
  return linkBase + path
}

/** When and by whom a record was changed; ConnectWise tells whole seconds. */
export function infoOf(row: WorldRow, links?: Readonly<Record<string, string>>): Row {
  return {
    lastUpdated: `${row.updatedAt.slice(0, 19)}Z`,
    updatedBy: 'simulator',
    dateEntered: '2019-02-01T09:00:00Z',
    enteredBy: 'simulator',
    ...links,
  }
}

const nothing: Row = {}

/** The references to one table. Keeps some, because thousands of rows point to the same few. */
class References<T extends WorldRow> {
  readonly #table: WorldTable<T>
  readonly #make: (row: T) => Row
  readonly #kept = new Map<number, Row>()
  #version = -1

  constructor(table: WorldTable<T>, make: (row: T) => Row) {
    this.#table = table
    this.#make = make
  }

  /** An empty reference comes as `{}`; so does one to a record that is gone. */
  to(id: number | null | undefined): Row {
    if (id === null || id === undefined) return nothing
    if (this.#version !== this.#table.version || this.#kept.size > 20_000) {
      this.#kept.clear()
      this.#version = this.#table.version
    }
    const known = this.#kept.get(id)
    if (known) return known
    const row = this.#table.get(id)
    const made = row === undefined ? nothing : this.#make(row)
    this.#kept.set(id, made)
    return made
  }
}

function named(path: string, link: string) {
  return ({ id, name }: WorldRow & { readonly name: string }): Row => ({
    id,
    name,
    _info: { [`${link}_href`]: href(path + id) },
  })
}

export function referencesOf(world: World) {
  return {
    company: new References(world.companies, ({ id, identifier, name }) => ({
      id,
      identifier,
      name,
      _info: { company_href: href(`company/companies/${id}`) },
    })),
    companyType: new References(world.companyTypes, named('company/companies/types/', 'type')),
    companyStatus: new References(world.companyStatuses, named('company/companies/statuses/', 'status')),
    market: new References(world.markets, named('company/marketDescriptions/', 'marketDescription')),
    site: new References(world.sites, ({ id, name }) => ({ id, name, _info: {} })),
    contact: new References(world.contacts, ({ id, firstName, lastName }) => ({
      id,
      name: lastName === null ? firstName : `${firstName} ${lastName}`,
      _info: {},
    })),
    contactType: new References(world.contactTypes, named('company/contacts/types/', 'type')),
    configurationType: new References(world.configurationTypes, named('company/configurations/types/', 'type')),
    configurationStatus: new References(
      world.configurationStatuses,
      named('company/configurations/statuses/', 'status'),
    ),
    manufacturer: new References(world.manufacturers, named('procurement/manufacturers/', 'manufacturer')),
    board: new References(world.boards, named('service/boards/', 'board')),
    ticketStatus: new References(world.ticketStatuses, ({ id, name, boardId }) => ({
      id,
      name,
      _info: { status_href: href(`service/boards/${boardId}/statuses/${id}`) },
    })),
    priority: new References(world.priorities, named('service/priorities/', 'priority')),
  }
}

export type ReferenceBook = ReturnType<typeof referencesOf>
