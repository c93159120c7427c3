/** What an admin may change of a connection, what is allowed, and what must be read again after it. */
import { isDeepStrictEqual } from 'node:util'
import { Refusal } from '../access/refusal.ts'
import { type Connector, type ImportFilter, type StreamName, streamNames } from '../connector/index.ts'
import { companyStreams } from '../mapping/children.ts'
import type { ConnectionRow } from './rows.ts'
import { isSchedule, isTimeZone } from './schedule.ts'

export type Selection = Pick<
  ConnectionRow,
  | 'name'
  | 'filter'
  | 'customFields'
  | 'disabledStreams'
  | 'breaker'
  | 'writeBack'
  | 'schedule'
  | 'timeZone'
  | 'importCompanies'
>

export interface ConnectionChanges extends Partial<Selection> {
  /**
   * Only what changes. A secret left empty stays as it is, null takes it away; any other setting left empty, or
   * null, is taken away.
   */
  readonly settings?: Readonly<Record<string, unknown>>
}

const filterStreams: Readonly<Record<keyof ImportFilter, readonly StreamName[]>> = {
  companyTypes: ['companies', ...companyStreams],
  companyStatuses: ['companies', ...companyStreams],
  configurationTypes: ['configurations'],
  configurationStatuses: ['configurations'],
}

/** The row's selection with the changes in it. Throws a `Refusal` for what the connector cannot do. */
export function changed(row: ConnectionRow, changes: ConnectionChanges, connector: Connector): Selection {
  const { name, filter, customFields, disabledStreams, breaker, writeBack, schedule, timeZone, importCompanies } = {
    ...row,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  }
  if (name.trim() === '') throw new Refusal('The connection needs a name.')
  for (const key of Object.keys(filter))
    if (!Object.hasOwn(filterStreams, key)) throw new Refusal(`"${key}" is nothing that can be filtered by.`)

  // Only what is changed: what a newer connector no longer offers must not keep everything else from being saved.
  const streams = connector.kind === 'warranty' ? {} : connector.streams
  const offered = (stream: string) => Object.hasOwn(streams, stream)
  for (const stream of changes.disabledStreams ?? [])
    if (!offered(stream)) throw new Refusal(`${connector.name} has no stream "${stream}".`)
  for (const [stream, fields] of Object.entries(changes.customFields ?? {})) {
    const has = streamNames.some((known) => known === stream && streams[known]?.customFields !== undefined)
    if (!has && fields.length > 0) throw new Refusal(`${connector.name} has no custom fields for "${stream}".`)
  }

  if (!(breaker.share >= 0 && breaker.share <= 1)) throw new Refusal('The share of the breaker is between 0 and 1.')
  if (!(Number.isSafeInteger(breaker.count) && breaker.count >= 0))
    throw new Refusal('The count of the breaker is a whole number.')

  const writable = connector.kind === 'warranty' ? undefined : connector.writeBack?.configurations.fields
  for (const field of changes.writeBack?.configurations ?? [])
    if (!writable?.includes(field)) throw new Refusal(`${connector.name} cannot take "${field}".`)

  if (schedule !== null && !isSchedule(schedule))
    throw new Refusal('The schedule is a cron expression of five fields, e.g. "0 2 * * *" for two at night.')
  if (timeZone !== null && !isTimeZone(timeZone))
    throw new Refusal(`"${timeZone}" is no time zone; one is "Europe/Berlin".`)
  return {
    name: name.trim(),
    filter,
    customFields,
    disabledStreams,
    breaker,
    writeBack,
    schedule: schedule?.trim() ?? null,
    timeZone,
    importCompanies,
  }
}

/** Streams an incremental pass would read with gaps, because another part of the source was selected. */
export function staleStreams(before: Selection, after: Selection): readonly StreamName[] {
  const stale = new Set<StreamName>()
  for (const key of Object.keys(filterStreams) as (keyof ImportFilter)[]) {
    if (!sameIds(before.filter[key], after.filter[key])) for (const stream of filterStreams[key]) stale.add(stream)
  }
  for (const stream of streamNames) {
    if (!sameIds(before.customFields[stream], after.customFields[stream])) stale.add(stream)
    if (before.disabledStreams.includes(stream) !== after.disabledStreams.includes(stream)) stale.add(stream)
  }
  return [...stale]
}

function sameIds(before: readonly string[] = [], after: readonly string[] = []): boolean {
  return isDeepStrictEqual(new Set(before), new Set(after))
}
