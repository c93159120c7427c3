/** One stream in one run: begin or continue its pass, write page after page, close it. */
import { ConnectorError, type Json, type Page, type ReportLine, type StreamName } from '../connector/index.ts'
import { patiently } from '../store/patience.ts'
import { assertHeld, type Lease, LeaseLost } from './lease.ts'
import { LoopDetector } from './loop-detector.ts'
import { PageStore } from './page.ts'
import { beginPass, completePass, type Pass } from './pass.ts'
import { prefetch } from './prefetch.ts'
import { lineOf, type PreparedPage, preparer } from './prepare.ts'
import type { PassKind } from './request.ts'
import type { RunLog } from './run-log.ts'
import type { Scope } from './scope.ts'
import type { OpenSource, SyncServices } from './services.ts'
import { closePass } from './sweep.ts'

/** Pages that may wait for the writer. */
const readAhead = { count: 2, bytes: 32 * 1_048_576 }
/** A pass of this many pages without an end is a paging loop. */
const maximumPages = 1_000_000

export interface StreamSummary {
  readonly stream: StreamName
  readonly state: 'pending' | 'running' | 'succeeded' | 'warning' | 'failed' | 'skipped'
  readonly received: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly restored: number
  readonly removed: number
  readonly withheld: number
  readonly rejected: number
  readonly skipped: number
}

export interface StreamServices {
  readonly services: SyncServices
  readonly lease: Lease
  readonly source: OpenSource
  readonly scope: Scope
  readonly log: RunLog
  readonly stream: StreamName
  readonly signal: AbortSignal
}

