/** Runs as a table; each row leads to its run. */
import { Link } from 'react-router-dom'
import type { RunBrief } from '../pages/overview.ts'
import type { Wire } from '../wire.ts'
import { RunBadge, Time } from './ui.tsx'
import { count, duration, tally, triggers } from './words.ts'

export function RunsTable({ runs, connection = true }: { runs: readonly Wire<RunBrief>[]; connection?: boolean }) {
  return (
    <div className="table-box">
      <table className="cards-when-narrow">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {connection && <th scope="col">Connection</th>}
            <th scope="col">State</th>
            <th scope="col">Started</th>
            <th scope="col">Took</th>
            <th scope="col" className="number">
              Read
            </th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td data-label="Run">
                <Link to={`/admin/pages/run?id=${run.id}`}>#{run.id}</Link>
              </td>
              {connection && <td data-label="Connection">{run.connectionName}</td>}
              <td data-label="State">
                <RunBadge state={run.state} />
              </td>
              <td data-label="Started">
                <Time at={run.startedAt} /> <span className="soft">{triggers[run.trigger]}</span>
              </td>
              <td data-label="Took">{duration(run.startedAt, run.finishedAt)}</td>
              <td data-label="Read" className="number">
                {count(run.received)}
              </td>
              <td data-label="Result">
                {run.mode === 'plan' ? 'Dry run: ' : ''}
                {run.error ?? tally(run)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
