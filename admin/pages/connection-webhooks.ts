/** Webhooks of a connection, as the panel shows them. Never with their address: that is a secret. */
import type { ConnectionView } from '../../core/connections/connections.ts'
import { type Connector, streams } from '../../core/connector/index.ts'
import { webhookTokenField } from '../../core/secrets/vault.ts'
import type { PanelServices } from '../services.ts'
import { type RunBrief, webhookRuns } from './overview.ts'

export interface WebhooksState {
  /** What they tell of, by title. */
  readonly streams: readonly string[]
  /** The vendor has no registration: an admin enters the address there. */
  readonly byHand: boolean
  readonly steps: readonly string[]
  readonly on: boolean
  /** When they were turned on, or registered again. */
  readonly since: Date | null
  /** The hub's address the vendor was told; null while they are off. */
  readonly hub: string | null
  /** The hub's address as it is now; null: it is not set, and they cannot be turned on. */
  readonly publicUrl: string | null
  /** What the newest deliveries brought. */
  readonly runs: readonly RunBrief[]
}

const shown = 5

/** Null: this connection takes none. */
export async function webhooksOf(
  { database, publicUrl }: PanelServices,
  connection: ConnectionView,
  connector: Connector | undefined,
): Promise<WebhooksState | null> {
  const source = connector && connector.kind !== 'warranty' ? connector.webhooks : undefined
  if (source === undefined || connection.state === 'disconnected') return null
  const on = connection.webhookUrl !== null
  const token = on
    ? await database.row<{ since: Date }>(
        'select updated_at as since from connection_secrets where connection_id = $1 and field = $2',
        [connection.id, webhookTokenField],
      )
    : undefined
  return {
    streams: source.streams.map((stream) => streams[stream].title),
    byHand: source.register === undefined,
    steps: source.steps ?? [],
    on,
    since: token?.since ?? null,
    hub: connection.webhookUrl,
    publicUrl: publicUrl?.replace(/\/+$/, '') ?? null,
    runs: on ? await webhookRuns(database, connection.id, shown) : [],
  }
}
