/** Hardware assets as BMS writes them, and what a PUT makes of one. */
import type { World, WorldConfiguration } from '../../../core/connector/simulator.ts'
import { type Row, refusal } from './answers.ts'

/** What the world knows nothing of, and a PUT that leaves it out empties. */
const extras = [
  'BrandId',
  'BusinessImpactId',
  'LocationInfo',
  'BarCode',
  'VendorId',
  'MachineGroupId',
  'SubnetMask',
  'DefaultGateway',
  'DnsServers',
  'DhcpEnabled',
  'DhcpServer',
  'WinsEnabled',
  'SecondaryWinsServer',
  'ConnectionGatewayIp',
  'OsType',
  'LoginName',
  'LastLoginname',
  'CurrentUser',
  'ProductName',
  'MachineVersion',
  'MotherboardManufacturerId',
  'MotherboardProductCode',
  'MotherboardSerialNumber',
  'MotherboardVersion',
  'ChassisAssetTag',
  'ChassisManufacturerId',
  'ChassisSerialNumber',
  'ChassisType',
  'ChassisVersion',
  'BusSpeed',
  'MaxMemorySize',
  'MaxMemorySlots',
  'PrimaryWinsServer',
  'PurchaseCost',
  'ExpirationDate',
  'FirstCheckIn',
  'LastCheckIn',
  'LastReboot',
] as const

type Extras = Readonly<Record<string, unknown>>

/** A day as BMS writes it, without a zone. */
const midnight = (day: string | null) => (day === null ? null : `${day}T00:00:00`)
const required = ['Name', 'AccountId', 'AccountLocationId', 'CategoryId']

function extrasOf({ id, osType, model }: WorldConfiguration): Extras {
  const isComputer = Boolean(osType)
  return {
    BusinessImpactId: 3,
    LocationInfo: id % 5 === 0 ? 'under the desk' : null,
    BarCode: `BC-${id}`,
    MachineGroupId: isComputer ? 'lantern.root' : null,
    SubnetMask: '255.255.255.0',
    DnsServers: '10.0.0.1',
    DhcpEnabled: true,
    WinsEnabled: false,
    OsType: isComputer ? osType?.split(' ')[0] : null,
    LoginName: isComputer ? 'ann' : null,
    ProductName: model,
    ChassisType: 'Notebook',
    PurchaseCost: 1_000 + (id % 900) + 0.5,
    // The end of the asset's life, which is no warranty.
    ExpirationDate: id % 3 === 0 ? '2035-12-31T00:00:00' : null,
    FirstCheckIn: '2024-02-03T10:00:00',
    LastCheckIn: '2026-05-30T06:00:00',
  }
}

export class Assets {
  readonly #world: World
  readonly #mainSiteOf: (companyId: number) => number | null
  readonly #replaced = new Map<number, Extras>()
  readonly #names = new Map<number, string | null>()
  #version = -1

  constructor(world: World, mainSiteOf: (companyId: number) => number | null) {
    this.#world = world
    this.#mainSiteOf = mainSiteOf
  }

