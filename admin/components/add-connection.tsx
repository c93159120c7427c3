/** A new connection: choose the connector, fill in, test, connect. */
import { Link, useNavigate } from 'react-router-dom'
import type { ConnectorCard } from '../pages/catalogue.ts'
import type { ConnectionsData } from '../pages/connections.ts'
import type { Wire } from '../wire.ts'
import { NewConnection } from './new-connection.tsx'
import { Badge, Callout, Page } from './ui.tsx'
import { kindTitles } from './words.ts'

export function AddConnection({
  data,
  chosen,
  choose,
}: {
  data: Wire<ConnectionsData>
  chosen: string
  choose: (id: string) => void
}) {
  const navigate = useNavigate()
  const connector = data.catalogue.find(({ id }) => id === chosen)
  if (connector) return <NewConnection key={connector.id} connector={connector} companies={data.companies} />
  const kinds = Object.keys(kindTitles).filter((kind) => data.catalogue.some((offered) => offered.kind === kind))
  return (
    <Page
      title="Add a connection"
      above={<Link to="/admin/pages/connections">Connections</Link>}
      lead="Which system do the records come from?"
    >
      {kinds.map((kind) => (
        <section key={kind} className="catalogue">
          <h2>
            {kindTitles[kind]}
            {kind === 'psa' && data.psa !== null && (
              <span className="soft">
                {' '}
                · one at a time: with {data.psa} connected, choosing one here begins a switch, and nothing changes
                before you have seen what would come of it
              </span>
            )}
          </h2>
          <ul>
            {data.catalogue
              .filter((offered) => offered.kind === kind)
              .map((offered) => (
                <li key={offered.id}>
                  <button
                    type="button"
                    className="card"
                    onClick={() =>
                      kind === 'psa' && data.psa !== null
                        ? navigate(`/admin/pages/switch?to=${offered.id}`)
                        : choose(offered.id)
                    }
                  >
                    <ConnectorOffer connector={offered} />
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
      {data.broken.map((plugin) => (
        <Callout key={plugin.source} tone="bad" icon="AlertOctagon">
          The plugin {plugin.source} could not be loaded: {plugin.message}
        </Callout>
      ))}
    </Page>
  )
}

export function ConnectorOffer({ connector }: { connector: ConnectorCard }) {
  return (
    <>
      <strong>{connector.name}</strong>
      <span className="soft">{connector.streams.map(({ title }) => title).join(', ')}</span>
      <span className="extras">
        {connector.extras.map((extra) => (
          <Badge key={extra} tone="run">
            {extra}
          </Badge>
        ))}
      </span>
    </>
  )
}
