/** Above every page: the menu on narrow screens, light or dark, who is logged in. */
import type { Mode } from './mode.ts'
import { useSession } from './session.ts'
import { Icon } from './ui.tsx'

const modes: readonly { readonly mode: Mode; readonly icon: string; readonly title: string }[] = [
  { mode: 'light', icon: 'Sun', title: 'Light' },
  { mode: 'system', icon: 'Monitor', title: 'As the system' },
  { mode: 'dark', icon: 'Moon', title: 'Dark' },
]

export function TopBar({ mode, setMode, onMenu }: { mode: Mode; setMode: (mode: Mode) => void; onMenu: () => void }) {
  const session = useSession()
  return (
    <div className="top-bar">
      <button type="button" className="menu-button" aria-label="Open the menu" onClick={onMenu}>
        <Icon name="Menu" size={20} />
      </button>
      <span className="narrow-brand">
        <Mark /> Tributary
      </span>
      <fieldset className="modes" aria-label="Colours">
        {modes.map((offer) => (
          <button
            key={offer.mode}
            type="button"
            aria-pressed={offer.mode === mode}
            title={offer.title}
            aria-label={offer.title}
            onClick={() => setMode(offer.mode)}
          >
            <Icon name={offer.icon} size={15} />
          </button>
        ))}
      </fieldset>
      <form method="post" action="/logout" className="who">
        <span className="person">
          <strong>{session.name || session.email}</strong>
          <small>{session.role}</small>
        </span>
        <button type="submit" aria-label="Log out" title="Log out">
          <Icon name="LogOut" size={17} />
        </button>
      </form>
    </div>
  )
}

/** Three streams into one. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path className="one" d="M4 3c0 6 8 5 8 11v7" />
      <path className="two" d="M20 3c0 6-8 5-8 11" />
      <path className="three" d="M12 3v6" />
    </svg>
  )
}
