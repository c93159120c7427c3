/** The form of a new connection, with the rights it needs beside it. */
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import type { CheckReport } from '../../core/connections/check.ts'
import type { ConnectorCard } from '../pages/catalogue.ts'
import { act } from './client.ts'
import { useAction } from './feedback.tsx'
import { Permissions } from './permissions.tsx'
import { filledIn, initialValues, SettingsForm } from './settings-form.tsx'
import { TestResult } from './test-result.tsx'
import { Button, Card, Page } from './ui.tsx'

export function NewConnection({
  connector,
  companies,
}: {
  connector: ConnectorCard
  companies: readonly { readonly id: number; readonly name: string }[]
}) {
  const navigate = useNavigate()
  const { busy, fields, run } = useAction()
  const [name, setName] = useState(connector.name)
  const [companyId, setCompanyId] = useState('')
  const [values, setValues] = useState(() => initialValues(connector.fields))
  const [report, setReport] = useState<CheckReport>()
  const draft = { connector: connector.id, settings: filledIn(values) }

  const test = async (event: FormEvent) => {
    event.preventDefault()
    setReport(await run('test', () => act<CheckReport>('connections', 'check', draft)))
  }
  const add = () =>
    run(
      'add',
      async () => {
        const chosen = companyId === '' ? {} : { companyId }
        const { id } = await act<{ id: number }>('connections', 'add', { ...draft, name, ...chosen })
        navigate(`/admin/pages/connection?id=${id}`)
      },
      () => `${name} is connected. Start with a dry run to see what would come in.`,
    )
  return (
    <Page
      title={`Connect ${connector.name}`}
      above={
        <>
          <Link to="/admin/pages/connections">Connections</Link> / <Link to="/admin/pages/connections?add=1">Add</Link>
        </>
      }
      lead={
        <>
          Secrets are stored encrypted and are never shown again.{' '}
          <a href={connector.docs} target="_blank" rel="noreferrer">
            The vendor’s documentation
          </a>
        </>
      }
    >
      <div className="two-columns">
        <Card title="Settings">
          <form className="form" onSubmit={test}>
            <div className="field">
              <label htmlFor="connection-name">Name in the hub</label>
              <input
                id="connection-name"
                value={name}
                maxLength={100}
                required
                onChange={(event) => setName(event.target.value)}
              />
            </div>
            {connector.kind === 'identity' && (
              <div className="field">
                <label htmlFor="connection-company">Client company</label>
                <select
                  id="connection-company"
                  required
                  value={companyId}
                  onChange={(event) => setCompanyId(event.target.value)}
                >
                  <option value="">Choose…</option>
                  {companies.map((company) => (
                    <option key={company.id} value={company.id}>
                      {company.name}
                    </option>
                  ))}
                </select>
                <p className="hint">Users and licences of this tenant belong to it.</p>
              </div>
            )}
            <SettingsForm
              fields={connector.fields}
              values={values}
              stored={[]}
              problems={fields}
              onChange={(next) => {
                setValues(next)
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
                icon="Check"
                busy={busy === 'add'}
                disabled={!report?.ok}
                title={report?.ok ? undefined : 'Test it first'}
                onClick={() => void add()}
              >
                Connect
              </Button>
            </div>
          </form>
        </Card>
        <Card title="Rights to grant" aside={<span className="soft">at {connector.name}</span>}>
          <Permissions permissions={connector.permissions} checked={report ?? null} />
        </Card>
      </div>
    </Page>
  )
}
