/** The settings of a connection: credentials, what is read, when, how much one run may change, what may be written. */
import { type FormEvent, useState } from 'react'
import type { CheckReport } from '../../core/connections/check.ts'
import type { Choice } from '../../core/connector/index.ts'
import type { ConnectionData } from '../pages/connection.ts'
import type { Wire } from '../wire.ts'
import { act } from './client.ts'
import { ConnectionScope, type Scope } from './connection-scope.tsx'
import { useAction, useFeedback } from './feedback.tsx'
import { useSession } from './session.ts'
import { differing, SettingsForm, type Values } from './settings-form.tsx'
import { resultOf, TestResult } from './test-result.tsx'
import { Button, Callout, Card } from './ui.tsx'

type Data = Wire<ConnectionData>

function scopeOf({ connection }: Data): Scope {
  return {
    disabledStreams: connection.disabledStreams,
    importCompanies: connection.importCompanies,
    filter: connection.filter,
    customFields: connection.customFields,
    breaker: connection.breaker,
    schedule: connection.schedule ?? '',
    writeBack: { configurations: connection.writeBack.configurations ?? [] },
  }
}

/** The log of who changed what names only this; what somebody else changed meanwhile stays. */
function scopeChanges(scope: Scope, stored: Scope): Partial<Scope> {
  const before: Readonly<Record<string, unknown>> = { ...stored }
  return Object.fromEntries(
    Object.entries(scope).filter(([part, value]) => JSON.stringify(value) !== JSON.stringify(before[part])),
  )
}

export function ConnectionSettings({ data, onSaved }: { data: Data; onSaved: () => void }) {
  const { connection, connector } = data
  const session = useSession()
  const { tell } = useFeedback()
  const { busy, fields, run } = useAction()
  const [name, setName] = useState(connection.name)
  const [values, setValues] = useState<Values>(connection.settings)
  const [scope, setScope] = useState(() => scopeOf(data))
  const [report, setReport] = useState<CheckReport>()
  if (!connector) return null
  const disabled = !session.can.connections
  const changed = differing(values, connection.settings)
  const stored = Object.entries(connection.secrets).flatMap(([secret, isSet]) => (isSet ? [secret] : []))
  const test = async () =>
    setReport(
      await run('check', () => act<CheckReport>('connection', 'check', { id: connection.id, settings: changed })),
    )
  const save = async (event: FormEvent) => {
    event.preventDefault()
    await run('save', async () => {
      const settings = Object.keys(changed).length > 0 ? { settings: changed } : {}
      const tested = await act<CheckReport | null>('connection', 'save', {
        id: connection.id,
        name,
        ...scopeChanges(scope, scopeOf(data)),
        ...settings,
      })
      if (tested && !tested.ok) tell('bad', `Saved, but: ${resultOf(tested)}`)
      else tell('ok', 'Saved. It counts from the next run on.')
      onSaved()
    })
  }
  return (
    <form className="form" onSubmit={save}>
      {disabled && (
        <Callout tone="off" icon="Lock">
          Only managers and admins change settings.
        </Callout>
      )}
      <div className="two-columns">
        <Card title="Credentials and address">
          <div className="field">
            <label htmlFor="name">Name in the hub</label>
            <input
              id="name"
              value={name}
              maxLength={100}
              required
              disabled={disabled}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <SettingsForm
            fields={connector.fields}
            values={values}
            stored={stored}
            disabled={disabled}
            problems={fields}
            onChange={(next) => {
              setValues(next)
              setReport(undefined)
            }}
            choices={(field) => act<readonly Choice[]>('connection', 'choices', { id: connection.id, field })}
          />
          {report && <TestResult report={report} />}
          <div className="actions">
            <Button icon="Activity" busy={busy === 'check'} disabled={disabled} onClick={() => void test()}>
              Test these settings
            </Button>
          </div>
        </Card>
        <div>
          <ConnectionScope data={data} scope={scope} setScope={setScope} disabled={disabled} />
        </div>
      </div>
      {!disabled && (
        <div className="actions sticky">
          <Button type="submit" look="main" icon="Check" busy={busy === 'save'}>
            Save
          </Button>
        </div>
      )}
    </form>
  )
}
