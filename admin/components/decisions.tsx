/** What waits for a person. */
import { useState } from 'react'
import type { Decision } from '../pages/decisions.ts'
import { Button, ButtonLink, Icon } from './ui.tsx'

const first = 4

export function Decisions({ decisions }: { decisions: readonly Decision[] }) {
  const [all, setAll] = useState(false)
  if (decisions.length === 0) return null
  const shown = all ? decisions : decisions.slice(0, first)
  return (
    <section className="decisions" aria-label="Waiting for you">
      <ul>
        {shown.map((decision) => (
          <li key={decision.title} className={decision.tone}>
            <Icon name={decision.icon} size={18} />
            <div>
              <strong>{decision.title}</strong>
              <p>{decision.detail}</p>
            </div>
            <ButtonLink to={decision.href} look={decision.tone === 'bad' ? 'main' : 'plain'}>
              {decision.act}
            </ButtonLink>
          </li>
        ))}
      </ul>
      {decisions.length > first && (
        <Button look="quiet" icon={all ? 'ChevronUp' : 'ChevronDown'} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${decisions.length - first} more`}
        </Button>
      )}
    </section>
  )
}
