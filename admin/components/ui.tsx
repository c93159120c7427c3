/** The small parts every page is made of. */
import { Icon as Glyph } from '@adminjs/design-system'
import { type ButtonHTMLAttributes, type ReactNode, useEffect } from 'react'
import { Link } from 'react-router-dom'
import { connectionStates, fullTime, relative, runStates, type Tone } from './words.ts'

export function Icon({ name, size = 16, title }: { name: string; size?: number; title?: string }) {
  return (
    <span className="icon" {...(title ? { role: 'img', 'aria-label': title } : { 'aria-hidden': true })}>
      <Glyph icon={name as 'Check'} size={size} />
    </span>
  )
}

export function Badge({ tone, icon, children }: { tone: Tone; icon?: string; children: ReactNode }) {
  return (
    <span className={`badge ${tone}`}>
      {icon && <Icon name={icon} size={13} />}
      {children}
    </span>
  )
}

export function ConnectionBadge({ state }: { state: string }) {
  const { tone, text, icon } = connectionStates[state] ?? { tone: 'off' as const, text: state, icon: 'Circle' }
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  )
}

export function RunBadge({ state }: { state: string }) {
  const { tone, text, icon } = runStates[state] ?? { tone: 'off' as const, text: state, icon: 'Circle' }
  return (
    <span className={`badge ${tone}${state === 'running' ? ' spinning' : ''}`}>
      <Icon name={icon} size={13} />
      {text}
    </span>
  )
}

export function SimulatorBadge() {
  return (
    <span className="badge simulator" title="This connection talks to a simulator, not to the vendor.">
      <Icon name="Cpu" size={13} />
      Simulator
    </span>
  )
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: 'main' | 'plain' | 'quiet' | 'danger'
  icon?: string
  busy?: boolean
}

export function Button({ look = 'plain', icon, busy = false, children, disabled, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${look}`} disabled={disabled || busy} aria-busy={busy} {...rest}>
      {busy ? <Spinner /> : icon && <Icon name={icon} size={15} />}
      {children && <span>{children}</span>}
    </button>
  )
}

export function ButtonLink({
  to,
  look = 'plain',
  icon,
  children,
}: {
  to: string
  look?: string
  icon?: string
  children: ReactNode
}) {
  return (
    <Link to={to} className={`button ${look}`}>
      {icon && <Icon name={icon} size={15} />}
      <span>{children}</span>
    </Link>
  )
}

export function Spinner() {
  return <span className="spinner" aria-hidden />
}

/** A page's frame: heading, what it is about, what one can do. */
export function Page(props: {
  title: string
  above?: ReactNode
  badges?: ReactNode
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${props.title} · Tributary`
  }, [props.title])
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-title">
          {props.above && <div className="above">{props.above}</div>}
          <h1>
            {props.title} {props.badges}
          </h1>
          {props.lead && <p className="lead">{props.lead}</p>}
        </div>
        {props.actions && <div className="actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  )
}

export function Card(props: { title?: ReactNode; aside?: ReactNode; className?: string; children: ReactNode }) {
  return (
    <section className={`card ${props.className ?? ''}`}>
      {props.title && (
        <header>
          <h2>{props.title}</h2>
          {props.aside && <div className="aside">{props.aside}</div>}
        </header>
      )}
      {props.children}
    </section>
  )
}

export function Empty({ icon, title, children }: { icon: string; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} size={28} />
      <p className="title">{title}</p>
      {children && <div className="text">{children}</div>}
    </div>
  )
}

export function Callout({ tone, icon, children }: { tone: Tone; icon: string; children: ReactNode }) {
  return (
    <div className={`callout ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={icon} size={18} />
      <div>{children}</div>
    </div>
  )
}

/** What a page shows until its data are there, or why they are not. */
export function Pending({ error, retry }: { error: string | undefined; retry: () => void }) {
  if (error === undefined)
    return (
      <div className="pending" role="status">
        <Spinner /> <span>Loading…</span>
      </div>
    )
  return (
    <Callout tone="bad" icon="AlertOctagon">
      {error}{' '}
      <Button look="quiet" onClick={retry}>
        Try again
      </Button>
    </Callout>
  )
}

export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {relative(at)}
    </time>
  )
}

export function Progress({ value, most, label }: { value: number; most: number | null; label: string }) {
  const known = most !== null && most > 0
  return (
    <div
      className={`progress${known ? '' : ' unknown'}`}
      role="progressbar"
      aria-label={label}
      {...(known && { 'aria-valuemin': 0, 'aria-valuemax': most, 'aria-valuenow': Math.min(value, most) })}
    >
      <span style={known ? { width: `${Math.min(100, (value / most) * 100)}%` } : undefined} />
    </div>
  )
}

export interface Tab {
  readonly id: string
  readonly title: string
  readonly count?: number | undefined
}

export function Tabs({
  tabs,
  current,
  onChange,
  label,
}: {
  tabs: readonly Tab[]
  current: string
  onChange: (id: string) => void
  label: string
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          aria-current={tab.id === current ? 'page' : undefined}
          onClick={() => onChange(tab.id)}
        >
          {tab.title}
          {tab.count !== undefined && tab.count > 0 && (
            <span className="count">{tab.count > 999 ? '999+' : tab.count}</span>
          )}
        </button>
      ))}
    </nav>
  )
}
