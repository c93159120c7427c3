/** Configuration items by class, and the assets beside them. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { makerId, makerOf } from './companies.ts'
import {
  type Cell,
  type Columns,
  choice,
  filtered,
  idBelow,
  moment,
  ofWorld,
  type Row,
  referencesTo,
  sysId,
  type Table,
  tableOf,
  text,
} from './rows.ts'

/** By type of the world; the first three and the virtual ones are computers. */
const classNames = [
  'u_cmdb_ci_workstation',
  'u_cmdb_ci_laptop',
  'cmdb_ci_server',
  'cmdb_ci_netgear',
  'cmdb_ci_printer',
  'cmdb_ci_ups',
  'cmdb_ci_vm_instance',
  'u_cmdb_ci_renewal',
  'u_cmdb_ci_pager',
]
const computerTypes: ReadonlySet<number> = new Set([1, 2, 3, 7])

/** This customer renamed the states of the base system. */
const installStates: Readonly<Record<number, string>> = { 1: '1', 2: '6', 3: '3', 4: '100', 5: '7' }

export function classOf(typeId: number): string {
  return classNames[typeId - 1] ?? `u_cmdb_ci_kind_${typeId}`
}

export function installState(statusId: number): string {
  return installStates[statusId] ?? String(200 + statusId)
}

export interface Neighbours {
  readonly companies: () => Table
  readonly locations: () => Table
  readonly users: () => Table
}

type Values = Readonly<Record<string, string>>

