/** The outbox as people see it. */
import type { Writable } from '../connector/index.ts'
import type { Database } from '../store/database.ts'

export const writeBackStates = [
  'proposed',
  'approved',
  'sending',
  'written',
  'unchanged',
  'conflict',
  'failed',
  'rejected',
] as const
export type WriteBackState = (typeof writeBackStates)[number]

export interface WriteBackQuery {
  readonly states?: readonly WriteBackState[]
  readonly connectionId?: number
  readonly companyId?: number
  /** The hub's id of the configuration. */
  readonly recordId?: number
  /** `next` of the page before. */
  readonly after?: number
  /** 1 to 200; 50 unless told. */
  readonly limit?: number
}

export interface WriteBackRow {
  readonly id: number
  readonly state: WriteBackState
  readonly connectionId: number
  readonly connectionName: string
  readonly recordId: number
  readonly recordName: string | null
  readonly recordUrl: string | null
  readonly companyId: number | null
  readonly companyName: string | null
  readonly change: Writable
  /** What the hub held when it was proposed. */
  readonly expected: Writable
  /** What the source was seen to hold when it was sent. */
  readonly current: Writable | null
  readonly message: string | null
  readonly proposedBy: string
  readonly decidedBy: string | null
  readonly createdAt: Date
  readonly sentAt: Date | null
}

export interface WriteBackPage {
  /** The newest first. */
  readonly rows: readonly WriteBackRow[]
  readonly next: number | undefined
  /** Of the whole outbox. */
  readonly counts: Readonly<Record<WriteBackState, number>>
}

export async function listWriteBacks(database: Database, query: WriteBackQuery = {}): Promise<WriteBackPage> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 200)
  const rows = await database.rows<WriteBackRow>(
    `select w.id, w.state, w.connection_id as "connectionId", n.name as "connectionName", w.record_id as "recordId",
       r.name as "recordName", r.source_url as "recordUrl", c.id as "companyId", c.name as "companyName", w.change, w.expected,
       w.current, w.message, w.proposed_by as "proposedBy", w.decided_by as "decidedBy", w.created_at as "createdAt", w.sent_at as "sentAt"
     from writebacks w
     join connections n on n.id = w.connection_id
     left join configurations r on r.id = w.record_id
     left join companies c on c.id = r.company_id
     where ($1::text[] is null or w.state = any($1)) and ($2::bigint is null or w.connection_id = $2)
       and ($3::bigint is null or r.company_id = $3) and ($4::bigint is null or w.record_id = $4)
       and ($5::bigint is null or w.id < $5)
     order by w.id desc
     limit $6`,
    [
      query.states ?? null,
      query.connectionId ?? null,
      query.companyId ?? null,
      query.recordId ?? null,
      query.after ?? null,
      limit + 1,
    ],
  )
  const counted = await database.rows<{ state: WriteBackState; count: number }>(
    'select state, count(*) from writebacks group by state',
  )
  const count = (state: WriteBackState) => counted.find((row) => row.state === state)?.count ?? 0
  const page = rows.slice(0, limit)
  return {
    rows: page,
    next: rows.length > limit ? page.at(-1)?.id : undefined,
    counts: Object.fromEntries(writeBackStates.map((state) => [state, count(state)])) as Record<WriteBackState, number>,
  }
}
