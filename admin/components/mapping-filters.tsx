/** Which of a source's companies are shown. */
import { useEffect, useState } from 'react'
import type { CompanyPage } from './mapping-companies.tsx'
import { Icon } from './ui.tsx'
import { count } from './words.ts'

const states = [
  ['all', 'All'],
  ['unmapped', 'Unmapped'],
  ['ambiguous', 'Ambiguous'],
  ['linked', 'Linked'],
  ['ignored', 'Ignored'],
  ['removed', 'Gone'],
] as const

export function MappingFilters({
  counts,
  state,
  search,
  change,
}: {
  counts: CompanyPage['counts']
  state: string
  search: string
  change: (values: Readonly<Record<string, string>>) => void
}) {
  const [text, setText] = useState(search)
  useEffect(() => {
    if (text.trim() === search) return
    const timer = setTimeout(() => change({ q: text.trim() }), 350)
    return () => clearTimeout(timer)
  })
  return (
    <div className="filters">
      <search className="search">
        <Icon name="Search" size={15} />
        <input
          type="search"
          aria-label="Find a company"
          placeholder="Find a company"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </search>
      <fieldset className="chips">
        <legend className="hidden">Mapping</legend>
        {states
          .filter(([id]) => counts[id] > 0 || id === 'all' || id === 'unmapped' || id === state)
          .map(([id, title]) => (
            <button
              key={id}
              type="button"
              aria-pressed={state === id}
              onClick={() => change({ state: id === 'all' ? '' : id })}
            >
              {title} <span className="count">{count(counts[id])}</span>
            </button>
          ))}
      </fieldset>
    </div>
  )
}
