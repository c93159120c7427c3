/** The connections as streams that run into the hub: each line is one, in the colour of its state. */
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { Link } from 'react-router-dom'
import type { Total } from '../pages/home.ts'
import { Mark } from './top-bar.tsx'
import { count, rough } from './words.ts'

interface Stream {
  readonly from: number
  readonly tone: string
  readonly flowing: boolean
}

const width = 72

function path(from: number, to: number): string {
  return `M0 ${from} C ${width * 0.55} ${from}, ${width * 0.45} ${to}, ${width} ${to}`
}

export function River({ totals, children }: { totals: readonly Total[]; children: ReactNode }) {
  const tiles = useRef<HTMLDivElement>(null)
  const [shape, setShape] = useState<{ height: number; streams: readonly Stream[] }>({ height: 0, streams: [] })
  useLayoutEffect(() => {
    const box = tiles.current
    if (!box) return
    const measure = () => {
      const streams = [...box.children].flatMap((child) =>
        child instanceof HTMLElement
          ? {
              from: child.offsetTop + child.offsetHeight / 2,
              tone: child.dataset.tone ?? 'off',
              flowing: child.dataset.flowing === 'true',
            }
          : [],
      )
      setShape((before) =>
        JSON.stringify(before) === JSON.stringify({ height: box.offsetHeight, streams })
          ? before
          : { height: box.offsetHeight, streams },
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    return () => observer.disconnect()
  })
  const mouth = Math.min(shape.height / 2, 150)
  return (
    <section className="river" aria-label="Connections">
      <div className="tiles" ref={tiles}>
        {children}
      </div>
      <svg className="streams" width={width} height={shape.height} aria-hidden="true">
        {shape.streams.map((stream) => (
          <g key={stream.from} className={`${stream.tone}${stream.flowing ? ' flowing' : ''}`}>
            <path d={path(stream.from, mouth)} />
            {stream.flowing && <path className="drops" d={path(stream.from, mouth)} />}
            <circle cx="0" cy={stream.from} r="4" />
          </g>
        ))}
      </svg>
      <aside className="hub card">
        <header>
          <h2>
            <Mark /> In the hub
          </h2>
        </header>
        <dl>
          {totals.map((total) => (
            <div key={total.resource}>
              <dt>
                <Link to={`/admin/resources/${total.resource}`}>{total.title}</Link>
              </dt>
              <dd title={total.estimated ? 'An estimate' : count(total.count)}>
                {total.estimated ? `≈ ${rough(total.count)}` : count(total.count)}
              </dd>
            </div>
          ))}
        </dl>
      </aside>
    </section>
  )
}
