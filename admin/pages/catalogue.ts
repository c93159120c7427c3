/** A connector as the browser needs it: to choose it, to fill in its settings, to know what it asks of the vendor. */
import {
  type Connector,
  type Permission,
  type SettingField,
  type StreamName,
  streamNames,
  streams,
} from '../../core/connector/index.ts'

export interface ConnectorCard {
  readonly id: string
  readonly name: string
  readonly kind: Connector['kind']
  readonly docs: string
  readonly fields: readonly (SettingField & { readonly name: string; readonly required: boolean })[]
  readonly permissions: readonly Permission[]
  readonly streams: readonly {
    readonly stream: StreamName
    readonly title: string
    /** Custom fields can be chosen. */
    readonly customFields: boolean
  }[]
  /** What it does beyond reading records. */
  readonly extras: readonly string[]
}

export function cardOf(connector: Connector): ConnectorCard {
  return {
    id: connector.id,
    name: connector.name,
    kind: connector.kind,
    docs: connector.docs,
    fields: Object.entries(connector.settings.properties).map(([name, field]) => ({
      ...field,
      name,
      required: connector.settings.required.includes(name),
    })),
    permissions: connector.permissions,
    streams: streamsOf(connector),
    extras: extrasOf(connector),
  }
}

function extrasOf(connector: Connector): string[] {
  if (connector.kind === 'warranty') return [`Warranty of ${connector.makers.join(', ')}`]
  return [
    ...(connector.tickets ? ['Live tickets'] : []),
    ...(connector.writeBack ? ['Write-back'] : []),
    ...(connector.webhooks ? ['Webhooks'] : []),
  ]
}

function streamsOf(connector: Connector): ConnectorCard['streams'] {
  if (connector.kind === 'warranty') return []
  const { streams: offered } = connector
  return streamNames.flatMap((stream) => {
    const reader = offered[stream]
    return reader ? [{ stream, title: streams[stream].title, customFields: reader.customFields !== undefined }] : []
  })
}
