/** What can be done with a connection. */

import { useNavigate } from 'react-router-dom'
import type { CheckReport } from '../../core/connections/check.ts'
import type { ConnectionData } from '../pages/connection.ts'
import type { Wire } from '../wire.ts'
import { act } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import { Menu } from './menu.tsx'
import { useSession } from './session.ts'
import { SyncMenu } from './sync-menu.tsx'
import { resultOf } from './test-result.tsx'
import { Button, ButtonLink } from './ui.tsx'

/** Tests a stored connection; the result is kept with it. */
export function TestButton({ id, onDone, label = 'Test' }: { id: number; onDone: () => void; label?: string }) {
  const { busy, run } = useAction()
  const { tell } = useFeedback()
  const test = () =>
    run('test', async () => {
      const report = await act<CheckReport>('connection', 'test', { id })
      tell(report.ok ? 'ok' : 'bad', resultOf(report))
      onDone()
    })
  return (
    <Button icon="Activity" busy={busy === 'test'} onClick={() => void test()}>
      {label}
    </Button>
  )
}

export function ConnectionActions({ data, reload }: { data: Wire<ConnectionData>; reload: () => void }) {
  const { connection, brief } = data
  const { id, name, state } = connection
  const session = useSession()
  const navigate = useNavigate()
  const { busy, run } = useAction()
  const { ask, tell } = useFeedback()
  const change = (action: string, done: string) =>
    run(action, async () => {
      const left = await act<string | null>('connection', action, { id })
      tell(left ? 'warn' : 'ok', left ? `${done} ${left}` : done)
      reload()
    })
  const disconnect = async () => {
    const sure = await ask({
      title: `Disconnect ${name}?`,
      text: 'Nothing is read from it any more, and its secrets are deleted here. Its records and mappings stay; with its secrets entered again it goes on where it was.',
      yes: 'Disconnect',
      danger: true,
    })
    if (sure) await change('disconnect', `${name} is disconnected.`)
  }
  const resume = { title: 'Resume', detail: 'Runs on schedule again.', icon: 'Play' }
  const pause = { title: 'Pause', detail: 'Nothing runs until you resume it.', icon: 'Pause' }
  if (state === 'disconnected')
    return session.can.connections && data.connector ? (
      data.otherPsa !== null ? (
        <ButtonLink to={`/admin/pages/switch?again=${id}`} icon="Repeat">
          Switch back to this PSA
        </ButtonLink>
      ) : (
        <ButtonLink to={`/admin/pages/connection?id=${id}&tab=settings`} icon="Play">
          Connect again
        </ButtonLink>
      )
    ) : null
  return (
    <>
      {session.can.sync && <TestButton id={id} onDone={reload} />}
      {session.can.connections && (
        <Menu
          label="More"
          busy={busy !== undefined}
          items={[
            state === 'paused'
              ? { ...resume, run: () => void change('resume', `${name} runs again.`) }
              : { ...pause, run: () => void change('pause', `${name} is paused.`) },
            ...(connection.kind === 'psa'
              ? [
                  {
                    title: 'Switch to another PSA',
                    detail: 'Shows what would come of it before anything changes.',
                    icon: 'Repeat',
                    run: () => navigate('/admin/pages/switch'),
                  },
                ]
              : []),
            {
              title: 'Disconnect',
              detail: 'Stops it and deletes its secrets; what was synced stays.',
              icon: 'XCircle',
              danger: true,
              run: () => void disconnect(),
            },
          ]}
        />
      )}
      {session.can.sync && state === 'active' && !brief.running && (
        <SyncMenu id={id} name={name} look="main" queued={brief.queued} onQueued={reload} />
      )}
    </>
  )
}