interface ReadPage {
  readonly prepared: PreparedPage
  readonly bytes: number
  readonly checkpoint: Json | undefined
  readonly state: Json | undefined
  readonly total: number | undefined
  readonly partial: string | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export class StreamRun {
  readonly #on: StreamServices
  readonly summary: Mutable<StreamSummary>

  constructor(on: StreamServices) {
    this.#on = on
    this.summary = {
      stream: on.stream,
      state: 'pending',
      received: 0,
      created: 0,
      updated: 0,
      unchanged: 0,
      restored: 0,
      removed: 0,
      withheld: 0,
      rejected: 0,
      skipped: 0,
    }
  }

  /** Not read at all, and why. */
  async skip(reason: string): Promise<void> {
    this.#on.log.add({ level: 'warning', code: 'stream-skipped', message: reason }, this.#on.stream)
    await this.#mark('skipped', { admin: reason })
  }

  /** Reads the stream to its end. Answers the vendor's failure, if it comes to one; faults of ours are thrown. */
  async execute(kind: PassKind): Promise<ConnectorError | undefined> {
    const { services, signal } = this.#on
    try {
      await this.#read(kind)
      return undefined
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      if (signal.aborted) return undefined
      if (!(error instanceof ConnectorError)) throw error
      this.#on.log.add({ level: 'error', code: `failed-${error.kind}`, message: error.admin }, this.#on.stream)
      await patiently(() => this.#mark('failed', { kind: error.kind, admin: error.admin }), signal)
      await services.database.run(companyLines, [this.#on.lease.runId, this.#on.stream])
      return error
    }
  }

  async #read(kind: PassKind): Promise<void> {
    const { services, lease, source, scope, stream, signal, log } = this.#on
    const reader = source.connector.streams[stream]
    if (reader === undefined) return
    const pass = await patiently(
      () =>
        beginPass(services.database, lease, {
          connectionId: source.row.id,
          stream,
          kind,
          overlapSeconds: reader.incremental?.overlapSeconds,
          selection: [source.row.filter, source.row.customFields[stream] ?? []],
        }),
      signal,
    )
    await this.#mark('running', { pass: pass.kind })
    if (pass.note) log.add({ level: 'info', ...pass.note }, stream)
    const context = source.readContext({
      stream,
      companies: scope.companies(),
      since: pass.since,
      checkpoint: pass.checkpoint,
      state: pass.state,
    })
    const store = new PageStore(services.database, { lease, connectionId: source.row.id, stream, scope, pass })
    let number = pass.pages
    let state: Json | undefined
    let partial: string | undefined
    for await (const page of prefetch(this.#pages(ofConnector(reader.read(context))), readAhead, signal)) {
      signal.throwIfAborted()
      const current = number
      const counts = await patiently(
        () => store.write({ number: current, prepared: page.prepared, checkpoint: page.checkpoint, total: page.total }),
        signal,
      )
      number++
      if (page.state !== undefined) state = page.state
      if (page.partial !== undefined) partial = page.partial
      if (counts) this.#count(counts)
      this.#report(page.prepared)
      if (stream === 'companies') scope.assume(page.prepared.rows.map((row) => row.sourceId))
    }
    signal.throwIfAborted()
    await patiently(() => this.#close(pass, state, partial), signal)
  }

  async *#pages(pages: AsyncIterable<Page<StreamName>>): AsyncGenerator<ReadPage> {
    const prepare = preparer(this.#on.stream, this.#on.source.connector.streams[this.#on.stream]?.leftOutWhenEmpty)
    const loop = new LoopDetector()
    let count = 0
    for await (const page of pages) {
      this.#on.signal.throwIfAborted()
      if (!Array.isArray(page?.records))
        throw new ConnectorError('bug', 'The connector yielded a page without records; please report it to its author.')
      const prepared = prepare(page)
      if (loop.repeats(prepared, page.checkpoint)) {
        throw new ConnectorError(
          'vendor',
          'The source sends the same page again and again; the reading was stopped. Try again later; if it stays, tell the vendor.',
        )
      }
      if (++count > maximumPages)
        throw new ConnectorError(
          'vendor',
          `The source did not come to an end within ${maximumPages} pages; the reading was stopped.`,
        )
      const { checkpoint, state, total, partial } = page
      yield { prepared, bytes: prepared.bytes, checkpoint, state, total, partial }
    }
  }

  async #close(read: Pass, state: Json | undefined, partial: string | undefined): Promise<void> {
    const { services, lease, source, stream } = this.#on
    // What did not show the whole list says as little about what is gone as an incremental pass.
    const pass: Pass = partial === undefined ? read : { ...read, kind: 'incremental' }
    const reader = source.connector.streams[stream]
    let mapped: readonly ReportLine[] = []
    const result = await services.database.transaction(async (sql) => {
      await assertHeld(sql, lease)
      const { rows } = await sql.query<{ received: number; unidentified: number }>(
        'select pass_received as received, pass_unidentified as unidentified from stream_states where connection_id = $1 and stream = $2',
        [source.row.id, stream],
      )
      // A dry run keeps no pass state: what it received is what it counted.
      const totals = lease.mode === 'apply' && rows[0] ? rows[0] : { received: this.summary.received, unidentified: 0 }
      const place = {
        lease,
        connectionId: source.row.id,
        stream,
        deletes: reader?.deletes ?? 'none',
        breaker: source.row.breaker,
      }
      const swept = await closePass(sql, place, pass, totals)
      await sql.query(companyLines, [lease.runId, stream])
      if (lease.mode === 'apply') {
        mapped = await services.afterStream(source.row.id, stream, sql, {
          importAll: source.row.importCompanies === 'all',
        })
        await completePass(sql, source.row.id, stream, pass, state)
      } else await sql.query('delete from sync_pages where pass_id = $1', [pass.id])
      await sql.query(
        `update sync_run_streams set created = created + $3, removed = $4, withheld = $5, finished_at = now(),
           state = case when $5::bigint > 0 or rejected > 0 or $6 then 'warning' else 'succeeded' end
         where run_id = $1 and stream = $2`,
        [lease.runId, stream, swept.created, swept.removed, swept.withheld, partial !== undefined],
      )
      return swept
    })
    if (partial !== undefined) this.#on.log.add({ level: 'warning', code: 'partial', message: partial }, stream)
    for (const note of [...result.notes, ...mapped]) this.#on.log.add(note, stream)
    this.summary.created += result.created
    this.summary.removed = result.removed
    this.summary.withheld = result.withheld
    const warns = result.withheld > 0 || this.summary.rejected > 0 || partial !== undefined
    this.summary.state = warns ? 'warning' : 'succeeded'
  }

  #count(
    counts: Pick<StreamSummary, 'received' | 'created' | 'updated' | 'unchanged' | 'restored' | 'rejected' | 'skipped'>,
  ): void {
    for (const name of ['received', 'created', 'updated', 'unchanged', 'restored', 'rejected', 'skipped'] as const)
      this.summary[name] += counts[name]
  }

  #report(prepared: PreparedPage): void {
    const { log, stream } = this.#on
    for (const rejected of prepared.rejected) log.add(lineOf(rejected), stream)
    if (prepared.duplicates > 0) {
      log.add(
        {
          level: 'warning',
          code: 'duplicates',
          message: `${prepared.duplicates} records came twice in one page; the last of each counts.`,
        },
        stream,
      )
    }
  }

  async #mark(
    state: StreamSummary['state'],
    detail: { kind?: string; admin?: string; pass?: PassKind } = {},
  ): Promise<void> {
    this.summary.state = state
    await this.#on.services.database.run(
      `update sync_run_streams set state = $3, error_kind = $4, error_admin = $5, pass = coalesce($6, pass),
         started_at = coalesce(started_at, now()), finished_at = case when $3 = 'running' then null else now() end
       where run_id = $1 and stream = $2`,
      [this.#on.lease.runId, this.#on.stream, state, detail.kind ?? null, detail.admin ?? null, detail.pass ?? null],
    )
  }
}

/** Adds up what the run's pages told per company. */
const companyLines = `
  insert into sync_run_companies (run_id, stream, company_source_id, received, created, updated, restored, rejected, skipped)
  select $1, $2, t.key, sum((t.value ->> 0)::bigint), sum((t.value ->> 1)::bigint), sum((t.value ->> 2)::bigint),
    sum((t.value ->> 3)::bigint), sum((t.value ->> 4)::bigint), sum((t.value ->> 5)::bigint)
  from sync_pages p
  join stream_states s on s.pass_id = p.pass_id and s.stream = $2
  cross join lateral jsonb_each(p.companies) t
  where p.run_id = $1
  group by t.key
  on conflict (run_id, stream, company_source_id) do update set received = excluded.received, created = excluded.created,
    updated = excluded.updated, restored = excluded.restored, rejected = excluded.rejected, skipped = excluded.skipped`

/** Whatever a connector throws becomes a ConnectorError, so that what is left is ours. */
async function* ofConnector(pages: AsyncIterable<Page<StreamName>>): AsyncGenerator<Page<StreamName>> {
  try {
    yield* pages
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    const text = error instanceof Error ? error.message : String(error)
    throw new ConnectorError('bug', `The connector failed: ${text}. Please report it to its author.`, {
      log: error instanceof Error ? (error.stack ?? text) : text,
      cause: error,
    })
  }
}
