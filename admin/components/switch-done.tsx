/** After a switch: what comes next. */
import { useState } from 'react'
import { Link } from 'react-router-dom'
import type { Switched } from '../pages/switch.ts'
import { act } from './client.ts'
import { useAction } from './feedback.tsx'
import type { Plan } from './switch-plan.tsx'
import { Button, ButtonLink, Callout, Card } from './ui.tsx'
import { many } from './words.ts'

export function SwitchDone({
  from,
  name,
  plan,
  switched,
}: {
  from: { readonly name: string }
  name: string
  plan: Plan
  switched: Switched
}) {
  const { busy, run } = useAction()
  const [queued, setQueued] = useState(false)
  const { id, left } = switched
  const { returning } = plan
  const { ambiguous, fresh, imported } = plan.companies
  const sync = () =>
    run(
      'sync',
      async () => {
        await act('connection', 'sync', { id, full: true })
        setQueued(true)
      },
      () => `The sync of ${name} is queued. You may leave this page.`,
    )
  const waiting = [
    ...(ambiguous.count > 0
      ? [`choose for ${many(ambiguous.count, 'company', 'companies')} that could be more than one`]
      : []),
    ...(fresh > 0 && imported === 'selected'
      ? [`import or ignore ${many(fresh, 'new company', 'new companies')}`]
      : []),
  ]
  return (
    <>
      {left !== null && (
        <Callout tone="warn" icon="AlertTriangle">
          {left}
        </Callout>
      )}
      <Card title="What comes next">
        <ol className="numbered next-steps">
          <li>
            <strong>Sync everything</strong>
            <p>
              {name} is read whole once. Recognised companies and devices go on under it; until then the hub shows what
              it had from {from.name}.
            </p>
            {queued ? (
              <ButtonLink to={`/admin/pages/connection?id=${id}`} icon="Activity">
                Watch the sync
              </ButtonLink>
            ) : (
              <Button look="main" icon="RefreshCw" busy={busy === 'sync'} onClick={() => void sync()}>
                Sync everything now
              </Button>
            )}
          </li>
          {waiting.length > 0 && (
            <li>
              <strong>Settle the companies that wait</strong>
              <p>After the sync, {waiting.join(', and ')}.</p>
              <ButtonLink to={`/admin/pages/mapping?connection=${id}`} icon="Shuffle">
                Open the mapping
              </ButtonLink>
            </li>
          )}
          <li>
            <strong>Look through the settings</strong>
            <p>
              Schedule and safety limit came over from {from.name}.{' '}
              {returning
                ? 'Kinds of records, types, custom fields and write-back are chosen as they were when this account was connected before.'
                : 'All its kinds of records and types come in; custom fields and write-back belong to one vendor and start off.'}{' '}
              Webhooks, where it has them, are off until you turn them on.
            </p>
            <ButtonLink to={`/admin/pages/connection?id=${id}&tab=settings`} icon="Sliders">
              Settings of {name}
            </ButtonLink>
          </li>
        </ol>
      </Card>
      <p className="soft">
        {from.name} is among the <Link to="/admin/pages/connections">disconnected connections</Link>, with its records
        and mappings. To go back, switch to it again: what was chosen there is chosen again.
      </p>
    </>
  )
}
