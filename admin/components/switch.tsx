/** The way from one PSA to another, in four steps. Nothing is changed before the last. */
import { useEffect, useState } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import type { CheckReport } from '../../core/connections/check.ts'
import type { ConnectorCard } from '../pages/catalogue.ts'
import type { SwitchData, Switched } from '../pages/switch.ts'
import type { Wire } from '../wire.ts'
import { ConnectorOffer } from './add-connection.tsx'
import { act, usePage } from './client.ts'
import { Credentials, type Draft } from './credentials.tsx'
import { SecretsNote } from './new-connection.tsx'
import { initialValues } from './settings-form.tsx'
import { SwitchDone } from './switch-done.tsx'
import { type Plan, SwitchPlan } from './switch-plan.tsx'
import { SwitchReading } from './switch-reading.tsx'
import { ButtonLink, Callout, Card, Empty, Icon, Page, Pending } from './ui.tsx'

type Data = Wire<SwitchData>
type From = NonNullable<Data['from']>

export default function SwitchPage() {
  const [search, setSearch] = useSearchParams()
  const { data, error, reload } = usePage<Data>('switch', {})
  if (!data)
    return (
      <Page title="Switch to another PSA">
        <Pending error={error} retry={reload} />
      </Page>
    )
  const { from } = data
  if (!from)
    return (
      <Page title="Switch to another PSA" above={<Link to="/admin/pages/connections">Connections</Link>}>
        <Card>
          <Empty icon="Repeat" title="No PSA is connected">
            <p>There is nothing to switch from. Add the PSA as a connection, or connect an earlier one again.</p>
            <ButtonLink to="/admin/pages/connections?add=1" icon="Plus">
              Add connection
            </ButtonLink>
          </Empty>
        </Card>
      </Page>
    )
  const again = data.earlier.find(({ id }) => String(id) === search.get('again'))
  const connector = data.catalogue.find(({ id }) => id === (again?.connector ?? search.get('to')))
  if (!connector) return <Choice data={data} from={from} choose={setSearch} />
  return <Switching key={`${connector.id} ${again?.id}`} from={from} connector={connector} {...(again && { again })} />
}

const steps = ['Choose', 'Enter and test', 'See the plan', 'Done'] as const

function Steps({ current }: { current: number }) {
  return (
    <ol className="steps" aria-label="Steps">
      {steps.map((title, index) => (
        <li key={title} className={index < current ? 'past' : ''} aria-current={index === current ? 'step' : undefined}>
          <span className="number">{index < current ? <Icon name="Check" size={14} /> : index + 1}</span>
          {title}
        </li>
      ))}
    </ol>
  )
}

function Untouched({ from }: { from: From }) {
  return (
    <p className="untouched">
      <Icon name="Shield" size={16} /> Nothing is changed until you confirm the plan; {from.name} goes on as it is. You
      can leave at any time.
    </p>
  )
}

