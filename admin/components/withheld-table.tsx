/** Changes that were not applied: what would happen to which record. */
import { Link } from 'react-router-dom'
import type { HeldRecord } from '../pages/withheld.ts'
import type { Wire } from '../wire.ts'
import { resourceOfStream } from './record-links.ts'
import { Value } from './run-details.tsx'
import { streamTitle } from './run-streams.tsx'
import type { Selection } from './selection.ts'
import { Badge } from './ui.tsx'
import { actionWords, fieldLabel, plain } from './words.ts'

type Change = Wire<HeldRecord>

/** Columns that say nothing to a person deciding. */
const unsaid = new Set(['content_hash', 'company_id', 'source_url', 'source_id', 'source_updated_at', 'name'])

export function WithheldTable({ changes, selection }: { changes: readonly Change[]; selection?: Selection }) {
  return (
    <div className="table-box">
      <table className="cards-when-narrow">
        <thead>
          <tr>
            {selection && (
              <th scope="col" className="tick">
                <input
                  type="checkbox"
                  aria-label="Select all shown"
                  checked={changes.length > 0 && changes.every(({ id }) => selection.has(id))}
                  onChange={(event) =>
                    selection.tick(
                      changes.map(({ id }) => id),
                      event.target.checked,
                    )
                  }
                />
              </th>
            )}
            <th scope="col">Record</th>
            <th scope="col">Would be</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.id}>
              {selection && (
                <td className="tick">
                  <input
                    type="checkbox"
                    aria-label={`Select ${change.label ?? change.sourceId}`}
                    checked={selection.has(change.id)}
                    onChange={(event) => selection.tick([change.id], event.target.checked)}
                  />
                </td>
              )}
              <td data-label="Record">
                {change.recordId ? (
                  <Link to={`/admin/resources/${resourceOfStream(change.stream)}/records/${change.recordId}/show`}>
                    {change.label ?? change.sourceId}
                  </Link>
                ) : (
                  (change.label ?? change.sourceId)
                )}
                <div className="soft">
                  {streamTitle(change.stream)} · <code>{change.sourceId}</code>
                </div>
              </td>
              <td data-label="Would be">
                <Badge tone={actionWords[change.action]?.tone ?? 'off'}>
                  {actionWords[change.action]?.one ?? change.action}
                </Badge>
              </td>
              <td data-label="What">
                <What change={change} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function What({ change }: { change: Change }) {
  if (change.action === 'remove') return <span className="soft">Marked as gone; kept and restorable.</span>
  const pairs = Object.entries(change.changes ?? {}).filter(([field]) => !unsaid.has(field))
  if (change.action === 'update' && pairs.length > 0)
    return (
      <ul className="diff">
        {pairs.slice(0, 6).map(([field, [before, after]]) => (
          <li key={field}>
            <span className="soft">{fieldLabel(field)}</span> <Value value={before} /> → <Value value={after} />
          </li>
        ))}
        {pairs.length > 6 && <li className="soft">and {pairs.length - 6} more fields</li>}
      </ul>
    )
  const facts = Object.entries(change.record ?? {})
    .filter(([field]) => !unsaid.has(field))
    .flatMap(([field, value]) => {
      const text = typeof value === 'object' ? null : plain(value)
      return text === null ? [] : [`${fieldLabel(field)}: ${text}`]
    })
  return <span className="soft">{facts.slice(0, 4).join(' · ') || 'No further fields'}</span>
}
