/** What it takes to connect: name and settings, tested first, with the rights the vendor must grant beside them. */
import { type FormEvent, type ReactNode, useState } from 'react'
import type { CheckReport } from '../../core/connections/check.ts'
import type { ConnectorCard } from '../pages/catalogue.ts'
import { useAction } from './feedback.tsx'
import { Permissions } from './permissions.tsx'
import { filledIn, SettingsForm, type Values } from './settings-form.tsx'
import { TestResult } from './test-result.tsx'
import { Button, Card } from './ui.tsx'

export interface Draft {
  readonly name: string
  readonly values: Values
}

/** As the hub is told: blank fields are left out. */
export interface Entered {
  readonly name: string
  readonly settings: Values
}

export function Credentials({
  connector,
  draft,
  onDraft,
  check,
  proceed,
  label,
  icon,
  refused,
  children,
}: {
  connector: ConnectorCard
  draft: Draft
  onDraft: (draft: Draft) => void
  check: (entered: Entered) => Promise<CheckReport>
  /** Only after a good test. */
  proceed: (entered: Entered) => Promise<void>
  label: string
  icon: string
  /** A test that was made later and failed. */
  refused?: CheckReport | undefined
  children?: ReactNode
}) {
  const { busy, fields, run } = useAction()
  const [report, setReport] = useState<CheckReport | undefined>(refused)
  const entered = { name: draft.name, settings: filledIn(draft.values) }
  const test = async (event: FormEvent) => {
    event.preventDefault()
    setReport(undefined)
    setReport(await run('test', () => check(entered)))
  }
  return (
    <div className="two-columns">
      <Card title="Settings">
        <form className="form" onSubmit={test}>
          <div className="field">
            <label htmlFor="connection-name">Name in the hub</label>
            <input
              id="connection-name"
              value={draft.name}
              maxLength={100}
              required
              onChange={(event) => onDraft({ ...draft, name: event.target.value })}
            />
          </div>
          {children}
          <SettingsForm
            fields={connector.fields}
            values={draft.values}
            stored={[]}
            problems={fields}
            onChange={(values) => {
              onDraft({ ...draft, values })
              setReport(undefined)
            }}
          />
          {report && <TestResult report={report} />}
          <div className="actions">
            <Button type="submit" look={report?.ok ? 'plain' : 'main'} icon="Activity" busy={busy === 'test'}>
              Test
            </Button>
            <Button
              look={report?.ok ? 'main' : 'plain'}
              icon={icon}
              busy={busy === 'proceed'}
              disabled={!report?.ok}
              title={report?.ok ? undefined : 'Test it first'}
              onClick={() => void run('proceed', () => proceed(entered))}
            >
              {label}
            </Button>
          </div>
        </form>
      </Card>
      <Card title="Rights to grant" aside={<span className="soft">at {connector.name}</span>}>
        <Permissions permissions={connector.permissions} checked={report ?? null} />
      </Card>
    </div>
  )
}
