/** One connection: how it is, and everything one can do with it. */
import { Link, useSearchParams } from 'react-router-dom'
import type { ConnectionData } from '../pages/connection.ts'
import type { Wire } from '../wire.ts'
import { usePage } from './client.ts'
import { ConnectAgain } from './connect-again.tsx'
import { ConnectionActions, TestButton } from './connection-actions.tsx'
import { ConnectionSettings } from './connection-settings.tsx'
import { ConnectionStreams } from './connection-streams.tsx'
import { ConnectionWebhooks } from './connection-webhooks.tsx'
import { Permissions } from './permissions.tsx'
import { RunsTable } from './runs-table.tsx'
import { useSession } from './session.ts'
import {
  Callout,
  Card,
  ConnectionBadge,
  Empty,
  Page,
  Pending,
  Progress,
  RunBadge,
  SimulatorBadge,
  Tabs,
  Time,
} from './ui.tsx'
import { count, kindTitles, tally } from './words.ts'

type Data = Wire<ConnectionData>

export default function ConnectionPage() {
  const [search] = useSearchParams()
  const id = search.get('id') ?? ''
  return <OneConnection key={id} id={id} />
}

function OneConnection({ id }: { id: string }) {
  const [search, setSearch] = useSearchParams()
  const tab = search.get('tab') ?? 'overview'
  const { data, error, reload } = usePage<Data>('connection', { id, tab }, ({ brief }) =>
    // A form that is being filled in is left alone.
    tab === 'settings' ? undefined : brief.running || brief.queued ? 1500 : 15_000,
  )
  if (!data)
    return (
      <Page title="Connection">
        <Pending error={error} retry={reload} />
      </Page>
    )
  const { connection, brief, connector } = data
  return (
    <Page
      title={connection.name}
      above={<Link to="/admin/pages/connections">Connections</Link>}
      badges={
        <>
          <ConnectionBadge state={connection.state} /> {brief.simulator && <SimulatorBadge />}
        </>
      }
      lead={[connection.connectorName, kindTitles[connection.kind], data.company, connection.accountName]
        .filter((part, index, all) => part && all.indexOf(part) === index)
        .join(' · ')}
      actions={
        tab === 'settings' && connection.state === 'disconnected' ? null : (
          <ConnectionActions data={data} reload={reload} />
        )
      }
    >
      {error && <Pending error={error} retry={reload} />}
      {!connection.loaded && (
        <Callout tone="bad" icon="AlertOctagon">
          The connector {connection.connector} is not loaded, so this connection cannot run. Is its plugin missing from
          this installation?
        </Callout>
      )}
      {connection.state === 'disconnected' && tab === 'overview' && (
        <Callout tone="off" icon="Archive">
          It is disconnected: nothing is read from it, and its secrets were deleted here. Its records and mappings are
          kept.
        </Callout>
      )}
      {brief.problem && connection.state !== 'disconnected' && (
        <Callout tone="bad" icon="Key">
          {brief.problem}
        </Callout>
      )}
      <Tabs
        label="Parts of the connection"
        current={tab}
        onChange={(next) => setSearch({ id, tab: next })}
        tabs={[
          { id: 'overview', title: 'Overview' },
          { id: 'permissions', title: 'Permissions', count: brief.missingPermissions },
          ...(data.webhooks ? [{ id: 'webhooks', title: 'Webhooks' }] : []),
          { id: 'settings', title: 'Settings' },
        ]}
      />
      {tab === 'overview' && <Overview data={data} />}
      {tab === 'permissions' && connector && <PermissionsTab data={data} reload={reload} />}
      {tab === 'webhooks' && data.webhooks && (
        <ConnectionWebhooks connection={connection} webhooks={data.webhooks} reload={reload} />
      )}
      {tab === 'settings' &&
        connector &&
        (connection.state === 'disconnected' ? (
          <ConnectAgain data={data} onDone={reload} />
        ) : (
          <ConnectionSettings key={connection.id} data={data} onSaved={reload} />
        ))}
    </Page>
  )
}

