/** One value of a record, as its kind wants it. */
import type { BasePropertyJSON, RecordJSON } from 'adminjs'
import { Link } from 'react-router-dom'
import { resourceOfStream } from './record-links.ts'
import { Badge, Icon, RunBadge, Time } from './ui.tsx'
import { calendarDay, count } from './words.ts'

const pages: Readonly<Record<string, string>> = { runs: 'run', connections: 'connection' }

/** Where a record of a resource is shown. */
export function recordHref(resource: string, id: string | number): string {
  return pages[resource]
    ? `/admin/pages/${pages[resource]}?id=${id}`
    : `/admin/resources/${resource}/records/${id}/show`
}

const soon = 60 * 86_400_000

/** Days that end something: past is bad, soon is a warning. */
function Day({ value, name }: { value: string; name: string }) {
  const ends = /expir|ends/i.test(name)
  const left = Date.parse(value) - Date.now()
  const tone = !ends ? '' : left < 0 ? 'bad-text' : left < soon ? 'warn-text' : ''
  return (
    <time
      dateTime={value}
      className={tone}
      title={tone === 'bad-text' ? 'Past' : tone === 'warn-text' ? 'Within 60 days' : undefined}
    >
      {calendarDay(value)}
    </time>
  )
}

export function Cell({
  record,
  property,
  links = false,
}: {
  record: RecordJSON
  property: BasePropertyJSON
  links?: boolean
}) {
  const value = record.params[property.propertyPath]
  const { kind } = property.custom
  if (value === null || value === undefined || value === '') return <span className="none">–</span>
  switch (kind) {
    case 'boolean':
      return value ? <Badge tone="ok">Yes</Badge> : <Badge tone="off">No</Badge>
    case 'number':
      return <>{count(Number(value))}</>
    case 'day':
      return <Day value={String(value)} name={property.propertyPath} />
    case 'instant':
      return <Time at={String(value)} />
    case 'code':
      if (links && property.propertyPath === 'recordId' && record.params.stream)
        return <Link to={recordHref(resourceOfStream(record.params.stream), value)}>#{value}</Link>
      return <code>{String(value)}</code>
    case 'url':
      return <Outside href={String(value)} links={links} />
    case 'reference': {
      const title = record.populated[property.propertyPath]?.title ?? `#${value}`
      const text = property.reference === 'runs' ? `Run #${value}` : title
      return links && property.reference ? <Link to={recordHref(property.reference, value)}>{text}</Link> : text
    }
    case 'choice': {
      const label = property.availableValues?.find((offered) => offered.value === value)?.label ?? String(value)
      if (property.propertyPath === 'state' && property.resourceId === 'runs') return <RunBadge state={String(value)} />
      if (property.propertyPath === 'level')
        return <Badge tone={value === 'error' ? 'bad' : value === 'warning' ? 'warn' : 'off'}>{label}</Badge>
      if (property.propertyPath === 'linkState')
        return (
          <Badge
            tone={value === 'linked' ? 'ok' : value === 'unmapped' ? 'warn' : value === 'ambiguous' ? 'bad' : 'off'}
          >
            {label}
          </Badge>
        )
      return <>{label}</>
    }
    default:
      return <>{String(value)}</>
  }
}

/** A link to another system; anything but http(s) is shown, not linked. */
export function Outside({ href, links, text }: { href: string; links: boolean; text?: string }) {
  const url = /^https?:\/\//i.test(href)
    ? href
    : /^[\w.-]+\.[a-z]{2,}(\/|$)/i.test(href)
      ? `https://${href}`
      : undefined
  if (!links || !url) return <>{text ?? href}</>
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {text ?? href} <Icon name="ExternalLink" size={13} />
    </a>
  )
}
