/** The way to everything: first what one works with, then the records, sorted by what they are. */
import { useEffect, useRef } from 'react'
import { NavLink, useLocation } from 'react-router-dom'
import { usePanel, useResources } from './session.ts'
import { Mark } from './top-bar.tsx'
import { Icon } from './ui.tsx'

const work = [
  { to: '/admin', title: 'Home', icon: 'Home' },
  { to: '/admin/pages/connections', title: 'Connections', icon: 'Share2' },
  { to: '/admin/pages/reviews', title: 'Reviews', icon: 'CheckSquare' },
  { to: '/admin/pages/mapping', title: 'Mapping', icon: 'Shuffle' },
] as const

const sections = ['Records', 'Documentation', 'Microsoft 365', 'History', 'Administration', 'Hub', 'Look-ups'] as const
/** Rarely needed, so folded away. */
const folded = new Set<string>(['Hub', 'Look-ups'])
const titles: Readonly<Record<string, string>> = { Hub: 'Types and groups', 'Look-ups': 'Source look-ups' }

export function Navigation({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { versions } = usePanel()
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    close.current?.focus()
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && onClose()
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [open, onClose])
  return (
    <>
      {open && <button type="button" className="veil" aria-label="Close the menu" tabIndex={-1} onClick={onClose} />}
      <nav className={`rail${open ? ' open' : ''}`} aria-label="Main">
        <div className="brand">
          <NavLink to="/admin" end>
            <Mark /> Tributary
          </NavLink>
          <button type="button" ref={close} className="close" aria-label="Close the menu" onClick={onClose}>
            <Icon name="X" size={18} />
          </button>
        </div>
        <ul>
          {work.map((place) => (
            <Place key={place.to} {...place} />
          ))}
        </ul>
        {sections.map((section) => (
          <Section key={section} name={section} />
        ))}
        {versions.app && <p className="version">Version {versions.app}</p>}
      </nav>
    </>
  )
}

/** Pages that belong to a place of the navigation without being below it. */
const within: Readonly<Record<string, string>> = {
  '/admin/pages/connection': '/admin/pages/connections',
  '/admin/pages/switch': '/admin/pages/connections',
  '/admin/pages/run': '/admin/resources/runs',
}

function Place({ to, title, icon }: { to: string; title: string; icon: string }) {
  const { pathname } = useLocation()
  return (
    <li>
      <NavLink
        to={to}
        end={to === '/admin'}
        className={({ isActive }) => (isActive || within[pathname] === to ? 'active' : '')}
      >
        <Icon name={icon} size={16} />
        {title}
      </NavLink>
    </li>
  )
}

function Section({ name }: { name: string }) {
  const resources = useResources().filter(
    ({ navigation, resourceActions }) =>
      navigation?.name === name && resourceActions.some((action) => action.name === 'list'),
  )
  if (resources.length === 0) return null
  const list = (
    <ul>
      {resources.map((resource) => (
        <Place
          key={resource.id}
          to={`/admin/resources/${resource.id}`}
          icon={resource.navigation?.icon ?? 'Circle'}
          title={resource.actions.find((action) => action.name === 'list')?.custom.title ?? resource.name}
        />
      ))}
    </ul>
  )
  const title = titles[name] ?? name
  if (!folded.has(name))
    return (
      <>
        <h2>{title}</h2>
        {list}
      </>
    )
  return (
    <details>
      <summary>
        <Icon name="ChevronRight" size={13} />
        {title}
      </summary>
      {list}
    </details>
  )
}
