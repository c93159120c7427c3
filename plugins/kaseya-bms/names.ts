/**
 * BMS describes its answers in PascalCase and sends them in camelCase, with `IPAddress` here and `IpAddress` there.
 * Every answer is brought to one spelling on its way in.
 */

/** Every property that anything here reads or writes back. */
const names = `
  success error code message details subErrors result totalRecords
  accessToken accessTokenExpireOn
  tenantId businessName isUserSystemAdmin userAccessRights canDelete
  id name isActive isDefault isClient isVendor color statusOrder
  createdOn modifiedOn createdByName isInternal typeId typeName
  accountId accountName accountCode accountTypeId accountType website locations
  locationName isMain addresses address1 address2 city state zipCode country phone
  locationId firstName lastName jobTitle isPoc emails emailAddress phones phoneType
  categoryId categoryName category assetName contactId
  accountLocationId brandId serialNumber businessImpactId stateId locationInfo description barCode assetTag vendorId
  modelNumber machineGroupId ipAddress subnetMask defaultGateway dnsServers dhcpEnabled dhcpServer winsEnabled
  secondaryWinsServer connectionGatewayIp osType osInfo majorVersion minorVersion macAddress loginName lastLoginname
  currentUser productName machineVersion motherboardManufacturerId motherboardProductCode motherboardSerialNumber
  motherboardVersion chassisAssetTag chassisManufacturerId chassisManufacturer chassisSerialNumber chassisType
  chassisVersion busSpeed manufacturerId manufacturer maxMemorySize maxMemorySlots primaryWinsServer computerName
  purchaseCost warrantyExpirationDate expirationDate acquisitionDate firstCheckIn lastCheckIn lastReboot
  title queueId queueName statusName priorityName contactName assigneeName openDate completedDate lastActivityUpdate
  dataType settings data settingsId customFieldId
`
  .trim()
  .split(/\s+/)

const byLowerCase = new Map(names.map((name) => [name.toLowerCase(), name]))

/** From the spelling that came to ours; `undefined` = nobody reads it. Spellings are few, so they are remembered. */
const spellings = new Map<string, string | undefined>()
const mostSpellings = 2_000

function ourName(key: string): string | undefined {
  if (spellings.has(key)) return spellings.get(key)
  const name = byLowerCase.get(key.toLowerCase())
  if (spellings.size < mostSpellings) spellings.set(key, name)
  return name
}

/** A copy with our spelling of every property, without those that nobody reads. */
export function readable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(readable)
  const copy: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    const name = ourName(key)
    if (name !== undefined) copy[name] = readable(inner)
  }
  return copy
}
