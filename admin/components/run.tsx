/** One sync run, live while it goes. */
import { useEffect, useState } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import type { RunData } from '../pages/run.ts'
import type { Wire } from '../wire.ts'
import { act, usePage } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import { RunChanges, RunCompanies } from './run-details.tsx'
import { RunLog } from './run-log.tsx'
import { RunPlan } from './run-plan.tsx'
import { RunStreams } from './run-streams.tsx'
import { useSession } from './session.ts'
import { Badge, Button, Callout, Card, Page, Pending, Progress, RunBadge, SimulatorBadge, Tabs, Time } from './ui.tsx'
import { count, duration, triggers } from './words.ts'

type Data = Wire<RunData>
type Line = Data['log'][number]

function isActive(run: Data['run']): boolean {
  return run.state === 'running' || run.state === 'waiting'
}

/** A webhook only names records; they are read again, one by one. */
function reads(run: Data['run']): string {
  if (run.trigger === 'webhook') return 'Reads single records again that the vendor told of'
  return run.pass === 'full' ? 'Reads everything' : 'Reads what changed'
}

/** Sum over all streams. */
function sum(
  run: Data['run'],
  field:
    | 'received'
    | 'created'
    | 'updated'
    | 'unchanged'
    | 'restored'
    | 'removed'
    | 'withheld'
    | 'rejected'
    | 'skipped',
): number {
  return run.streams.reduce((total, stream) => total + stream[field], 0)
}

export default function RunPage() {
  const [search] = useSearchParams()
  const id = search.get('id') ?? ''
  return <OneRun key={id} id={id} />
}

function OneRun({ id }: { id: string }) {
  const [search, setSearch] = useSearchParams()
  const [log, setLog] = useState<readonly Line[]>([])
  const { data, error, reload } = usePage<Data>('run', { id, after: log.at(-1)?.id }, (found) =>
    isActive(found.run) ? 1000 : undefined,
  )
  useEffect(() => {
    const fresh = data?.log
    if (fresh && fresh.length > 0)
      setLog((before) => [...before, ...fresh.filter((line) => line.id > (before.at(-1)?.id ?? 0))])
  }, [data])
  if (!data)
    return (
      <Page title={`Run ${id}`}>
        <Pending error={error} retry={reload} />
      </Page>
    )
  const { run } = data
  const plan = run.mode === 'plan'
  const tab = search.get('tab') ?? (plan ? 'plan' : 'log')
  const trouble = log.filter(({ level }) => level !== 'info').length
  return (
    <Page
      title={`${plan ? 'Dry run' : 'Run'} #${run.id}`}
      above={
        <>
          <Link to="/admin/resources/runs">Sync runs</Link> /{' '}
          <Link to={`/admin/pages/connection?id=${run.connectionId}`}>{run.connection}</Link>
        </>
      }
      badges={
        <>
          <RunBadge state={run.state} />{' '}
          {plan && (
            <Badge tone="run" icon="Eye">
              Nothing is written
            </Badge>
          )}{' '}
          {data.simulator && <SimulatorBadge />}
        </>
      }
      lead={
        <>
          {reads(run)} · started {triggers[run.trigger]}
          {run.requestedBy ? `, ${run.requestedBy}` : ''} <Time at={run.startedAt} /> ·{' '}
          {run.finishedAt ? 'took' : 'running for'} {duration(run.startedAt, run.finishedAt)}
        </>
      }
      actions={<Cancel run={run} onDone={reload} />}
    >
      {error && <Pending error={error} retry={reload} />}
      <Situation run={run} />
      <Numbers run={run} plan={plan} />
      <Card title="By kind of record">
        <RunStreams run={run} />
      </Card>
      <Tabs
        label="Details of the run"
        current={tab}
        onChange={(next) => setSearch({ id, tab: next }, { replace: true })}
        tabs={[
          ...(plan ? [{ id: 'plan', title: 'Plan', count: data.planned }] : []),
          { id: 'log', title: 'Log', count: trouble },
          ...(plan ? [] : [{ id: 'changes', title: 'Changes' }]),
          { id: 'companies', title: 'Companies' },
        ]}
      />
      {tab === 'plan' && <RunPlan runId={run.id} planned={data.planned} running={isActive(run)} onDecided={reload} />}
      {tab === 'log' && <RunLog lines={log} running={isActive(run)} />}
      {tab === 'changes' && <RunChanges runId={run.id} />}
      {tab === 'companies' && <RunCompanies runId={run.id} />}
    </Page>
  )
}

function Situation({ run }: { run: Data['run'] }) {
  if (run.cancelRequested && isActive(run))
    return (
      <Callout tone="off" icon="Slash">
        Stopping: the page in hand is finished first.
      </Callout>
    )
  if (run.waitingUntil && isActive(run))
    return (
      <Callout tone="run" icon="Clock">
        The source allows no more calls for now. The run goes on by itself <Time at={run.waitingUntil} />; nothing is
        skipped.
      </Callout>
    )
  if (run.stalled)
    return (
      <Callout tone="warn" icon="AlertTriangle">
        The worker of this run has not been heard of for a while. Another worker takes it over where it was; if none
        does, start one.
      </Callout>
    )
  if (run.errorAdmin)
    return (
      <Callout tone={run.state === 'failed' ? 'bad' : 'warn'} icon="AlertOctagon">
        {run.errorAdmin}
      </Callout>
    )
  return null
}

function Numbers({ run, plan }: { run: Data['run']; plan: boolean }) {
  const totals = run.streams.map(({ total, state }) => (state === 'skipped' ? 0 : total))
  const known = totals.every((total) => total !== null)
    ? totals.reduce((all: number, total) => all + (total ?? 0), 0)
    : null
  const received = sum(run, 'received')
  const figures = [
    { title: 'Read', value: received },
    { title: plan ? 'Would be new' : 'New', value: sum(run, 'created') },
    { title: plan ? 'Would change' : 'Changed', value: sum(run, 'updated') },
    { title: 'Unchanged', value: sum(run, 'unchanged') },
    { title: 'Returned', value: sum(run, 'restored') },
    { title: plan ? 'Would be gone' : 'Gone', value: sum(run, 'removed') },
    { title: 'Withheld', value: sum(run, 'withheld'), tone: 'warn' },
    { title: 'Rejected', value: sum(run, 'rejected'), tone: 'bad' },
    { title: 'Left out', value: sum(run, 'skipped') },
  ]
  return (
    <section className="card numbers" aria-label="Counts">
      {isActive(run) && <Progress value={received} most={known} label="Records read" />}
      <dl>
        {figures.map((figure) => (
          <div key={figure.title} className={figure.value > 0 ? (figure.tone ?? '') : 'zero'}>
            <dt>{figure.title}</dt>
            <dd>{count(figure.value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Cancel({ run, onDone }: { run: Data['run']; onDone: () => void }) {
  const session = useSession()
  const { busy, run: work } = useAction()
  const { ask } = useFeedback()
  if (!session.can.sync || !isActive(run) || run.cancelRequested) return null
  const cancel = async () => {
    const sure = await ask({
      title: 'Stop this run?',
      text: 'What it has written stays. The next run goes on where this one stopped.',
      yes: 'Stop it',
      danger: true,
    })
    if (!sure) return
    await work('cancel', async () => {
      await act('run', 'cancel', { id: run.id })
      onDone()
    })
  }
  return (
    <Button icon="Square" busy={busy === 'cancel'} onClick={() => void cancel()}>
      Cancel
    </Button>
  )
}
