/** Companies and locations as ServiceNow keeps them; makers are companies, too. */
import type { Named, World, WorldAddress, WorldCompany, WorldSite } from '../../../core/connector/simulator.ts'
import {
  type Cell,
  type Columns,
  choice,
  filtered,
  flag,
  joined,
  moment,
  ofList,
  ofWorld,
  referencesTo,
  type Source,
  type Table,
  tableOf,
  text,
} from './rows.ts'

/** Above every id of the world. */
const makersFrom = 1_000_000_000
export const ownCompany = 2_000_000_001

export const ownName = 'Paper Lantern IT (ServiceNow simulator)'

interface Company {
  readonly id: number
  readonly name: string
  readonly updatedAt: string
  readonly kind: 'customer' | 'maker' | 'own'
  readonly of?: WorldCompany
}

export function makerId(id: number): number {
  return makersFrom + id
}

/** The world's id of a maker; undefined for other companies. */
export function makerOf(id: number): number | undefined {
  return id > makersFrom && id < ownCompany ? id - makersFrom : undefined
}

function makers(table: World['manufacturers']): Source<Company> {
  const company = ({ id, name, updatedAt }: Named): Company => ({ id: makersFrom + id, name, updatedAt, kind: 'maker' })
  return {
    *after(id) {
      for (const row of table.after(Math.max(0, id - makersFrom))) yield company(row)
    },
    get(id) {
      const row = table.get(id - makersFrom)
      return row && company(row)
    },
    version: () => table.version,
  }
}

function customers(world: World): Source<Company> {
  const company = (of: WorldCompany): Company => ({
    id: of.id,
    name: of.name,
    updatedAt: of.updatedAt,
    kind: 'customer',
    of,
  })
  const source = ofWorld(world.companies)
  return {
    *after(id) {
      for (const row of source.after(id)) yield company(row)
    },
    get(id) {
      const row = source.get(id)
      return row && company(row)
    },
    version: source.version,
  }
}

/** Several lines in one column. */
export function addressColumns<T>(addressIn: (item: T) => WorldAddress | undefined): Columns<T> {
  const line = (item: T) => {
    const address = addressIn(item)
    return [address?.addressLine1, address?.addressLine2].filter(Boolean).join('\n')
  }
  return {
    street: line,
    city: (item) => text(addressIn(item)?.city),
    state: (item) => text(addressIn(item)?.state),
    zip: (item) => text(addressIn(item)?.postalCode),
    country: (item) => text(addressIn(item)?.country),
  }
}

/** `core_company`, and `customer_account`, its child. */
export function companyTables(world: World, contactOf: (companyId: number) => Cell): readonly [Table, Table] {
  const own: Company = { id: ownCompany, name: ownName, updatedAt: '2019-02-01T09:00:00Z', kind: 'own' }
  const named = (table: { get(id: number): Named | undefined }, id: number | undefined): Cell =>
    id === undefined ? choice('', null) : choice(String(id), table.get(id)?.name)
  const columns: Columns<Company> = {
    sys_class_name: ({ kind }) =>
      kind === 'customer' ? choice('customer_account', 'Account') : choice('core_company', 'Company'),
    sys_created_on: () => '2019-02-01 09:00:00',
    sys_updated_on: ({ updatedAt }) => moment(updatedAt),
    sys_mod_count: () => '3',
    name: ({ name }) => name,
    customer: ({ kind }) => flag(kind !== 'maker'),
    vendor: ({ of, kind }) => flag(kind === 'maker' || of?.typeIds.includes(3) === true),
    manufacturer: ({ kind }) => flag(kind === 'maker'),
    primary: ({ kind }) => flag(kind === 'own'),
    website: ({ of }) => text(of?.website),
    phone: ({ of }) => text(of?.phone),
    fax_phone: () => '',
    notes: () => '',
    parent: () => ({ value: '', label: null, table: 'core_company' }),
    contact: ({ of }) => (of ? contactOf(of.id) : ''),
    num_employees: () => '',
    ...addressColumns(({ of }) => of),
    u_type: ({ of }) => named(world.companyTypes, of?.typeIds[0]),
    u_status: ({ of }) => named(world.companyStatuses, of?.statusId),
  }
  const clients = customers(world)
  const source = joined(
    clients,
    makers(world.manufacturers),
    ofList(() => [own]),
  )
  return [
    tableOf({ name: 'core_company', base: 'core_company', source, columns }),
    tableOf({
      name: 'customer_account',
      base: 'core_company',
      source: clients,
      columns: {
        ...columns,
        number: ({ id }) => `ACCT${String(id).padStart(7, '0')}`,
        account_code: ({ of }) => text(of?.identifier),
        primary_contact: ({ of }) => (of ? contactOf(of.id) : ''),
      },
    }),
  ]
}

/** `cmn_location`; the main location of a company was there first. */
export function locationTable(world: World, companies: () => Table, withPrimary: boolean): Table {
  const country = 3_000_000_001
  const company = referencesTo(companies, 'core_company')
  const columns: Columns<WorldSite> = {
    sys_class_name: () => choice('cmn_location', 'Location'),
    sys_created_on: ({ id, primary }) =>
      primary ? '2019-02-01 09:00:00' : `2020-01-01 00:00:${String(id % 60).padStart(2, '0')}`,
    sys_updated_on: ({ updatedAt }) => moment(updatedAt),
    name: ({ name }) => name,
    full_name: ({ name, city }) => [city, name].filter(Boolean).join('/'),
    company: ({ companyId }) => company(companyId || null),
    phone: ({ phone }) => text(phone),
    ...addressColumns((site: WorldSite) => site),
    duplicate: () => 'false',
    primary_location: () => ({ value: '', label: null, table: 'cmn_location' }),
    life_cycle_stage: ({ active }) => (active ? choice('', null) : choice('End of Life', 'End of Life')),
    cmn_location_type: () => choice('site', 'Site'),
    ...(withPrimary ? { primary: ({ primary }: WorldSite) => flag(primary) } : {}),
  }
  // A country is a location as well, and belongs to nobody.
  const lands = ofList((): WorldSite[] => [
    {
      id: country,
      companyId: 0,
      name: 'United States',
      active: true,
      primary: false,
      phone: null,
      updatedAt: '2019-02-01T09:00:00Z',
      addressLine1: null,
      addressLine2: null,
      city: null,
      state: null,
      postalCode: null,
      country: null,
    },
  ])
  return tableOf({
    name: 'cmn_location',
    base: 'cmn_location',
    source: joined(
      filtered(ofWorld(world.sites), () => true),
      lands,
    ),
    columns,
  })
}
