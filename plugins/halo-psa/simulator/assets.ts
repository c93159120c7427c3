/** Assets, their types, and the fields each type has under names and numbers of its own. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { customFieldsOf, fieldsOfAssets } from './custom-fields.ts'
import { shift, time } from './customers.ts'
import { Ids, isShown, numberIn, type Row, type Source, sinceIn } from './lists.ts'

type Fact =
  | 'serialNumber'
  | 'osType'
  | 'osVersion'
  | 'manufacturer'
  | 'model'
  | 'productNumber'
  | 'macAddress'
  | 'ipAddress'
  | 'purchaseDate'

interface Field {
  readonly id: number
  readonly name: string
  readonly fact: Fact
  /** Its value is the number of a choice. */
  readonly choice: boolean
}

const nameField = 101
const none = '1900-01-01T00:00:00'

const facts: readonly Fact[] = [
  'serialNumber',
  'osType',
  'osVersion',
  'manufacturer',
  'model',
  'productNumber',
  'macAddress',
  'ipAddress',
  'purchaseDate',
]

/** In the order of `facts`; `#` = a list of choices. Who set Halo up called the same thing differently each time. */
const workstation = [
  'Serial Number',
  'Operating System',
  'OS Version',
  '#Manufacturer',
  'Model',
  'Part Number',
  'MAC Address',
  'IP Address',
  'Purchase Date',
]
const laptop = ['Serial No.', 'OS', 'OS Build', 'Make', 'Model Name', 'Product Number', 'MAC', 'IP', 'Date Purchased']
const server = [
  'service tag',
  'OS Name',
  'OS Version',
  'Brand',
  'Model',
  'SKU',
  'Primary MAC Address',
  'Primary IP Address',
]
/** As workstations, but bought dates are on the supplier tab. */
const other = workstation.slice(0, -1)

const layouts = [workstation, laptop, server]

function layoutOf(typeId: number): readonly Field[] {
  return (layouts[typeId - 1] ?? other).map((name, index) => ({
    id: 200 + typeId * 20 + index,
    name: name.replace('#', ''),
    fact: facts[index] ?? 'serialNumber',
    choice: name.startsWith('#'),
  }))
}

const known: Field[][] = []
function fieldsOf(typeId: number): readonly Field[] {
  known[typeId] ??= [...layoutOf(typeId)]
  return known[typeId]
}

export interface Assets {
  readonly list: Source
  detail(id: number): Row | undefined
  types(): readonly Row[]
  type(id: number): Row | undefined
  fields(): readonly Row[]
  field(id: number): Row | undefined
  /** Writes what is known of a change; what is not, is ignored with success. */
  write(id: number, change: Row): void
}

