/** One group of withheld changes: look at them, take some or all, or leave things as they are. */
import { useCallback, useEffect, useState } from 'react'
import type { ReviewList } from '../pages/reviews.ts'
import type { Wire } from '../wire.ts'
import { act, read } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import type { Group } from './reviews.tsx'
import { useSelection } from './selection.ts'
import { useSession } from './session.ts'
import { Button, ButtonLink, Pending } from './ui.tsx'
import { WithheldTable } from './withheld-table.tsx'
import { many } from './words.ts'

type Change = Wire<ReviewList>['changes'][number]

const atOnce = 100

const questions = {
  apply: {
    title: 'Apply',
    text: 'Records that are gone at the source are marked as gone: they are kept, and come back if the source sends them again. The others are written as the source sent them.',
  },
  reject: {
    title: 'Reject',
    text: 'Your records stay as they are. The hub asks again only when the source changes them.',
  },
} as const

export function ReviewGroupBody({ group, onDecided }: { group: Group; onDecided: () => void }) {
  const session = useSession()
  const { busy, run } = useAction()
  const { ask } = useFeedback()
  const selection = useSelection()
  const [changes, setChanges] = useState<readonly Change[]>()
  const [error, setError] = useState<string>()
  const { connectionId, stream } = group
  const load = useCallback(
    async (after?: number) => {
      try {
        const found = await read<Wire<ReviewList>>('reviews', { list: true, connection: connectionId, stream, after })
        setChanges((before) => [...(after === undefined ? [] : (before ?? [])), ...found.changes])
      } catch (failure) {
        setError(failure instanceof Error ? failure.message : String(failure))
      }
    },
    [connectionId, stream],
  )
  useEffect(() => {
    void load()
  }, [load])
  if (!changes)
    return (
      <div className="decide">
        <Pending error={error} retry={() => void load()} />
      </div>
    )
  const what = selection.ids.length > 0 ? many(selection.ids.length, 'change') : `all ${many(group.total, 'change')}`
  const decide = async (verb: 'apply' | 'reject') => {
    const { title, text } = questions[verb]
    const removes = group.parts.some(({ action }) => action === 'remove')
    const sure = await ask({ title: `${title} ${what}?`, text, yes: title, danger: verb === 'apply' && removes })
    if (!sure) return
    const chosen = selection.ids.length > 0 ? { ids: selection.ids } : { connection: connectionId, stream }
    await run(
      verb,
      async () => {
        const done = await act<number>('reviews', verb, chosen)
        selection.clear()
        await load()
        onDecided()
        return done
      },
      (done) => `${many(done, 'change')} ${verb === 'apply' ? 'applied' : 'rejected'}.`,
    )
  }
  return (
    <>
      <div className="decide">
        {session.can.decide && (
          <>
            <Button look="main" icon="Check" busy={busy === 'apply'} onClick={() => void decide('apply')}>
              Apply {what}
            </Button>
            <Button icon="X" busy={busy === 'reject'} onClick={() => void decide('reject')}>
              Reject {what}
            </Button>
          </>
        )}
        <ButtonLink to={`/admin/pages/run?id=${group.runId}`} look="quiet" icon="Activity">
          The run
        </ButtonLink>
      </div>
      <WithheldTable changes={changes} {...(session.can.decide && { selection })} />
      {changes.length < group.total && (
        <div className="actions">
          <Button onClick={() => void load(changes.at(-1)?.id)}>
            Show {Math.min(atOnce, group.total - changes.length)} more
          </Button>
        </div>
      )}
    </>
  )
}
