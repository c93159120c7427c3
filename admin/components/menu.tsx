/** A button that opens a list of things to do. */
import { useEffect, useId, useRef, useState } from 'react'
import { Button, Icon } from './ui.tsx'

export interface MenuItem {
  readonly title: string
  readonly detail?: string
  readonly icon: string
  readonly danger?: boolean
  run(): void
}

interface Place {
  readonly top: number
  readonly right: number
}

export function Menu({
  label,
  icon,
  look = 'plain',
  busy = false,
  items,
}: {
  label: string
  icon?: string
  look?: 'main' | 'plain'
  busy?: boolean
  items: readonly MenuItem[]
}) {
  const [place, setPlace] = useState<Place>()
  const box = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const id = useId()
  const open = place !== undefined
  useEffect(() => {
    if (!open) return
    list.current?.querySelector('button')?.focus()
    const close = (event: Event) => {
      if (event.type === 'pointerdown' && box.current?.contains(event.target as Node)) return
      setPlace(undefined)
    }
    document.addEventListener('pointerdown', close)
    // It stands where the button was.
    window.addEventListener('scroll', close, { passive: true })
    window.addEventListener('resize', close)
    return () => {
      document.removeEventListener('pointerdown', close)
      window.removeEventListener('scroll', close)
      window.removeEventListener('resize', close)
    }
  }, [open])
  const toggle = () => {
    const button = box.current?.getBoundingClientRect()
    if (open || !button) return setPlace(undefined)
    const width = document.documentElement.clientWidth
    // At the right edge of the button, but never out of the window to the left.
    setPlace({ top: button.bottom + 4, right: Math.max(8, Math.min(width - button.right, width - 300)) })
  }
  const move = (step: number) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((button) => button.matches(':focus'))
    buttons[(at + step + buttons.length) % buttons.length]?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the list inside
    <div
      className="menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          setPlace(undefined)
          box.current?.querySelector('button')?.focus()
        } else if (event.key === 'ArrowDown' && open) move(1)
        else if (event.key === 'ArrowUp' && open) move(-1)
        else return
        event.preventDefault()
      }}
    >
      <Button look={look} busy={busy} {...(icon && { icon })} aria-expanded={open} aria-controls={id} onClick={toggle}>
        {label} <Icon name="ChevronDown" size={14} />
      </Button>
      {place && (
        <ul id={id} ref={list} style={place}>
          {items.map((item) => (
            <li key={item.title}>
              <button
                type="button"
                className={item.danger ? 'danger' : ''}
                onClick={() => {
                  setPlace(undefined)
                  item.run()
                }}
              >
                <Icon name={item.icon} size={16} />
                <span>
                  <strong>{item.title}</strong>
                  {item.detail && <small>{item.detail}</small>}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
