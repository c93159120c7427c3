/** A disconnected connection: its secrets are entered again, tested, and it goes on where it was. */
import { useState } from 'react'
import type { CheckReport } from '../../core/connections/check.ts'
import type { ConnectionData } from '../pages/connection.ts'
import type { Wire } from '../wire.ts'
import { act } from './client.ts'
import { Credentials, type Draft } from './credentials.tsx'
import { useFeedback } from './feedback.tsx'
import { useSession } from './session.ts'
import { differing } from './settings-form.tsx'
import { resultOf } from './test-result.tsx'
import { ButtonLink, Callout } from './ui.tsx'

export function ConnectAgain({ data, onDone }: { data: Wire<ConnectionData>; onDone: () => void }) {
  const { connection, connector, otherPsa } = data
  const session = useSession()
  const { tell } = useFeedback()
  const [draft, setDraft] = useState<Draft>({ name: connection.name, values: connection.settings })
  if (!connector) return null
  const changed = differing(draft.values, connection.settings)
  if (otherPsa !== null)
    return (
      <Callout tone="off" icon="Repeat">
        <p>
          {otherPsa} is the PSA now, and there is one at a time. Going back to {connection.name} is a switch like any
          other: you see what would come of it first.
        </p>
        {session.can.connections && (
          <ButtonLink to={`/admin/pages/switch?again=${connection.id}`} icon="Repeat">
            Switch back to {connection.name}
          </ButtonLink>
        )}
      </Callout>
    )
  if (!session.can.connections)
    return (
      <Callout tone="off" icon="Lock">
        Only managers and admins connect it again.
      </Callout>
    )
  return (
    <>
      <Callout tone="run" icon="Key">
        Its secrets were deleted when it was disconnected. Enter them again and test them; then {connection.name} goes
        on with all its records and mappings.
      </Callout>
      <Credentials
        connector={connector}
        draft={draft}
        onDraft={setDraft}
        check={() => act<CheckReport>('connection', 'check', { id: connection.id, settings: changed })}
        label="Connect again"
        icon="Play"
        proceed={async ({ name }) => {
          const values = { id: connection.id, name, settings: changed }
          const report = await act<CheckReport>('connection', 'reconnect', values)
          if (report.ok) tell('ok', `${name} is connected again. Sync everything to catch up.`)
          else tell('bad', resultOf(report))
          onDone()
        }}
      />
    </>
  )
}
