/** The small lists: read whole every time. */
import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { type Row, required } from '../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../core/connector/records.ts'
import { type Choices, choicesOf, type ListedChoice, valuesIn } from '../choices.ts'
import { layoutOf, type ServiceNowSettings } from '../settings.ts'
import type { Question } from '../table.ts'
import { boolOf, rawOf, soundsInactive } from '../values.ts'
import { companyFlags, onlyStatus } from './companies.ts'
import { readPages, updatedAt } from './reading.ts'

type Ctx = ReadContext<ServiceNowSettings>

/** Where the list cannot be seen whole, the values in use are handed out, and none counts as gone. */
function lookup<K extends StreamName>(
  read: (ctx: Ctx) => Promise<Choices>,
  record: (choice: ListedChoice, ctx: Ctx) => RecordOf<K>,
): Stream<K, ServiceNowSettings> {
  return {
    deletes: 'by-absence',
    async *read(ctx): AsyncGenerator<Page<K>> {
      const { listed, partial } = await read(ctx)
      yield { records: listed.map((choice) => record(choice, ctx)), ...(partial ? { partial } : {}) }
    },
  }
}

const named = ({ value, label }: ListedChoice) => ({ sourceId: value, name: label })

export const companyTypes = lookup<'companyTypes'>(
  async (ctx) => {
    const { companyTypeColumn: column } = ctx.settings
    if (column) return choicesOf(ctx, companyTables(ctx), column)
    return { listed: Object.entries(companyFlags).map(([value, label]) => ({ value, label })) }
  },
  (choice) => ({ ...named(choice), active: choice.active }),
)

/** With a column: whether companies in the status are active is read from its name, company by company. */
export const companyStatuses = lookup<'companyStatuses'>(
  async (ctx) => {
    const { companyStatusColumn: column } = ctx.settings
    return column
      ? choicesOf(ctx, companyTables(ctx), column)
      : { listed: [{ value: onlyStatus.id, label: onlyStatus.name, active: true }] }
  },
  (choice) => ({ ...named(choice), active: choice.active }),
)

function companyTables(ctx: Ctx): readonly string[] {
  const { companies } = layoutOf(ctx.settings)
  return companies === 'core_company' ? [companies] : [companies, 'core_company']
}

/** The classes that configurations have. */
export const configurationTypes = lookup<'configurationTypes'>(
  (ctx) => valuesIn(ctx, layoutOf(ctx.settings).configurations, 'sys_class_name'),
  named,
)

export const configurationStatuses = lookup<'configurationStatuses'>(
  async (ctx) => {
    const { configurations, status } = layoutOf(ctx.settings)
    return choicesOf(ctx, [...new Set([configurations, 'cmdb_ci_hardware', 'cmdb_ci'])], status)
  },
  (choice, ctx) => ({
    ...named(choice),
    active: isInUse(layoutOf(ctx.settings).status, choice.value, choice.label),
  }),
)

/** By the base system's values: retired, stolen, absent; other values by their label. */
const outOfUse: Readonly<Record<string, ReadonlySet<string>>> = {
  install_status: new Set(['7', '8', '100']),
  operational_status: new Set(['6']),
  hardware_status: new Set(['retired', 'disposed', 'stolen', 'absent']),
  life_cycle_stage: new Set(['End of Life']),
}

/** Whether a configuration in the status is in use. */
export function isInUse(column: string, value: string, label: string | null | undefined): boolean {
  return outOfUse[column]?.has(value) !== true && !soundsInactive(label ?? '')
}

/** Assignment groups: what comes closest to a board. */
export const ticketBoards: Stream<'ticketBoards', ServiceNowSettings> = {
  deletes: 'by-absence',
  async *read(ctx): AsyncGenerator<Page<'ticketBoards'>> {
    yield* readPages<'ticketBoards'>(ctx, { questions: [groups] }, board)
  },
}

const groups: Question = {
  table: 'sys_user_group',
  columns: ['sys_id', 'name', 'active', 'sys_updated_on'],
  conditions: [],
  needed: ['sys_id', 'name'],
}

function board(row: Row): RecordOf<'ticketBoards'> {
  return {
    sourceId: required(rawOf(row.sys_id)),
    updatedAt: updatedAt(row),
    name: required(rawOf(row.name)),
    active: boolOf(row.active),
  }
}

export const ticketPriorities = lookup<'ticketPriorities'>(
  (ctx) => choicesOf(ctx, [layoutOf(ctx.settings).tickets, 'task'], 'priority'),
  (choice) => {
    const order = Number(choice.value)
    return { ...named(choice), ...(Number.isSafeInteger(order) ? { sortOrder: order } : {}) }
  },
)

/** Incidents: closed and cancelled. A resolved one is open until it is closed. Cases number theirs otherwise. */
const states: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  incident: { '1': false, '2': false, '3': false, '6': false, '7': true, '8': true },
  sn_customerservice_case: { '1': false, '10': false, '18': false, '6': false, '3': true, '7': true },
}

export const ticketStatuses = lookup<'ticketStatuses'>(
  (ctx) => choicesOf(ctx, [layoutOf(ctx.settings).tickets, 'task'], 'state'),
  (choice, ctx) => ({
    ...named(choice),
    closed: states[layoutOf(ctx.settings).tickets]?.[choice.value],
    sortOrder: choice.sequence,
    active: choice.active,
  }),
)
