/** After a webhook: the records it names are read again, one by one. A hint is never stored as a fact. */
import type { StreamName } from '../connector/index.ts'
import type { Lease } from './lease.ts'
import { PageStore } from './page.ts'
import { nextPassId, type Pass } from './pass.ts'
import { lineOf, preparer } from './prepare.ts'
import type { RunLog } from './run-log.ts'
import type { Scope } from './scope.ts'
import type { OpenSource, SyncServices } from './services.ts'

interface Touch {
  readonly services: SyncServices
  readonly lease: Lease
  readonly source: OpenSource
  readonly scope: Scope
  readonly log: RunLog
}

/** Reads and writes the named records. One that is gone is left to the next full pass: only that may remove. */
export async function touchRecords(
  { services, lease, source, scope, log }: Touch,
  touched: readonly { readonly stream: StreamName; readonly sourceId: string }[],
): Promise<void> {
  for (const { stream, sourceId } of touched) {
    const reader = source.connector.streams[stream]
    if (reader?.readOne === undefined || source.row.disabledStreams.includes(stream)) continue
    await services.database.run(
      `insert into sync_run_streams (run_id, stream, pass, state, started_at) values ($1, $2, 'incremental', 'running', now()) on conflict do nothing`,
      [lease.runId, stream],
    )
    const record = await reader.readOne(source.readContext({ stream, companies: scope.companies() }), sourceId)
    if (record === null) {
      log.add(
        {
          level: 'info',
          code: 'gone',
          message: `Record ${sourceId} is gone at the source, or the import filter leaves it out; the next full pass decides.`,
          sourceId,
        },
        stream,
      )
      continue
    }
    const pass: Pass = {
      id: await nextPassId(services.database.pool),
      kind: 'incremental',
      startedAt: new Date(),
      since: undefined,
      checkpoint: undefined,
      state: undefined,
      pages: 0,
      baseline: 0,
      note: undefined,
    }
    const prepared = preparer(stream, reader.leftOutWhenEmpty)({ records: [record] })
    for (const rejected of prepared.rejected) log.add(lineOf(rejected), stream)
    const store = new PageStore(services.database, {
      lease,
      connectionId: source.row.id,
      stream,
      scope,
      pass,
      touch: true,
    })
    await store.write({ number: 0, prepared, checkpoint: undefined, total: undefined })
    const mapped = await services.database.transaction(async (sql) => {
      await sql.query('delete from sync_pages where pass_id = $1', [pass.id])
      return services.afterStream(source.row.id, stream, sql, { importAll: source.row.importCompanies === 'all' })
    })
    for (const line of mapped) log.add(line, stream)
  }
  await services.database.run(
    `update sync_run_streams set state = case when rejected > 0 then 'warning' else 'succeeded' end, finished_at = now() where run_id = $1 and state = 'running'`,
    [lease.runId],
  )
}
