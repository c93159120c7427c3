/** The state of all connections in few statements: what home and the list of connections show. */
import type { ConnectionView } from '../../core/connections/connections.ts'
import type { Database } from '../../core/store/database.ts'
import type { PassKind, RunMode, RunState, RunTrigger } from '../../core/sync/request.ts'
import type { PanelServices } from '../services.ts'

const recentRuns = 14

export interface RunBrief {
  readonly id: number
  readonly connectionId: number
  readonly connectionName: string
  readonly mode: RunMode
  readonly pass: PassKind
  readonly trigger: RunTrigger
  readonly state: RunState
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly waitingUntil: Date | null
  readonly error: string | null
  readonly received: number
  /** What the source announced, if every stream did. */
  readonly total: number | null
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly restored: number
  readonly removed: number
  readonly withheld: number
  readonly rejected: number
}

export interface ConnectionBrief {
  readonly id: number
  readonly name: string
  readonly connector: string
  readonly connectorName: string
  readonly kind: ConnectionView['kind']
  readonly state: ConnectionView['state']
  readonly simulator: boolean
  readonly accountName: string | null
  readonly nextRun: Date | null
  /** A sync waits in the queue. */
  readonly queued: boolean
  readonly running: RunBrief | null
  readonly last: RunBrief | null
  /** Newest first. */
  readonly recent: readonly RunBrief[]
  /** The PSA whose place it took. */
  readonly predecessor: string | null
  readonly missingPermissions: number
  /** Why it cannot be used, as the last test found. */
  readonly problem: string | null
}

const columns = `r.id, r.connection_id as "connectionId", n.name as "connectionName", r.mode, r.pass, r.trigger, r.state,
  r.started_at as "startedAt", r.finished_at as "finishedAt", r.waiting_until as "waitingUntil", r.error_admin as error, c.*`

const counts = `
  cross join lateral (
    select coalesce(sum(received), 0)::bigint as received, coalesce(sum(created), 0)::bigint as created,
      coalesce(sum(updated), 0)::bigint as updated, coalesce(sum(unchanged), 0)::bigint as unchanged,
      coalesce(sum(restored), 0)::bigint as restored, coalesce(sum(removed), 0)::bigint as removed,
      coalesce(sum(withheld), 0)::bigint as withheld, coalesce(sum(rejected), 0)::bigint as rejected,
      case when bool_and(total is not null or state = 'skipped') then sum(total)::bigint end as total
    from sync_run_streams where run_id = r.id
  ) c`

/**
 * What a webhook brings is a run as well. A busy day has hundreds of them: among the syncs they would hide the one that
 * failed.
 */
const ofSyncs = "(trigger <> 'webhook' or state in ('running', 'waiting'))"

/** The newest syncs, of all connections together. */
export function newestRuns(database: Database, limit: number): Promise<RunBrief[]> {
  return database.rows<RunBrief>(
    `select ${columns} from (select * from sync_runs where ${ofSyncs} order by id desc limit $1) r
     join connections n on n.id = r.connection_id ${counts} order by r.id desc`,
    [limit],
  )
}

/** What the newest webhooks of a connection brought. */
export function webhookRuns(database: Database, connectionId: number, limit: number): Promise<RunBrief[]> {
  return database.rows<RunBrief>(
    `select ${columns} from (
       select * from sync_runs where connection_id = $1 and trigger = 'webhook' order by id desc limit $2
     ) r join connections n on n.id = r.connection_id ${counts} order by r.id desc`,
    [connectionId, limit],
  )
}

/** The newest syncs of each of the connections, newest first. */
async function recent(database: Database, connectionIds: readonly number[]): Promise<Map<number, RunBrief[]>> {
  const rows = await database.rows<RunBrief>(
    `select ${columns} from connections n
     cross join lateral (
       select * from sync_runs where connection_id = n.id and ${ofSyncs} order by id desc limit ${recentRuns}
     ) r ${counts}
     where n.id = any($1) order by r.id desc`,
    [connectionIds],
  )
  return Map.groupBy(rows, (row) => row.connectionId)
}

async function predecessors(database: Database, connectionIds: readonly number[]): Promise<Map<number, string>> {
  const rows = await database.rows<{ id: number; name: string }>(
    'select n.id, o.name from connections n join connections o on o.id = n.predecessor_id where n.id = any($1)',
    [connectionIds],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Active, never read, and no sync on its way: somebody has to begin. */
export function waitsForFirstSync({ state, last, running, queued }: ConnectionBrief): boolean {
  return state === 'active' && last === null && running === null && !queued
}

function isActive(run: { readonly state: RunState }): boolean {
  return run.state === 'running' || run.state === 'waiting'
}

/** A simulator names itself in the account's name. */
export function isSimulator(accountName: string | null): boolean {
  return /simulator/i.test(accountName ?? '')
}

/** Connections with their last and next run: all, or one. */
export async function overview(
  services: PanelServices,
  connections: readonly ConnectionView[],
): Promise<readonly ConnectionBrief[]> {
  const ids = connections.map(({ id }) => id)
  const [runs, former, waiting] = await Promise.all([
    recent(services.database, ids),
    predecessors(services.database, ids),
    services.queue.waiting(),
  ])
  const queued = new Set(waiting.map(({ connectionId }) => connectionId))
  return Promise.all(
    connections.map(async (connection): Promise<ConnectionBrief> => {
      const own = runs.get(connection.id) ?? []
      const { checkResult } = connection
      return {
        id: connection.id,
        name: connection.name,
        connector: connection.connector,
        connectorName: connection.connectorName,
        kind: connection.kind,
        state: connection.state,
        simulator: isSimulator(connection.accountName),
        accountName: connection.accountName,
        nextRun: connection.state === 'active' ? await services.queue.nextRun(connection.id) : null,
        queued: queued.has(connection.id),
        running: own.find(isActive) ?? null,
        last: own.find((run) => !isActive(run)) ?? null,
        recent: own,
        predecessor: former.get(connection.id) ?? null,
        missingPermissions: checkResult?.permissions.filter(({ state }) => state === 'missing').length ?? 0,
        problem: checkResult && !checkResult.ok ? (checkResult.message ?? null) : null,
      }
    }),
  )
}
