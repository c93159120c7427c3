/** One connection: its state, what it reads, its permissions and settings, and what can be done with it. */
import type { ConnectionChanges } from '../../core/connections/changes.ts'
import type { CheckReport } from '../../core/connections/check.ts'
import type { ConnectionView } from '../../core/connections/connections.ts'
import { type StreamName, streamNames, streams } from '../../core/connector/index.ts'
import { tables } from '../../core/store/columns.ts'
import type { Database } from '../../core/store/database.ts'
import { Problem } from '../problem.ts'
import type { PanelServices } from '../services.ts'
import { type ConnectorCard, cardOf } from './catalogue.ts'
import { readChanges } from './connection-changes.ts'
import { type WebhooksState, webhooksOf } from './connection-webhooks.ts'
import { type WriteBackState, writeBackOf } from './connection-write-back.ts'
import { type ConnectionBrief, overview, waitsForFirstSync } from './overview.ts'
import type { By, PanelPage } from './page.ts'

export interface StreamState {
  readonly stream: StreamName
  readonly title: string
  readonly enabled: boolean
  readonly rows: number
  /** How far it is known to be complete. */
  readonly completeUntil: Date | null
  readonly lastFullAt: Date | null
  readonly last: string | null
  readonly lastError: string | null
  readonly lastRunId: number | null
}

export interface Offer {
  readonly value: string
  readonly label: string
}

export interface ConnectionData {
  readonly connection: ConnectionView
  readonly brief: ConnectionBrief
  /** Never read, and no sync on its way. */
  readonly fresh: boolean
  /** Null: the connector is not loaded, and the connection cannot be used. */
  readonly connector: ConnectorCard | null
  readonly hosts: readonly string[]
  readonly company: string | null
  readonly streams: readonly StreamState[]
  /** What the import can be narrowed to, as the source sent it. */
  readonly filters: Readonly<Record<string, readonly Offer[]>>
  /** Null: it takes none. */
  readonly webhooks: WebhooksState | null
  /** Null: it takes no changes. */
  readonly writeBack: WriteBackState | null
  /** The PSA that is connected instead of this one: there is one at a time. */
  readonly otherPsa: string | null
}

async function streamStates(
  database: Database,
  connection: ConnectionView,
  offered: readonly StreamName[],
): Promise<StreamState[]> {
  const states = await database.rows<{ stream: StreamName; watermark: Date | null; full: Date | null }>(
    'select stream, watermark, last_full_at as full from stream_states where connection_id = $1',
    [connection.id],
  )
  const last = await database.rows<{ stream: StreamName; state: string; error: string | null; runId: number }>(
    `select distinct on (s.stream) s.stream, s.state, s.error_admin as error, s.run_id as "runId"
     from sync_run_streams s join (
       select id from sync_runs where connection_id = $1 and trigger <> 'webhook' order by id desc limit 30
     ) r on r.id = s.run_id
     where s.state not in ('pending', 'running') order by s.stream, s.run_id desc`,
    [connection.id],
  )
  return Promise.all(
    offered.map(async (stream) => {
      const row = await database.row<{ count: number }>(
        `select count(*) as count from ${tables[stream]} where connection_id = $1 and removed_at is null`,
        [connection.id],
      )
      const state = states.find((each) => each.stream === stream)
      const run = last.find((each) => each.stream === stream)
      return {
        stream,
        title: streams[stream].title,
        enabled: !connection.disabledStreams.includes(stream),
        rows: row?.count ?? 0,
        completeUntil: state?.watermark ?? null,
        lastFullAt: state?.full ?? null,
        last: run?.state ?? null,
        lastError: run?.error ?? null,
        lastRunId: run?.runId ?? null,
      }
    }),
  )
}

const filterStreams = ['companyTypes', 'companyStatuses', 'configurationTypes', 'configurationStatuses'] as const

async function offeredFilters(database: Database, connectionId: number): Promise<ConnectionData['filters']> {
  const entries = await Promise.all(
    filterStreams.map(async (stream) => {
      const offers = await database.rows<{ value: string; label: string }>(
        `select source_id as value, name as label from ${tables[stream]}
         where connection_id = $1 and removed_at is null order by lower(name), id`,
        [connectionId],
      )
      return [stream, offers] as const
    }),
  )
  return Object.fromEntries(entries.filter(([, offers]) => offers.length > 0))
}

/** What the connection calls; nothing if its settings do not tell. */
async function hostsOf(services: PanelServices, id: number): Promise<readonly string[]> {
  const lines = await services.connections.firewall()
  return lines.find(({ connectionId }) => connectionId === id)?.hosts ?? []
}

