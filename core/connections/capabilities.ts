/** What connectors can do, computed from what they are; the README, the command line and the panel print it. */
import {
  type Connector,
  type ImportFilter,
  type StreamName,
  streamNames,
  streams,
  type WritableField,
} from '../connector/index.ts'

export interface Capabilities {
  readonly id: string
  readonly name: string
  readonly kind: Connector['kind']
  readonly streams: readonly StreamName[]
  /** Streams that can be read for what changed. */
  readonly incremental: readonly StreamName[]
  /** Streams whose records can carry chosen custom fields. */
  readonly customFields: readonly StreamName[]
  /** Import filters the vendor applies itself. */
  readonly filters: readonly (keyof ImportFilter)[]
  readonly liveTickets: boolean
  readonly writeBack: readonly WritableField[]
  /** Streams whose changes the vendor announces. */
  readonly webhooks: readonly StreamName[]
  /** Makers whose warranties it looks up. */
  readonly makers: readonly string[]
}

export function capabilitiesOf(connector: Connector): Capabilities {
  const base = { id: connector.id, name: connector.name, kind: connector.kind }
  if (connector.kind === 'warranty') {
    const nothing = {
      streams: [],
      incremental: [],
      customFields: [],
      filters: [],
      liveTickets: false,
      writeBack: [],
      webhooks: [],
    }
    return { ...base, ...nothing, makers: connector.makers }
  }
  const offered = streamNames.filter((stream) => connector.streams[stream] !== undefined)
  return {
    ...base,
    streams: offered,
    incremental: offered.filter((stream) => connector.streams[stream]?.incremental !== undefined),
    customFields: offered.filter((stream) => connector.streams[stream]?.customFields !== undefined),
    filters: connector.filters ?? [],
    liveTickets: connector.tickets !== undefined,
    writeBack: connector.writeBack?.configurations.fields ?? [],
    webhooks: connector.webhooks?.streams ?? [],
    makers: [],
  }
}

export const fieldWords: Readonly<Record<WritableField, string>> = {
  warrantyExpiration: 'warranty end',
  purchaseDate: 'purchase date',
  manufacturer: 'manufacturer',
}

function titles(names: readonly StreamName[]): string {
  return names.map((name) => streams[name].title.toLowerCase()).join(', ')
}

/** Rows of cells, the first row and column being headings; streams that nobody offers are left out. */
export function capabilityTable(connectors: readonly Connector[]): readonly (readonly string[])[] {
  const all = connectors.map(capabilitiesOf)
  const yes = (has: boolean) => (has ? 'yes' : '–')
  const of = (label: string, cell: (capabilities: Capabilities) => string) => [
    label,
    ...all.map((each) => cell(each) || '–'),
  ]
  const offered = streamNames.filter((stream) => all.some((each) => each.streams.includes(stream)))
  return [
    ['', ...all.map((each) => each.name)],
    ...offered.map((stream) => of(streams[stream].title, (each) => yes(each.streams.includes(stream)))),
    of('Tickets, live', (each) => yes(each.liveTickets)),
    of('Reads only what changed', (each) => titles(each.incremental)),
    of('Custom fields', (each) => titles(each.customFields)),
    of('Filters at the vendor', (each) => titles(each.filters)),
    of('Write-back', (each) => each.writeBack.map((field) => fieldWords[field]).join(', ')),
    of('Webhooks', (each) => titles(each.webhooks)),
  ]
}
