/** What a switch would come to, and the button that makes it. */
import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import type { Named, PlanView, Switched } from '../pages/switch.ts'
import { act } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import { Button, Callout, Card, Icon } from './ui.tsx'
import { count, many, type Tone } from './words.ts'

export interface Plan {
  readonly companies: NonNullable<PlanView['companies']>
  readonly configurations: NonNullable<PlanView['configurations']>
  readonly returning: boolean
}

interface Props {
  readonly id: string
  readonly from: { readonly name: string }
  readonly name: string
  readonly plan: Plan
  readonly onBack: () => void
  readonly onSwitched: (switched: Switched) => void
}

export function SwitchPlan({ id, from, name, plan, onBack, onSwitched }: Props) {
  const { companies, configurations, returning } = plan
  const { busy, run } = useAction()
  const { ask } = useFeedback()
  const confirmed = useRef(false)
  // The hub keeps it with its secrets until it is decided on.
  useEffect(
    () => () => {
      if (!confirmed.current) void act('switch', 'drop', { plan: id }).catch(() => {})
    },
    [id],
  )
  const confirm = async () => {
    const sure = await ask({
      title: `Switch from ${from.name} to ${name} now?`,
      text: `${from.name} is disconnected and its secrets are deleted here; its records and mappings stay. ${name} takes its place.`,
      yes: 'Switch now',
    })
    if (!sure) return
    await run('switch', async () => {
      const switched = await act<Switched>('switch', 'run', { plan: id })
      confirmed.current = true
      onSwitched(switched)
    })
  }
  const known = companies.matched + companies.left.count + companies.ambiguous.count
  return (
    <>
      {companies.matched === 0 && known > 0 && (
        <Callout tone="warn" icon="AlertTriangle">
          Not one company of the hub was recognised in {name}. Companies are found by their id or their exact name: is
          this the right account?
        </Callout>
      )}
      <section className="card handover" aria-label="The switch">
        <div>
          <span className="soft">Now</span>
          <strong>{from.name}</strong>
          <p>
            is disconnected: nothing is read from it any more, its webhooks are taken away, its secrets are deleted
            here. Its records, mappings and history stay.
          </p>
        </div>
        <Icon name="ArrowRight" size={22} />
        <div>
          <span className="soft">Then</span>
          <strong>{name}</strong>
          <p>
            takes over schedule, safety limit and the way companies are imported.{' '}
            {returning
              ? 'Kinds of records, types, custom fields and write-back are chosen as they were when this account was connected before. Webhooks start off.'
              : 'All its kinds of records and types come in until you choose less; custom fields, write-back and webhooks start off.'}
          </p>
        </div>
      </section>
      <div className="two-columns">
        <Card title="Companies">
          <ul className="outcomes">
            <Outcome tone="ok" value={companies.matched} title="recognised">
              They stay what they are here, and get their data from {name}.
            </Outcome>
            <Outcome tone="run" value={companies.fresh} title={`only in ${name}`}>
              {companies.imported === 'all'
                ? 'They are imported with the first sync.'
                : 'They wait in the mapping, to be imported or ignored.'}
            </Outcome>
            <Outcome
              tone="warn"
              value={companies.ambiguous.count}
              title={companies.ambiguous.count === 1 ? 'could be more than one' : 'could be more than one each'}
              named={companies.ambiguous}
            >
              The hub never guesses: they wait in the mapping until you choose.
            </Outcome>
            {companies.ignored > 0 && (
              <Outcome tone="off" value={companies.ignored} title="ignored">
                They are ignored in {from.name}, and stay so.
              </Outcome>
            )}
            <Outcome tone="off" value={companies.left.count} title={`not in ${name}`} named={companies.left}>
              They stay in the hub with their records as they are now.
            </Outcome>
          </ul>
        </Card>
        <Card title="Configurations">
          <ul className="outcomes">
            <Outcome tone="ok" value={configurations.matched} title="recognised">
              The same serial number in the same company: they go on with their history.
            </Outcome>
            <Outcome tone="run" value={configurations.fresh} title="new">
              They come in with the first sync.
            </Outcome>
            <Outcome tone="off" value={configurations.left} title="without a counterpart">
              They stay with {from.name}, as they are now.
            </Outcome>
          </ul>
        </Card>
      </div>
      <Callout tone="off" icon="RotateCcw">
        The way back is the same: switch to {from.name} again. Its records come back to it with their history, and what
        is chosen there now (types, custom fields, write-back) is chosen again. You need its credentials for that, so
        keep them.
      </Callout>
      <div className="actions sticky">
        <Button look="main" icon="Repeat" busy={busy === 'switch'} onClick={() => void confirm()}>
          Switch to {name}
        </Button>
        <Button disabled={busy !== undefined} onClick={onBack}>
          Back
        </Button>
        <span className="soft">Nothing has been changed yet.</span>
      </div>
    </>
  )
}

function Outcome({
  tone,
  value,
  title,
  named,
  children,
}: {
  tone: Tone
  value: number
  title: string
  named?: Named
  children: ReactNode
}) {
  return (
    <li className={value === 0 ? 'zero' : tone}>
      <strong className="value">{count(value)}</strong>
      <div>
        <strong>{title}</strong>
        {value > 0 && <p>{children}</p>}
        {named && named.count > 0 && (
          <details className="fold">
            <summary>{many(named.count, 'name')}</summary>
            <ul className="names">
              {named.names.map((each, index) => (
                <li key={index}>{each}</li>
              ))}
            </ul>
            {named.count > named.names.length && (
              <p className="soft">and {count(named.count - named.names.length)} more</p>
            )}
          </details>
        )}
      </div>
    </li>
  )
}
