/** Finds one of the hub's companies by typing. */
import { useEffect, useId, useState } from 'react'
import { read } from './client.ts'

interface Found {
  readonly id: number
  readonly name: string
}

export function CompanyPicker({ onPick, suggestion }: { onPick: (company: Found) => void; suggestion: string }) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [found, setFound] = useState<readonly Found[]>([])
  const [active, setActive] = useState(0)
  const id = useId()
  // Without a wish of one's own, what is called alike is offered.
  const wanted = text.trim() || (suggestion.split(/[\s,]+/)[0] ?? '')
  useEffect(() => {
    if (!open || wanted === '') return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      read<{ found: readonly Found[] }>('mapping', { find: wanted }, abort.signal).then(
        (answer) => {
          setFound(answer.found)
          setActive(0)
        },
        () => {},
      )
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [open, wanted])
  const pick = (company: Found | undefined) => {
    if (!company) return
    setOpen(false)
    setText('')
    onPick(company)
  }
  return (
    <div className="picker">
      <input
        role="combobox"
        aria-expanded={open}
        aria-controls={id}
        aria-autocomplete="list"
        aria-label={`Join ${suggestion} to a company`}
        placeholder="Join to…"
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setActive((at) => Math.min(at + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setActive((at) => Math.max(at - 1, 0))
          else if (event.key === 'Enter') pick(found[active])
          else if (event.key === 'Escape') setOpen(false)
          else return
          event.preventDefault()
        }}
      />
      {open && (
        <div className="options" id={id} role="listbox" aria-label="Companies">
          {found.length === 0 && <p className="soft">No company of yours is called like that.</p>}
          {found.map((company, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus and names the active option
            <div
              key={company.id}
              role="option"
              aria-selected={index === active}
              onPointerDown={(event) => {
                event.preventDefault()
                pick(company)
              }}
            >
              {company.name}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
