/** The log of a run: what an admin reads, newest last, following while it grows. */
import { useEffect, useRef, useState } from 'react'
import type { RunLine } from '../../core/sync/runs.ts'
import type { Wire } from '../wire.ts'
import { streamTitle } from './run-streams.tsx'
import { Button, Card, Empty, Icon } from './ui.tsx'

type Line = Wire<RunLine>

const icons = { info: 'Info', warning: 'AlertTriangle', error: 'AlertOctagon' } as const

export function RunLog({ lines, running }: { lines: readonly Line[]; running: boolean }) {
  const [trouble, setTrouble] = useState(false)
  const box = useRef<HTMLOListElement>(null)
  const follow = useRef(true)
  const shown = trouble ? lines.filter(({ level }) => level !== 'info') : lines
  useEffect(() => {
    if (follow.current && box.current && running) box.current.scrollTop = box.current.scrollHeight
  }, [shown.length, running])
  return (
    <Card
      title="Log"
      aside={
        <Button look="quiet" aria-pressed={trouble} icon="Filter" onClick={() => setTrouble(!trouble)}>
          {trouble ? 'Show all' : 'Only warnings and errors'}
        </Button>
      }
    >
      {shown.length === 0 ? (
        <Empty
          icon="List"
          title={trouble ? 'No warnings and no errors' : running ? 'Nothing to report yet' : 'Nothing to report'}
        />
      ) : (
        <ol
          className="log"
          ref={box}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
          tabIndex={0}
          aria-label="Log lines"
          onScroll={({ currentTarget: list }) => {
            follow.current = list.scrollHeight - list.scrollTop - list.clientHeight < 40
          }}
        >
          {shown.map((line) => (
            <li key={line.id} className={line.level}>
              <time dateTime={line.at}>{new Date(line.at).toLocaleTimeString()}</time>
              <Icon name={icons[line.level]} size={14} title={line.level} />
              <span className="message">
                {line.stream && <span className="where">{streamTitle(line.stream)}</span>}
                {line.message}
                {line.sourceId && <code>{line.sourceId}</code>}
              </span>
              <code className="code">{line.code}</code>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
