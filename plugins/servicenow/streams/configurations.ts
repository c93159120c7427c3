import type { ReadContext, Stream } from '../../../core/connector/contract.ts'
import { type Row, required } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { valuesIn } from '../choices.ts'
import { customColumns, customValues } from '../custom-fields.ts'
import { formLink } from '../instance.ts'
import { type Condition, noneOf, oneOf } from '../query.ts'
import { layoutOf, type ServiceNowSettings } from '../settings.ts'
import type { Question } from '../table.ts'
import { dayOf, dayShown, firstOf, labelOf, nameOf, rawOf } from '../values.ts'
import { isInUse } from './lookups.ts'
import { overlapSeconds, readPages, readRow, updatedAt } from './reading.ts'

type Ctx = ReadContext<ServiceNowSettings>

const columns = [
  ...['sys_id', 'sys_updated_on', 'sys_class_name', 'name', 'company', 'location', 'assigned_to', 'serial_number'],
  ...['asset_tag', 'manufacturer', 'model_id', 'model_id.name', 'model_id.model_number', 'model_number', 'mac_address'],
  ...[
    'ip_address',
    'purchase_date',
    'warranty_expiration',
    'install_date',
    'comments',
    'short_description',
    'duplicate_of',
  ],
]
/** Only computers have an operating system; asked of another table these columns do not come. */
const computerColumns = ['os', 'os_version']
const assetColumns = ['asset', 'asset.purchase_date', 'asset.warranty_expiration']
const placeColumns = ['location.company', 'assigned_to.company']

export const configurations: Stream<'configurations', ServiceNowSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => customColumns(ctx, dictionaryTables),

  async *read(ctx) {
    const reading = {
      questions: await questionsFor(ctx),
      // Only these: Discovery deletes adapters and disks by the thousand, which are configuration items, too.
      deletions: () => classesOf(ctx, layoutOf(ctx.settings).configurations),
      isLeftOut: isTwin,
      // A change of the asset alone does not touch the configuration item.
      ...(layoutOf(ctx.settings).datesInAsset
        ? { changed: (since: string) => `sys_updated_on>=${since}^ORasset.sys_updated_on>=${since}` }
        : {}),
    }
    yield* readPages<'configurations'>(ctx, reading, await configurationReader(ctx))
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, questionsTo(ctx, []), sourceId)
    return row && !isTwin(row) ? (await configurationReader(ctx))(row) : null
  },
}

/** Discovery found it twice; the other one counts. */
function isTwin(row: Row): boolean {
  return Boolean(rawOf(row.duplicate_of))
}

/** Both with all they inherit from. */
const dictionaryTables = ['cmdb', 'cmdb_ci', 'cmdb_ci_hardware', 'cmdb_ci_computer']

/**
 * Each table hands out its own columns and the inherited ones: so computers are asked of cmdb_ci_computer, and of
 * cmdb_ci_hardware what is none: all but their classes, so that classes the user may not see are counted, too.
 */
async function questionsFor(ctx: Ctx): Promise<readonly Question[]> {
  const { configurations: table } = layoutOf(ctx.settings)
  if (table === 'cmdb_ci_computer') return questionsTo(ctx, [])
  return questionsTo(ctx, await classesOf(ctx, 'cmdb_ci_computer'))
}

async function classesOf(ctx: Ctx, table: string): Promise<readonly string[]> {
  return (await valuesIn(ctx, table, 'sys_class_name')).listed.map(({ value }) => value)
}

/** `computers`: classes that need not be asked for a second time. */
function questionsTo(ctx: Ctx, computers: readonly string[]): readonly Question[] {
  const { settings, filter } = ctx
  const { configurations: table, status, datesInAsset } = layoutOf(settings)
  const asked = [
    ...columns,
    status,
    ...(datesInAsset ? assetColumns : []),
    ...(settings.companyByPlace ? placeColumns : []),
    ...ctx.customFields,
  ]
  const { configurationTypes: types, configurationStatuses: statuses } = filter
  const of = (from: string, own: readonly string[], classes: readonly (Condition | undefined)[]): Question[] =>
    classes.flatMap((ofClass) =>
      oneOf(ctx, status, statuses).map((ofStatus) => ({
        table: from,
        columns: [...asked, ...own],
        conditions: [ofClass, ofStatus].filter((condition) => condition !== undefined),
        needed: ['sys_id', 'name'],
      })),
    )
  const ofComputers = of('cmdb_ci_computer', computerColumns, oneOf(ctx, 'sys_class_name', types))
  if (table === 'cmdb_ci_computer') return ofComputers
  const others = types?.filter((type) => !computers.includes(type))
  if (others?.length === 0 && types?.length) return ofComputers
  const ofOthers = others?.length ? oneOf(ctx, 'sys_class_name', others) : [noneOf('sys_class_name', computers)]
  return [...ofComputers, ...of(table, [], ofOthers)]
}

async function configurationReader(ctx: Ctx): Promise<(row: Row) => RecordOf<'configurations'>> {
  const { settings } = ctx
  const { status, datesInAsset } = layoutOf(settings)
  const link = formLink(settings, 'cmdb_ci')
  const custom = await customValues(ctx, dictionaryTables)
  return (row) => {
    const sourceId = required(rawOf(row.sys_id))
    const statusId = rawOf(row[status])
    // Without an asset the dates can be nowhere else.
    const held = datesInAsset && rawOf(row.asset) ? 'asset.' : ''
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: updatedAt(row),
      companyId: settings.companyByPlace
        ? firstOf(rawOf(row.company), rawOf(row['location.company']), rawOf(row['assigned_to.company']))
        : rawOf(row.company),
      siteId: rawOf(row.location),
      contactId: rawOf(row.assigned_to),
      // Nobody has to name an item, and its warranty counts all the same.
      name: nameOf(row, 'serial_number', 'asset_tag'),
      typeId: rawOf(row.sys_class_name),
      type: labelOf(row.sys_class_name),
      statusId,
      status: labelOf(row[status]),
      active: statusId == null ? statusId : isInUse(status, statusId, labelOf(row[status])),
      serialNumber: rawOf(row.serial_number),
      assetTag: rawOf(row.asset_tag),
      manufacturer: labelOf(row.manufacturer),
      model: firstOf(rawOf(row['model_id.name']), labelOf(row.model_id)),
      productNumber: firstOf(rawOf(row.model_number), rawOf(row['model_id.model_number'])),
      osType: labelOf(row.os),
      osVersion: rawOf(row.os_version),
      macAddress: rawOf(row.mac_address),
      ipAddress: rawOf(row.ip_address),
      purchaseDate: dayOf(row[`${held}purchase_date`]),
      installationDate: dayShown(row.install_date),
      warrantyExpiration: dayOf(row[`${held}warranty_expiration`]),
      notes: firstOf(rawOf(row.comments), rawOf(row.short_description)),
      customFields: custom(row),
    }
  }
}