  /** What a list says of an asset. */
  line(row: WorldConfiguration): Row {
    const { world } = { world: this.#world }
    const contact = row.contactId === null ? undefined : world.contacts.get(row.contactId)
    return {
      Id: row.id,
      CategoryName: world.configurationTypes.get(row.typeId)?.name ?? null,
      CategoryId: row.typeId,
      LocationName: this.#siteName(row),
      AssetName: row.name,
      SerialNumber: row.serialNumber,
      MachineGroupId: this.#extras(row).MachineGroupId ?? null,
      IPAddress: row.ipAddress,
      ContactId: contact?.id ?? 0,
      ContactName: contact ? `${contact.firstName} ${contact.lastName ?? ''}`.trim() : null,
      AccountId: row.companyId,
      AccountName: this.#companyName(row.companyId),
      IsActive: row.active,
    }
  }

  detail(row: WorldConfiguration): Row {
    const world = this.#world
    const own = this.#extras(row)
    const contact = row.contactId === null ? undefined : world.contacts.get(row.contactId)
    const [major = null, ...minor] = row.osVersion === null ? [] : row.osVersion.split('.')
    const written: Record<string, unknown> = Object.fromEntries(extras.map((name) => [name, own[name] ?? null]))
    const { DnsServers, DhcpEnabled, DhcpServer, WinsEnabled, ...rest } = written
    return {
      ...rest,
      // In the answer these are spelled otherwise than in the request.
      DNSServers: DnsServers,
      DHCPEnabled: DhcpEnabled === true,
      DHCPServer: DhcpServer,
      WinsEnabled: WinsEnabled === true,
      Id: row.id,
      Name: row.name,
      AccountId: row.companyId,
      AccountName: this.#companyName(row.companyId),
      AccountLocationId: this.siteOf(row),
      AccountLocation: this.#siteName(row),
      ContactId: contact?.id ?? null,
      ContactFirstName: contact?.firstName ?? null,
      ContactLastName: contact?.lastName ?? null,
      CategoryId: row.typeId,
      Category: world.configurationTypes.get(row.typeId)?.name ?? null,
      Brand: null,
      SerialNumber: row.serialNumber,
      BusinessImpact: null,
      StateId: row.statusId,
      State: world.configurationStatuses.get(row.statusId)?.name ?? null,
      Description: row.notes,
      AssetTag: row.assetTag,
      WebRemoteUrl: null,
      Vendor: null,
      IsActive: row.active,
      ModelNumber: row.model,
      IpAddress: row.ipAddress,
      OsInfo: row.osType,
      MajorVersion: major,
      MinorVersion: minor.length > 0 ? minor.join('.') : null,
      MacAddress: row.macAddress,
      MotherboardManufacturer: null,
      ChassisManufacturer: null,
      ManufacturerId: row.manufacturerId,
      Manufacturer: row.manufacturerId === null ? null : (world.manufacturers.get(row.manufacturerId)?.name ?? null),
      WarrantyExpirationDate: midnight(row.warrantyExpiration),
      AcquisitionDate: midnight(row.purchaseDate),
      CreatedById: 7,
      CreatedBy: 'Ann Nox',
      ModifiedById: 7,
      ModifiedBy: 'Ann Nox',
      // Times of assets carry no zone.
      CreatedOn: '2019-02-01T09:00:00',
      ModifiedOn: row.updatedAt.replace('Z', ''),
      ContactEmailAddress: contact?.email ?? null,
      ContactPhoneNumber: contact?.phone ?? null,
      AgentId: own.MachineGroupId ? String(100_000_000 + row.id) : null,
      DiskVolumes: own.MachineGroupId
        ? [
            {
              Drive: 'C',
              Type: 'Fixed',
              Format: 'NTFS',
              FreeMBytes: 200_000,
              UsedMBytes: 50_000,
              TotalMBytes: 250_000,
              Label: 'OS',
            },
          ]
        : [],
      IntegrationTypeId: own.MachineGroupId ? 1 : null,
      Statuses: [{ Message: '', Name: 'Online', Color: 'green' }],
    }
  }

  /** Replaces the asset as a whole: what the body leaves out is empty afterwards. */
  put(row: WorldConfiguration, body: unknown): void {
    if (typeof body !== 'object' || body === null) throw refusal(400, 'The body is not JSON.', 400)
    const given = new Map<string, unknown>(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]))
    const value = (name: string) => given.get(name.toLowerCase()) ?? null
    const lacking = required.filter((name) => value(name) === null)
    if (lacking.length > 0) throw refusal(422, `The ${lacking[0]} field is required.`)
    const whole = (name: string) => (typeof value(name) === 'number' ? Number(value(name)) : null)
    const words = (name: string) => (typeof value(name) === 'string' ? String(value(name)) : null)
    const day = (name: string) => words(name)?.slice(0, 10) ?? null
    const maker = whole('ManufacturerId')
    if (maker !== null && this.#world.manufacturers.get(maker) === undefined)
      throw refusal(404, 'Manufacturer not found.')
    const [major, minor] = [words('MajorVersion'), words('MinorVersion')]
    this.#replaced.set(row.id, Object.fromEntries(extras.map((name) => [name, value(name)])))
    this.#world.configurations.put({
      ...row,
      name: words('Name') ?? '',
      companyId: whole('AccountId') ?? 0,
      siteId: whole('AccountLocationId'),
      contactId: whole('ContactId'),
      typeId: whole('CategoryId') ?? 0,
      statusId: whole('StateId') ?? 0,
      active: value('IsActive') === true,
      serialNumber: words('SerialNumber'),
      assetTag: words('AssetTag'),
      manufacturerId: maker,
      model: words('ModelNumber'),
      osType: words('OsInfo'),
      osVersion: minor === null ? major : `${major}.${minor}`,
      macAddress: words('MacAddress'),
      ipAddress: words('IpAddress'),
      purchaseDate: day('AcquisitionDate'),
      warrantyExpiration: day('WarrantyExpirationDate'),
      notes: words('Description'),
      updatedAt: new Date().toISOString(),
    })
  }

  /** An asset always stands somewhere, unless its account has no location. */
  siteOf(row: WorldConfiguration): number | null {
    return row.siteId ?? this.#mainSiteOf(row.companyId)
  }

  #extras(row: WorldConfiguration): Extras {
    return this.#replaced.get(row.id) ?? extrasOf(row)
  }

  #siteName(row: WorldConfiguration): string | null {
    const site = this.siteOf(row)
    return site === null ? null : (this.#world.sites.get(site)?.name ?? null)
  }

  /** Kept, because thousands of assets belong to the same few. */
  #companyName(id: number): string | null {
    if (this.#version !== this.#world.companies.version) {
      this.#version = this.#world.companies.version
      this.#names.clear()
    }
    const known = this.#names.get(id)
    if (known !== undefined) return known
    const name = this.#world.companies.get(id)?.name ?? null
    this.#names.set(id, name)
    return name
  }
}
