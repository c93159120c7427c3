/** One sync run of one connection: its streams in dependency order, independent ones side by side. */
import { ConnectorError, type StreamName, streams } from '../connector/index.ts'
import { isDatabaseAway } from '../store/database.ts'
import { acquire, beat, end, type Lease, LeaseLost, release } from './lease.ts'
import { dependencies, inOrder } from './order.ts'
import { dropOrphans } from './pass.ts'
import type { RunRequest, RunResult } from './request.ts'
import { RunLog } from './run-log.ts'
import { Scope } from './scope.ts'
import type { OpenSource, SyncServices } from './services.ts'
import { StreamRun, type StreamSummary } from './stream-run.ts'
import { touchRecords } from './touch.ts'

export interface RunOptions {
  /** Aborted when the process stops: the page in hand is committed, the run given back. */
  readonly signal: AbortSignal
  readonly limitMinutes: number
  readonly onProgress?: ((summaries: readonly StreamSummary[]) => void) | undefined
}

const beatSeconds = 5
/** Kinds after which nothing else of the connection can work either. */
const fatal: ReadonlySet<string> = new Set(['auth', 'config', 'rate-limit'])

class Interruption extends Error {
  readonly by: 'cancelled' | 'paused' | 'deadline' | 'lost'
  constructor(by: Interruption['by']) {
    super(by)
    this.by = by
  }
}

export class SyncEngine {
  readonly #services: SyncServices

  constructor(services: SyncServices) {
    this.#services = services
  }

