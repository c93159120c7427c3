/** Mapping: what a source's companies and their types, statuses and markets are in the hub. */
import { useSearchParams } from 'react-router-dom'
import type { MappingData } from '../pages/mapping.ts'
import type { Wire } from '../wire.ts'
import { usePage } from './client.ts'
import { MappingCompanies } from './mapping-companies.tsx'
import { MappingValues } from './mapping-values.tsx'
import { useSession } from './session.ts'
import { ButtonLink, Card, Empty, Page, Pending, Tabs } from './ui.tsx'

const tabs = [
  { id: 'companies', title: 'Companies' },
  { id: 'companyTypes', title: 'Company types' },
  { id: 'companyStatuses', title: 'Company statuses' },
  { id: 'markets', title: 'Markets' },
] as const

export default function MappingPage() {
  const [search, setSearch] = useSearchParams()
  const session = useSession()
  const tab = search.get('tab') ?? 'companies'
  const query = Object.fromEntries(
    ['connection', 'state', 'q', 'after'].map((name) => [name, search.get(name)] as const),
  )
  const { data, error, reload } = usePage<Wire<MappingData>>('mapping', { tab, ...query })
  const change = (values: Readonly<Record<string, string>>) => {
    const next = new URLSearchParams(search)
    next.delete('after')
    for (const [name, value] of Object.entries(values)) {
      if (value === '') next.delete(name)
      else next.set(name, value)
    }
    setSearch(next, { replace: true })
  }
  if (!data)
    return (
      <Page title="Mapping">
        <Pending error={error} retry={reload} />
      </Page>
    )
  return (
    <Page
      title="Mapping"
      lead="What a source calls its companies, and what they are here. Nothing is guessed: a doubtful match waits for you."
      actions={
        data.connections.length > 1 && (
          <select
            aria-label="Connection"
            value={data.connection ?? ''}
            onChange={(event) => setSearch({ tab, connection: event.target.value })}
          >
            {data.connections.map((connection) => (
              <option key={connection.id} value={connection.id}>
                {connection.name}
              </option>
            ))}
          </select>
        )
      }
    >
      {error && <Pending error={error} retry={reload} />}
      {data.connection === null ? (
        <Card>
          <Empty icon="Shuffle" title="There is nothing to map yet">
            <p>Companies come with the first sync of a PSA or a documentation system.</p>
            {session.can.connections && (
              <ButtonLink to="/admin/pages/connections" icon="Share2">
                Connections
              </ButtonLink>
            )}
          </Empty>
        </Card>
      ) : (
        <>
          <Tabs
            label="What to map"
            current={tab}
            onChange={(next) => setSearch({ tab: next, connection: String(data.connection) })}
            tabs={tabs.map(({ id, title }) => ({ id, title, count: data.waiting[id] }))}
          />
          {data.companies && tab === 'companies' && (
            <MappingCompanies
              connection={data.connection}
              page={data.companies}
              search={search}
              change={change}
              reload={reload}
            />
          )}
          {data.values && tab !== 'companies' && (
            <MappingValues
              key={`${tab} ${data.connection}`}
              kind={tab}
              connection={data.connection}
              values={data.values}
              reload={reload}
            />
          )}
        </>
      )}
    </Page>
  )
}
