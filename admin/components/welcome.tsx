/** Home before the first connection. */
import { Mark } from './top-bar.tsx'
import { ButtonLink, Page } from './ui.tsx'

const steps = [
  {
    title: 'Connect a source',
    text: 'Your PSA first, then documentation and Microsoft 365. The set-up page says which rights to give and where to click.',
  },
  {
    title: 'Look before you leap',
    text: 'A dry run reads everything and writes nothing: you see what would come in before it does.',
  },
  {
    title: 'Map your companies',
    text: 'Import the ones you look after, join those you already have, ignore the rest. Sites, contacts and hardware follow.',
  },
]

export function Welcome({ allowed }: { allowed: boolean }) {
  return (
    <Page
      title="Welcome to Tributary"
      lead="All your clients’ records, from the systems you already have, in one place."
    >
      <div className="welcome card">
        <Mark />
        <ol>
          {steps.map((step) => (
            <li key={step.title}>
              <h2>{step.title}</h2>
              <p>{step.text}</p>
            </li>
          ))}
        </ol>
        {allowed ? (
          <ButtonLink to="/admin/pages/connections?add=1" look="main" icon="Plus">
            Add the first connection
          </ButtonLink>
        ) : (
          <p className="soft">A manager or admin of the hub can add the first connection.</p>
        )}
      </div>
    </Page>
  )
}
