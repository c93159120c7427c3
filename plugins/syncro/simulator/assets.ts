/** Assets with their bag of properties, read and written. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { type Clients, customerId, later } from './clients.ts'
import { type Definitions, hasAgent, labels } from './definitions.ts'
import { indexed, newestFirst, type Ordered, ordered, type Row } from './paged.ts'
import { assetNotFound, invalid } from './refusals.ts'

/** Some dates were typed by people, the way the account writes dates. */
function written(day: string, id: number): string {
  if (id % 7 !== 0) return day
  const [year, month, date] = day.split('-')
  return `${month}/${date}/${year}`
}

const gone = Symbol('gone')

interface Behaviour {
  /** Whether a bag that is sent takes the place of the one that is there. */
  readonly replaces?: boolean
  readonly checkedInAt?: string
}

export class Assets {
  readonly #world: World
  readonly #clients: Clients
  readonly #definitions: Definitions
  readonly #replaces: boolean
  readonly #checkedInAt: string | undefined
  /** Properties that were written and are nothing the world knows, by asset. */
  readonly #written = new Map<number, Map<string, unknown>>()
  readonly #all: () => Ordered
  readonly #filtered: () => Map<string, Ordered>

  constructor(world: World, clients: Clients, definitions: Definitions, { replaces = false, checkedInAt }: Behaviour) {
    this.#world = world
    this.#clients = clients
    this.#definitions = definitions
    this.#replaces = replaces
    this.#checkedInAt = checkedInAt
    this.#all = newestFirst(world.configurations)
    this.#filtered = indexed(
      () => world.configurations.version,
      () => new Map(),
    )
  }

  list(query: URLSearchParams): Ordered {
    const [type, customer] = [query.get('asset_type_id'), query.get('customer_id')]
    if (type === null && customer === null) return this.#all()
    const key = `${type} ${customer}`
    const known = this.#filtered().get(key)
    if (known) return known
    const ids: number[] = []
    for (const { id, typeId, companyId } of this.#world.configurations.after(0)) {
      if (
        (type === null || typeId === Number(type)) &&
        (customer === null || customerId(companyId) === Number(customer))
      )
        ids.push(id)
    }
    const order = ordered(ids.reverse())
    this.#filtered().set(key, order)
    return order
  }

  row(id: number): Row | undefined {
    const asset = this.#world.configurations.get(id)
    if (!asset) return undefined
    return {
      id,
      name: asset.name,
      customer_id: customerId(asset.companyId),
      contact_id: asset.contactId !== null && this.#clients.isListed(asset.contactId) ? asset.contactId : null,
      created_at: '2024-02-03T04:40:27.117Z',
      updated_at: hasAgent(asset.typeId) ? this.#lastSeen(asset) : asset.updatedAt,
      properties: this.#properties(asset),
      asset_type: this.#world.configurationTypes.get(asset.typeId)?.name ?? null,
      asset_serial: asset.serialNumber,
      external_rmm_link: null,
      customer: this.#clients.customer(asset.companyId) ?? null,
      rmm_links: [],
      rmm_store: hasAgent(asset.typeId)
        ? { id, asset_id: id, account_id: 1, triggers: { bsod_triggered: 'false' }, windows_updates: {}, general: {} }
        : null,
      address: this.#clients.address(asset.siteId) ?? null,
    }
  }

  #lastSeen({ updatedAt }: WorldConfiguration): string {
    return later(updatedAt, this.#checkedInAt)
  }

  #properties(asset: WorldConfiguration): Row {
    const bag = baseProperties(this.#world, asset, this.#definitions, this.#lastSeen(asset))
    for (const [label, value] of this.#written.get(asset.id) ?? []) {
      if (value === gone) delete bag[label]
      else bag[label] = value
    }
    return bag
  }

  /** `PUT /customer_assets/{id}` */
  update(id: number, body: unknown): Row {
    const asset = this.#world.configurations.get(id)
    if (!asset) throw assetNotFound()
    const { asset_type_name: type, properties } = Object(body)
    if (type !== undefined && ![...this.#world.configurationTypes.after(0)].some(({ name }) => name === type))
      throw invalid("Asset type can't be blank")
    const sent: Row = Object(properties)
    const before = this.#properties(asset)
    for (const [label, value] of Object.entries(sent)) {
      if (JSON.stringify(value) === JSON.stringify(before[label])) continue
      // A label the type does not have goes nowhere.
      if (Object.hasOwn(before, label) || this.#isKnown(asset, label)) this.#set(id, label, value)
    }
    if (this.#replaces)
      for (const label of Object.keys(before)) if (!Object.hasOwn(sent, label)) this.#set(id, label, gone)
    return this.row(id) ?? {}
  }

  #isKnown(asset: WorldConfiguration, label: string): boolean {
    return this.#definitions.isDefined(asset.typeId, label) || this.#written.get(asset.id)?.get(label) === gone
  }

  #set(id: number, label: string, value: unknown): void {
    const asset = this.#world.configurations.get(id)
    if (!asset) return
    const fact = this.#fact(label, typeof value === 'string' && value !== '' ? value : null)
    const updatedAt = `${new Date().toISOString().slice(0, 19)}Z`
    this.#world.configurations.put({ ...asset, ...(value === gone ? {} : fact), updatedAt })
    const known = this.#written.get(id) ?? new Map<string, unknown>()
    // What the world knows is told by the world from now on.
    if (fact && value !== gone) known.delete(label)
    else known.set(label, value)
    this.#written.set(id, known)
  }

  /** What a property means in the world. */
  #fact(label: string, value: string | null): Partial<WorldConfiguration> | undefined {
    switch (label) {
      case labels.purchase:
        return { purchaseDate: value }
      case labels.warranty:
        return { warrantyExpiration: value }
      case labels.manufacturer:
      case 'manufacturer':
        return { manufacturerId: value === null ? null : this.#manufacturer(value) }
      default:
        return undefined
    }
  }

  #manufacturer(name: string): number {
    const { manufacturers } = this.#world
    for (const maker of manufacturers.after(0)) if (maker.name === name) return maker.id
    const id = manufacturers.lastId + 1
    manufacturers.put({ id, name, updatedAt: '2026-01-01T00:00:00Z' })
    return id
  }
}

