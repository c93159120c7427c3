import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { bool, id, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { configurationQueries } from '../conditions.ts'
import { definedCustomFields } from '../custom-fields.ts'
import type { ConnectWiseSettings } from '../settings.ts'
import { chosenFields, customFieldValues, day, refId, refName, screenLink, updatedAt } from './fields.ts'
import { overlapSeconds, readPages, readRow } from './reading.ts'

const path = 'company/configurations'

export const configurations: Stream<'configurations', ConnectWiseSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  leftOutWhenEmpty: [
    'siteId',
    'contactId',
    'serialNumber',
    'assetTag',
    'manufacturer',
    'model',
    'productNumber',
    'osType',
    'osVersion',
    'macAddress',
    'ipAddress',
    'purchaseDate',
    'installationDate',
    'warrantyExpiration',
    'notes',
  ],
  customFields: (ctx) => definedCustomFields(ctx, path),

  async *read(ctx) {
    const configuration = reader(ctx)
    yield* readPages<'configurations'>(ctx, path, configurationQueries(ctx, ctx.filter), (rows) => ({
      records: rows.map(configuration),
    }))
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, path, configurationQueries(ctx, ctx.filter), sourceId)
    return row ? reader(ctx)(row) : null
  },
}

function reader(ctx: ReadContext<ConnectWiseSettings>) {
  const link = screenLink(ctx.settings, 'ConfigFV')
  const chosen = chosenFields(ctx.customFields)
  return (row: Row): RecordOf<'configurations'> => {
    const sourceId = required(id(row.id))
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: updatedAt(row),
      companyId: refId(row.company),
      siteId: refId(row.site),
      contactId: refId(row.contact),
      name: required(text(row.name)),
      typeId: refId(row.type),
      type: refName(row.type),
      statusId: refId(row.status),
      status: refName(row.status),
      active: bool(row.activeFlag),
      serialNumber: text(row.serialNumber),
      assetTag: text(row.tagNumber),
      manufacturer: refName(row.manufacturer),
      model: text(row.modelNumber),
      productNumber: text(row.manufacturerPartNumber),
      osType: text(row.osType),
      osVersion: text(row.osInfo),
      macAddress: text(row.macAddress),
      ipAddress: text(row.ipAddress),
      purchaseDate: day(row.purchaseDate),
      installationDate: day(row.installationDate),
      warrantyExpiration: day(row.warrantyExpirationDate),
      notes: text(row.notes),
      customFields: customFieldValues(row.customFields, chosen),
    }
  }
}
