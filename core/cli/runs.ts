import { Refusal } from '../access/refusal.ts'
import type { RunStream, RunSummary } from '../sync/runs.ts'
import { moment, say, sayJson, table } from './output.ts'
import { streamTable } from './progress.ts'
import { connectionOf, done, type Session, withHub } from './session.ts'

interface Options {
  readonly connection?: string
  readonly limit: number
  readonly json?: boolean
}

const mostLines = 500

/** `tributary runs`: the newest first; with a number, that run with its streams and its log. */
export async function runs(session: Session, which: string | undefined, options: Options): Promise<number> {
  return withHub(session, async (hub) => {
    if (which !== undefined) {
      const id = Number(which)
      const run = Number.isSafeInteger(id) ? await hub.runs.get(id) : undefined
      if (run === undefined) throw new Refusal(`There is no run "${which}". \`tributary runs\` shows the last ones.`)
      const log = await hub.runs.log(id, { limit: mostLines })
      if (options.json) sayJson({ ...run, log })
      else {
        say(describeRun(run))
        for (const { at, level, stream, message } of log)
          say(`${moment(at)}  ${level.padEnd(7)}  ${stream ?? '–'}: ${message}`)
      }
      return done
    }
    const connectionId = options.connection ? (await connectionOf(hub, options.connection)).id : undefined
    const list = await hub.runs.list({ limit: options.limit, ...(connectionId !== undefined && { connectionId }) })
    if (options.json) sayJson(list)
    else if (list.length === 0) say('There was no run yet.')
    else
      say(
        table(
          ['run', 'connection', 'state', 'started', 'why', 'pass', 'received', 'new', 'changed', 'gone'],
          list.map(row),
        ),
      )
    return done
  })
}

function row(run: RunSummary): (string | number)[] {
  const { id, connection, trigger, received, created, updated, removed } = run
  const state = stateOf(run)
  return [id, connection, state, moment(run.startedAt), trigger, passOf(run), received, created, updated, removed]
}

function passOf({ mode, pass }: Pick<RunSummary, 'mode' | 'pass'>): string {
  return mode === 'plan' ? 'dry run' : pass
}

function stateOf({ state, stalled }: RunSummary): string {
  return stalled ? 'stalled' : state
}

/** A run in words, with a line per stream. */
export function describeRun(run: RunSummary & { readonly streams: readonly RunStream[] }): string {
  const until = run.waitingUntil ? `, goes on at ${moment(run.waitingUntil)}` : ''
  return [
    `Run ${run.id} of ${run.connection} (${passOf(run)}): ${stateOf(run)}${until}.`,
    ...(run.errorAdmin === null ? [] : [run.errorAdmin]),
    ...(run.streams.length > 0 ? [streamTable(run.streams)] : []),
    ...(run.withheld > 0 ? [`${run.withheld} changes wait for a decision in the panel.`] : []),
  ].join('\n')
}
