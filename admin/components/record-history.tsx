/** Everything that happened to a record, newest first: run, field, before and after. */
import { Link } from 'react-router-dom'
import type { Origin } from '../resources/origin.ts'
import type { Wire } from '../wire.ts'
import { Value } from './run-details.tsx'
import { Card, Time } from './ui.tsx'
import { triggers } from './words.ts'

type Change = Wire<Origin>['changes'][number]

export function RecordHistory({ origin }: { origin: Wire<Origin> }) {
  const byRun = [...Map.groupBy(origin.changes, (change: Change) => `${change.runId} ${change.at}`).values()]
  return (
    <Card title="History">
      <ol className="timeline">
        {byRun.map((changes) => {
          const [first] = changes
          if (!first) return null
          return (
            <li key={first.id}>
              <p>
                <Time at={first.at} />
                {first.runId ? (
                  <>
                    {' · '}
                    <Link to={`/admin/pages/run?id=${first.runId}`}>run #{first.runId}</Link>
                    {first.trigger && <span className="soft"> {triggers[first.trigger]}</span>}
                    {first.requestedBy && <span className="soft">, {first.requestedBy}</span>}
                  </>
                ) : (
                  <span className="soft"> · by hand</span>
                )}
              </p>
              <ul className="diff">
                {changes.map((change) => (
                  <li key={change.id}>
                    <span className="soft">{change.label}</span> <Value value={change.before} /> →{' '}
                    <Value value={change.after} />
                  </li>
                ))}
              </ul>
            </li>
          )
        })}
        <li>
          {origin.createdBy ? (
            <p>
              <Time at={origin.createdBy.at} /> · came with{' '}
              <Link to={`/admin/pages/run?id=${origin.createdBy.runId}`}>run #{origin.createdBy.runId}</Link>
            </p>
          ) : (
            <p className="soft">No run is known to have brought it.</p>
          )}
        </li>
      </ol>
    </Card>
  )
}
