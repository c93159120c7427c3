/** For the plain side of the benches: each vendor's record as columns, written the way a script would. */
import type { Shape } from './floors.ts'

type Values = Record<string, unknown>
const ref = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {})
const day = (value: unknown) => (typeof value === 'string' ? value.slice(0, 10) : null)
const text = (value: unknown) => (typeof value === 'number' ? String(value) : null)
const utc = (value: unknown) => (typeof value === 'string' && !value.endsWith('Z') ? `${value}Z` : value)

/** Written as people of the account write dates, else as a day. */
const typed = (value: unknown) => {
  const [, month, date, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(String(value)) ?? []
  return year === undefined ? day(value) || null : `${year}-${month}-${date}`
}

export const shapes: Readonly<Record<string, Shape>> = {
  'connectwise-psa': (record) => ({
    source_id: String(record.id),
    source_url: `https://psa.example/open?recid=${record.id}`,
    source_updated_at: ref(record._info).lastUpdated,
    company_source_id: String(ref(record.company).id),
    site_source_id: ref(record.site).id === undefined ? null : String(ref(record.site).id),
    contact_source_id: ref(record.contact).id === undefined ? null : String(ref(record.contact).id),
    name: record.name,
    type_source_id: String(ref(record.type).id),
    type: ref(record.type).name,
    status_source_id: String(ref(record.status).id),
    status: ref(record.status).name,
    active: record.activeFlag,
    serial_number: record.serialNumber ?? null,
    asset_tag: record.tagNumber ?? null,
    manufacturer: ref(record.manufacturer).name ?? null,
    model: record.modelNumber ?? null,
    product_number: record.manufacturerPartNumber ?? null,
    os_type: record.osType ?? null,
    os_version: record.osInfo ?? null,
    mac_address: record.macAddress ?? null,
    ip_address: record.ipAddress ?? null,
    purchase_date: day(record.purchaseDate),
    installation_date: day(record.installationDate),
    warranty_expiration: day(record.warrantyExpirationDate),
    notes: record.notes ?? null,
    custom_fields: {},
  }),
  autotask: (record) => ({
    source_id: String(record.id),
    source_url: `https://psa.example/open?InstalledProductID=${record.id}`,
    source_updated_at: utc(record.lastModifiedTime),
    company_source_id: String(record.companyID),
    site_source_id: text(record.companyLocationID),
    contact_source_id: text(record.contactID),
    name: record.referenceTitle || record.rmmDeviceAuditHostname,
    type_source_id: text(record.configurationItemType),
    type: null,
    status_source_id: record.isActive ? 'active' : 'inactive',
    status: record.isActive ? 'Active' : 'Inactive',
    active: record.isActive,
    serial_number: record.serialNumber || null,
    asset_tag: record.referenceNumber || null,
    manufacturer: null,
    model: null,
    product_number: null,
    os_type: record.rmmDeviceAuditOperatingSystem ?? null,
    os_version: null,
    mac_address: record.rmmDeviceAuditMacAddress ?? null,
    ip_address: record.rmmDeviceAuditIPAddress ?? null,
    purchase_date: null,
    installation_date: day(record.installDate),
    warranty_expiration: day(record.warrantyExpirationDate),
    notes: record.notes || null,
    custom_fields: {},
  }),
  syncro: (record) => ({
    source_id: String(record.id),
    source_url: `https://psa.example/customer_assets/${record.id}`,
    source_updated_at: record.updated_at,
    company_source_id: String(record.customer_id),
    site_source_id: ref(record.address).id === undefined ? null : String(ref(record.address).id),
    contact_source_id: record.contact_id === null ? null : String(record.contact_id),
    name: record.name,
    type_source_id: `name:${record.asset_type}`,
    type: record.asset_type,
    status_source_id: `name:${ref(record.properties).Stage}`,
    status: ref(record.properties).Stage ?? null,
    active: null,
    serial_number: record.asset_serial || null,
    asset_tag: null,
    manufacturer: ref(record.properties).manufacturer ?? ref(record.properties).Manufacturer ?? null,
    model: ref(record.properties).model ?? ref(record.properties).Model ?? null,
    product_number: null,
    os_type: ref(record.properties).os ?? null,
    os_version: ref(ref(ref(record.properties).kabuto_information).os).build ?? null,
    mac_address: null,
    ip_address: null,
    purchase_date: typed(ref(record.properties)['Purchase Date']),
    installation_date: null,
    warranty_expiration: typed(ref(record.properties)['Warranty Expiration']),
    notes: ref(record.properties).Notes || null,
    custom_fields: {},
  }),
  'halo-psa': (record) => {
    const fields = Array.isArray(record.fields) ? record.fields.map(ref) : []
    const field = (...names: string[]) => {
      const found = fields.find(({ name }) => names.includes(String(name)))
      return (typeof found?.value === 'number' ? found.display : found?.value) || null
    }
    const noon = (value: unknown) => (String(value).startsWith('1900') ? null : day(value))
    const id = (value: unknown) => (value ? String(value) : null)
    return {
      source_id: String(record.id),
      source_url: `https://psa.example/assets?id=${record.id}`,
      company_source_id: id(record.client_id),
      site_source_id: id(record.site_id),
      contact_source_id: id(record.first_user_id),
      name: record.key_field,
      type_source_id: id(record.assettype_id),
      type: record.assettype_name,
      status_source_id: id(record.status_id),
      status: record.status_name,
      active: !record.inactive,
      serial_number: field('Serial Number', 'Serial No.', 'service tag'),
      asset_tag: record.inventory_number || null,
      manufacturer: field('Manufacturer', 'Make', 'Brand'),
      model: field('Model', 'Model Name'),
      product_number: field('Part Number', 'Product Number', 'SKU'),
      os_type: field('Operating System', 'OS', 'OS Name'),
      os_version: field('OS Version', 'OS Build'),
      mac_address: field('MAC Address', 'MAC', 'Primary MAC Address'),
      ip_address: field('IP Address', 'IP', 'Primary IP Address'),
      purchase_date: day(field('Purchase Date', 'Date Purchased')) ?? noon(record.supplier_purchasedate),
      installation_date: noon(record.commissiondate),
      warranty_expiration: noon(record.warranty_end),
      custom_fields: {},
    }
  },
  servicenow: (record) => {
    const raw = (column: string) => ref(record[column]).value || null
    const label = (column: string) => ref(record[column]).display_value || null
    return {
      source_id: raw('sys_id'),
      source_url: `https://psa.example/nav_to.do?uri=${raw('sys_id')}`,
      source_updated_at: `${raw('sys_updated_on')}Z`,
      company_source_id: raw('company'),
      site_source_id: raw('location'),
      contact_source_id: raw('assigned_to'),
      name: raw('name'),
      type_source_id: raw('sys_class_name'),
      type: label('sys_class_name'),
      status_source_id: raw('install_status'),
      status: label('install_status'),
      active: raw('install_status') !== '7' && raw('install_status') !== '100',
      serial_number: raw('serial_number'),
      asset_tag: raw('asset_tag'),
      manufacturer: label('manufacturer'),
      model: raw('model_id.name'),
      product_number: raw('model_number') ?? raw('model_id.model_number'),
      os_type: label('os'),
      os_version: raw('os_version'),
      mac_address: raw('mac_address'),
      ip_address: raw('ip_address'),
      purchase_date: day(raw('purchase_date')),
      installation_date: day(raw('install_date')),
      warranty_expiration: day(raw('warranty_expiration')),
      notes: raw('comments'),
      custom_fields: {},
    }
  },
  // What the list says of an asset; everything else is one more request each.
  'kaseya-bms': (record) => ({
    source_id: String(record.id),
    company_source_id: String(record.accountId),
    contact_source_id: record.contactId === 0 ? null : String(record.contactId),
    name: record.assetName,
    type_source_id: String(record.categoryId),
    type: record.categoryName,
    status_source_id: record.isActive ? 'active' : 'inactive',
    status: record.isActive ? 'Active' : 'Inactive',
    active: record.isActive,
    serial_number: record.serialNumber || null,
    ip_address: record.ipAddress || null,
    custom_fields: {},
  }),
}