export function assetsOf(world: World, filtersByChange: boolean, unlistedType: number | undefined): Assets {
  const ids = new Ids(world.configurations, (row) => row.typeId)
  const typeRow = (id: number): Row | undefined => {
    const type = world.configurationTypes.get(id)
    return (
      type && {
        id,
        name: type.name,
        assetgroup_id: 5,
        assetgroup_name: 'Hardware',
        keyfield_id: nameField,
        keyfield_name: 'Name',
      }
    )
  }
  const maker = (id: number | null) => (id === null ? null : (world.manufacturers.get(id)?.name ?? null))

  const fieldRow = (row: WorldConfiguration, { id, name, fact, choice }: Field): Row => {
    const held = fact === 'manufacturer' ? maker(row.manufacturerId) : row[fact]
    if (fact === 'purchaseDate') {
      return {
        id,
        name,
        value: held === null ? '' : `${held}T20:00:00.000Z`,
        display: held?.split('-').reverse().join('/') ?? '',
      }
    }
    return { id, name, value: choice ? (held === null ? null : row.manufacturerId) : (held ?? ''), display: held ?? '' }
  }
  const fieldRows = (row: WorldConfiguration): Row[] => [
    { id: nameField, name: 'Name', value: row.name, display: row.name, mandatory: true },
    ...fieldsOf(row.typeId).map((field) => fieldRow(row, field)),
  ]
  const listRow = (row: WorldConfiguration): Row => {
    const purchased = hasPurchaseField(row.typeId) ? null : row.purchaseDate
    return {
      id: row.id,
      inventory_number: row.assetTag ?? '',
      key_field: row.name,
      key_field2: '',
      key_field3: '',
      client_id: row.companyId + shift,
      client_name: world.companies.get(row.companyId)?.name ?? '',
      site_id: row.siteId === null ? 0 : row.siteId + shift,
      site_name: row.siteId === null ? '' : (world.sites.get(row.siteId)?.name ?? ''),
      username: '',
      first_user_id: row.contactId ?? 0,
      assettype_id: row.typeId,
      assettype_name: world.configurationTypes.get(row.typeId)?.name ?? '',
      colour: '#000000',
      inactive: !row.active,
      status_id: row.statusId,
      status_name: world.configurationStatuses.get(row.statusId)?.name ?? '',
      warranty_start: none,
      warranty_end: noon(row.warrantyExpiration),
      supplier_id: 0,
      supplier_name: '',
      supplier_purchasedate: noon(purchased),
      commissiondate: noon(row.installationDate),
      customfields: customFieldsOf(fieldsOfAssets(world), row.customFields),
    }
  }

  return {
    list: {
      name: 'assets',
      ids(query) {
        const type = numberIn(query, 'assettype_id', 0)
        const types = query.get('assettypes')?.split(',').map(Number)
        const statuses = query.get('assetstatuses')?.split(',').map(Number)
        const since = filtersByChange ? sinceIn(query) : undefined
        return ids.matching(
          query,
          type === 0 ? undefined : type,
          (row) =>
            isShown(row.active, query) &&
            (types === undefined || types.includes(row.typeId)) &&
            (statuses === undefined || statuses.includes(row.statusId)) &&
            (since === undefined || row.updatedAt >= since),
        )
      },
      row(id, query) {
        const row = world.configurations.get(id)
        if (row === undefined) return { id }
        // Fields of all types at once are not to be had.
        const withFields = query.get('includeassetfields') === 'true' && numberIn(query, 'assettype_id', 0) > 0
        return withFields ? { ...listRow(row), fields: fieldRows(row) } : listRow(row)
      },
    },
    detail(id) {
      const row = world.configurations.get(id)
      if (row === undefined) return undefined
      return {
        ...listRow(row),
        fields: fieldRows(row),
        notes: row.notes ?? '',
        warranty_note: '',
        dlastupdate: time(row.updatedAt),
      }
    },
    types: () =>
      [...world.configurationTypes.after(0)].flatMap<Row>(({ id }) => (id === unlistedType ? [] : (typeRow(id) ?? []))),
    type(id) {
      const statuses = [...world.configurationStatuses.after(0)]
      const allowed = statuses.map((status) => ({
        id: id * 100 + status.id,
        xtype_id: id,
        status_id: status.id,
        status_name: status.name,
      }))
      const row = typeRow(id)
      const layout = fieldsOf(id).map((field, index) => ({
        field_id: field.id,
        field_name: field.name,
        sequence: index + 2,
      }))
      return row && { ...row, allowed_status: allowed, fields: layout }
    },
    fields: () => [
      { id: nameField, name: 'Name', kind: 'T', mandatory: true },
      ...[...world.configurationTypes.after(0)].flatMap(({ id: type }) =>
        fieldsOf(type).map(({ id, name }) => ({ id, name, kind: 'T', mandatory: false })),
      ),
    ],
    field(id) {
      const found = [...world.configurationTypes.after(0)]
        .flatMap((type) => fieldsOf(type.id))
        .find((one) => one.id === id)
      if (found === undefined) return undefined
      const makers = [...world.manufacturers.after(0)].map((maker) => ({
        id: maker.id,
        lookupid: id,
        name: maker.name,
      }))
      return { id, name: found.name, kind: 'T', mandatory: false, values: found.choice ? makers : [] }
    },
    write(id, change) {
      const row = world.configurations.get(id)
      if (row === undefined) return
      const own = hasPurchaseField(row.typeId)
      const next = {
        ...row,
        updatedAt: `${new Date().toISOString().slice(0, 19)}Z`,
        ...columnDay('warrantyExpiration', change.warranty_end),
        ...(own ? {} : columnDay('purchaseDate', change.supplier_purchasedate)),
        ...(Array.isArray(change.fields) ? replaced(world, row, change.fields) : {}),
      }
      world.configurations.put(next)
    },
  }
}

function hasPurchaseField(typeId: number): boolean {
  return fieldsOf(typeId).some(({ fact }) => fact === 'purchaseDate')
}

function noon(day: string | null): string {
  return day === null ? none : `${day}T12:00:00`
}

/** What is null or no date at all is taken for "not sent". */
function columnDay(name: 'warrantyExpiration' | 'purchaseDate', value: unknown): Row {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return {}
  return { [name]: value < '1980' ? null : value.slice(0, 10) }
}

/** The list takes the place of the one before: a field that is not in it is emptied. */
function replaced(world: World, row: WorldConfiguration, sent: readonly unknown[]): Partial<WorldConfiguration> {
  const values = new Map(sent.map((field) => [Number(Object(field).id), Object(field).value]))
  const result: Record<string, unknown> = { name: String(values.get(nameField) ?? '') }
  for (const { id, fact, choice } of fieldsOf(row.typeId)) {
    const value: unknown = values.get(id) ?? null
    if (fact === 'manufacturer') result.manufacturerId = choice ? value || null : makerId(world, value)
    else if (fact === 'purchaseDate') result.purchaseDate = value ? String(value).slice(0, 10) : null
    // An empty text stays what it was.
    else result[fact] = value === '' || value === null ? (row[fact] === '' && value === '' ? '' : null) : value
  }
  return result
}

function makerId(world: World, name: unknown): number | null {
  if (typeof name !== 'string' || name === '') return null
  for (const maker of world.manufacturers.after(0)) if (maker.name === name) return maker.id
  const id = world.manufacturers.lastId + 1
  world.manufacturers.put({ id, updatedAt: '2026-07-01T00:00:00Z', name })
  return id
}
