/** What a connection reads, kind by kind: how many, how fresh, how it went. */
import { Link } from 'react-router-dom'
import type { ConnectionData } from '../pages/connection.ts'
import type { Wire } from '../wire.ts'
import { resourceOfStream } from './record-links.ts'
import { Badge, Empty, RunBadge, Time } from './ui.tsx'
import { count } from './words.ts'

export function ConnectionStreams({ data }: { data: Wire<ConnectionData> }) {
  if (data.streams.length === 0) return <Empty icon="Database" title="This connector reads no records" />
  return (
    <div className="table-box">
      <table className="cards-when-narrow">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" className="number">
              In the hub
            </th>
            <th scope="col">Complete until</th>
            <th scope="col">Last read whole</th>
            <th scope="col">Last result</th>
          </tr>
        </thead>
        <tbody>
          {data.streams.map((stream) => (
            <tr key={stream.stream}>
              <td data-label="Kind">
                {stream.title} {!stream.enabled && <Badge tone="off">Off</Badge>}
              </td>
              <td data-label="In the hub" className="number">
                <Link
                  to={`/admin/resources/${resourceOfStream(stream.stream)}?filters.connectionId=${data.connection.id}&shown.connectionId=${encodeURIComponent(data.connection.name)}`}
                >
                  {count(stream.rows)}
                </Link>
              </td>
              <td data-label="Complete until">
                {stream.completeUntil ? <Time at={stream.completeUntil} /> : <span className="soft">–</span>}
              </td>
              <td data-label="Last read whole">
                {stream.lastFullAt ? <Time at={stream.lastFullAt} /> : <span className="soft">–</span>}
              </td>
              <td data-label="Last result">
                {stream.last && stream.lastRunId ? (
                  <Link to={`/admin/pages/run?id=${stream.lastRunId}`}>
                    <RunBadge state={stream.last} />
                  </Link>
                ) : (
                  <span className="soft">–</span>
                )}
                {stream.lastError && <div className="bad-text">{stream.lastError}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