export function connectionPage(services: PanelServices): PanelPage {
  const { connections, catalogue, queue, database, audit } = services
  /** Every change may change when it runs next. */
  const change = async <T>(id: number, work: () => Promise<T>): Promise<T> => {
    const result = await work()
    await queue.reschedule(id)
    return result
  }
  return {
    component: 'ConnectionPage',
    capability: 'look',
    read: async (query): Promise<ConnectionData> => {
      const connection = await connections.get(query.id('id'))
      const connector = catalogue.get(connection.connector)
      const [brief] = await overview(services, [connection])
      if (!brief) throw new Problem(404, 'This connection is not there.')
      const company = await database.row<{ name: string }>('select name from companies where id = $1', [
        connection.companyId,
      ])
      const offered =
        connector && connector.kind !== 'warranty' ? streamNames.filter((stream) => connector.streams[stream]) : []
      return {
        connection,
        brief,
        fresh: waitsForFirstSync(brief),
        connector: connector ? cardOf(connector) : null,
        hosts: await hostsOf(services, connection.id),
        company: company?.name ?? null,
        streams: await streamStates(database, connection, offered),
        filters: await offeredFilters(database, connection.id),
        webhooks: await webhooksOf(services, connection, connector),
        writeBack: writeBackOf(catalogue, connector),
        otherPsa: connection.kind === 'psa' ? await otherPsa(connection.id) : null,
      }
    },
    actions: {
      sync: {
        capability: 'sync',
        run: async (input, by) => {
          const id = input.id('id')
          const options = { full: input.flag('full'), plan: input.flag('plan'), confirmed: input.flag('confirmed') }
          const answer = await queue.forceSync(id, { ...options, requestedBy: by.actor.email })
          await audit.record({ ...by, action: 'sync.force', target: `connection ${id}`, detail: options })
          return answer
        },
      },
      test: {
        capability: 'sync',
        run: (input) => change(input.id('id'), () => connections.check(input.id('id'))),
      },
      pause: {
        capability: 'connections',
        run: (input, by) => change(input.id('id'), () => connections.pause(input.id('id'), by)),
      },
      resume: {
        capability: 'connections',
        run: (input, by) => change(input.id('id'), () => connections.resume(input.id('id'), by)),
      },
      reconnect: {
        capability: 'connections',
        run: (input, by) => reconnect(input.id('id'), readChanges(input), by),
      },
      webhooksOn: {
        capability: 'connections',
        run: (input, by) => connections.turnOnWebhooks(input.id('id'), services.publicUrl, by),
      },
      webhooksOff: {
        capability: 'connections',
        run: (input, by) => connections.turnOffWebhooks(input.id('id'), by),
      },
      disconnect: {
        capability: 'connections',
        run: (input, by) => change(input.id('id'), () => connections.remove(input.id('id'), by)),
      },
      check: {
        capability: 'connections',
        run: async (input) => {
          const { id, connector } = await connections.get(input.id('id'))
          return connections.checkSettings(connector, input.object('settings'), id)
        },
      },
      choices: {
        capability: 'connections',
        run: (input) => connections.choices(input.id('id'), input.text('field')),
      },
      customFields: {
        capability: 'connections',
        run: (input) => connections.customFields(input.id('id'), input.oneOf('stream', streamNames)),
      },
      save: {
        capability: 'connections',
        run: (input, by) => save(input.id('id'), readChanges(input), by),
      },
    },
  }

  async function otherPsa(id: number): Promise<string | null> {
    const all = await connections.list()
    return all.find((other) => other.kind === 'psa' && other.state !== 'disconnected' && other.id !== id)?.name ?? null
  }

  /**
   * A disconnected connection goes on where it was, with the secrets that were entered again. They are tested before
   * anything is stored; answers how that went.
   */
  async function reconnect(id: number, { name, settings = {} }: ConnectionChanges, by: By): Promise<CheckReport> {
    const { state, kind, connector } = await connections.get(id)
    if (state !== 'disconnected') throw new Problem(409, 'This connection is connected already.')
    const other = kind === 'psa' ? await otherPsa(id) : null
    if (other !== null) throw new Problem(409, `Only one PSA can be connected at a time; switch from ${other} instead.`)
    const report = await connections.checkSettings(connector, settings, id)
    if (!report.ok) return report
    return change(id, async () => {
      await connections.update(id, { settings, ...(name !== undefined && { name }) }, by)
      try {
        await connections.resume(id, by)
      } catch (error) {
        // Its secrets are not kept while it is disconnected.
        await connections.remove(id, by)
        throw error
      }
      return connections.check(id)
    })
  }

  /** Saved settings are tested at once, so that nobody learns of a typing error at night. */
  async function save(id: number, changes: ReturnType<typeof readChanges>, by: By) {
    return change(id, async () => {
      await connections.update(id, changes, by)
      return changes.settings ? connections.check(id) : null
    })
  }
}
