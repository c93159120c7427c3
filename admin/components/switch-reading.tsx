/** The new PSA is read for the plan. That may take long; the hub does not know beforehand how long. */
import { useEffect, useRef, useState } from 'react'
import type { CheckReport } from '../../core/connections/check.ts'
import type { PlanView } from '../pages/switch.ts'
import { act, Refused } from './client.ts'
import type { Plan } from './switch-plan.tsx'
import { Button, Card, Progress } from './ui.tsx'
import { duration, many } from './words.ts'

interface Props {
  readonly id: string
  readonly name: string
  readonly onPlan: (plan: Plan) => void
  readonly onRefused: (report: CheckReport) => void
  readonly onFailed: (problem: string) => void
  readonly onCancel: () => void
}

export function SwitchReading(props: Props) {
  const { id, name, onCancel } = props
  const handlers = useRef(props)
  handlers.current = props
  const [since] = useState(() => new Date().toISOString())
  const [now, setNow] = useState(Date.now())
  const [read, setRead] = useState(0)
  const [away, setAway] = useState(false)
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(clock)
  }, [])
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      try {
        const found = await act<PlanView>('switch', 'look', { plan: id })
        if (over) return
        setAway(false)
        setRead(found.read)
        const { check, companies, configurations, returning } = found
        if (check === null) timer = setTimeout(() => void look(), 1000)
        else if (companies && configurations)
          end(() => handlers.current.onPlan({ companies, configurations, returning }))
        else end(() => handlers.current.onRefused(check))
      } catch (error) {
        if (over) return
        if (error instanceof Refused) return end(() => handlers.current.onFailed(error.message))
        // The hub is being restarted, or the line is down.
        setAway(true)
        timer = setTimeout(() => void look(), 3000)
      }
    }
    const end = (tell: () => void) => {
      over = true
      tell()
    }
    void look()
    return () => {
      clearTimeout(timer)
      // Left before it was there: the reading stops.
      if (!over) void act('switch', 'drop', { plan: id }).catch(() => {})
      over = true
    }
  }, [id])
  return (
    <Card title={`${name} is being read`} aside={<span className="soft">for {duration(since, null, now)}</span>}>
      <div className="reading">
        <Progress value={0} most={null} label="Reading the new PSA" />
        <p className="so-far">
          {read > 0 ? `${many(read, 'record')} read` : 'Signing in and asking for the first records…'}
        </p>
        <p role="status">
          All its companies and configurations are read and compared with what the hub has. Nothing is stored. With some
          ten thousand devices that takes minutes, because the vendor allows so many calls and no more.
          {away && <span className="warn-text"> The hub does not answer just now; the page keeps trying.</span>}
        </p>
      </div>
      <div className="actions">
        <Button icon="X" onClick={onCancel}>
          Stop and go back
        </Button>
        <span className="soft">Leaving this page stops it too.</span>
      </div>
    </Card>
  )
}