function Choice({
  data,
  from,
  choose,
}: {
  data: Data
  from: From
  choose: (search: Readonly<Record<string, string>>) => void
}) {
  return (
    <Page
      title="Switch to another PSA"
      above={<Link to="/admin/pages/connections">Connections</Link>}
      lead={`${from.name} is the PSA now. Which one takes its place?`}
    >
      <Steps current={0} />
      <Untouched from={from} />
      {data.earlier.length > 0 && (
        <section className="catalogue">
          <h2>
            Back to an earlier one
            <span className="soft"> · its records and mappings were kept</span>
          </h2>
          <ul>
            {data.earlier.map((earlier) => (
              <li key={earlier.id}>
                <button type="button" className="card" onClick={() => choose({ again: String(earlier.id) })}>
                  <strong>{earlier.name}</strong>
                  <span className="soft">
                    {[earlier.connectorName, earlier.accountName]
                      .filter((part) => part !== null && part !== earlier.name)
                      .join(' · ')}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="catalogue">
        <h2>{data.earlier.length > 0 ? 'Or a new one' : 'PSA'}</h2>
        <ul>
          {data.catalogue.map((connector) => (
            <li key={connector.id}>
              <button type="button" className="card" onClick={() => choose({ to: connector.id })}>
                <ConnectorOffer connector={connector} />
              </button>
            </li>
          ))}
        </ul>
      </section>
    </Page>
  )
}

/** Where it is; a plan is known by its id until it is there. */
type Stage =
  | { readonly at: 'form'; readonly refused?: CheckReport; readonly problem?: string; readonly emptied?: true }
  | { readonly at: 'reading'; readonly id: string }
  | { readonly at: 'plan'; readonly id: string; readonly plan: Plan }
  | { readonly at: 'done'; readonly plan: Plan; readonly switched: Switched }

const stepOf = { form: 1, reading: 2, plan: 2, done: 3 } as const

function Switching({
  from,
  connector,
  again,
}: {
  from: From
  connector: ConnectorCard
  again?: Data['earlier'][number]
}) {
  const [draft, setDraft] = useState<Draft>(() => ({
    name: again?.name ?? connector.name,
    values: { ...initialValues(connector.fields), ...again?.settings },
  }))
  const [stage, setStage] = useState<Stage>({ at: 'form' })
  useEffect(() => {
    // Each step is read from its top.
    if (stage.at !== 'form') document.getElementById('main')?.focus()
    window.scrollTo(0, 0)
  }, [stage.at])
  const name = draft.name.trim()
  /** The hub has them now, for this plan. */
  const forgetSecrets = () =>
    setDraft(({ values, ...rest }) => ({
      ...rest,
      values: Object.fromEntries(
        Object.entries(values).filter(
          ([field]) => !connector.fields.some((each) => each.name === field && each.secret),
        ),
      ),
    }))
  return (
    <Page
      title={stage.at === 'done' ? `${name} is the PSA now` : `Switch to ${connector.name}`}
      above={
        <>
          <Link to="/admin/pages/connections">Connections</Link> / <Link to="/admin/pages/switch">Switch</Link>
        </>
      }
      lead={stage.at === 'form' ? <SecretsNote connector={connector} /> : undefined}
    >
      <Steps current={stepOf[stage.at]} />
      {stage.at !== 'done' && <Untouched from={from} />}
      {stage.at === 'form' && (
        <>
          {stage.problem !== undefined && (
            <Callout tone="bad" icon="AlertOctagon">
              The plan could not be made, and nothing was changed. {stage.problem}
            </Callout>
          )}
          {stage.emptied && (
            <Callout tone="off" icon="Lock">
              The browser does not keep secrets: enter them again to make another plan.
            </Callout>
          )}
          {again && !stage.emptied && (
            <Callout tone="run" icon="RotateCcw">
              You go back to {again.name}. Its secrets were deleted when it was disconnected, so enter them again. With
              the same account its kept records go on, and what was chosen there (kinds of records, types, custom
              fields, write-back) is chosen again.
            </Callout>
          )}
          <Credentials
            connector={connector}
            draft={draft}
            onDraft={setDraft}
            refused={stage.refused}
            check={({ settings }) => act<CheckReport>('connections', 'check', { connector: connector.id, settings })}
            label="Make the plan"
            icon="ArrowRight"
            proceed={async (entered) => {
              const { plan } = await act<{ plan: string }>('switch', 'plan', { connector: connector.id, ...entered })
              setStage({ at: 'reading', id: plan })
            }}
          />
        </>
      )}
      {stage.at === 'reading' && (
        <SwitchReading
          id={stage.id}
          name={name}
          onPlan={(plan) => {
            forgetSecrets()
            setStage({ at: 'plan', id: stage.id, plan })
          }}
          onRefused={(refused) => setStage({ at: 'form', refused })}
          onFailed={(problem) => setStage({ at: 'form', problem })}
          onCancel={() => setStage({ at: 'form' })}
        />
      )}
      {stage.at === 'plan' && (
        <SwitchPlan
          id={stage.id}
          from={from}
          name={name}
          plan={stage.plan}
          onBack={() => setStage({ at: 'form', emptied: true })}
          onSwitched={(switched) => setStage({ at: 'done', plan: stage.plan, switched })}
        />
      )}
      {stage.at === 'done' && <SwitchDone from={from} name={name} plan={stage.plan} switched={stage.switched} />}
    </Page>
  )
}
