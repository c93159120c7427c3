/** One record: its fields, where each value came from, and the way to the source. */
import type { BasePropertyJSON, RecordJSON, ResourceJSON } from 'adminjs'
import { Link } from 'react-router-dom'
import type { ListDescription } from '../resources/options.ts'
import type { Origin } from '../resources/origin.ts'
import type { Wire } from '../wire.ts'
import { usePage } from './client.ts'
import { Cell, Outside, recordHref } from './record-cell.tsx'
import { RecordHistory } from './record-history.tsx'
import { RecordJson } from './record-json.tsx'
import { Badge, Callout, Card, Empty, Page, Pending, Time } from './ui.tsx'
import { count, fullTime } from './words.ts'

interface Shown {
  readonly record: RecordJSON
  readonly origin: Wire<Origin>
}

const groups = [
  { id: 'main', title: 'Facts' },
  { id: 'place', title: 'Address' },
  { id: 'more', title: 'At the source' },
  { id: 'record', title: 'Where it comes from' },
] as const

function isEmpty(record: RecordJSON, property: BasePropertyJSON): boolean {
  const value = record.params[property.propertyPath]
  return value === null || value === undefined || value === ''
}

/** A look-up that says what a field beside it says already. */
function isRepeated(record: RecordJSON, property: BasePropertyJSON, all: readonly BasePropertyJSON[]): boolean {
  return (
    property.custom.group === 'more' &&
    all.some(
      (other) =>
        other.custom.group === 'main' &&
        other.custom.label === property.custom.label &&
        record.params[other.propertyPath] === record.params[property.propertyPath],
    )
  )
}

export default function RecordShow({ resource, recordId }: { resource: ResourceJSON; recordId: string }) {
  const { data, error, reload } = usePage<Shown>(`resources/${resource.id}/records/${recordId}/origin`, {})
  const list = resource.actions.find(({ name }) => name === 'list')?.custom as ListDescription | undefined
  const above = <Link to={`/admin/resources/${resource.id}`}>{list?.title ?? resource.name}</Link>
  if (!data)
    return (
      <Page title={list?.one ?? 'Record'} above={above}>
        <Pending error={error} retry={reload} />
      </Page>
    )
  const { record, origin } = data
  const json = resource.showProperties.filter(({ custom }) => custom.kind === 'json')
  const plain = resource.showProperties.filter(
    ({ custom, propertyPath }) => custom.kind !== 'json' && propertyPath !== 'sourceUrl',
  )
  const url = record.params.sourceUrl
  return (
    <Page
      title={record.title || `#${record.id}`}
      above={above}
      badges={record.params.removedAt && <Badge tone="bad">Gone at the source</Badge>}
      actions={url && <SourceLink href={String(url)} name={record.populated.connectionId?.title} />}
    >
      {record.params.removedAt && (
        <Callout tone="warn" icon="Archive">
          The source no longer has this record ({fullTime(record.params.removedAt)}). It is kept, and comes back if the
          source sends it again.
        </Callout>
      )}
      <div className="record">
        <div>
          {groups.map(({ id, title }) => {
            const fields = plain.filter(
              (property) =>
                property.custom.group === id &&
                (id === 'main' || !isEmpty(record, property)) &&
                !isRepeated(record, property, plain),
            )
            if (fields.length === 0) return null
            return (
              <Card key={id} title={title}>
                <Fields record={record} fields={fields} origin={origin} />
              </Card>
            )
          })}
          {json.map((property) => (
            <RecordJson
              key={property.propertyPath}
              title={property.custom.label}
              text={record.params[property.propertyPath]}
            />
          ))}
        </div>
        <div>
          {origin.related.length > 0 && <Related record={record} related={origin.related} />}
          {origin.sources.length > 0 && <Sources sources={origin.sources} />}
          {list && resource.id !== 'companies' && hasHistory(resource) && <RecordHistory origin={origin} />}
        </div>
      </div>
    </Page>
  )
}

function hasHistory(resource: ResourceJSON): boolean {
  return resource.showProperties.some(({ propertyPath }) => propertyPath === 'sourceId')
}

function SourceLink({ href, name }: { href: string; name: string | undefined }) {
  return (
    <span className="button plain">
      <Outside href={href} links text={name ? `Open in ${name}` : 'Open at the source'} />
    </span>
  )
}

function Fields({
  record,
  fields,
  origin,
}: {
  record: RecordJSON
  fields: readonly BasePropertyJSON[]
  origin: Wire<Origin>
}) {
  return (
    <dl className="fields">
      {fields.map((property) => {
        const change = origin.changes.find(({ field }) => field === property.propertyPath)
        const meant = origin.meant[property.propertyPath]
        return (
          <div key={property.propertyPath} className={isEmpty(record, property) ? 'empty-field' : ''}>
            <dt title={property.custom.means || undefined}>{property.custom.label}</dt>
            <dd>
              {meant ? (
                <Link to={recordHref(meant.resource, meant.id)}>
                  <Cell record={record} property={property} />
                </Link>
              ) : (
                <Cell record={record} property={property} links />
              )}
              {change && (
                <small className="provenance">
                  changed <Time at={change.at} />
                  {change.runId && (
                    <>
                      {' '}
                      by <Link to={`/admin/pages/run?id=${change.runId}`}>run #{change.runId}</Link>
                    </>
                  )}
                </small>
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

function Related({ record, related }: { record: RecordJSON; related: Wire<Origin>['related'] }) {
  return (
    <Card title="Its records">
      <ul className="related">
        {related.map((kind) => (
          <li key={kind.resource}>
            <Link
              to={`/admin/resources/${kind.resource}?filters.companyId=${record.id}&shown.companyId=${encodeURIComponent(record.title)}`}
            >
              <span>{kind.title}</span>
              <strong>{kind.count >= 10_000 ? 'more than 10,000' : count(kind.count)}</strong>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Sources({ sources }: { sources: Wire<Origin>['sources'] }) {
  if (sources.length === 0) return <Empty icon="Link" title="No source knows this company" />
  return (
    <Card title="Known to">
      <ul className="related">
        {sources.map((source) => (
          <li key={source.id}>
            <Link to={recordHref('source-companies', source.id)}>
              <span>
                {source.connection}
                <small className="soft"> as {source.name}</small>
              </span>
            </Link>
            {source.url && <Outside href={source.url} links text="Open" />}
          </li>
        ))}
      </ul>
    </Card>
  )
}