/** The table of each class, `cmdb_ci_hardware` over all, `cmdb_ci_computer` over some, and `alm_hardware`. */
export function hardwareTables(
  world: World,
  { companies, locations, users }: Neighbours,
  assetLed: boolean,
): readonly Table[] {
  const company = referencesTo(companies, 'core_company')
  const location = referencesTo(locations, 'cmn_location')
  const user = referencesTo(users, 'sys_user')
  const hasAsset = ({ serialNumber, assetTag }: WorldConfiguration) => Boolean(serialNumber ?? assetTag)
  const modelOf = ({ manufacturerId, model, productNumber }: WorldConfiguration): Cell => {
    if (model === null) return { value: '', label: null, table: 'cmdb_model' }
    const maker = world.manufacturers.get(manufacturerId ?? 0)?.name
    const columns: Readonly<Record<string, string>> = { name: model, model_number: text(productNumber) }
    const row: Row = { id: 1, cell: (column) => columns[column] }
    return {
      value: sysId('cmdb_model', hashOf(model + text(productNumber))),
      label: [maker, model].filter(Boolean).join(' '),
      table: 'cmdb_model',
      to: () => row,
    }
  }
  const common: Columns<WorldConfiguration> = {
    sys_created_on: () => '2019-02-01 09:00:00',
    sys_updated_on: ({ updatedAt }) => moment(updatedAt),
    serial_number: ({ serialNumber }) => text(serialNumber),
    asset_tag: ({ assetTag }) => text(assetTag),
    company: ({ companyId }) => company(companyId || null),
    location: ({ siteId }) => location(siteId),
    assigned_to: ({ contactId }) => user(contactId),
    install_date: ({ installationDate }) => (installationDate === null ? '' : `${installationDate} 12:00:00`),
    skip_sync: () => 'false',
  }
  const dates: Columns<WorldConfiguration> = {
    purchase_date: ({ purchaseDate }) => text(purchaseDate),
    warranty_expiration: ({ warrantyExpiration }) => text(warrantyExpiration),
  }
  const isBare = (item: WorldConfiguration) => assetLed && hasAsset(item)
  const columns: Columns<WorldConfiguration> = {
    ...common,
    sys_class_name: ({ typeId }) =>
      choice(classOf(typeId), world.configurationTypes.get(typeId)?.name ?? classOf(typeId)),
    name: ({ name }) => name,
    purchase_date: (item) => (isBare(item) ? '' : text(item.purchaseDate)),
    warranty_expiration: (item) => (isBare(item) ? '' : text(item.warrantyExpiration)),
    manufacturer: ({ manufacturerId }) => company(manufacturerId === null ? null : makerId(manufacturerId)),
    vendor: () => ({ value: '', label: null, table: 'core_company' }),
    model_id: modelOf,
    model_number: ({ model, productNumber }) => (model === null ? text(productNumber) : ''),
    mac_address: ({ macAddress }) => text(macAddress),
    ip_address: ({ ipAddress }) => text(ipAddress),
    install_status: ({ statusId }) => choice(installState(statusId), world.configurationStatuses.get(statusId)?.name),
    operational_status: ({ active }) => (active ? choice('1', 'Operational') : choice('6', 'Retired')),
    hardware_status: ({ active }) => (active ? choice('installed', 'Installed') : choice('retired', 'Retired')),
    life_cycle_stage: ({ active }) =>
      active ? choice('Operational', 'Operational') : choice('End of Life', 'End of Life'),
    comments: ({ notes }) => text(notes),
    short_description: () => '',
    duplicate_of: () => ({ value: '', label: null, table: 'cmdb_ci' }),
    asset: (item) =>
      hasAsset(item)
        ? {
            value: sysId('alm_asset', item.id),
            label: [item.assetTag, item.model].filter(Boolean).join(' - '),
            table: 'alm_asset',
            to: () => assets.get(item.id),
          }
        : { value: '', label: null, table: 'alm_asset' },
    u_asset_owner: ({ customFields }) => String(customFields['asset-owner'] ?? ''),
    u_rack_units: ({ customFields }) => {
      const units = customFields['rack-units']
      // Numbers are shown the way people write them.
      return units === null || units === undefined ? '' : choice(String(units), `${units}0`)
    },
    u_backed_up: ({ customFields }) => String(customFields['backed-up'] ?? ''),
    u_battery_date: ({ customFields }) => String(customFields['battery-date'] ?? ''),
    u_lifecycle: ({ customFields }) =>
      customFields.lifecycle
        ? choice(String(customFields.lifecycle), String(customFields.lifecycle))
        : choice('', null),
    u_admin_login: () => 'simulator-planted-password',
  }
  const keep = (item: WorldConfiguration, values: Values, allowed: readonly string[]): void => {
    const has = (column: string) => values[column] !== undefined && allowed.includes(column)
    const day = (column: string, held: string | null) => (has(column) ? values[column] || null : held)
    const maker = has('manufacturer') ? makerOf(idBelow(values.manufacturer ?? '')) : undefined
    world.configurations.put({
      ...item,
      purchaseDate: day('purchase_date', item.purchaseDate),
      warrantyExpiration: day('warranty_expiration', item.warrantyExpiration),
      manufacturerId: has('manufacturer') ? (maker ?? null) : item.manufacturerId,
      updatedAt: `${new Date().toISOString().slice(0, 19)}Z`,
    })
  }
  // Where the asset leads, its next save takes back what was written to the configuration item.
  const write = (item: WorldConfiguration, values: Values) =>
    keep(item, values, isBare(item) ? ['manufacturer'] : ['manufacturer', 'purchase_date', 'warranty_expiration'])
  const everything = ofWorld(world.configurations)
  const computers = {
    ...columns,
    os: ({ osType }: WorldConfiguration) => (osType ? choice(osType, osType) : choice('', null)),
    os_version: ({ osVersion }: WorldConfiguration) => text(osVersion),
  }
  const assets = tableOf({
    name: 'alm_hardware',
    base: 'alm_asset',
    source: filtered(everything, hasAsset),
    columns: {
      ...common,
      ...dates,
      sys_class_name: () => choice('alm_hardware', 'Hardware'),
      display_name: ({ model }) => text(model),
      model: modelOf,
      install_status: ({ active }) => (active ? choice('1', 'In use') : choice('7', 'Retired')),
      ci: ({ id, name }) => ({ value: sysId('cmdb_ci', id), label: name, table: 'cmdb_ci' }),
    },
    write: (item, values) => keep(item, values, ['purchase_date', 'warranty_expiration']),
  })
  const types = new TypeIndex(world)
  const named = (typeId: number) =>
    choice(classOf(typeId), world.configurationTypes.get(typeId)?.name ?? classOf(typeId))
  const ofTypes = (name: string, own: Columns<WorldConfiguration>, keep: (typeId: number) => boolean): Table => {
    const source = filtered(everything, ({ typeId }) => keep(typeId))
    const table = tableOf({ name, base: 'cmdb_ci', source, columns: own, write })
    const labels = new Map<number, Cell>()
    const classIn = (typeId: number) => labels.get(typeId) ?? labels.set(typeId, named(typeId)).get(typeId)
    const lazily = (id: number, typeId: number): Row => {
      let made: Row | undefined
      return {
        id,
        cell: (column) => {
          if (column === 'sys_class_name') return classIn(typeId)
          if (column === 'sys_id') return sysId('cmdb_ci', id)
          made ??= table.get(id)
          return made?.cell(column)
        },
      }
    }
    return {
      ...table,
      *rows(after) {
        for (const [id, typeId] of types.after(after)) if (keep(typeId)) yield lazily(id, typeId)
      },
    }
  }
  const isComputer = (typeId: number) => computerTypes.has(typeId)
  return [
    ofTypes('cmdb_ci_hardware', columns, () => true),
    ofTypes('cmdb_ci_computer', computers, isComputer),
    ...[...world.configurationTypes.after(0)].map(({ id }) =>
      ofTypes(classOf(id), isComputer(id) ? computers : columns, (typeId) => typeId === id),
    ),
    assets,
  ]
}

/** The type of every configuration, a byte each: lists by class need not make the rows they leave out. */
class TypeIndex {
  readonly #world: World
  #types = new Uint8Array()
  #version = -1

  constructor(world: World) {
    this.#world = world
  }

  *after(id: number): Generator<readonly [id: number, typeId: number]> {
    const { configurations } = this.#world
    if (this.#version !== configurations.version) {
      this.#types = new Uint8Array(configurations.lastId + 1)
      for (const row of configurations.after(0)) this.#types[row.id] = row.typeId
      this.#version = configurations.version
    }
    const types = this.#types
    for (let next = id + 1; next < types.length; next++) {
      const typeId = types[next]
      if (typeId) yield [next, typeId]
    }
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return (hash % 1_000_000_000) + 1
}
