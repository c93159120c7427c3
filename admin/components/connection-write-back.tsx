/** What the hub may write into a source: chosen field by field, nothing at first. */
import { Link } from 'react-router-dom'
import type { ConnectionData } from '../pages/connection.ts'
import type { Wire } from '../wire.ts'
import { Permissions } from './permissions.tsx'
import { Callout, Card } from './ui.tsx'

export function ConnectionWriteBack({
  data,
  chosen,
  onChange,
  disabled,
}: {
  data: Wire<ConnectionData>
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
  disabled: boolean
}) {
  const { connection, writeBack } = data
  if (!writeBack) return null
  return (
    <Card title="Write-back" className="write-back">
      <p className="hint">
        What the hub may change in the configurations at {connection.name}: only what you tick here, nothing else.
      </p>
      <fieldset className="checks" disabled={disabled}>
        <legend className="hidden">Fields the hub may write at the source</legend>
        {writeBack.fields.map(({ field, title }) => (
          <label key={field}>
            <input
              type="checkbox"
              checked={chosen.includes(field)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, field] : chosen.filter((each) => each !== field))
              }
            />
            {title}
          </label>
        ))}
      </fieldset>
      <ul className="hint bullets">
        <li>
          Ticking sends nothing by itself: each change waits among the{' '}
          <Link to={`/admin/resources/write-backs?filters.connectionId=${connection.id}`}>write-backs</Link> until
          somebody approves it.
        </li>
        <li>
          Before it is sent the record is read once more. If somebody changed one of these fields there meanwhile,
          nothing is written.
        </li>
        <li>A value is never emptied.</li>
      </ul>
      {!writeBack.makers && chosen.length > 0 && (
        <Callout tone="off" icon="Info">
          No connector is loaded yet that asks the makers of the devices, so no changes are proposed for now.
        </Callout>
      )}
      {writeBack.permissions.length > 0 && (
        <>
          <h3>Rights it takes at {connection.connectorName}</h3>
          <Permissions permissions={writeBack.permissions} checked={connection.checkResult} />
        </>
      )}
    </Card>
  )
}
