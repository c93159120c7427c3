/** What a run changed, field by field, and what it brought per company. Loaded when looked at. */
import { useEffect, useState } from 'react'
import { Link } from 'react-router-dom'
import type { RunParts } from '../pages/run.ts'
import type { Wire } from '../wire.ts'
import { read, usePage } from './client.ts'
import { resourceOfStream } from './record-links.ts'
import { streamTitle } from './run-streams.tsx'
import { Button, Card, Empty, Pending } from './ui.tsx'
import { count, fieldLabel, plain } from './words.ts'

type Parts = Wire<RunParts>
type Change = NonNullable<Parts['changes']>[number]

const atOnce = 200

export function Value({ value }: { value: unknown }) {
  const text = plain(value)
  return text === null ? (
    <span className="none">empty</span>
  ) : (
    <span className="value" title={text}>
      {text}
    </span>
  )
}

export function RunChanges({ runId }: { runId: number }) {
  const [changes, setChanges] = useState<readonly Change[]>()
  const [more, setMore] = useState(false)
  const [error, setError] = useState<string>()
  const load = async (after?: number) => {
    try {
      const found = (await read<Parts>('run', { id: runId, part: 'changes', after })).changes ?? []
      setChanges((before) => [...(after === undefined ? [] : (before ?? [])), ...found])
      setMore(found.length === atOnce)
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure))
    }
  }
  useEffect(() => {
    void load()
  }, [runId])
  if (!changes)
    return (
      <Card>
        <Pending error={error} retry={() => void load()} />
      </Card>
    )
  if (changes.length === 0)
    return (
      <Card>
        <Empty icon="GitCommit" title="No field of a stored record changed">
          New records are counted above; they have no earlier value to compare with.
        </Empty>
      </Card>
    )
  return (
    <Card title="Changed fields">
      <div className="table-box">
        <table className="cards-when-narrow even">
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.id}>
                <td data-label="Record">
                  <Link to={`/admin/resources/${resourceOfStream(change.stream)}/records/${change.recordId}/show`}>
                    {change.label ?? `#${change.recordId}`}
                  </Link>
                  <div className="soft">{streamTitle(change.stream)}</div>
                </td>
                <td data-label="Field">{fieldLabel(change.field)}</td>
                <td data-label="Before">
                  <Value value={change.before} />
                </td>
                <td data-label="After">
                  <Value value={change.after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more && (
        <div className="actions">
          <Button onClick={() => void load(changes.at(-1)?.id)}>Show more</Button>
        </div>
      )}
    </Card>
  )
}

export function RunCompanies({ runId }: { runId: number }) {
  const { data, error, reload } = usePage<Parts>('run', { id: runId, part: 'companies' })
  const [search, setSearch] = useState('')
  const rows = data?.companies
  if (!rows)
    return (
      <Card>
        <Pending error={error} retry={reload} />
      </Card>
    )
  if (rows.length === 0)
    return (
      <Card>
        <Empty icon="Briefcase" title="No records of single companies were read" />
      </Card>
    )
  const wanted = search.toLowerCase()
  const shown = rows.filter((row) => `${row.company ?? ''} ${row.companySourceId}`.toLowerCase().includes(wanted))
  return (
    <Card
      title="By company"
      aside={
        <input
          type="search"
          aria-label="Find a company"
          placeholder="Find a company"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      }
    >
      <div className="table-box">
        <table className="cards-when-narrow">
          <thead>
            <tr>
              <th scope="col">Company</th>
              <th scope="col">Kind</th>
              {['Read', 'New', 'Changed', 'Skipped', 'Rejected'].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, 500).map((row) => (
              <tr key={`${row.stream} ${row.companySourceId}`}>
                <td data-label="Company">{row.company ?? <code>{row.companySourceId}</code>}</td>
                <td data-label="Kind">{streamTitle(row.stream)}</td>
                {([row.received, row.created, row.updated, row.skipped, row.rejected] as const).map((value, index) => (
                  <td
                    key={['Read', 'New', 'Changed', 'Skipped', 'Rejected'][index]}
                    data-label={['Read', 'New', 'Changed', 'Skipped', 'Rejected'][index]}
                    className={`number${value === 0 ? ' zero' : ''}`}
                  >
                    {count(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > 500 && <p className="soft">{count(shown.length - 500)} more; find one by its name.</p>}
    </Card>
  )
}
