/** For the plain side of the benches: each vendor's record as columns, written the way a script would. */
import type { Shape } from './floors.ts'

type Values = Record<string, unknown>
const ref = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {})
const day = (value: unknown) => (typeof value === 'string' ? value.slice(0, 10) : null)
const text = (value: unknown) => (typeof value === 'number' ? String(value) : null)
const utc = (value: unknown) => (typeof value === 'string' && !value.endsWith('Z') ? `${value}Z` : value)

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
}
