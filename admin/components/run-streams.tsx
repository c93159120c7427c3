/** A run's progress, one row per kind of record. */
import type { RunData } from '../pages/run.ts'
import type { Wire } from '../wire.ts'
import { Empty, Progress, RunBadge } from './ui.tsx'
import { count, duration } from './words.ts'

type Run = Wire<RunData>['run']
type Stream = Run['streams'][number]

const titles: Readonly<Record<string, string>> = {
  companyTypes: 'Company types',
  companyStatuses: 'Company statuses',
  m365Users: 'Microsoft 365 users',
  m365Licenses: 'Microsoft 365 licences',
  m365UserLicenses: 'Licence assignments',
  sslCertificates: 'SSL certificates',
}

/** `configurationTypes` → "Configuration types". */
export function streamTitle(stream: string): string {
  const words = stream.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return titles[stream] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

const columns = [
  ['created', 'New'],
  ['updated', 'Changed'],
  ['unchanged', 'Unchanged'],
  ['removed', 'Gone'],
  ['withheld', 'Withheld'],
  ['rejected', 'Rejected'],
  ['skipped', 'Left out'],
] as const

const means: Readonly<Record<string, string>> = {
  withheld: 'Waiting in the review queue.',
  rejected: 'Records that could not be used; the log says why.',
  skipped: 'Records of companies that are not imported.',
}

export function RunStreams({ run }: { run: Run }) {
  if (run.streams.length === 0) return <Empty icon="Loader" title="Getting ready…" />
  return (
    <div className="table-box">
      <table className="cards-when-narrow dense">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">State</th>
            <th scope="col" className="wide">
              Read
            </th>
            {columns.map(([field, title]) => (
              <th key={field} scope="col" className="number" title={means[field]}>
                {title}
              </th>
            ))}
            <th scope="col" className="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {run.streams.map((stream) => (
            <tr key={stream.stream}>
              <td data-label="Kind">
                {streamTitle(stream.stream)}
                {stream.errorAdmin && <div className="bad-text">{stream.errorAdmin}</div>}
              </td>
              <td data-label="State">
                <RunBadge state={stream.state} />
              </td>
              <td data-label="Read" className="wide">
                <Read stream={stream} />
              </td>
              {columns.map(([field, title]) => (
                <td key={field} data-label={title} className={`number${stream[field] === 0 ? ' zero' : ''}`}>
                  {count(stream[field])}
                </td>
              ))}
              <td data-label="Took" className="number soft">
                {stream.startedAt ? duration(stream.startedAt, stream.finishedAt) : '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Read({ stream }: { stream: Stream }) {
  const running = stream.state === 'running'
  const of = running && stream.total !== null && stream.total >= stream.received ? ` of ${count(stream.total)}` : ''
  return (
    <div className="read">
      <span>
        {count(stream.received)}
        {of}{' '}
        <span className="soft">
          {stream.pages > 0 ? `· ${count(stream.pages)} ${stream.pages === 1 ? 'page' : 'pages'}` : ''}
        </span>
      </span>
      {running && <Progress value={stream.received} most={stream.total} label={`${streamTitle(stream.stream)} read`} />}
    </div>
  )
}
