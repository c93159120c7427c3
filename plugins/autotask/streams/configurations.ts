import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, date, id, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { manufacturerOf, modelOf, purchaseDateOf } from '../hardware.ts'
import { type EntityFields, fieldsOf, labelOf } from '../metadata.ts'
import type { Filter } from '../paging.ts'
import { Products } from '../products.ts'
import { type AutotaskSettings, installDate } from '../settings.ts'
import { definedUdfs, type Udfs, udfsOf, udfValues } from '../udf.ts'
import { screenLink, stamp, statusOf } from './fields.ts'
import { begin, changedSince, inStatus, oneOf, overlapSeconds, readPages, readRow, type Stamps } from './reading.ts'

const entity = 'ConfigurationItems'
const stamps: Stamps = ['lastModifiedTime', 'createDate']

const read = [
  'companyID',
  'companyLocationID',
  'contactID',
  'configurationItemType',
  'productID',
  'referenceTitle',
  'referenceNumber',
  'serialNumber',
  'isActive',
  'installDate',
  'warrantyExpirationDate',
  'notes',
  'rmmDeviceAuditHostname',
  'rmmDeviceAuditOperatingSystem',
  'rmmDeviceAuditMacAddress',
  'rmmDeviceAuditIPAddress',
  'rmmDeviceAuditManufacturerID',
  'rmmDeviceAuditModelID',
  'lastModifiedTime',
]

type Context = ReadContext<AutotaskSettings>

export const configurations: Stream<'configurations', AutotaskSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => definedUdfs(ctx, entity),

  async *read(ctx) {
    const partial = await begin(ctx, entity)
    const fields = await fieldsOf(ctx, entity)
    const records = await reader(ctx, fields)
    const query = queryOf(ctx, [...filtered(ctx), ...changedSince(ctx, fields, stamps)])
    yield* readPages<'configurations'>(ctx, query, partial, records)
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, queryOf(ctx, filtered(ctx)), sourceId)
    if (!row) return null
    const [record = null] = await (await reader(ctx, await fieldsOf(ctx, entity)))([row])
    return record
  },
}

function filtered(ctx: Context): readonly Filter[] {
  return [
    ...oneOf(ctx, 'configurationItemType', ctx.filter.configurationTypes),
    ...inStatus(ctx, ctx.filter.configurationStatuses),
  ]
}

/** How a list of wanted fields names UDFs is not documented, so with UDFs everything is asked for. */
function queryOf(ctx: Context, filter: readonly Filter[]) {
  return { entity, filter, fields: needsUdfs(ctx) ? undefined : read }
}

function needsUdfs({ settings, customFields }: Context): boolean {
  const { purchaseDateField, manufacturerField } = settings
  return (
    customFields.length > 0 ||
    Boolean(manufacturerField) ||
    (Boolean(purchaseDateField) && purchaseDateField !== installDate)
  )
}

async function reader(
  ctx: Context,
  fields: EntityFields,
): Promise<(rows: readonly Row[]) => Promise<RecordOf<'configurations'>[]>> {
  const { settings } = ctx
  const link = await screenLink(ctx, 'configuration')
  const udfs: Udfs = needsUdfs(ctx) ? await udfsOf(ctx, entity) : new Map()
  const chosen =
    ctx.customFields.length > 0 ? new Map([...udfs].filter(([name]) => ctx.customFields.includes(name))) : undefined
  const types = fields.labels('configurationItemType')
  const makers = fields.labels('rmmDeviceAuditManufacturerID')
  const models = fields.labels('rmmDeviceAuditModelID')
  const products = new Products(ctx)

  const record = (row: Row): RecordOf<'configurations'> => {
    const sourceId = required(id(row.id))
    const active = bool(row.isActive)
    const product = products.of(row)
    return {
      sourceId,
      url: link(sourceId),
      updatedAt: stamp(row.lastModifiedTime),
      companyId: id(row.companyID),
      siteId: id(row.companyLocationID),
      contactId: id(row.contactID),
      name: nameOf(row, product),
      typeId: id(row.configurationItemType),
      type: labelOf(types, row.configurationItemType),
      ...statusOf(active),
      active,
      serialNumber: text(row.serialNumber),
      assetTag: text(row.referenceNumber),
      manufacturer: manufacturerOf(settings, row, product, udfs, makers),
      model: modelOf(row, product, models),
      productNumber: product ? text(product.sku) : product,
      osType: text(row.rmmDeviceAuditOperatingSystem),
      macAddress: unbracketed(text(row.rmmDeviceAuditMacAddress)),
      ipAddress: text(row.rmmDeviceAuditIPAddress),
      purchaseDate: purchaseDateOf(settings, row),
      installationDate: date(row.installDate),
      warrantyExpiration: date(row.warrantyExpirationDate),
      notes: text(row.notes),
      customFields: udfValues(row, chosen),
    }
  }
  return async (rows) => {
    await products.load(rows)
    return rows.map(record)
  }
}

/** Titles may be empty, and products not readable: such an item is better called by its number than left out. */
function nameOf(row: Row, product: Row | null | undefined): string {
  const names = [row.referenceTitle, row.rmmDeviceAuditHostname, product?.name, row.serialNumber, row.referenceNumber]
  return required(names.map(text).find(Boolean))
}

/** RMM tools write `[00:11:22:33:44:55]`. */
function unbracketed(value: string | null | undefined): string | null | undefined {
  if (!value?.startsWith('[') || !value.endsWith(']')) return value
  return text(value.slice(1, -1))
}
