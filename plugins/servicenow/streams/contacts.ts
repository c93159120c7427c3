import type { Context, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { type Row, required } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { customColumns, customValues } from '../custom-fields.ts'
import { formLink } from '../instance.ts'
import { plain } from '../query.ts'
import { layoutOf, type ServiceNowSettings } from '../settings.ts'
import type { Question } from '../table.ts'
import { addressOf, boolOf, labelOf, nameOf, rawOf } from '../values.ts'
import { overlapSeconds, readPages, readRow, updatedAt } from './reading.ts'

type Ctx = ReadContext<ServiceNowSettings>

/** Never all columns: the whole row carries sign-in data. */
const columns = [
  ...['sys_id', 'sys_updated_on', 'sys_class_name', 'name', 'first_name', 'last_name', 'title', 'email', 'phone'],
  ...[
    'mobile_phone',
    'location',
    'street',
    'city',
    'state',
    'zip',
    'country',
    'active',
    'vip',
    'web_service_access_only',
  ],
]

export const contacts: Stream<'contacts', ServiceNowSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },
  customFields: (ctx) => customColumns(ctx, tablesOf(ctx)),

  async *read(ctx) {
    const reading = {
      questions: [questionFor(ctx)],
      deletions: async () => ['sys_user', 'customer_contact'],
      isLeftOut: isMachine,
    }
    yield* readPages<'contacts'>(ctx, reading, await contactReader(ctx))
  },

  async readOne(ctx, sourceId) {
    const row = await readRow(ctx, [questionFor(ctx)], sourceId)
    return row && !isMachine(row) ? (await contactReader(ctx))(row) : null
  },
}

function tablesOf(ctx: Context<ServiceNowSettings>): readonly string[] {
  const { contacts: table } = layoutOf(ctx.settings)
  return table === 'sys_user' ? [table] : ['sys_user', table]
}

/** Integrations have users, too. */
function isMachine(row: Row): boolean {
  return boolOf(row.web_service_access_only) === true
}

/** Users without a company are the provider's own people. */
function questionFor(ctx: Ctx): Question {
  const { contacts: table, owner } = layoutOf(ctx.settings)
  return {
    table,
    columns: [...columns, owner, mainContact(owner), ...ctx.customFields],
    conditions: [plain(`${owner}ISNOTEMPTY`, owner)],
    needed: ['sys_id', 'name'],
  }
}

function mainContact(owner: 'company' | 'account'): string {
  return owner === 'company' ? 'company.contact' : 'account.primary_contact'
}

async function contactReader(ctx: Ctx): Promise<(row: Row) => RecordOf<'contacts'>> {
  const { contacts: table, owner } = layoutOf(ctx.settings)
  const link = formLink(ctx.settings, table)
  const custom = await customValues(ctx, tablesOf(ctx))
  return (row) => {
    const sourceId = required(rawOf(row.sys_id))
    const main = rawOf(row[mainContact(owner)])
    return {
      sourceId,
      url: link + sourceId,
      updatedAt: updatedAt(row),
      companyId: rawOf(row[owner]),
      siteId: rawOf(row.location),
      name: nameOf(row, 'email'),
      firstName: rawOf(row.first_name),
      lastName: rawOf(row.last_name),
      types: typesIn(row),
      title: rawOf(row.title),
      email: rawOf(row.email),
      phone: rawOf(row.phone),
      mobile: rawOf(row.mobile_phone),
      primary: main === undefined ? undefined : main === sourceId,
      active: boolOf(row.active),
      ...addressOf(row),
      customFields: custom(row),
    }
  }
}

function typesIn(row: Row): readonly string[] | undefined {
  const kind = labelOf(row.sys_class_name)
  if (!kind) return undefined
  return boolOf(row.vip) === true ? [kind, 'VIP'] : [kind]
}
