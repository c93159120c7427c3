/** One sync run: progress while it goes, then what it did, stream by stream, company by company, line by line. */
import { streamNames } from '../../core/connector/index.ts'
import { tables } from '../../core/store/columns.ts'
import type { RecordChange, RunCompany, RunLine, RunStream, RunSummary } from '../../core/sync/runs.ts'
import { Problem } from '../problem.ts'
import type { PanelServices } from '../services.ts'
import type { Input } from './input.ts'
import { isSimulator } from './overview.ts'
import type { By, PanelPage } from './page.ts'
import { type HeldRecord, heldRecords } from './withheld.ts'

export interface RunData {
  readonly run: RunSummary & { readonly streams: readonly RunStream[] }
  readonly simulator: boolean
  /** Lines after the last one the browser has. */
  readonly log: readonly RunLine[]
  /** Changes of a dry run that wait to be applied. */
  readonly planned: number
}

export interface RunParts {
  readonly changes?: readonly (RecordChange & { readonly label: string | null })[]
  readonly companies?: readonly RunCompany[]
  readonly plan?: readonly HeldRecord[]
}

const logLines = 500
const rows = 200

export function runPage(services: PanelServices): PanelPage {
  const { runs, review, database, audit } = services
  const existing = async (id: number): Promise<RunData['run']> => {
    const run = await runs.get(id)
    if (!run) throw new Problem(404, `There is no run ${id}.`)
    return run
  }
  const parts = async (query: Input, part: keyof RunParts): Promise<RunParts> => {
    const runId = query.id('id')
    const after = query.optionalId('after')
    if (part === 'companies') {
      const found = await runs.companies(runId)
      // Records that belong to no company are counted above.
      return { companies: found.filter(({ companySourceId }) => companySourceId !== '') }
    }
    if (part === 'plan')
      return {
        plan: await heldRecords(database, review, {
          runId,
          reason: 'plan',
          limit: rows,
          ...(after !== undefined && { after }),
        }),
      }
    const changes = await runs.changes({ runId }, { limit: rows, ...(after !== undefined && { before: after }) })
    return { changes: await labelled(services, changes) }
  }
  const decide = async (input: Input, by: By, how: 'apply' | 'reject') => {
    const run = await existing(input.id('id'))
    const selection = { connectionId: run.connectionId, reason: 'plan' } as const
    const result =
      how === 'apply'
        ? (await review.apply(selection, by.actor.email)).applied
        : (await review.reject(selection, by.actor.email)).rejected
    await audit.record({ ...by, action: `plan.${how}`, target: `run ${run.id}`, detail: { changes: result } })
    return result
  }
  return {
    component: 'RunPage',
    capability: 'look',
    read: async (query): Promise<RunData | RunParts> => {
      const part = query.optionalOneOf('part', ['changes', 'companies', 'plan'])
      if (part) return parts(query, part)
      const run = await existing(query.id('id'))
      const after = query.optionalId('after')
      const account = await database.row<{ name: string | null }>(
        'select account_name as name from connections where id = $1',
        [run.connectionId],
      )
      const groups = run.mode === 'plan' ? await review.summary(run.connectionId) : []
      return {
        run: { ...run, streams: run.streams.toSorted((a, b) => order(a) - order(b)) },
        simulator: isSimulator(account?.name ?? null),
        log: await runs.log(run.id, { limit: logLines, ...(after !== undefined && { after }) }),
        planned: groups
          .filter((group) => group.reason === 'plan' && group.runId === run.id)
          .reduce((sum, { count }) => sum + count, 0),
      }
    },
    actions: {
      cancel: {
        capability: 'sync',
        run: async (input, by) => {
          const id = input.id('id')
          const cancelled = await runs.cancel(id)
          if (!cancelled) throw new Problem(409, 'The run has ended already.')
          await audit.record({ ...by, action: 'sync.cancel', target: `run ${id}` })
        },
      },
      applyPlan: { capability: 'decide', run: (input, by) => decide(input, by, 'apply') },
      dropPlan: { capability: 'decide', run: (input, by) => decide(input, by, 'reject') },
    },
  }
}

/** In the order in which they depend on one another, so that rows do not jump about. */
function order({ stream }: RunStream): number {
  return streamNames.indexOf(stream)
}

/** Names of the records that changed, one statement per stream. */
async function labelled(
  services: PanelServices,
  changes: readonly RecordChange[],
): Promise<NonNullable<RunParts['changes']>> {
  const names = new Map<string, string>()
  for (const [stream, ofStream] of Map.groupBy(changes, ({ stream }) => stream)) {
    const found = await services.database.rows<{ id: number; name: string | null }>(
      `select id, to_jsonb(t) ->> 'name' as name from ${tables[stream]} t where id = any($1)`,
      [[...new Set(ofStream.map(({ recordId }) => recordId))]],
    )
    for (const { id, name } of found) if (name !== null) names.set(`${stream} ${id}`, name)
  }
  return changes.map((change) => ({ ...change, label: names.get(`${change.stream} ${change.recordId}`) ?? null }))
}
