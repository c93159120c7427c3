/**
 * Pushing warranty facts to hardware assets. BMS replaces an asset as a whole, so everything it holds goes back as it
 * came a moment before, with the changes in it; and what it holds afterwards is compared property by property.
 */
import type { Context, Writable, WritableField, WriteBack, WriteOutcome } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { bool, integer, type Row, text } from '../../core/connector/parse.ts'
import { ask, askRows } from './client.ts'
import type { KaseyaSettings } from './settings.ts'
import { detailOf, detailPath, makerOf } from './streams/assets.ts'
import { day } from './streams/fields.ts'

type Ctx = Context<KaseyaSettings>

const fields = ['warrantyExpiration', 'purchaseDate', 'manufacturer'] as const satisfies readonly WritableField[]

/** Where BMS keeps each. */
const properties = {
  warrantyExpiration: 'WarrantyExpirationDate',
  purchaseDate: 'AcquisitionDate',
  manufacturer: 'ManufacturerId',
} as const

/** Without these BMS refuses an asset. */
const required = ['Name', 'AccountId', 'AccountLocationId', 'CategoryId'] as const

/**
 * Everything BMS takes, as it writes it. `ComputerName` is missing: an asset does not show it, so it cannot be sent back
 * as it is.
 */
const inputs = `
  Name AccountId AccountLocationId ContactId CategoryId BrandId SerialNumber BusinessImpactId StateId LocationInfo
  Description BarCode AssetTag VendorId IsActive ModelNumber MachineGroupId IpAddress SubnetMask DefaultGateway DnsServers
  DhcpEnabled DhcpServer WinsEnabled SecondaryWinsServer ConnectionGatewayIp OsType OsInfo MajorVersion MinorVersion
  MacAddress LoginName LastLoginname CurrentUser ProductName MachineVersion MotherboardManufacturerId
  MotherboardProductCode MotherboardSerialNumber MotherboardVersion ChassisAssetTag ChassisManufacturerId
  ChassisSerialNumber ChassisType ChassisVersion BusSpeed ManufacturerId MaxMemorySize MaxMemorySlots PrimaryWinsServer
  PurchaseCost WarrantyExpirationDate ExpirationDate AcquisitionDate FirstCheckIn LastCheckIn LastReboot
`
  .trim()
  .split(/\s+/)

type Body = Readonly<Record<string, unknown>>

export const writeBack: WriteBack<KaseyaSettings> = {
  configurations: { fields, write },
}

async function write(ctx: Ctx, sourceId: string, change: Writable, expected: Writable): Promise<WriteOutcome> {
  const number = idNumberOrNone(sourceId)
  const before = number === undefined ? null : await detailOf(ctx, number)
  if (number === undefined || before === null) return { outcome: 'not-found', current: {} }
  const current = held(before)
  const wanted = fields.filter((field) => change[field] !== undefined && !isSame(field, current[field], change[field]))
  if (wanted.length === 0) return { outcome: 'unchanged', current }
  const moved = wanted.filter(
    (field) => expected[field] !== undefined && !isSame(field, current[field], expected[field]),
  )
  if (moved.length > 0) {
    return { outcome: 'conflict', current, message: `Changed in Kaseya BMS meanwhile: ${moved.join(', ')}.` }
  }
  const { changes, message } = await changesFor(ctx, wanted, change)
  const kept = contentOf(before)
  const lacking = required.filter((name) => kept[name] === undefined || kept[name] === null)
  if (lacking.length > 0) {
    throw ctx.error(
      'vendor',
      `Kaseya BMS takes no change of this asset until it has a value for: ${lacking.join(', ')}. An asset without a location needs one first.`,
    )
  }
  await ask(ctx, { method: 'PUT', url: detailPath(number), body: { ...kept, ...changes } })
  const after = await detailOf(ctx, number)
  if (after === null) return { outcome: 'not-found', current: {} }
  verify(ctx, sourceId, { before: kept, after: contentOf(after), changes })
  return { outcome: 'written', current: held(after), ...(message ? { message } : {}) }
}

function idNumberOrNone(sourceId: string): string | undefined {
  return /^\d{1,10}$/.test(sourceId) ? sourceId : undefined
}

