/** The outbox: every change the hub sends to a source is a row first, which a person approves. */
import { fieldWords } from '../connections/capabilities.ts'
import type { Catalogue } from '../connections/catalogue.ts'
import type { Connections } from '../connections/connections.ts'
import type { ConnectionRow } from '../connections/rows.ts'
import type { Writable, WritableField } from '../connector/index.ts'
import type { By, Note } from '../mapping/decision.ts'
import type { Database, Sql } from '../store/database.ts'
import { difference, type Held, problemOf, writableFields } from './proposal.ts'
import { type Sent, sendOne, staleAfterSeconds } from './send.ts'

export interface Proposal {
  /** The hub's id of the configuration. */
  readonly recordId: number
  readonly change: Writable
}

export type Proposed =
  | { readonly recordId: number; readonly outcome: 'proposed'; readonly id: number }
  /** The hub holds these values already. */
  | { readonly recordId: number; readonly outcome: 'nothing-to-do' }
  | { readonly recordId: number; readonly outcome: 'refused'; readonly message: string }

interface Configuration extends Held {
  readonly id: number
  readonly connection_id: number
  readonly source_id: string
  readonly removed: boolean
}

export class WriteBacks {
  readonly #database: Database
  readonly #connections: Pick<Connections, 'get' | 'open' | 'needsSignIn'>
  readonly #catalogue: Catalogue
  readonly #note: Note

  constructor(
    database: Database,
    connections: Pick<Connections, 'get' | 'open' | 'needsSignIn'>,
    catalogue: Catalogue,
    note: Note,
  ) {
    this.#database = database
    this.#connections = connections
    this.#catalogue = catalogue
    this.#note = note
  }

