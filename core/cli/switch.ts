import type { SwitchPlan } from '../connections/psa-switch.ts'
import { report } from './check.ts'
import { reschedule } from './connections.ts'
import { say, sayJson, tell } from './output.ts'
import { done, failed, interruptible, readConfig, type Session, withHub } from './session.ts'

/** At most so many names are printed one by one. */
const shown = 20

function names(all: readonly string[]): string {
  const rest = all.length > shown ? ` and ${all.length - shown} more` : ''
  return all.length === 0 ? '' : `: ${all.slice(0, shown).join(', ')}${rest}`
}

function describe({ from, companies, configurations }: SwitchPlan): void {
  say(`${from.name} would be disconnected; its data and mappings stay.`)
  if (companies) {
    say(`Companies: ${companies.matched} are known, ${companies.fresh} are new.`)
    if (companies.ignored > 0) say(`  ${companies.ignored} stay ignored, as in ${from.name}.`)
    if (companies.ambiguous.length > 0)
      say(
        `  ${companies.ambiguous.length} could be more than one and wait for you in the mapping${names(companies.ambiguous)}`,
      )
    if (companies.left.length > 0)
      say(`  ${companies.left.length} are not in the new PSA and stay as they are${names(companies.left)}`)
  }
  if (configurations) {
    const { matched, fresh, left } = configurations
    say(
      `Configurations: ${matched} go on with their history (same serial in the same company), ${fresh} are new, ${left} have no counterpart and stay as they are.`,
    )
  }
}

/** `tributary connection switch`: the plan, and with `--apply` the switch itself. */
export async function switchPsa(
  session: Session,
  connector: string,
  options: { readonly name?: string; readonly config: string; readonly apply?: boolean; readonly json?: boolean },
): Promise<number> {
  const settings = await readConfig(options.config)
  const signal = interruptible()
  return withHub(session, async (hub) => {
    const plan = await hub.psaSwitch.plan({ connector, settings }, signal)
    const known = hub.catalogue.get(connector)
    if (options.json) sayJson(plan)
    else if (plan.check.ok) describe(plan)
    if (!plan.check.ok) {
      report(known, plan.check)
      return failed
    }
    if (!options.apply) {
      tell('Nothing was changed. Run the same with --apply to switch.')
      return done
    }
    const name = options.name ?? known?.name ?? connector
    const { id, left } = await hub.psaSwitch.run({ connector, name, settings }, { actor: 'cli' })
    await reschedule(hub, plan.from.id)
    await reschedule(hub, id)
    say(`Switched: connection ${id}, ${name}, is the PSA now. \`tributary sync ${id} --full\` brings its records in.`)
    if (left !== undefined) tell(left)
    return done
  })
}
