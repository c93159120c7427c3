/** Custom fields and the like: free keys, shown as a list; read-only. */
import { Card } from './ui.tsx'
import { plain } from './words.ts'

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Longer than what is read for one record.
    return text
  }
}

function Tree({ value }: { value: unknown }) {
  if (value === null || typeof value !== 'object') return <>{plain(value) ?? <span className="none">–</span>}</>
  const entries = Object.entries(value)
  if (entries.length === 0) return <span className="none">–</span>
  return (
    <dl className="fields nested">
      {entries.map(([name, inner]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Tree value={inner} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function RecordJson({ title, text }: { title: string; text: unknown }) {
  const value = parse(text)
  if (value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0))
    return null
  return (
    <Card title={title}>
      <Tree value={value} />
    </Card>
  )
}
