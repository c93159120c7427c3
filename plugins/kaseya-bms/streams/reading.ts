/** The lists that can be narrowed: what the admin chose, and what changed. */
import type { ImportFilter, Page, ReadContext } from '../../../core/connector/contract.ts'
import { bool, type Row } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { idNumber } from '../client.ts'
import { activeAndInactive, type ListPage, type Query } from '../paging.ts'
import type { KaseyaSettings } from '../settings.ts'
import { reference, statuses } from './fields.ts'

type Ctx = ReadContext<KaseyaSettings>

/** BMS may write times in the tenant's own zone without saying so: a day covers every zone. */
export const overlapSeconds = 86_400

interface Choice {
  readonly types: readonly string[] | undefined
  readonly statuses: readonly string[] | undefined
  /** The query parameter that takes one type. */
  readonly parameter: string
  /** The property that holds the type. */
  readonly property: string
}

const everything: Choice = { types: undefined, statuses: undefined, parameter: '', property: '' }

export function chosenCompanies({ companyTypes, companyStatuses }: ImportFilter): Choice {
  return {
    types: companyTypes,
    statuses: companyStatuses,
    parameter: 'Filter.AccountTypeId',
    property: 'accountTypeId',
  }
}

/** `Filter.CategoryIds` is a text, and how several are parted in it is not documented: one at a time. */
export function chosenAssets({ configurationTypes, configurationStatuses }: ImportFilter): Choice {
  return {
    types: configurationTypes,
    statuses: configurationStatuses,
    parameter: 'Filter.CategoryIds',
    property: 'categoryId',
  }
}

/** Whether the record is one the admin chose; what it does not say does not speak against it. */
export function isChosen(choice: Choice, row: Row): boolean {
  const type = reference(row[choice.property])
  if (choice.types?.length && typeof type === 'string' && !choice.types.includes(type)) return false
  const active = bool(row.isActive)
  return typeof active !== 'boolean' || activity(choice).includes(active)
}

function activity({ statuses: chosen }: Choice): readonly boolean[] {
  if (!chosen?.length) return [true, false]
  return statuses.filter(({ sourceId }) => chosen.includes(sourceId)).map(({ active }) => active)
}

/** The chosen records of a list, page by page; all of them without a choice. */
export async function* chosenPages(
  ctx: Ctx,
  path: string,
  choice: Choice = everything,
  queries: readonly Query[] = [{}],
): AsyncGenerator<ListPage> {
  const kinds = choice.types?.length
    ? choice.types.map((type) => ({ [choice.parameter]: Number(idNumber(ctx, type)) }))
    : [{}]
  for (const query of queries) {
    for (const kind of kinds) {
      for await (const page of activeAndInactive(ctx, path, { ...query, ...kind }, activity(choice))) {
        yield { ...page, rows: page.rows.filter((row) => isChosen(choice, row)) }
      }
    }
  }
}

/** The records of a list, page by page; what BMS kept back is said at the end. */
export async function* recordPages<K extends StreamName>(
  lists: AsyncIterable<ListPage>,
  recordsOf: (row: Row) => readonly RecordOf<K>[],
): AsyncGenerator<Page<K>> {
  let partial: string | undefined
  for await (const page of lists) {
    partial ??= page.partial
    if (page.rows.length > 0) yield { records: page.rows.flatMap(recordsOf) }
  }
  if (partial !== undefined) yield { records: [], partial }
}

/** What changed is asked for twice: whether a new record counts as modified is not documented. */
export function changed(since: string | undefined): readonly Query[] {
  return since === undefined ? [{}] : [{ 'Filter.ModifiedOnFrom': since }, { 'Filter.CreatedOnFrom': since }]
}
