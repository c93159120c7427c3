/** The rows of a list, and the order they are in. */
import type { BasePropertyJSON, RecordJSON, ResourceJSON } from 'adminjs'
import { Link } from 'react-router-dom'
import type { ListDescription } from '../resources/options.ts'
import { Cell } from './record-cell.tsx'
import { Empty, Icon } from './ui.tsx'
import { plural } from './words.ts'

/** What the list action answers. */
export interface Listed {
  readonly records: readonly RecordJSON[]
  readonly meta: {
    readonly total: number
    readonly perPage: number
    readonly page: number
    readonly sortBy: string
    readonly direction: 'asc' | 'desc'
  }
}

export function RecordTable({
  resource,
  description,
  data,
  filtered,
  onSort,
}: {
  resource: ResourceJSON
  description: ListDescription
  data: Listed
  filtered: boolean
  onSort: (values: Readonly<Record<string, string>>) => void
}) {
  if (data.records.length === 0)
    return (
      <Empty
        icon={filtered ? 'Search' : 'Inbox'}
        title={filtered ? 'Nothing matches' : `No ${plural(description.one)} yet`}
      >
        {filtered
          ? 'Try fewer filters or another word.'
          : 'They come with the first sync of a connection that has them.'}
      </Empty>
    )
  const { sortBy, direction } = data.meta
  return (
    <div className="table-box">
      <table className="cards-when-narrow records">
        <thead>
          <tr>
            {resource.listProperties.map((property) => (
              <th
                key={property.propertyPath}
                scope="col"
                className={property.custom.kind === 'number' ? 'number' : ''}
                aria-sort={
                  property.propertyPath === sortBy ? (direction === 'asc' ? 'ascending' : 'descending') : undefined
                }
              >
                {property.isSortable ? (
                  <button
                    type="button"
                    title={property.custom.means || undefined}
                    onClick={() =>
                      onSort({
                        sortBy: property.propertyPath,
                        direction: property.propertyPath === sortBy && direction === 'asc' ? 'desc' : 'asc',
                      })
                    }
                  >
                    {property.custom.label}
                    <Icon
                      name={
                        property.propertyPath !== sortBy
                          ? 'ChevronsDown'
                          : direction === 'asc'
                            ? 'ChevronUp'
                            : 'ChevronDown'
                      }
                      size={13}
                    />
                  </button>
                ) : (
                  property.custom.label
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.records.map((record) => (
            <Row
              key={record.id}
              record={record}
              properties={resource.listProperties}
              resource={resource}
              page={description.page}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({
  record,
  properties,
  resource,
  page,
}: {
  record: RecordJSON
  properties: readonly BasePropertyJSON[]
  resource: ResourceJSON
  page: string | null
}) {
  const href = page
    ? `/admin/pages/${page}?id=${record.id}`
    : `/admin/resources/${resource.id}/records/${record.id}/show`
  return (
    <tr className={record.params.removedAt ? 'gone' : ''}>
      {properties.map((property, index) => (
        <td
          key={property.propertyPath}
          data-label={property.custom.label}
          className={property.custom.kind === 'number' ? 'number' : ''}
        >
          {index === 0 ? (
            <Link className="strong" to={href}>
              <Cell record={record} property={property} />
            </Link>
          ) : (
            <Cell record={record} property={property} links />
          )}
        </td>
      ))}
    </tr>
  )
}