function baseProperties(
  world: World,
  asset: WorldConfiguration,
  definitions: Definitions,
  lastSeen: string,
): Record<string, unknown> {
  const { id, typeId, model, osType, osVersion } = asset
  const maker = asset.manufacturerId === null ? null : (world.manufacturers.get(asset.manufacturerId)?.name ?? null)
  const bag: Record<string, unknown> = {}
  const add = (label: string, value: unknown) => {
    // What nobody filled in is there as an empty text, or not there at all.
    if (value !== null && value !== undefined) bag[label] = value
    else if (id % 2 === 1) bag[label] = ''
  }
  if (hasAgent(typeId)) {
    add('os', osType)
    add('manufacturer', maker)
    add('model', model)
    bag.device_name = asset.name
    bag.ram = '16 GB'
    bag.kabuto_live_uuid = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`
    bag.kabuto_information = {
      general: { name: asset.name, manufacturer: maker, model, form_factor: 'Laptop', domain: 'LANTERN' },
      os: { name: osType, build: osVersion, os_architecture: '64-bit', last_boot_time: lastSeen },
      last_synced_at: lastSeen,
      last_user: 'LANTERN\\user',
      install_dates: { os_install: '2024-02-02' },
    }
  } else {
    add(labels.manufacturer, maker)
    add(labels.model, model)
  }
  add(labels.purchase, asset.purchaseDate && written(asset.purchaseDate, id))
  add(labels.warranty, asset.warrantyExpiration && written(asset.warrantyExpiration, id))
  add(labels.notes, asset.notes)
  const status = world.configurationStatuses.get(asset.statusId)
  if (status) bag[labels.status] = definitions.optionId(typeId, labels.status, status.name)
  for (const { id: key, title, type } of world.configurationFields) {
    const value = asset.customFields[key]
    if (value === null || value === undefined) continue
    bag[title] = type === 'list' ? definitions.optionId(typeId, title, String(value)) : String(value)
  }
  return bag
}
