/** All connections, and the way to a new one. */
import { Link, useSearchParams } from 'react-router-dom'
import type { ConnectionsData } from '../pages/connections.ts'
import type { Wire } from '../wire.ts'
import { AddConnection } from './add-connection.tsx'
import { usePage } from './client.ts'
import { useSession } from './session.ts'
import { SyncMenu } from './sync-menu.tsx'
import {
  Badge,
  ButtonLink,
  Card,
  ConnectionBadge,
  Empty,
  Page,
  Pending,
  Progress,
  RunBadge,
  SimulatorBadge,
  Time,
} from './ui.tsx'
import { kindTitles, many, tally } from './words.ts'

type Data = Wire<ConnectionsData>

export default function ConnectionsPage() {
  const [search, setSearch] = useSearchParams()
  const session = useSession()
  const adding = search.has('add')
  const { data, error, reload } = usePage<Data>('connections', {}, (found) =>
    adding ? undefined : found.connections.some(({ running, queued }) => running || queued) ? 2000 : 20_000,
  )
  if (!data)
    return (
      <Page title="Connections">
        <Pending error={error} retry={reload} />
      </Page>
    )
  if (adding)
    return <AddConnection data={data} chosen={search.get('add') ?? ''} choose={(id) => setSearch({ add: id })} />
  const live = data.connections.filter(({ state }) => state !== 'disconnected')
  const gone = data.connections.filter(({ state }) => state === 'disconnected')
  return (
    <Page
      title="Connections"
      lead={live.length > 0 ? `${many(live.length, 'connection')} to the systems your data come from.` : undefined}
      actions={
        session.can.connections && (
          <ButtonLink to="/admin/pages/connections?add=1" look="main" icon="Plus">
            Add connection
          </ButtonLink>
        )
      }
    >
      {error && <Pending error={error} retry={reload} />}
      {live.length === 0 ? (
        <Card>
          <Empty icon="Share2" title="Nothing is connected yet">
            Connect your PSA first: its companies are what everything else hangs on.
          </Empty>
        </Card>
      ) : (
        <Card>
          <Table connections={live} onChange={reload} />
        </Card>
      )}
      {gone.length > 0 && (
        <Card title="Disconnected" aside={<span className="soft">Their records and mappings are kept.</span>}>
          <Table connections={gone} onChange={reload} />
        </Card>
      )}
    </Page>
  )
}

function Table({ connections, onChange }: { connections: Data['connections']; onChange: () => void }) {
  const session = useSession()
  return (
    <div className="table-box">
      <table className="cards-when-narrow">
        <thead>
          <tr>
            <th scope="col">Connection</th>
            <th scope="col">State</th>
            <th scope="col">Last run</th>
            <th scope="col">Next run</th>
            <th scope="col">
              <span className="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {connections.map((connection) => (
            <tr key={connection.id}>
              <td data-label="Connection">
                <Link className="strong" to={`/admin/pages/connection?id=${connection.id}`}>
                  {connection.name}
                </Link>{' '}
                {connection.simulator && <SimulatorBadge />}
                <div className="soft">
                  {connection.connectorName} · {kindTitles[connection.kind]}
                </div>
              </td>
              <td data-label="State">
                <ConnectionBadge state={connection.state} />{' '}
                {connection.missingPermissions > 0 && (
                  <Link to={`/admin/pages/connection?id=${connection.id}&tab=permissions`}>
                    <Badge tone="warn" icon="Shield">
                      {many(connection.missingPermissions, 'permission')} missing
                    </Badge>
                  </Link>
                )}
              </td>
              <td data-label="Last run">
                <LastRun connection={connection} />
              </td>
              <td data-label="Next run">
                {connection.nextRun ? <Time at={connection.nextRun} /> : <span className="soft">–</span>}
              </td>
              <td className="row-actions">
                {session.can.sync && connection.state === 'active' && !connection.running && (
                  <SyncMenu id={connection.id} name={connection.name} queued={connection.queued} onQueued={onChange} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function LastRun({ connection }: { connection: Data['connections'][number] }) {
  const { running, last } = connection
  if (running)
    return (
      <Link to={`/admin/pages/run?id=${running.id}`} className="inline-progress">
        <RunBadge state={running.state} />{' '}
        <Progress value={running.received} most={running.total} label="Records read" />
      </Link>
    )
  if (!last) return <span className="soft">Never synced</span>
  return (
    <>
      <Link to={`/admin/pages/run?id=${last.id}`}>
        <RunBadge state={last.state} />
      </Link>{' '}
      <Time at={last.finishedAt ?? last.startedAt} />
      <div className="soft">{last.error ?? tally(last)}</div>
    </>
  )
}
