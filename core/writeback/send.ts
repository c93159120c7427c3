/** Sends one change of the outbox: claim the row, let the connector read and write, keep what it found. */
import { fieldWords } from '../connections/capabilities.ts'
import type { Connections } from '../connections/connections.ts'
import { within } from '../connections/limit.ts'
import type { ConnectionRow } from '../connections/rows.ts'
import { ConnectorError, type ErrorKind, type Writable, type WriteOutcome } from '../connector/index.ts'
import type { Database, Sql } from '../store/database.ts'
import { columns, type Held, isDay, writableFields } from './proposal.ts'

export interface Sent {
  readonly id: number
  /** `approved`: it did not come through and waits for the next try. */
  readonly state: 'written' | 'unchanged' | 'conflict' | 'failed' | 'approved'
  readonly message: string | null
  /** Earliest moment for the next try, if the vendor named one. */
  readonly retryAfterSeconds?: number
}

interface Claimed {
  readonly id: number
  readonly connection_id: number
  readonly record_id: number
  readonly source_id: string
  readonly change: Writable
  readonly expected: Writable
  readonly claim: string
}

type Ending = Omit<Sent, 'id'> & { readonly current?: Writable }

const limitMs = 60_000
/** A row found "sending" for longer belongs to a process that is gone. */
export const staleAfterSeconds = 120

/** After these kinds the same row may work later, without anybody changing it. */
const passing: ReadonlySet<ErrorKind> = new Set(['transient', 'rate-limit', 'auth'])

export async function sendOne(
  database: Database,
  connections: Pick<Connections, 'get' | 'open' | 'needsSignIn'>,
  id: number,
  signal?: AbortSignal,
): Promise<Sent | undefined> {
  const row = await database.row<Claimed>(
    `update writebacks set state = 'sending', sent_at = now(), message = null
     where id = $1 and (state = 'approved' or (state = 'sending' and sent_at < now() - make_interval(secs => $2)))
     returning id, connection_id, record_id, source_id, change, expected, sent_at::text as claim`,
    [id, staleAfterSeconds],
  )
  if (row === undefined) return undefined
  const ending = await write(connections, row, signal)
  const { current, ...sent } = ending
  await database.transaction(async (sql) => {
    // Taken over by another process meanwhile, the row is not ours to end.
    const { rowCount } = await sql.query(
      `update writebacks set state = $2, message = $3, current = coalesce($4, current)
       where id = $1 and state = 'sending' and sent_at = $5::timestamptz`,
      [id, ending.state, ending.message, current === undefined ? null : JSON.stringify(current), row.claim],
    )
    if (rowCount === 1 && current !== undefined) await learn(sql, row.record_id, current)
  })
  return { id, ...sent }
}

async function write(
  connections: Pick<Connections, 'get' | 'open' | 'needsSignIn'>,
  row: Claimed,
  signal?: AbortSignal,
): Promise<Ending> {
  try {
    const connection = await connections.get(row.connection_id)
    const off = writableFields.find(
      (field) => row.change[field] !== undefined && !connection.writeBack.configurations?.includes(field),
    )
    if (off !== undefined)
      return {
        state: 'failed',
        message: `Pushing the ${fieldWords[off]} to ${connection.name} is not switched on any more.`,
      }
    const outcome = await ask(connections, connection, row, signal)
    if (outcome.outcome === 'not-found')
      return { state: 'failed', message: outcome.message ?? `The configuration is gone at ${connection.name}.` }
    return { state: outcome.outcome, message: outcome.message ?? null, current: outcome.current }
  } catch (error) {
    if (error instanceof ConnectorError) {
      if (error.kind === 'auth') await connections.needsSignIn(row.connection_id, error.admin)
      const { retryAfterSeconds } = error
      return {
        state: passing.has(error.kind) ? 'approved' : 'failed',
        message: error.admin,
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      }
    }
    if (signal?.aborted) return { state: 'approved', message: 'The hub was stopped while this was sent.' }
    return { state: 'failed', message: 'The connector failed in a way it should not. Report it to its author.' }
  }
}

async function ask(
  connections: Pick<Connections, 'open'>,
  connection: ConnectionRow,
  row: Claimed,
  caller?: AbortSignal,
): Promise<WriteOutcome> {
  const late = `${connection.name} did not answer within ${limitMs / 1000} seconds.`
  return within(
    limitMs,
    late,
    async (signal) => {
      const open = await connections.open(connection.id, { signal })
      try {
        const writer = open.connector.kind === 'warranty' ? undefined : open.connector.writeBack
        if (writer === undefined) throw new ConnectorError('config', `${connection.name} takes no changes any more.`)
        return await writer.configurations.write(open.context(), row.source_id, row.change, row.expected)
      } finally {
        open.close()
      }
    },
    caller,
  )
}

/** The hub holds what the source was seen to hold; the next sync reads the record again in any case. */
async function learn(sql: Sql, recordId: number, current: Writable): Promise<void> {
  const { rows } = await sql.query<Held>(
    'select warranty_expiration, purchase_date, manufacturer from configurations where id = $1 for update',
    [recordId],
  )
  const held = rows[0]
  if (held === undefined) return
  const news = writableFields.flatMap((field) => {
    const value = current[field]
    const known = value === undefined || value === held[columns[field]]
    const readable = value === null || field === 'manufacturer' || (value !== undefined && isDay(value))
    return known || !readable ? [] : [{ field: columns[field], before: held[columns[field]], after: value }]
  })
  if (news.length === 0) return
  const row = { ...held, ...Object.fromEntries(news.map(({ field, after }) => [field, after])) }
  await sql.query(
    `update configurations set warranty_expiration = $2, purchase_date = $3, manufacturer = $4, updated_at = now(),
       -- No record has this hash: were the source to take the change back, the old hash would hide that.
       content_hash = gen_random_uuid()
     where id = $1`,
    [recordId, row.warranty_expiration, row.purchase_date, row.manufacturer],
  )
  await sql.query(
    `insert into record_changes (stream, record_id, field, before, after)
     select 'configurations', $1, field, before, after from jsonb_to_recordset($2::jsonb) as n(field text, before jsonb, after jsonb)`,
    [recordId, JSON.stringify(news)],
  )
}
