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
  reference,
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
    company: ({ companyId }) => reference(companies, 'core_company', 'name', companyId || null),
    location: ({ siteId }) => reference(locations, 'cmn_location', 'name', siteId),
    assigned_to: ({ contactId }) => reference(users, 'sys_user', 'name', contactId),
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
    manufacturer: ({ manufacturerId }) =>
      reference(companies, 'core_company', 'name', manufacturerId === null ? null : makerId(manufacturerId)),
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
  const classes = [...world.configurationTypes.after(0)].map(({ id }) =>
    tableOf({
      name: classOf(id),
      base: 'cmdb_ci',
      source: filtered(everything, ({ typeId }) => typeId === id),
      columns: computerTypes.has(id) ? computers : columns,
      write,
    }),
  )
  return [
    tableOf({ name: 'cmdb_ci_hardware', base: 'cmdb_ci', source: everything, columns, write }),
    tableOf({
      name: 'cmdb_ci_computer',
      base: 'cmdb_ci',
      source: filtered(everything, ({ typeId }) => computerTypes.has(typeId)),
      columns: computers,
      write,
    }),
    ...classes,
    assets,
  ]
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return (hash % 1_000_000_000) + 1
}