  /**
   * Runs to the end, or until the vendor, an admin, the clock or the process stops it. Failures of the
   * vendor are in the result; what is thrown is a fault of ours or of the database. Answers `busy` if
   * another worker is at it.
   */
  async run(request: RunRequest, options: RunOptions): Promise<RunResult | { readonly busy: number }> {
    const lease = await acquire(this.#services.database, request)
    if ('busy' in lease) return lease
    const run = new Run(this.#services, lease, request, options)
    return run.execute()
  }
}

class Run {
  readonly #services: SyncServices
  readonly #lease: Lease
  readonly #request: RunRequest
  readonly #options: RunOptions
  readonly #log: RunLog
  readonly #stop = new AbortController()
  readonly #runs = new Map<StreamName, StreamRun>()
  #waitingUntil: Date | undefined

  constructor(services: SyncServices, lease: Lease, request: RunRequest, options: RunOptions) {
    this.#services = services
    this.#lease = lease
    this.#request = request
    this.#options = options
    this.#log = new RunLog(services.database, lease.runId)
  }

  async execute(): Promise<RunResult> {
    const signal = AbortSignal.any([this.#stop.signal, this.#options.signal])
    let beating = false
    const heart = setInterval(async () => {
      if (beating) return
      beating = true
      await this.#beat()
      beating = false
    }, beatSeconds * 1000)
    const deadline = setTimeout(
      () => this.#stop.abort(new Interruption('deadline')),
      this.#options.limitMinutes * 60_000,
    )
    let source: OpenSource | undefined
    try {
      source = await this.#services.open(this.#request.connectionId, {
        signal,
        report: (line, stream) => this.#log.add(line, stream),
        onWait: (until) => {
          this.#waitingUntil = until
        },
      })
      if (this.#lease.resumed)
        this.#log.add({
          level: 'info',
          code: 'resumed',
          message: 'The worker of this run was gone; another one went on with it.',
        })
      const failures = this.#request.touched
        ? await this.#touch(source, this.#request.touched)
        : await this.#readStreams(source, signal)
      return await this.#finish(failures)
    } catch (error) {
      if (error instanceof LeaseLost) this.#stop.abort(error)
      if (error instanceof LeaseLost || (signal.aborted && error === signal.reason)) return await this.#finish([])
      if (error instanceof ConnectorError) return await this.#finish([error])
      await this.#fail(error)
      throw error
    } finally {
      clearInterval(heart)
      clearTimeout(deadline)
      source?.close()
    }
  }

  async #beat(): Promise<void> {
    const waitingUntil =
      this.#waitingUntil !== undefined && this.#waitingUntil.getTime() > Date.now() ? this.#waitingUntil : undefined
    try {
      const { cancelled, paused } = await beat(this.#services.database, this.#lease, waitingUntil)
      if (cancelled || paused) this.#stop.abort(new Interruption(cancelled ? 'cancelled' : 'paused'))
      await this.#log.flush()
      this.#options.onProgress?.([...this.#runs.values()].map((run) => run.summary))
    } catch (error) {
      if (error instanceof LeaseLost) this.#stop.abort(new Interruption('lost'))
      // A database that is away: the next beat tells.
    }
  }

  async #touch(source: OpenSource, touched: NonNullable<RunRequest['touched']>): Promise<ConnectorError[]> {
    const scope = new Scope(this.#services.database, source.row, false)
    await scope.load()
    await touchRecords({ services: this.#services, lease: this.#lease, source, scope, log: this.#log }, touched)
    return []
  }

  async #readStreams(source: OpenSource, signal: AbortSignal): Promise<ConnectorError[]> {
    const wanted = new Set(wantedStreams(source, this.#request.streams))
    const { database } = this.#services
    await database.run(
      `insert into sync_run_streams (run_id, stream, pass) select $1, unnest($2::text[]), $3 on conflict do nothing`,
      [this.#lease.runId, [...wanted], this.#lease.pass],
    )
    const done = new Set(
      (
        await database.rows<{ stream: StreamName }>(
          "select stream from sync_run_streams where run_id = $1 and state in ('succeeded', 'warning')",
          [this.#lease.runId],
        )
      ).map(({ stream }) => stream),
    )
    const scope = new Scope(database, source.row, this.#lease.mode === 'plan' && source.row.importCompanies === 'all')
    await scope.load()

    const failures: ConnectorError[] = []
    const ended = new Map<StreamName, Promise<boolean>>()
    for (const stream of inOrder(wanted)) {
      const run = new StreamRun({
        services: this.#services,
        lease: this.#lease,
        source,
        scope,
        log: this.#log,
        stream,
        signal,
      })
      this.#runs.set(stream, run)
      const before = dependencies(stream, wanted).map((name) => ended.get(name))
      ended.set(
        stream,
        (async () => {
          const results = await Promise.all(before)
          if (done.has(stream)) return true
          if (signal.aborted) return false
          // Without a first list of companies there is nothing to hang the records on.
          const companiesFailed = streams[stream].after.some(
            (name, index) => name === 'companies' && results[index] === false,
          )
          if (companiesFailed && scope.companies().length === 0) {
            await run.skip('The companies could not be read.')
            return false
          }
          const failure = await run.execute(this.#lease.pass).catch((error) => {
            this.#stop.abort(error)
            throw error
          })
          if (stream === 'companies' && this.#lease.mode === 'apply') await scope.load()
          this.#options.onProgress?.([...this.#runs.values()].map((each) => each.summary))
          if (failure === undefined) return true
          failures.push(failure)
          if (fatal.has(failure.kind)) this.#stop.abort(failure)
          return false
        })(),
      )
    }
    const results = await Promise.allSettled(ended.values())
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return failures
  }

  async #finish(failures: readonly ConnectorError[]): Promise<RunResult> {
    const { runId } = this.#lease
    const worst =
      failures.find(({ kind }) => fatal.has(kind)) ?? failures.find(({ kind }) => kind === 'transient') ?? failures[0]
    const outcome = await this.#outcome(worst)
    this.#options.onProgress?.([...this.#runs.values()].map((run) => run.summary))
    if (outcome === 'released') {
      await this.#log.flush()
      await release(this.#services.database, this.#lease)
      return { runId, state: 'running' }
    }
    if (worst?.kind === 'auth') await this.#services.needsSignIn(this.#request.connectionId, worst.admin)
    await this.#log.flush()
    await end(this.#services.database, this.#lease, outcome)
    await dropOrphans(this.#services.database, this.#lease.runId)
    return {
      runId,
      state: outcome.state,
      ...(worst && {
        error: {
          kind: worst.kind,
          admin: worst.admin,
          ...(worst.retryAfterSeconds !== undefined && { retryAfterSeconds: worst.retryAfterSeconds }),
        },
      }),
    }
  }

  /** A fault of ours. If the database is away too, the lease runs out and another worker goes on. */
  async #fail(error: unknown): Promise<void> {
    const text = error instanceof Error ? error.message : String(error)
    const admin = 'The hub itself failed; the log of the worker has the details. Please report it.'
    const ending = { state: 'failed', error: { kind: 'bug', admin, log: text } } as const
    if (!isDatabaseAway(error)) await end(this.#services.database, this.#lease, ending).catch(() => {})
  }

  async #outcome(worst: ConnectorError | undefined): Promise<'released' | Parameters<typeof end>[2]> {
    const reason: unknown = this.#stop.signal.reason
    if (reason instanceof LeaseLost) return 'released'
    if (reason instanceof Interruption) {
      if (reason.by === 'lost') return 'released'
      if (reason.by === 'deadline') {
        const admin = `The run took longer than ${this.#options.limitMinutes} minutes and was stopped. The next run goes on where it was.`
        return { state: 'failed', error: { kind: 'transient', admin, log: admin } }
      }
      const admin =
        reason.by === 'paused'
          ? 'The connection was paused. The next run goes on where this one stopped.'
          : 'Cancelled. The next run goes on where this one stopped.'
      this.#log.add({ level: 'info', code: reason.by, message: admin })
      return { state: 'cancelled' }
    }
    if (worst?.kind === 'rate-limit' && worst.retryAfterSeconds !== undefined) {
      const waitingUntil = new Date(Date.now() + worst.retryAfterSeconds * 1000)
      this.#log.add({
        level: 'info',
        code: 'parked',
        message: `${worst.admin} The run goes on at ${waitingUntil.toISOString()}.`,
      })
      return { state: 'waiting', waitingUntil, error: errorOf(worst) }
    }
    if (worst) return { state: 'failed', error: errorOf(worst) }
    if (this.#options.signal.aborted) return 'released'
    const troubled = await this.#services.database.row<{ count: number }>(
      "select count(*) from sync_run_streams where run_id = $1 and state = 'warning'",
      [this.#lease.runId],
    )
    return { state: (troubled?.count ?? 0) > 0 ? 'warning' : 'succeeded' }
  }
}

function errorOf(error: ConnectorError) {
  return { kind: error.kind, admin: error.admin, log: error.message }
}

function wantedStreams(source: OpenSource, only: readonly StreamName[] | undefined): StreamName[] {
  const offered = Object.keys(source.connector.streams) as StreamName[]
  return offered.filter(
    (stream) => !source.row.disabledStreams.includes(stream) && (only === undefined || only.includes(stream)),
  )
}
