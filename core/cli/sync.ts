import { Refusal } from '../access/refusal.ts'
import type { StreamName } from '../connector/index.ts'
import { say, sayJson, tell } from './output.ts'
import { Progress } from './progress.ts'
import { describeRun } from './runs.ts'
import { connectionOf, done, failed, interruptible, later, operator, type Session, withHub } from './session.ts'

interface Options {
  readonly full?: boolean
  readonly dryRun?: boolean
  readonly stream?: readonly StreamName[]
  readonly json?: boolean
}

/** `tributary sync`: one run in this process, beside the workers; two never run the same connection. */
export async function sync(session: Session, which: string, options: Options): Promise<number> {
  const { full = false, dryRun = false, stream, json = false } = options
  return withHub(session, async (hub) => {
    const { id, name, state } = await connectionOf(hub, which)
    if (state !== 'active')
      throw new Refusal(`${name} is ${state}; test it (\`tributary check ${id}\`) or resume it first.`)
    const progress = new Progress()
    const outcome = await hub.engine.run(
      {
        connectionId: id,
        mode: dryRun ? 'plan' : 'apply',
        pass: full || dryRun ? 'full' : 'incremental',
        trigger: 'cli',
        requestedBy: operator(),
        ...(stream && { streams: stream }),
      },
      {
        signal: interruptible(),
        limitMinutes: session.settings.runLimitMinutes,
        onProgress: (summaries) => progress.show(summaries),
      },
    )
    if ('busy' in outcome) {
      tell(`${name} is being synced already, by run ${outcome.busy}. Wait for it: \`tributary runs ${outcome.busy}\`.`)
      return later
    }
    const run = await hub.runs.get(outcome.runId)
    if (json) sayJson(run)
    else if (run) say(describeRun(run))
    if (outcome.state === 'running') {
      tell('Stopped behind the page in hand. The next run goes on there.')
      return failed
    }
    if (outcome.state === 'waiting') return later
    return outcome.state === 'failed' || outcome.state === 'cancelled' ? failed : done
  })
}
