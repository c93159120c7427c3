import type { Context, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { type Row, required } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { customColumns, customValues } from '../custom-fields.ts'
import { formLink } from '../instance.ts'
import { type Condition, oneOf, plain, typed } from '../query.ts'
import { layoutOf, type ServiceNowSettings } from '../settings.ts'
import type { Question } from '../table.ts'
import { addressOf, alone, boolOf, firstOf, labelOf, rawOf, soundsInactive } from '../values.ts'
import { overlapSeconds, readPages, readRow, updatedAt } from './reading.ts'

type Ctx = ReadContext<ServiceNowSettings>
type Company = RecordOf<'companies'>

/** What a company is, where no column says more: id and name of the types by the flag that makes them. */
export const companyFlags: Readonly<Record<string, string>> = {
  customer: 'Customer',
  vendor: 'Vendor',
  manufacturer: 'Manufacturer',
}

/** The one status of instances without a column for it. */
export const onlyStatus = { id: 'active', name: 'Active' } as const

const columns = [
  ...['sys_id', 'sys_updated_on', 'name', 'website', 'phone', 'street', 'city', 'state', 'zip', 'country', 'primary'],
  ...Object.keys(companyFlags),
]

export const companies: Stream<'companies', ServiceNowSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => customColumns(ctx, companyTables(ctx)),

  async *read(ctx) {
    const reading = {
      questions: questionsFor(ctx),
      deletions: async () => ['core_company', 'customer_account'],
      isLeftOut: isOwn,
    }
    yield* readPages<'companies'>(ctx, reading, await companyReader(ctx))
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, questionsFor(ctx), sourceId)
    return row && !isOwn(row) ? (await companyReader(ctx))(row) : null
  },
}

/** The provider itself. */
function isOwn(row: Row): boolean {
  return boolOf(row.primary) === true
}

function companyTables(ctx: Context<ServiceNowSettings>): readonly string[] {
  const { companies: table } = layoutOf(ctx.settings)
  return table === 'core_company' ? [table] : ['core_company', table]
}

function questionsFor(ctx: Ctx): readonly Question[] {
  const { settings, filter, customFields } = ctx
  const { companies: table, companyQuery } = layoutOf(settings)
  const { companyTypeColumn: type, companyStatusColumn: status } = settings
  const extra = table === 'customer_account' ? ['number', 'account_code'] : []
  const asked = [...columns, ...extra, ...[type, status].filter((column) => column !== undefined), ...customFields]
  const types = type ? oneOf(ctx, type, filter.companyTypes) : flagged(filter.companyTypes)
  // Without a column every company has the only status: another one chosen means none of them.
  const { companyStatuses } = filter
  if (!status && companyStatuses?.length && !companyStatuses.includes(onlyStatus.id)) return []
  const statuses = status ? oneOf(ctx, status, companyStatuses) : [undefined]
  return types.flatMap((ofType) =>
    statuses.map((ofStatus): Question => {
      const own = [ofType, ofStatus].filter((condition) => condition !== undefined)
      return { table, columns: asked, conditions: [...typed(companyQuery), ...own], needed: ['sys_id', 'name'] }
    }),
  )
}

/** Types chosen while a column had them mean no company any more. */
function flagged(types: readonly string[] | undefined): readonly (Condition | undefined)[] {
  if (!types?.length) return [undefined]
  const flags = types.filter((type) => Object.hasOwn(companyFlags, type))
  return flags.length === 0 ? [] : [plain(flags.map((flag) => `${flag}=true`).join('^OR'), ...flags)]
}

async function companyReader(ctx: Ctx): Promise<(row: Row) => Company> {
  const { settings } = ctx
  const link = formLink(settings, layoutOf(settings).companies)
  const custom = await customValues(ctx, companyTables(ctx))
  return (row) => {
    const sourceId = required(rawOf(row.sys_id))
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: updatedAt(row),
      name: required(rawOf(row.name)),
      identifier: firstOf(rawOf(row.number), rawOf(row.account_code)),
      website: rawOf(row.website),
      phone: rawOf(row.phone),
      ...statusIn(row, settings.companyStatusColumn),
      ...typesIn(row, settings.companyTypeColumn),
      ...addressOf(row),
      customFields: custom(row),
    }
  }
}

function statusIn(row: Row, column: string | undefined): Pick<Company, 'statusId' | 'status' | 'active'> {
  if (!column) return { statusId: onlyStatus.id, status: onlyStatus.name, active: true }
  const status = labelOf(row[column])
  return { statusId: rawOf(row[column]), status, active: status == null ? status : !soundsInactive(status) }
}

function typesIn(row: Row, column: string | undefined): Pick<Company, 'typeIds' | 'types'> {
  if (column) return { typeIds: alone(rawOf(row[column])), types: alone(labelOf(row[column])) }
  const flags = Object.keys(companyFlags)
  if (flags.every((flag) => boolOf(row[flag]) === undefined)) return {}
  const typeIds = flags.filter((flag) => boolOf(row[flag]) === true)
  return { typeIds, types: typeIds.map((flag) => companyFlags[flag] ?? flag) }
}
