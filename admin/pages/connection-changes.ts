/** What the settings form of a connection sends. */
import type { ConnectionChanges } from '../../core/connections/changes.ts'
import { type ImportFilter, streamNames } from '../../core/connector/index.ts'
import { writableFields } from '../../core/writeback/proposal.ts'
import { Input } from './input.ts'

const filters = ['companyTypes', 'companyStatuses', 'configurationTypes', 'configurationStatuses'] as const

/** Only what the form named. */
export function readChanges(input: Input): ConnectionChanges {
  return {
    ...(input.has('name') && { name: input.text('name', 100) }),
    ...(input.has('settings') && { settings: input.object('settings') }),
    ...(input.has('importCompanies') && { importCompanies: input.oneOf('importCompanies', ['selected', 'all']) }),
    ...(input.has('disabledStreams') && { disabledStreams: input.texts('disabledStreams') }),
    ...(input.has('filter') && { filter: filterOf(input.input('filter')) }),
    ...(input.has('customFields') && { customFields: customFieldsOf(input.input('customFields')) }),
    ...(input.has('breaker') && { breaker: breakerOf(input.input('breaker')) }),
    ...(input.has('writeBack') && { writeBack: writeBackOf(input.input('writeBack')) }),
    // Empty = with the nightly syncs.
    ...(input.named('schedule') && { schedule: input.optionalText('schedule', 100) ?? null }),
  }
}

function filterOf(input: Input): ImportFilter {
  return Object.fromEntries(filters.filter((name) => input.has(name)).map((name) => [name, input.texts(name)]))
}

function customFieldsOf(input: Input): Record<string, readonly string[]> {
  return Object.fromEntries(
    streamNames.filter((stream) => input.has(stream)).map((stream) => [stream, input.texts(stream)]),
  )
}

function breakerOf(input: Input) {
  return { share: input.number('share', 0, 1), count: input.number('count', 0, 1_000_000_000) }
}

function writeBackOf(input: Input) {
  const fields = input.texts('configurations')
  return { configurations: fields.map((field) => new Input({ field }).oneOf('field', writableFields)) }
}
