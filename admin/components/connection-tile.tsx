/** One connection on home: state, progress or last run, history at a glance, next run. */
import { Link } from 'react-router-dom'
import type { ConnectionBrief } from '../pages/overview.ts'
import type { Wire } from '../wire.ts'
import { useSession } from './session.ts'
import { SyncMenu } from './sync-menu.tsx'
import { ConnectionBadge, Icon, Progress, SimulatorBadge, Time } from './ui.tsx'
import { count, duration, fullTime, runStates, tally } from './words.ts'

type Brief = Wire<ConnectionBrief>
type Run = NonNullable<Brief['last']>

/** The colour a connection has as a whole. */
function toneOf(connection: Brief): string {
  if (connection.running) return 'run'
  if (connection.state === 'paused') return 'off'
  if (connection.state === 'needs-sign-in') return 'bad'
  return connection.last ? (runStates[connection.last.state]?.tone ?? 'off') : 'off'
}

export function ConnectionTile({ connection, onChange }: { connection: Brief; onChange: () => void }) {
  const session = useSession()
  const flowing = connection.running?.state === 'running'
  return (
    <article className="tile card" data-tone={toneOf(connection)} data-flowing={flowing}>
      <header>
        <div>
          <h2>
            <Link to={`/admin/pages/connection?id=${connection.id}`}>{connection.name}</Link>
          </h2>
          <p className="soft">
            {connection.connectorName}
            {connection.simulator && <SimulatorBadge />}
            {connection.state !== 'active' && <ConnectionBadge state={connection.state} />}
          </p>
        </div>
        {session.can.sync && connection.state === 'active' && !connection.running && (
          <SyncMenu id={connection.id} name={connection.name} queued={connection.queued} onQueued={onChange} />
        )}
      </header>
      {connection.running ? <Running run={connection.running} /> : <Last run={connection.last} />}
      <footer>
        <History runs={connection.recent} />
        <span className="next soft">
          {connection.nextRun ? (
            <>
              Next sync <Time at={connection.nextRun} />
            </>
          ) : connection.state === 'paused' ? (
            'Paused: nothing runs until you resume it'
          ) : (
            'No sync planned'
          )}
        </span>
      </footer>
    </article>
  )
}

function Running({ run }: { run: Run }) {
  return (
    <Link className="state running" to={`/admin/pages/run?id=${run.id}`}>
      <Progress value={run.received} most={run.total} label="Records read" />
      <span>
        {run.state === 'waiting' && run.waitingUntil ? (
          <>
            <Icon name="Clock" size={14} /> The source makes us wait; goes on <Time at={run.waitingUntil} />
          </>
        ) : (
          <>
            <strong>{run.mode === 'plan' ? 'Dry run' : 'Syncing'}</strong> {count(run.received)}
            {run.total !== null && run.total >= run.received ? ` of ${count(run.total)}` : ''} records · {tally(run)}
          </>
        )}
      </span>
    </Link>
  )
}

function Last({ run }: { run: Run | null }) {
  if (!run)
    return (
      <p className="state soft">
        <Icon name="Circle" size={15} /> Never synced
      </p>
    )
  const state = runStates[run.state]
  return (
    <Link className={`state ${state?.tone ?? 'off'}`} to={`/admin/pages/run?id=${run.id}`}>
      <Icon name={state?.icon ?? 'Circle'} size={15} />
      <span>
        <strong>
          {run.mode === 'plan' ? 'Dry run: ' : ''}
          {state?.text}
        </strong>{' '}
        <Time at={run.finishedAt ?? run.startedAt} />
        {run.state === 'failed' && run.error ? (
          <em>{run.error}</em>
        ) : (
          <em>
            {tally(run)} · took {duration(run.startedAt, run.finishedAt)}
          </em>
        )}
      </span>
    </Link>
  )
}

/** One bar a run, the newest on the right. */
function History({ runs }: { runs: readonly Run[] }) {
  if (runs.length === 0) return <span />
  return (
    <ol className="history" aria-label="Latest runs">
      {runs.toReversed().map((run) => {
        const words = `${runStates[run.state]?.text ?? run.state}, ${fullTime(run.startedAt)}`
        return (
          <li key={run.id}>
            <Link
              className={runStates[run.state]?.tone ?? 'off'}
              to={`/admin/pages/run?id=${run.id}`}
              title={words}
              aria-label={words}
            />
          </li>
        )
      })}
    </ol>
  )
}
