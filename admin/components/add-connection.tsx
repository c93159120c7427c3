/** A new connection: choose the connector, fill in, test, connect. */
import { Link } from 'react-router-dom'
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
                · one at a time; disconnect {data.psa} to switch, its records and mappings stay
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
                    disabled={kind === 'psa' && data.psa !== null}
                    onClick={() => choose(offered.id)}
                  >
                    <strong>{offered.name}</strong>
                    <span className="soft">{offered.streams.map(({ title }) => title).join(', ')}</span>
                    <span className="extras">
                      {offered.extras.map((extra) => (
                        <Badge key={extra} tone="run">
                          {extra}
                        </Badge>
                      ))}
                    </span>
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
