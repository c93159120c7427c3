/** The form of a new connection, with the rights it needs beside it. */
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import type { CheckReport } from '../../core/connections/check.ts'
import type { ConnectorCard } from '../pages/catalogue.ts'
import { act } from './client.ts'
import { Credentials, type Draft } from './credentials.tsx'
import { useFeedback } from './feedback.tsx'
import { initialValues } from './settings-form.tsx'
import { Page } from './ui.tsx'

export function NewConnection({
  connector,
  companies,
}: {
  connector: ConnectorCard
  companies: readonly { readonly id: number; readonly name: string }[]
}) {
  const navigate = useNavigate()
  const { tell } = useFeedback()
  const [draft, setDraft] = useState<Draft>(() => ({ name: connector.name, values: initialValues(connector.fields) }))
  const [companyId, setCompanyId] = useState('')
  return (
    <Page
      title={`Connect ${connector.name}`}
      above={
        <>
          <Link to="/admin/pages/connections">Connections</Link> / <Link to="/admin/pages/connections?add=1">Add</Link>
        </>
      }
      lead={<SecretsNote connector={connector} />}
    >
      <Credentials
        connector={connector}
        draft={draft}
        onDraft={setDraft}
        check={({ settings }) => act<CheckReport>('connections', 'check', { connector: connector.id, settings })}
        label="Connect"
        icon="Check"
        proceed={async (entered) => {
          const chosen = companyId === '' ? {} : { companyId }
          const { id } = await act<{ id: number }>('connections', 'add', {
            connector: connector.id,
            ...entered,
            ...chosen,
          })
          tell('ok', `${entered.name} is connected. Start with a dry run to see what would come in.`)
          navigate(`/admin/pages/connection?id=${id}`)
        }}
      >
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
      </Credentials>
    </Page>
  )
}

export function SecretsNote({ connector }: { connector: ConnectorCard }) {
  return (
    <>
      Secrets are stored encrypted and are never shown again.{' '}
      <a href={connector.docs} target="_blank" rel="noreferrer">
        The vendor’s documentation
      </a>
    </>
  )
}
