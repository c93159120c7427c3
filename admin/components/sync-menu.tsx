/** Starts a sync: what changed, everything, or a dry run. It goes on when the page is left. */
import { act } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import { Menu } from './menu.tsx'

export function SyncMenu({
  id,
  name,
  look = 'plain',
  queued = false,
  onQueued,
}: {
  id: number
  name: string
  look?: 'main' | 'plain'
  /** A sync waits already. */
  queued?: boolean
  onQueued: () => void
}) {
  const { busy, run } = useAction()
  const { ask } = useFeedback()
  const start = (values: { full?: boolean; plan?: boolean; confirmed?: boolean }) =>
    run(
      'sync',
      async () => {
        const answer = await act<'queued' | 'already-queued'>('connection', 'sync', { id, ...values })
        onQueued()
        return answer
      },
      (answer) =>
        answer === 'queued'
          ? `${values.plan ? 'The dry run' : 'The sync'} of ${name} is queued. You may leave this page.`
          : `A sync of ${name} is already queued or running.`,
    )
  const confirmed = async () => {
    const sure = await ask({
      title: `Trust ${name} completely this once?`,
      text: 'Everything is read, and every limit is off: if the source has lost records, they are marked as gone here without being withheld. Do this only if you know that the source is right.',
      yes: 'Sync without limits',
      danger: true,
    })
    if (sure) await start({ full: true, confirmed: true })
  }
  return (
    <Menu
      label={queued ? 'Queued' : 'Sync now'}
      icon={queued ? 'Clock' : 'RefreshCw'}
      look={look}
      busy={busy !== undefined}
      items={[
        {
          title: 'What changed',
          detail: 'Reads only what changed at the source, where it can tell.',
          icon: 'Zap',
          run: () => void start({}),
        },
        {
          title: 'Everything',
          detail: 'Reads all records; finds those that are gone.',
          icon: 'Database',
          run: () => void start({ full: true }),
        },
        {
          title: 'Dry run',
          detail: 'Reads everything, writes nothing: shows what would happen.',
          icon: 'Eye',
          run: () => void start({ full: true, plan: true }),
        },
        {
          title: 'Everything, without limits',
          detail: 'For when the source really changed that much.',
          icon: 'AlertTriangle',
          danger: true,
          run: () => void confirmed(),
        },
      ]}
    />
  )
}
