/** Types, statuses or markets of a source: each is one of the hub's own, or ignored. */
import { useState } from 'react'
import type { MappingData } from '../pages/mapping.ts'
import type { Wire } from '../wire.ts'
import { act } from './client.ts'
import { useAction } from './feedback.tsx'
import { useSession } from './session.ts'
import { Badge, Button, Card, Empty } from './ui.tsx'
import { count, many } from './words.ts'

type Values = NonNullable<Wire<MappingData>['values']>
type Value = Values['rows'][number]

interface Created {
  readonly created: number
  readonly mapped: number
}

function isOpen(value: Value): boolean {
  return value.targetId === null && !value.ignored && !value.stale
}

export function MappingValues({
  kind,
  connection,
  values,
  reload,
}: {
  kind: string
  connection: number
  values: Values
  reload: () => void
}) {
  const session = useSession()
  const { busy, run } = useAction()
  const [onlyOpen, setOnlyOpen] = useState(false)
  const shown = onlyOpen ? values.rows.filter(isOpen) : values.rows
  const map = (value: Value, to: string) =>
    run(`map ${value.id}`, async () => {
      await act('mapping', 'map', { kind, id: value.id, to })
      reload()
    })
  const create = () =>
    run(
      'create',
      async () => {
        const made = await act<Created>('mapping', 'createUnmapped', { kind, connection })
        reload()
        return made
      },
      ({ created, mapped }) =>
        `${many(mapped, 'value')} mapped: ${count(created)} new here, the rest were here by that name.`,
    )
  if (values.rows.length === 0)
    return (
      <Card>
        <Empty icon="Tag" title="The source has sent none yet">
          They come with its first sync, if it has any.
        </Empty>
      </Card>
    )
  return (
    <Card>
      <div className="filters">
        <label className="inline">
          <input type="checkbox" checked={onlyOpen} onChange={(event) => setOnlyOpen(event.target.checked)} />
          Only unmapped ({count(values.counts.unmapped)})
        </label>
        {session.can.decide && values.counts.unmapped > 0 && (
          <Button look="main" icon="PlusSquare" busy={busy === 'create'} onClick={() => void create()}>
            Create {count(values.counts.unmapped)} unmapped
          </Button>
        )}
      </div>
      {shown.length === 0 ? (
        <Empty icon="CheckCircle" title="All are mapped" />
      ) : (
        <div className="table-box">
          <table className="cards-when-narrow">
            <thead>
              <tr>
                <th scope="col">At the source</th>
                <th scope="col">In the hub</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((value) => (
                <tr key={value.id}>
                  <td data-label="At the source">
                    <span className="badges">
                      <strong>{value.name}</strong>
                      {value.isDefault && <Badge tone="off">Default</Badge>}
                      {value.active === false && <Badge tone="off">Inactive there</Badge>}
                      {value.stale && <Badge tone="bad">Gone at the source</Badge>}
                      {isOpen(value) && <Badge tone="warn">Unmapped</Badge>}
                    </span>
                  </td>
                  <td data-label="In the hub">
                    <select
                      aria-label={`${value.name} in the hub`}
                      disabled={!session.can.decide || busy === `map ${value.id}`}
                      value={value.ignored ? 'ignore' : (value.targetId ?? 'none')}
                      onChange={(event) => void map(value, event.target.value)}
                    >
                      <option value="none">Not mapped</option>
                      <option value="ignore">Ignore</option>
                      {values.targets.length > 0 && (
                        <optgroup label="Your own">
                          {values.targets.map((target) => (
                            <option key={target.id} value={target.id}>
                              {target.name}
                            </option>
                          ))}
                        </optgroup>
                      )}
                    </select>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}
