/** The battery every connector must pass, ours and third parties'. */
import { type Connector, contractVersion } from '../connector/contract.ts'
import type { SimulatorModule } from '../connector/simulator.ts'
import { changeRules } from './rules/changes.ts'
import { checkRules } from './rules/check.ts'
import { dataRules } from './rules/data.ts'
import { errorRules } from './rules/errors.ts'
import { folderRules } from './rules/folder.ts'
import { manifestRules } from './rules/manifest.ts'
import { mannersRules, portraitOf } from './rules/manners.ts'
import { readingRules } from './rules/reading.ts'
import { recoveryRules } from './rules/recovery.ts'
import { resumingRules } from './rules/resuming.ts'
import { selectionRules } from './rules/selection.ts'
import { ticketRules } from './rules/tickets.ts'
import { warrantyRules } from './rules/warranty.ts'
import { webhookRules } from './rules/webhooks.ts'
import { writeBackRules } from './rules/write-back.ts'
import { messageOf, NotApplicable, type Rule, Subject } from './subject.ts'

export interface RuleResult {
  readonly id: string
  /** What the rule promises to those who use the connector. */
  readonly promise: string
  readonly outcome: 'pass' | 'fail' | 'not-applicable'
  /** What to change, or why the rule does not apply. */
  readonly detail?: string
  readonly ms: number
}

export interface Sheet {
  readonly connector: string
  /** Version of the contract it was held against. */
  readonly version: number
  readonly rules: readonly RuleResult[]
}

export interface ConformOptions {
  /** Where the plugin's files are; without it the rules about files do not apply. */
  readonly folder?: string
  /** Only these rules, by id or by the part of it before the dot. */
  readonly only?: readonly string[]
}

/** All rules in the order they run; the last ones look back on the others. */
export function battery(connector: Connector): readonly Rule[] {
  return [
    ...folderRules,
    ...manifestRules,
    ...checkRules,
    ...readingRules,
    ...resumingRules,
    ...changeRules,
    ...selectionRules,
    ...dataRules,
    ...errorRules,
    ...recoveryRules,
    ...ticketRules,
    ...writeBackRules,
    ...webhookRules,
    ...warrantyRules,
    ...mannersRules(portraitOf(connector)),
  ]
}

/** A rule that takes longer has met something that never ends. */
const ruleLimitMs = 120_000

/**
 * Runs the battery against the connector and, if there is one, its simulator; one battery at a time in a process. Never
 * throws for what is wrong with either.
 */
export async function conform(
  connector: Connector,
  simulator: SimulatorModule | undefined,
  { folder, only }: ConformOptions = {},
): Promise<Sheet> {
  const subject = new Subject(connector, simulator, folder)
  const rules = battery(connector).filter(
    ({ id }) => only === undefined || only.some((name) => id === name || id.startsWith(`${name}.`)),
  )
  const results: RuleResult[] = []
  const release = holdLooseEnds(subject)
  try {
    for (const rule of rules) {
      const broken = results.find(({ id, outcome }) => id === 'manifest.shape' && outcome === 'fail')
      results.push(
        broken === undefined ? await judge(rule, subject) : skipped(rule, 'the manifest must be right first'),
      )
    }
  } finally {
    release()
  }
  return { connector: connector.id, version: contractVersion, rules: results }
}

function skipped({ id, promise }: Rule, detail: string): RuleResult {
  return { id, promise, outcome: 'not-applicable', detail, ms: 0 }
}

async function judge(rule: Rule, subject: Subject): Promise<RuleResult> {
  const started = performance.now()
  const limit = new AbortController()
  subject.signal = limit.signal
  const timer = setTimeout(() => limit.abort(new Error(`did not end within ${ruleLimitMs / 1000} s`)), ruleLimitMs)
  const over = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true })
  })
  over.catch(() => {})
  let outcome: RuleResult['outcome'] = 'pass'
  let detail: string | undefined
  try {
    await Promise.race([rule.run(subject), over])
  } catch (error) {
    outcome = error instanceof NotApplicable ? 'not-applicable' : 'fail'
    detail = messageOf(error)
  } finally {
    clearTimeout(timer)
    limit.abort(new Error('The rule is over.'))
    await subject.closeLabs()
  }
  const ms = Math.round(performance.now() - started)
  return { id: rule.id, promise: rule.promise, outcome, ...(detail === undefined ? {} : { detail }), ms }
}

/**
 * A rejection nobody waits for ends a process. While the battery runs it is a finding instead, so that the author gets
 * a sheet; whoever listened before listens again afterwards.
 */
function holdLooseEnds({ witness }: Subject): () => void {
  const others = process.listeners('unhandledRejection')
  const hold = (reason: unknown) => void witness.looseEnds.add(messageOf(reason))
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', hold)
  return () => {
    process.off('unhandledRejection', hold)
    for (const listener of others) process.on('unhandledRejection', listener)
  }
}