  /**
   * Puts changes into the outbox, each on its own: one that is refused does not hold back the others. A record
   * that has a proposal already gets the new fields added to it.
   */
  async propose(proposals: readonly Proposal[], by: By): Promise<readonly Proposed[]> {
    const rows = await this.#database.rows<Configuration>(
      `select id, connection_id, source_id, warranty_expiration, purchase_date, manufacturer, removed_at is not null as removed
       from configurations where id = any($1)`,
      [proposals.map((proposal) => proposal.recordId)],
    )
    const records = new Map(rows.map((row) => [row.id, row]))
    const connections = new Map<number, ConnectionRow>()
    for (const id of new Set(rows.map((row) => row.connection_id))) connections.set(id, await this.#connections.get(id))
    return this.#database.transaction(async (sql) => {
      const results: Proposed[] = []
      for (const { recordId, change } of proposals) {
        const record = records.get(recordId)
        const connection = record && connections.get(record.connection_id)
        results.push(
          record && connection
            ? await this.#proposeOne(sql, connection, record, change, by)
            : { recordId, outcome: 'refused', message: 'This configuration is not there.' },
        )
      }
      const ids = results.flatMap((result) => (result.outcome === 'proposed' ? result.id : []))
      if (ids.length > 0) await this.#note({ ...by, action: 'writeback.propose', target: list(ids) }, sql)
      return results
    })
  }

  /** Lets proposed ones go out, and failed ones again. Answers the ids that are to be sent now. */
  async approve(ids: readonly number[], by: By): Promise<readonly number[]> {
    return this.#decide(ids, by, 'writeback.approve', 'approved', ['proposed', 'failed'])
  }

  /** Takes what was not sent out of the outbox. Answers the ids that were. */
  async reject(ids: readonly number[], by: By): Promise<readonly number[]> {
    return this.#decide(ids, by, 'writeback.reject', 'rejected', ['proposed', 'approved', 'failed', 'conflict'])
  }

  /**
   * Sends an approved one. Safe to repeat, also after a crash in the middle: the connector reads the record
   * first, so what was written already is found there. Answers undefined if there is nothing to send (any more).
   */
  async send(id: number, signal?: AbortSignal): Promise<Sent | undefined> {
    return sendOne(this.#database, this.#connections, id, signal)
  }

  /** Ids that wait to be sent: approved, or begun by a process that is gone. The oldest first, 1,000 at most. */
  async due(): Promise<readonly number[]> {
    const rows = await this.#database.rows<{ id: number }>(
      `select w.id from writebacks w join connections c on c.id = w.connection_id and c.state = 'active'
       where w.state = 'approved' or (w.state = 'sending' and w.sent_at < now() - make_interval(secs => $1))
       order by w.id limit 1000`,
      [staleAfterSeconds],
    )
    return rows.map((row) => row.id)
  }

  async #proposeOne(
    sql: Sql,
    connection: ConnectionRow,
    record: Configuration,
    wish: Writable,
    by: By,
  ): Promise<Proposed> {
    const { id: recordId } = record
    const message = this.#objection(connection, record, wish)
    if (message !== undefined) return { recordId, outcome: 'refused', message }
    const { change, expected } = difference(record, wish)
    if (Object.keys(change).length === 0) return { recordId, outcome: 'nothing-to-do' }
    const { rows } = await sql.query<{ id: number }>(
      `insert into writebacks (connection_id, stream, source_id, record_id, change, expected, proposed_by)
       values ($1, 'configurations', $2, $3, $4, $5, $6)
       on conflict (connection_id, stream, source_id) where state in ('proposed', 'approved', 'sending')
       do update set change = writebacks.change || excluded.change, expected = writebacks.expected || excluded.expected,
         proposed_by = excluded.proposed_by
       where writebacks.state = 'proposed'
       returning id`,
      [connection.id, record.source_id, recordId, JSON.stringify(change), JSON.stringify(expected), nameOf(by)],
    )
    const id = rows[0]?.id
    if (id !== undefined) return { recordId, outcome: 'proposed', id }
    return { recordId, outcome: 'refused', message: 'An approved change of this record is on its way; wait for it.' }
  }

  #objection(connection: ConnectionRow, record: Configuration, wish: Writable): string | undefined {
    if (connection.state === 'disconnected') return `${connection.name} is disconnected.`
    if (record.removed) return `This configuration is gone at ${connection.name}.`
    const fields = writableFields.filter((field) => wish[field] !== undefined)
    return fields
      .map((field) => refusedField(this.#catalogue, connection, field) ?? problemOf(field, wish[field]))
      .find((problem) => problem !== undefined)
  }

  async #decide(
    ids: readonly number[],
    by: By,
    action: string,
    state: 'approved' | 'rejected',
    from: readonly string[],
  ): Promise<readonly number[]> {
    return this.#database.transaction(async (sql) => {
      const { rows } = await sql.query<{ id: number }>(
        `update writebacks w set state = $2, decided_by = $3, message = null
         where id = any($1) and state = any($4)
           -- One open row per record: a failed one that a newer one has overtaken stays where it is.
           and not ($2 = 'approved' and exists (
             select from writebacks o
             where o.connection_id = w.connection_id and o.stream = w.stream and o.source_id = w.source_id and o.id <> w.id
               and (o.state in ('proposed', 'approved', 'sending') or (o.id > w.id and o.id = any($1) and o.state = 'failed'))
           ))
         returning id`,
        [ids, state, nameOf(by), from],
      )
      const decided = rows.map((row) => row.id).sort((a, b) => a - b)
      if (decided.length > 0) await this.#note({ ...by, action, target: list(decided) }, sql)
      return decided
    })
  }
}

/** A sentence if the connection does not take this field: the connector cannot, or the admin did not allow it. */
function refusedField(catalogue: Catalogue, connection: ConnectionRow, field: WritableField): string | undefined {
  const connector = catalogue.get(connection.connector)
  const able = connector?.kind === 'warranty' ? undefined : connector?.writeBack?.configurations.fields
  if (!able?.includes(field)) return `${connection.name} cannot take a ${fieldWords[field]}.`
  if (!connection.writeBack.configurations?.includes(field))
    return `Pushing the ${fieldWords[field]} to ${connection.name} is not switched on.`
  return undefined
}

function nameOf(by: By): string {
  return typeof by.actor === 'string' ? by.actor : by.actor.email
}

function list(ids: readonly number[]): string {
  return `writeback ${ids.join(', ')}`
}
