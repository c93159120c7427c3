/** One source company and what it is in the hub. */
import { Link } from 'react-router-dom'
import { CompanyPicker } from './company-picker.tsx'
import type { CompanyPage } from './mapping-companies.tsx'
import type { Selection } from './selection.ts'
import { useSession } from './session.ts'
import { Badge, Button, Icon } from './ui.tsx'
import type { Tone } from './words.ts'

type Row = CompanyPage['rows'][number]
type Work = (action: string, values: object, done: () => string) => Promise<unknown>

const states: Readonly<Record<string, { readonly title: string; readonly tone: Tone; readonly icon: string }>> = {
  unmapped: { title: 'Unmapped', tone: 'warn', icon: 'Circle' },
  ambiguous: { title: 'Ambiguous', tone: 'bad', icon: 'HelpCircle' },
  linked: { title: 'Linked', tone: 'ok', icon: 'Link' },
  ignored: { title: 'Ignored', tone: 'off', icon: 'EyeOff' },
}

const how: Readonly<Record<string, string>> = {
  'external-id': 'by its id',
  'earlier-connection': 'as it was before',
  name: 'by its name',
  import: 'imported',
  person: 'by hand',
}

export function MappingRow({ row, selection, work }: { row: Row; selection: Selection; work: Work }) {
  const session = useSession()
  const state = states[row.state]
  return (
    <tr className={selection.has(row.id) ? 'selected' : row.removed ? 'gone' : ''}>
      {session.can.decide && (
        <td className="tick">
          <input
            type="checkbox"
            aria-label={`Select ${row.name}`}
            checked={selection.has(row.id)}
            onChange={(event) => selection.tick([row.id], event.target.checked)}
          />
        </td>
      )}
      <td data-label="At the source">
        <div>
          <strong>{row.name}</strong>{' '}
          {row.url && (
            <a href={row.url} target="_blank" rel="noreferrer" aria-label={`${row.name} at the source`}>
              <Icon name="ExternalLink" size={13} />
            </a>
          )}
          <div className="soft">
            {[row.identifier, row.status, row.types?.join(', '), row.active === false ? 'inactive there' : null]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </div>
      </td>
      <td data-label="Mapping">
        <Badge tone={state?.tone ?? 'off'} icon={state?.icon ?? 'Circle'}>
          {state?.title ?? row.state}
        </Badge>
      </td>
      <td data-label="In the hub">
        <Decide row={row} work={work} allowed={session.can.decide && !row.removed} />
      </td>
    </tr>
  )
}

function Decide({ row, work, allowed }: { row: Row; work: Work; allowed: boolean }) {
  const link = (companyId: number, name: string) =>
    void work('link', { id: row.id, companyId }, () => `${row.name} is ${name} from now on.`)
  if (row.companyId)
    return (
      <div className="joined">
        <span>
          <Link to={`/admin/resources/companies/records/${row.companyId}/show`}>{row.companyName}</Link>{' '}
          {row.matchedBy && <span className="soft">{how[row.matchedBy] ?? ''}</span>}
        </span>
        {allowed && (
          <Button
            look="quiet"
            aria-label={`Take ${row.name} off ${row.companyName}`}
            onClick={() => void work('unlink', { id: row.id }, () => `${row.name} is unmapped.`)}
          >
            Unlink
          </Button>
        )}
      </div>
    )
  if (!allowed || row.state === 'ignored') return <span className="none">–</span>
  return (
    <div className="choose">
      {row.candidates.map((candidate) => (
        <Button key={candidate.companyId} icon="Link" onClick={() => link(candidate.companyId, candidate.name)}>
          {candidate.name}
        </Button>
      ))}
      {row.state === 'unmapped' && (
        <Button
          icon="Download"
          aria-label={`Import ${row.name}`}
          onClick={() => void work('import', { ids: [row.id] }, () => `${row.name} is imported.`)}
        >
          Import
        </Button>
      )}
      <CompanyPicker suggestion={row.name} onPick={(company) => link(company.id, company.name)} />
      {row.state === 'ambiguous' && (
        <Button
          look="quiet"
          icon="Plus"
          onClick={() => void work('linkToNew', { id: row.id }, () => `${row.name} is a company of its own.`)}
        >
          A new company
        </Button>
      )}
    </div>
  )
}
