/** Home: what needs a decision, how every connection is, what is in the hub. */
import type { HomeData } from '../pages/home.ts'
import type { Wire } from '../wire.ts'
import { usePage } from './client.ts'
import { ConnectionTile } from './connection-tile.tsx'
import { Decisions } from './decisions.tsx'
import { River } from './river.tsx'
import { RunsTable } from './runs-table.tsx'
import { useSession } from './session.ts'
import { ButtonLink, Card, Page, Pending } from './ui.tsx'
import { Welcome } from './welcome.tsx'
import { many, relative } from './words.ts'

type Data = Wire<HomeData>

const whileRunning = 1500
const otherwise = 15_000

function headline({ connections, decisions }: Data): string {
  const bad = decisions.filter(({ tone }) => tone === 'bad').length
  if (bad > 0) return `${many(bad, 'thing')} ${bad === 1 ? 'needs' : 'need'} you now`
  const open = decisions.filter(({ tone }) => tone === 'warn').length
  if (open > 0) return `${many(open, 'thing')} ${open === 1 ? 'waits' : 'wait'} for a decision`
  const running = connections.filter((connection) => connection.running).length
  if (running > 0) return running === 1 ? 'A sync is running' : `${running} syncs are running`
  const unread = connections.filter(({ recent }) => recent.every(({ mode }) => mode === 'plan'))
  if (unread.length === connections.length) return 'Ready for the first sync'
  const waiting = unread.filter(({ state }) => state === 'active')
  if (waiting.length > 0) return `${waiting.map(({ name }) => name).join(', ')}: ready for the first sync`
  return 'Everything is up to date'
}

function lead({ connections }: Data): string {
  const next = connections.flatMap(({ nextRun }) => nextRun ?? []).toSorted()[0]
  const paused = connections.filter(({ state }) => state === 'paused').length
  return [
    many(connections.length, 'connection'),
    ...(paused > 0 ? [`${paused} paused`] : []),
    ...(next ? [`next sync ${relative(next)}`] : []),
  ].join(' · ')
}

export default function HomePage() {
  const session = useSession()
  const { data, error, reload } = usePage<Data>('home', {}, (home) =>
    home.connections.some(({ running, queued }) => running || queued) ? whileRunning : otherwise,
  )
  if (!data)
    return (
      <Page title="Home">
        <Pending error={error} retry={reload} />
      </Page>
    )
  if (data.connections.length === 0) return <Welcome allowed={session.can.connections} />
  return (
    <Page
      title={headline(data)}
      lead={lead(data)}
      actions={
        session.can.connections && (
          <ButtonLink to="/admin/pages/connections?add=1" icon="Plus">
            Add connection
          </ButtonLink>
        )
      }
    >
      {error && <Pending error={error} retry={reload} />}
      <Decisions decisions={data.decisions} />
      <River totals={data.totals}>
        {data.connections.map((connection) => (
          <ConnectionTile key={connection.id} connection={connection} onChange={reload} />
        ))}
      </River>
      {data.runs.length > 0 && (
        <Card
          title="Latest runs"
          aside={
            <ButtonLink to="/admin/resources/runs" look="quiet">
              All runs
            </ButtonLink>
          }
        >
          <RunsTable runs={data.runs} />
        </Card>
      )}
    </Page>
  )
}