/** The record was read whole, so a property that is left out is an empty one here. */
function held(row: Row): { readonly [F in WritableField]: string | null } {
  return {
    warrantyExpiration: day(row.warrantyExpirationDate) ?? null,
    purchaseDate: day(row.acquisitionDate) ?? null,
    manufacturer: makerOf(row) ?? null,
  }
}

/** Makers by name, whatever the case. */
function isSame(field: WritableField, one: string | null | undefined, other: string | null | undefined): boolean {
  if (field !== 'manufacturer') return (one ?? null) === (other ?? null)
  return name(one) === name(other)
}

function name(value: string | null | undefined): string {
  return value?.trim().toLowerCase() ?? ''
}

/** What an asset holds, under the names BMS takes it back. */
function contentOf(row: Row): Body {
  const content: Record<string, unknown> = {}
  for (const input of inputs) {
    const value = row[`${input[0]?.toLowerCase()}${input.slice(1)}`]
    if (value !== undefined) content[input] = value
  }
  return content
}

async function changesFor(
  ctx: Ctx,
  wanted: readonly WritableField[],
  change: Writable,
): Promise<{ changes: Body; message?: string }> {
  const changes: Record<string, unknown> = {}
  let message: string | undefined
  for (const field of wanted) {
    const value = change[field] ?? null
    if (field !== 'manufacturer') {
      // Without an offset, so that no time zone moves the day.
      changes[properties[field]] = value && `${value}T00:00:00`
      continue
    }
    const maker = value === null ? null : await manufacturer(ctx, value)
    if (typeof maker === 'string') message = maker
    else changes[properties.manufacturer] = maker
  }
  if (Object.keys(changes).length === 0 && message) throw ctx.error('vendor', message)
  return { changes, ...(message ? { message } : {}) }
}

/** Written by id only, and it must exist: the id, or why there is none. */
async function manufacturer(ctx: Ctx, wanted: string): Promise<number | string> {
  const table = ctx.settings.manufacturerTable || 'Manufacturer'
  let rows: readonly Row[]
  try {
    rows = await askRows(ctx, { url: `v2/system/tenantlookup/${table}` })
  } catch (error) {
    if (!(error instanceof ConnectorError) || !['not-found', 'vendor', 'permission'].includes(error.kind)) throw error
    return `The lookup table "${table}" of Kaseya BMS cannot be read, so the manufacturer was not written. Correct its name in the settings of the connection, or grant Admin > Lookups: View.`
  }
  const found = rows.find((row) => name(text(row.name)) === name(wanted) && bool(row.isActive) !== false)
  const id = integer(found?.id)
  return typeof id === 'number'
    ? id
    : `Kaseya BMS has no active manufacturer "${wanted}" in its lookup table "${table}", so the manufacturer was not written. Add it there.`
}

/** What was asked for must be there, and nothing else may be gone. */
function verify(
  ctx: Ctx,
  sourceId: string,
  { before, after, changes }: { before: Body; after: Body; changes: Body },
): void {
  const differs = (input: string, value: unknown) => !isAlike(after[input], value)
  const missed = Object.entries(changes).filter(([input, value]) => differs(input, value))
  if (missed.length > 0) {
    const names = missed.map(([input]) => input).join(', ')
    throw ctx.error('vendor', `Kaseya BMS took the change but did not make it: ${names}.`, `${sourceId}: ${names}`)
  }
  // Other values may be an RMM tool's; no value where there was one is what a replaced asset looks like.
  const harmed = Object.entries(before).filter(
    ([input, value]) => !(input in changes) && !isEmpty(value) && isEmpty(after[input]),
  )
  if (harmed.length > 0) {
    const names = harmed.map(([input]) => input).join(', ')
    throw ctx.error(
      'vendor',
      `Kaseya BMS made the change, and these fields of the asset are empty now: ${names}. Look at the asset in BMS, and switch write-back off until it is clear why.`,
      `${sourceId}: ${names}`,
    )
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** An empty text and none are the same to BMS, and a midnight may come back without its seconds or with an offset. */
function isAlike(one: unknown, other: unknown): boolean {
  const [first = '', second = ''] = [one ?? '', other ?? '']
  if (first === second) return true
  const [day1, day2] = [day(first), day(second)]
  return typeof day1 === 'string' && day1 === day2
}
