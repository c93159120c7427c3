/** What a connection reads, when, how much one run may change, and what may be written. */
import { useState } from 'react'
import type { CustomField } from '../../core/connector/index.ts'
import type { ConnectionData } from '../pages/connection.ts'
import type { Wire } from '../wire.ts'
import { act } from './client.ts'
import { ConnectionWriteBack } from './connection-write-back.tsx'
import { useAction } from './feedback.tsx'
import { Button, Card } from './ui.tsx'

export interface Scope {
  readonly disabledStreams: readonly string[]
  readonly importCompanies: 'selected' | 'all'
  readonly filter: Readonly<Record<string, readonly string[]>>
  readonly customFields: Readonly<Record<string, readonly string[]>>
  readonly breaker: { readonly share: number; readonly count: number }
  readonly schedule: string
  readonly writeBack: { readonly configurations: readonly string[] }
}

interface Props {
  readonly data: Wire<ConnectionData>
  readonly scope: Scope
  readonly setScope: (scope: Scope) => void
  readonly disabled: boolean
}

const filterTitles: Readonly<Record<string, string>> = {
  companyTypes: 'Only companies of these types',
  companyStatuses: 'Only companies with these statuses',
  configurationTypes: 'Only configurations of these types',
  configurationStatuses: 'Only configurations with these statuses',
}

function toggled(list: readonly string[], value: string, on: boolean): readonly string[] {
  return on ? [...list, value] : list.filter((each) => each !== value)
}

export function ConnectionScope(props: Props) {
  const { data, scope, setScope, disabled } = props
  const streams = data.connector?.streams ?? []
  const { breaker } = scope
  return (
    <>
      {streams.length > 0 && (
        <Card title="What is read">
          <fieldset className="checks" disabled={disabled}>
            <legend className="hidden">Kinds of records</legend>
            {streams.map(({ stream, title }) => (
              <label key={stream}>
                <input
                  type="checkbox"
                  checked={!scope.disabledStreams.includes(stream)}
                  onChange={(event) =>
                    setScope({
                      ...scope,
                      disabledStreams: toggled(scope.disabledStreams, stream, !event.target.checked),
                    })
                  }
                />
                {title}
              </label>
            ))}
          </fieldset>
          {streams.some(({ stream }) => stream === 'companies') && (
            <div className="field">
              <label htmlFor="importing">New companies at the source</label>
              <select
                id="importing"
                value={scope.importCompanies}
                disabled={disabled}
                onChange={(event) =>
                  setScope({ ...scope, importCompanies: event.target.value === 'all' ? 'all' : 'selected' })
                }
              >
                <option value="selected">wait until somebody imports them</option>
                <option value="all">are imported by themselves</option>
              </select>
            </div>
          )}
          <Filters {...props} />
          <CustomFields {...props} />
        </Card>
      )}
      <Card title="When">
        <div className="field">
          <label htmlFor="schedule">
            Schedule <span className="soft">optional</span>
          </label>
          <input
            id="schedule"
            value={scope.schedule}
            placeholder="with the nightly syncs"
            disabled={disabled}
            onChange={(event) => setScope({ ...scope, schedule: event.target.value })}
          />
          <p className="hint">
            Minute, hour, day, month, weekday: <code>0 */4 * * *</code> is every four hours.
          </p>
        </div>
      </Card>
      <Card title="Safety limit">
        <p className="hint">
          When one run would add or remove more than both of these, those changes are withheld until you have looked at
          them. Everything else goes on.
        </p>
        <div className="pair">
          <div className="field">
            <label htmlFor="share">Share of the records, in %</label>
            <input
              id="share"
              type="number"
              min={0}
              max={100}
              required
              value={Math.round(breaker.share * 100)}
              disabled={disabled}
              onChange={(event) =>
                setScope({ ...scope, breaker: { ...breaker, share: Number(event.target.value) / 100 } })
              }
            />
          </div>
          <div className="field">
            <label htmlFor="limit">Number of records</label>
            <input
              id="limit"
              type="number"
              min={0}
              required
              value={breaker.count}
              disabled={disabled}
              onChange={(event) => setScope({ ...scope, breaker: { ...breaker, count: Number(event.target.value) } })}
            />
          </div>
        </div>
      </Card>
      <ConnectionWriteBack
        data={data}
        chosen={scope.writeBack.configurations}
        onChange={(configurations) => setScope({ ...scope, writeBack: { configurations } })}
        disabled={disabled}
      />
    </>
  )
}

function Filters({ data, scope, setScope, disabled }: Props) {
  return Object.entries(data.filters).map(([name, offers]) => {
    const chosen = scope.filter[name] ?? []
    return (
      <details key={name} className="fold" open={chosen.length > 0}>
        <summary>
          {filterTitles[name]} <span className="soft">{chosen.length > 0 ? `${chosen.length} chosen` : 'all'}</span>
        </summary>
        <fieldset className="checks" disabled={disabled}>
          <legend className="hidden">{filterTitles[name]}</legend>
          {offers.map(({ value, label }) => (
            <label key={value}>
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={(event) =>
                  setScope({
                    ...scope,
                    filter: { ...scope.filter, [name]: toggled(chosen, value, event.target.checked) },
                  })
                }
              />
              {label}
            </label>
          ))}
        </fieldset>
      </details>
    )
  })
}

function CustomFields({ data, scope, setScope, disabled }: Props) {
  const { busy, run } = useAction()
  const [offered, setOffered] = useState<Readonly<Record<string, readonly CustomField[]>>>({})
  const streams = data.connector?.streams.filter(({ customFields }) => customFields) ?? []
  const load = (stream: string) =>
    run(stream, async () => {
      const fields = await act<readonly CustomField[]>('connection', 'customFields', { id: data.connection.id, stream })
      setOffered((before) => ({ ...before, [stream]: fields }))
    })
  return streams.map(({ stream, title }) => {
    const chosen = scope.customFields[stream] ?? []
    const fields = offered[stream]
    return (
      <details key={stream} className="fold">
        <summary>
          Custom fields of {title.toLowerCase()}{' '}
          <span className="soft">{chosen.length > 0 ? `${chosen.length} chosen` : 'none'}</span>
        </summary>
        {fields ? (
          <fieldset className="checks" disabled={disabled}>
            <legend className="hidden">Custom fields of {title.toLowerCase()}</legend>
            {fields.map((field) => (
              <label key={field.id}>
                <input
                  type="checkbox"
                  checked={chosen.includes(field.id)}
                  onChange={(event) =>
                    setScope({
                      ...scope,
                      customFields: {
                        ...scope.customFields,
                        [stream]: toggled(chosen, field.id, event.target.checked),
                      },
                    })
                  }
                />
                {field.title}
              </label>
            ))}
          </fieldset>
        ) : (
          <Button icon="List" busy={busy === stream} disabled={disabled} onClick={() => void load(stream)}>
            Ask the source which there are
          </Button>
        )}
      </details>
    )
  })
}
