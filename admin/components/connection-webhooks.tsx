/** Webhooks of a connection: what they bring, whether they are on, and what is left to do at the vendor. */
import { type ReactNode, useState } from 'react'
import type { WebhooksOn } from '../../core/connections/webhooks.ts'
import type { ConnectionData } from '../pages/connection.ts'
import type { WebhooksState } from '../pages/connection-webhooks.ts'
import type { Wire } from '../wire.ts'
import { act } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import { RunsTable } from './runs-table.tsx'
import { SecretAddress } from './secret-address.tsx'
import { useSession } from './session.ts'
import { Badge, Button, Callout, Card, Empty, Time } from './ui.tsx'

interface Props {
  readonly connection: Wire<ConnectionData>['connection']
  readonly webhooks: Wire<WebhooksState>
  readonly reload: () => void
}

function list(titles: readonly string[]): string {
  return titles.length < 2 ? titles.join('') : `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`
}

export function ConnectionWebhooks({ connection, webhooks, reload }: Props) {
  const { id, connectorName: vendor } = connection
  const session = useSession()
  const { busy, run } = useAction()
  const { ask, tell } = useFeedback()
  // Held only while this tab is open: the address is told once.
  const [made, setMade] = useState<WebhooksOn>()
  const turnOn = () =>
    run('on', async () => {
      const on = await act<WebhooksOn>('connection', 'webhooksOn', { id })
      setMade(on)
      if (on.address === null) tell('ok', `${vendor} tells the hub of changes from now on.`)
      reload()
    })
  const newAddress = async () => {
    const sure = await ask({
      title: 'Make a new address?',
      text: `The old one is refused from that moment on, and nothing comes until the new one is entered in ${vendor}. Nothing is lost: the next sync reads what was missed.`,
      yes: 'Make a new address',
    })
    if (sure) await turnOn()
  }
  const turnOff = async () => {
    const sure = await ask({
      title: 'Turn webhooks off?',
      text: 'Changes then come with the syncs only. What is in the hub stays.',
      yes: 'Turn off',
      danger: true,
    })
    if (!sure) return
    await run('off', async () => {
      const left = await act<string | null>('connection', 'webhooksOff', { id })
      setMade(undefined)
      tell(left === null ? 'ok' : 'warn', left === null ? 'Webhooks are off.' : `Webhooks are off here. ${left}`)
      reload()
    })
  }
  const offered = session.can.connections && connection.state !== 'disconnected'
  if (!webhooks.on)
    return (
      <Card title="Webhooks" aside={<Badge tone="off">Off</Badge>}>
        <Explained vendor={vendor} webhooks={webhooks} />
        {webhooks.publicUrl === null ? (
          <Callout tone="off" icon="Globe">
            They need an address under which {vendor} reaches this hub, and none is set. Whoever runs the hub sets{' '}
            <code>TRIBUTARY_PUBLIC_URL</code> to it (<code>https://hub.example.com</code>) and restarts; then they can
            be turned on here.
          </Callout>
        ) : (
          offered && (
            <div className="actions">
              <Button look="main" icon="Zap" busy={busy === 'on'} onClick={() => void turnOn()}>
                Turn on
              </Button>
              <span className="soft">
                {vendor} must be able to reach <code>{webhooks.publicUrl}</code>.
              </span>
            </div>
          )
        )}
      </Card>
    )
  const todo = webhooks.steps.length > 0 && (
    <Card title={`To do in ${vendor}`} aside={<span className="soft">once, by someone who may administer it</span>}>
      <ol className="numbered">
        {webhooks.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </Card>
  )
  return (
    <>
      {made?.notes.map((note) => (
        <Callout key={note} tone="warn" icon="Info">
          {note}
        </Callout>
      ))}
      {made?.address != null && (
        <>
          <SecretAddress address={made.address} vendor={vendor} onDone={() => setMade(undefined)} />
          {todo}
        </>
      )}
      {connection.state === 'paused' && (
        <Callout tone="off" icon="Pause">
          The connection is paused: what the vendor tells meanwhile is refused. The next sync after it is resumed reads
          what was missed.
        </Callout>
      )}
      {webhooks.publicUrl !== null && webhooks.hub !== webhooks.publicUrl && (
        <Callout tone="warn" icon="AlertTriangle">
          {vendor} was told the address <code>{webhooks.hub}</code>; the hub’s address is{' '}
          <code>{webhooks.publicUrl}</code> now.{' '}
          {webhooks.byHand ? 'Make a new address and enter it there.' : 'Register them again.'}
        </Callout>
      )}
      <Card
        title="Webhooks"
        aside={
          <Badge tone="ok" icon="Zap">
            On
          </Badge>
        }
      >
        <Explained vendor={vendor} webhooks={webhooks} />
        <dl className="lines">
          <Line title={webhooks.byHand ? 'Address made' : 'Registered'}>
            {webhooks.since ? <Time at={webhooks.since} /> : '–'}
          </Line>
          <Line title="Last delivery">{webhooks.runs[0] ? <Time at={webhooks.runs[0].startedAt} /> : 'None yet'}</Line>
          <Line title="They come to">
            <code>{webhooks.hub}/hooks/…</code>
          </Line>
        </dl>
        {offered && (
          <div className="actions">
            {webhooks.byHand ? (
              <Button icon="RotateCw" busy={busy === 'on'} onClick={() => void newAddress()}>
                New address
              </Button>
            ) : (
              <Button icon="RotateCw" busy={busy === 'on'} onClick={() => void turnOn()}>
                Register again
              </Button>
            )}
            <Button icon="XCircle" busy={busy === 'off'} onClick={() => void turnOff()}>
              Turn off
            </Button>
          </div>
        )}
      </Card>
      {made?.address == null && todo}
      <Card title="What they brought lately">
        {webhooks.runs.length > 0 ? (
          <RunsTable runs={webhooks.runs} connection={false} />
        ) : (
          <Empty icon="Zap" title="Nothing has come yet">
            To try it, change a record in {vendor} that is imported here. It shows within seconds.
          </Empty>
        )}
      </Card>
    </>
  )
}

function Explained({ vendor, webhooks }: { vendor: string; webhooks: Props['webhooks'] }) {
  return (
    <div className="explained">
      <p>
        {vendor} tells the hub when a record changes, so the change is here within seconds instead of with the next
        sync. That goes for <strong>{list(webhooks.streams.map((title) => title.toLowerCase()))}</strong>; everything
        else, and whatever a webhook missed, comes with the syncs as before.
      </p>
      {webhooks.byHand && !webhooks.on && (
        <p>
          {vendor} cannot be told by a program where to send them. The hub makes a secret address; you enter it there,
          step by step.
        </p>
      )}
    </div>
  )
}

function Line({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  )
}
