/** What a dry run found: every change it would make, and the button that makes them. */
import { useEffect, useState } from 'react'
import type { RunParts } from '../pages/run.ts'
import type { Wire } from '../wire.ts'
import { act, read } from './client.ts'
import { useAction, useFeedback } from './feedback.tsx'
import { useSession } from './session.ts'
import { Button, Card, Empty, Pending } from './ui.tsx'
import { WithheldTable } from './withheld-table.tsx'
import { count, many } from './words.ts'

type Planned = NonNullable<Wire<RunParts>['plan']>[number]

const atOnce = 200

export function RunPlan({
  runId,
  planned,
  running,
  onDecided,
}: {
  runId: number
  planned: number
  running: boolean
  onDecided: () => void
}) {
  const session = useSession()
  const { busy, run } = useAction()
  const { ask } = useFeedback()
  const [changes, setChanges] = useState<readonly Planned[]>()
  const [error, setError] = useState<string>()
  const load = async (after?: number) => {
    try {
      const found = (await read<Wire<RunParts>>('run', { id: runId, part: 'plan', after })).plan ?? []
      setChanges((before) => [...(after === undefined ? [] : (before ?? [])), ...found])
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure))
    }
  }
  useEffect(() => {
    void load()
  }, [runId, running])
  if (!changes)
    return (
      <Card>
        <Pending error={error} retry={() => void load()} />
      </Card>
    )
  if (changes.length === 0)
    return (
      <Card>
        <Empty icon="Eye" title={running ? 'The plan is being made' : 'Nothing is left to apply'}>
          {running
            ? 'It fills while the run reads.'
            : 'The plan was applied or dropped, or there was nothing to change.'}
        </Empty>
      </Card>
    )
  const apply = async () => {
    const sure = await ask({
      title: `Apply ${many(planned, 'change')}?`,
      text: 'They are written exactly as listed here. What changed at the source since then comes with the next sync.',
      yes: 'Apply the plan',
    })
    if (sure)
      await run(
        'apply',
        async () => {
          const applied = await act<number>('run', 'applyPlan', { id: runId })
          onDecided()
          await load()
          return applied
        },
        (applied) => `${many(applied, 'change')} applied.`,
      )
  }
  const drop = () =>
    run(
      'drop',
      async () => {
        await act('run', 'dropPlan', { id: runId })
        onDecided()
        await load()
      },
      () => 'The plan was dropped. Nothing was changed.',
    )
  return (
    <Card
      title={`${many(planned, 'change')} this run would make`}
      aside={
        session.can.decide &&
        !running && (
          <>
            <Button busy={busy === 'drop'} onClick={() => void drop()}>
              Drop the plan
            </Button>
            <Button look="main" icon="Check" busy={busy === 'apply'} onClick={() => void apply()}>
              Apply all
            </Button>
          </>
        )
      }
    >
      <WithheldTable changes={changes} />
      {changes.length < planned && (
        <div className="actions">
          <span className="soft">{count(changes.length)} shown</span>
          <Button onClick={() => void load(changes.at(-1)?.id)}>
            Show {Math.min(atOnce, planned - changes.length)} more
          </Button>
        </div>
      )}
    </Card>
  )
}