function Overview({ data }: { data: Data }) {
  const { brief, connection } = data
  return (
    <>
      {brief.running && (
        <Card
          title="Running now"
          aside={<Link to={`/admin/pages/run?id=${brief.running.id}`}>Open run #{brief.running.id}</Link>}
        >
          <div className="running-now">
            <RunBadge state={brief.running.state} />
            <Progress value={brief.running.received} most={brief.running.total} label="Records read" />
            <span>
              {count(brief.running.received)} read · {tally(brief.running)}
            </span>
          </div>
        </Card>
      )}
      {brief.queued && !brief.running && (
        <Callout tone="run" icon="Clock">
          A sync is queued and starts as soon as a worker is free.
        </Callout>
      )}
      {data.fresh && data.streams.length > 0 && (
        <Callout tone="run" icon="RefreshCw">
          Nothing has been read from it yet. <em>Sync now</em> offers to read everything, or to make a dry run first,
          which shows what would come in and writes nothing.
          {brief.predecessor !== null &&
            ` Until it has been read whole, the hub shows what it had from ${brief.predecessor}.`}
        </Callout>
      )}
      <dl className="facts">
        <Fact title="Last run">
          {brief.last ? (
            <Link to={`/admin/pages/run?id=${brief.last.id}`}>
              <Time at={brief.last.finishedAt ?? brief.last.startedAt} />
            </Link>
          ) : (
            'Never'
          )}
        </Fact>
        <Fact title="Next run">{brief.nextRun ? <Time at={brief.nextRun} /> : 'Not planned'}</Fact>
        <Fact title="Last test">{connection.checkedAt ? <Time at={connection.checkedAt} /> : 'Not tested'}</Fact>
        {data.webhooks && (
          <Fact title="Webhooks">
            <Link to={`/admin/pages/connection?id=${connection.id}&tab=webhooks`}>
              {data.webhooks.on ? 'On' : 'Off'}
            </Link>
          </Fact>
        )}
        {data.writeBack && (
          <Fact title="Write-back">
            <Link to={`/admin/pages/connection?id=${connection.id}&tab=settings`}>
              {data.writeBack.fields
                .filter(({ field }) => connection.writeBack.configurations?.includes(field))
                .map(({ title }) => title)
                .join(', ') || 'Off'}
            </Link>
          </Fact>
        )}
        <Fact title="Calls these hosts only">{data.hosts.join(', ') || '–'}</Fact>
      </dl>
      <Card title="Records">
        <ConnectionStreams data={data} />
      </Card>
      <Card
        title="Syncs"
        aside={
          <Link
            to={`/admin/resources/runs?filters.connectionId=${connection.id}&shown.connectionId=${encodeURIComponent(connection.name)}`}
          >
            All runs
          </Link>
        }
      >
        {brief.recent.length > 0 ? (
          <RunsTable runs={brief.recent} connection={false} />
        ) : (
          <Empty icon="Activity" title="It has not run yet" />
        )}
      </Card>
    </>
  )
}

function Fact({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function PermissionsTab({ data, reload }: { data: Data; reload: () => void }) {
  const session = useSession()
  const { connection, connector } = data
  if (!connector) return null
  return (
    <Card
      title={`Rights at ${connector.name}`}
      aside={
        <>
          <span className="soft">
            {connection.checkedAt ? (
              <>
                Tested <Time at={connection.checkedAt} />
              </>
            ) : (
              'Not tested since the settings changed'
            )}
          </span>
          {session.can.sync && connection.state !== 'disconnected' && (
            <TestButton id={connection.id} onDone={reload} label="Test again" />
          )}
        </>
      }
    >
      <Permissions permissions={connector.permissions} checked={connection.checkResult} />
    </Card>
  )
}
