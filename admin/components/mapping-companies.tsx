/** Source companies: import, ignore, or join to one of the hub's. */
import type { ImportCounts, MappingData } from '../pages/mapping.ts'
import type { Wire } from '../wire.ts'
import { act } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import { MappingFilters } from './mapping-filters.tsx'
import { MappingRow } from './mapping-row.tsx'
import { useSelection } from './selection.ts'
import { useSession } from './session.ts'
import { Button, Card, Empty } from './ui.tsx'
import { count, many } from './words.ts'

export type CompanyPage = NonNullable<Wire<MappingData>['companies']>

interface Props {
  readonly connection: number
  readonly page: CompanyPage
  readonly search: URLSearchParams
  readonly change: (values: Readonly<Record<string, string>>) => void
  readonly reload: () => void
}

interface Imported {
  readonly linked: number
  readonly created: number
}

function imported({ linked, created }: Imported): string {
  const parts = [
    ...(created > 0 ? [`${many(created, 'company', 'companies')} imported`] : []),
    ...(linked > 0 ? [`${count(linked)} joined to companies you had`] : []),
  ]
  return parts.length > 0
    ? `${parts.join(', ')}. Their records follow with the next sync.`
    : 'Nothing was left to import.'
}

export function MappingCompanies({ connection, page, search, change, reload }: Props) {
  const session = useSession()
  const { busy, run } = useAction()
  const { ask } = useFeedback()
  const selection = useSelection()
  const { rows, counts } = page
  const state = search.get('state') ?? 'all'
  const work = <T,>(action: string, values: object, done: (result: T) => string) =>
    run(
      action,
      async () => {
        const result = await act<T>('mapping', action, { connection, ...values })
        selection.clear()
        reload()
        return result
      },
      done,
    )
  const importSome = async (ids?: readonly number[]) => {
    const chosen = ids ? { ids } : {}
    const preview = await run('preview', () => act<ImportCounts>('mapping', 'preview', { connection, ...chosen }))
    if (!preview) return
    const { create, link, ambiguous } = preview
    const sure = await ask({
      title: `Import ${many(create + link, 'company', 'companies')}?`,
      text: (
        <ul className="plain">
          <li>{many(create, 'new company', 'new companies')}</li>
          {link > 0 && <li>{count(link)} joined to companies you already have, by id or exact name</li>}
          {ambiguous > 0 && <li>{count(ambiguous)} left alone: they could be more than one of yours</li>}
        </ul>
      ),
      yes: 'Import',
    })
    if (sure) await work<Imported>('import', chosen, imported)
  }
  return (
    <Card>
      <MappingFilters counts={counts} state={state} search={search.get('q') ?? ''} change={change} />
      {session.can.decide && (
        <div className="bulk">
          {selection.ids.length > 0 ? (
            <>
              <span>{selection.ids.length} selected</span>
              <Button
                look="main"
                icon="Download"
                busy={busy === 'preview' || busy === 'import'}
                onClick={() => void importSome(selection.ids)}
              >
                Import
              </Button>
              <Button
                icon="EyeOff"
                busy={busy === 'ignore'}
                onClick={() => void work('ignore', { ids: selection.ids }, () => 'They are ignored from now on.')}
              >
                Ignore
              </Button>
              {state === 'ignored' && (
                <Button
                  icon="Eye"
                  onClick={() =>
                    void work('ignore', { ids: selection.ids, heed: true }, () => 'They are no longer ignored.')
                  }
                >
                  No longer ignore
                </Button>
              )}
            </>
          ) : (
            counts.unmapped > 0 && (
              <Button icon="Download" busy={busy === 'preview' || busy === 'import'} onClick={() => void importSome()}>
                Import all that pass the connection’s filter
              </Button>
            )
          )}
        </div>
      )}
      {rows.length === 0 ? (
        <Empty icon="Search" title="No company here">
          {state === 'unmapped' ? 'Everything is mapped.' : 'Another filter may show more.'}
        </Empty>
      ) : (
        <div className="table-box">
          <table className="cards-when-narrow">
            <thead>
              <tr>
                {session.can.decide && (
                  <th scope="col" className="tick">
                    <input
                      type="checkbox"
                      aria-label="Select all on this page"
                      checked={rows.every(({ id }) => selection.has(id))}
                      onChange={(event) =>
                        selection.tick(
                          rows.map(({ id }) => id),
                          event.target.checked,
                        )
                      }
                    />
                  </th>
                )}
                <th scope="col">At the source</th>
                <th scope="col">Mapping</th>
                <th scope="col">In the hub</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <MappingRow key={row.id} row={row} selection={selection} work={work} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(page.next || search.has('after')) && (
        <nav className="pager" aria-label="Pages">
          <Button disabled={!search.has('after')} onClick={() => change({ after: '' })}>
            First page
          </Button>
          <Button disabled={!page.next} onClick={() => page.next && change({ after: page.next })}>
            Next page
          </Button>
        </nav>
      )}
    </Card>
  )
}
