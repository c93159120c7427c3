/** Every list of the API, by its path under `apis/3.0`. */
import type { World, WorldRow, WorldTable } from '../../../core/connector/simulator.ts'
import * as clients from './clients.ts'
import type { Row } from './conditions.ts'
import { configurationWriter } from './configurations.ts'
import { configurationDefinitions, contactDefinitions, definitionRow } from './custom-fields.ts'
import type { Resource } from './lists.ts'
import * as lookups from './lookups.ts'
import { referencesOf } from './references.ts'
import { recordMissing } from './refusals.ts'
import { noteRows, ticketWriter } from './tickets.ts'

function* mapped<T>(rows: Iterable<T>, write: (row: T) => Row): Generator<Row> {
  for (const row of rows) yield write(row)
}

function ofTable<T extends WorldRow>(name: string, table: WorldTable<T>, write: (row: T) => Row): Resource {
  return {
    name,
    rows: (after) => mapped(table.after(after), write),
    get: (id) => {
      const row = table.get(id)
      return row && write(row)
    },
    size: () => table.size,
    version: () => table.version,
  }
}

function ofRows(name: string, rowsOf: () => readonly Row[], version: () => number): Resource {
  return {
    name,
    rows: (after) => rowsOf().filter((row) => Number(row.id) > after),
    get: (id) => rowsOf().find((row) => row.id === id),
    size: () => rowsOf().length,
    version,
  }
}

/** Ids of the rows that belong to a parent, so that one parent's list need not read the whole table. */
class Children<T extends WorldRow> {
  readonly #table: WorldTable<T>
  readonly #parentOf: (row: T) => number
  #ids = new Map<number, number[]>()
  #version = -1

  constructor(table: WorldTable<T>, parentOf: (row: T) => number) {
    this.#table = table
    this.#parentOf = parentOf
  }

  of(parentId: number): T[] {
    if (this.#version !== this.#table.version) {
      this.#version = this.#table.version
      this.#ids = new Map()
      for (const row of this.#table.after(0)) {
        const parent = this.#parentOf(row)
        const ids = this.#ids.get(parent)
        if (ids) ids.push(row.id)
        else this.#ids.set(parent, [row.id])
      }
    }
    return (this.#ids.get(parentId) ?? []).flatMap((id) => this.#table.get(id) ?? [])
  }
}

export function resourcesOf(world: World, typesInCompanies: boolean) {
  const references = referencesOf(world)
  const company = clients.companyWriter(references, typesInCompanies)
  const site = clients.siteWriter(references)
  const ticketStatus = lookups.ticketStatusWriter(references)
  const sites = new Children(world.sites, (row) => row.companyId)
  const statuses = new Children(world.ticketStatuses, (row) => row.boardId)
  const living = ofTable('Company', world.companies, company)
  const [sample] = world.companies.after(0)
  const deleted = clients.deletedCompanies(company, sample)

  const existing = <T extends WorldRow>(name: string, table: WorldTable<T>, id: number): T => {
    const row = table.get(id)
    if (row === undefined) throw recordMissing(name, id)
    return row
  }
  function* associations(after: number): Generator<Row> {
    const first = Math.floor(after / clients.typesPerCompany)
    for (const row of world.companies.after(first - 1)) {
      for (const association of clients.associationRows(references, row))
        if (Number(association.id) > after) yield association
    }
  }

  return {
    companies: {
      ...living,
      *rows(after: number): Generator<Row> {
        yield* living.rows(after)
        for (const row of deleted) if (Number(row.id) > after) yield row
      },
      get: (id: number) => living.get(id) ?? deleted.find((row) => row.id === id),
      size: () => living.size() + deleted.length,
    } satisfies Resource,
    companyTypes: ofTable('CompanyType', world.companyTypes, lookups.companyType),
    companyStatuses: ofTable('CompanyStatus', world.companyStatuses, lookups.companyStatus),
    markets: ofTable('MarketDescription', world.markets, lookups.market),
    typeAssociations: {
      name: 'CompanyTypeAssociation',
      rows: associations,
      get: (id: number) => associations(id - 1).find((row) => row.id === id),
      size: () => associations(0).reduce((count) => count + 1, 0),
      version: () => world.companies.version,
    } satisfies Resource,
    contacts: ofTable('Contact', world.contacts, clients.contactWriter(world, references)),
    contactTypes: ofTable('ContactType', world.contactTypes, lookups.contactType),
    communicationTypes: ofRows(
      'CommunicationType',
      () => clients.communicationTypes,
      () => 0,
    ),
    configurations: ofTable('Configuration', world.configurations, configurationWriter(world, references)),
    configurationTypes: ofTable('ConfigurationType', world.configurationTypes, lookups.configurationType),
    configurationStatuses: ofTable('ConfigurationStatus', world.configurationStatuses, lookups.configurationStatus),
    manufacturers: ofTable('Manufacturer', world.manufacturers, lookups.manufacturer),
    userDefinedFields: ofRows(
      'UserDefinedField',
      () => [
        ...contactDefinitions(world).map((definition) => definitionRow(definition, 3, 'con120')),
        ...configurationDefinitions(world).map((definition) => definitionRow(definition, 8, 'cfg220')),
      ],
      () => 0,
    ),
    boards: ofTable('Board', world.boards, lookups.board),
    boardInfos: ofTable('BoardInfo', world.boards, lookups.boardInfo),
    priorities: ofTable('Priority', world.priorities, lookups.priority),
    tickets: ofTable('Ticket', world.tickets, ticketWriter(world, references)),

    sitesOf(companyId: number): Resource {
      const parent = existing('Company', world.companies, companyId)
      return ofRows(
        'CompanySite',
        () => sites.of(parent.id).map(site),
        () => world.sites.version,
      )
    },
    typesOf(companyId: number): Resource {
      const parent = existing('Company', world.companies, companyId)
      return ofRows(
        'CompanyTypeAssociation',
        () => clients.associationRows(references, parent),
        () => world.companies.version,
      )
    },
    statusesOf(boardId: number): Resource {
      const parent = existing('Board', world.boards, boardId)
      return ofRows(
        'BoardStatus',
        () => statuses.of(parent.id).map(ticketStatus),
        () => world.ticketStatuses.version,
      )
    },
    notesOf(ticketId: number): Resource {
      const ticket = existing('Ticket', world.tickets, ticketId)
      return ofRows(
        'TicketNote',
        () => noteRows(ticket),
        () => world.tickets.version,
      )
    },
    configurationsOf(ticketId: number): Resource {
      existing('Ticket', world.tickets, ticketId)
      return ofRows(
        'ConfigurationReference',
        () => [],
        () => 0,
      )
    },
  }
}

export type Resources = ReturnType<typeof resourcesOf>
