/** The review queue: changes the hub did not dare to make by itself. */
import { useState } from 'react'
import { useSearchParams } from 'react-router-dom'
import type { ReviewsData } from '../pages/reviews.ts'
import type { Wire } from '../wire.ts'
import { usePage } from './client.ts'
import { ReviewGroupBody } from './review-group.tsx'
import { streamTitle } from './run-streams.tsx'
import { Badge, Card, Empty, Icon, Page, Pending } from './ui.tsx'
import { actionWords, count } from './words.ts'

type Part = Wire<ReviewsData>['groups'][number]

/** All that waits of one kind of record of one connection. */
export interface Group {
  readonly key: string
  readonly connectionId: number
  readonly connection: string
  readonly stream: string
  readonly runId: number
  readonly total: number
  readonly parts: readonly Part[]
}

function groupsOf(parts: readonly Part[]): readonly Group[] {
  return [...Map.groupBy(parts, ({ connectionId, stream }) => `${connectionId} ${stream}`)].flatMap(([key, own]) => {
    const [first] = own
    if (!first) return []
    const { connectionId, connection, stream } = first
    const runId = Math.max(...own.map((part) => part.runId))
    const total = own.reduce((sum, part) => sum + part.count, 0)
    return [{ key, connectionId, connection, stream, runId, total, parts: own }]
  })
}

function reason({ reason: why, breaker }: Part): string {
  if (why === 'source-empty')
    return 'The source sent none although there were some before. Often that is a lost right or a filter, not the truth.'
  if (why === 'unidentified')
    return 'The source sent records without a usable id, so it is not certain that these are gone.'
  return breaker
    ? `More than ${Math.round(breaker.share * 100)} % of the records and more than ${count(breaker.count)} at once: the safety limit of this connection.`
    : 'More at once than the safety limit allows.'
}

export default function ReviewsPage() {
  const [search] = useSearchParams()
  const { data, error, reload } = usePage<Wire<ReviewsData>>('reviews', {}, () => 20_000)
  const [chosen, setChosen] = useState<string>()
  if (!data)
    return (
      <Page title="Reviews">
        <Pending error={error} retry={reload} />
      </Page>
    )
  const groups = groupsOf(data.groups)
  const wished = `${search.get('connection')} ${search.get('stream')}`
  const open = chosen ?? groups.find(({ key }) => key === wished)?.key ?? groups[0]?.key
  return (
    <Page
      title="Reviews"
      lead="Changes that looked too big or too odd to make without you. Everything else of those runs went on."
    >
      {error && <Pending error={error} retry={reload} />}
      {groups.length === 0 && (
        <Card>
          <Empty icon="CheckCircle" title="Nothing waits for a decision">
            When a run would add or remove suspiciously much, you find it here instead of in your data.
          </Empty>
        </Card>
      )}
      {groups.map((group) => (
        <section key={group.key} className="card group">
          <button
            type="button"
            className="group-head"
            aria-expanded={group.key === open}
            onClick={() => setChosen(group.key === open ? '' : group.key)}
          >
            <div>
              <h2>
                {streamTitle(group.stream)} <span className="soft">in {group.connection}</span>
              </h2>
              <p>{group.parts[0] && reason(group.parts[0])}</p>
            </div>
            <span className="sums">
              {group.parts.map((part) => (
                <Badge key={`${part.action} ${part.reason}`} tone={actionWords[part.action]?.tone ?? 'off'}>
                  {count(part.count)} {actionWords[part.action]?.one}
                </Badge>
              ))}
              <Icon name={group.key === open ? 'ChevronUp' : 'ChevronDown'} />
            </span>
          </button>
          {group.key === open && <ReviewGroupBody group={group} onDecided={reload} />}
        </section>
      ))}
    </Page>
  )
}
