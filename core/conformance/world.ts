/**
 * The world behind every simulator: one managed service provider that does not exist, with its
 * clients, their people and their machines, and with everything that makes real data hard to sync.
 */
import type { Named, World, WorldRow } from '../connector/simulator.ts'
import { companyMaker, contactMaker, siteMaker } from './world/clients.ts'
import { configurationMaker } from './world/hardware.ts'
import { Population } from './world/population.ts'
import * as products from './world/products.ts'
import { LazyTable, tableOf } from './world/table.ts'
import { ticketMaker } from './world/tickets.ts'
import * as words from './world/words.ts'

export interface WorldSize {
  /** The same seed and size give the same world. */
  readonly seed?: number
  readonly companies?: number
  readonly contacts?: number
  readonly configurations?: number
  readonly tickets?: number
}

const setUpAt = '2019-02-01T09:00:00Z'

function rowsOf<I, T extends object>(items: readonly I[], make: (item: I) => T): LazyTable<T & WorldRow> {
  return tableOf(items.map((item, index) => ({ ...make(item), id: index + 1, updatedAt: setUpAt })))
}

const named = (names: readonly string[]): LazyTable<Named> => rowsOf(names, (name) => ({ name }))

/** A new world; rows are made when they are asked for, so its memory does not grow with its size. */
export function createWorld(size: WorldSize = {}): World {
  const { seed = 1, companies = 60, contacts = 2_500, configurations = 4_000, tickets = 300 } = size
  const population = new Population(seed, companies, contacts)
  return {
    companyTypes: named(words.companyTypes),
    companyStatuses: rowsOf(words.companyStatuses, (name) => ({
      name,
      isDefault: name === 'Active',
      active: name !== 'Inactive',
    })),
    markets: named(words.markets),
    companies: new LazyTable(companies, companyMaker(seed, population)),
    sites: new LazyTable(population.sites, siteMaker(seed, population)),
    contactTypes: named(words.contactTypes),
    contacts: new LazyTable(contacts, contactMaker(seed, population)),
    manufacturers: named(products.manufacturers),
    configurationTypes: rowsOf(products.kinds, ({ name, active }) => ({ name, active })),
    configurationStatuses: rowsOf(products.configurationStatuses, ([name, isDefault, closed]) => ({
      name,
      isDefault,
      closed,
    })),
    configurations: new LazyTable(configurations, configurationMaker(seed, population)),
    boards: rowsOf(words.boards, (name) => ({ name, active: !name.startsWith('Old') })),
    ticketStatuses: rowsOf(words.ticketStatuses, ([boardId, name, closed]) => ({
      boardId,
      name,
      closed,
      isDefault: name === 'New' || name === 'Requested',
    })),
    priorities: rowsOf(words.priorities, (name) => ({
      name,
      sortOrder: words.priorities.indexOf(name) + 1,
      isDefault: name.includes('Normal'),
    })),
    tickets: new LazyTable(tickets, ticketMaker(seed, population)),
    contactFields: products.contactFields,
    configurationFields: products.configurationFields,
  }
}
