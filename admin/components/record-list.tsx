/** A list of records: search, filters, order, export. What it shows stands in the address. */
import type { ActionJSON, ResourceJSON } from 'adminjs'
import { type FormEvent, useEffect, useState } from 'react'
import { useSearchParams } from 'react-router-dom'
import type { ListDescription } from '../resources/options.ts'
import { usePage } from './client.ts'
import { Pager } from './pager.tsx'
import { activeFilters, RecordFilters } from './record-filters.tsx'
import { type Listed, RecordTable } from './record-table.tsx'
import { Button, Card, Icon, Page, Pending } from './ui.tsx'
import { many, plural } from './words.ts'

const countCeiling = 10_000

export default function RecordList({ resource, action }: { resource: ResourceJSON; action: ActionJSON }) {
  const description = action.custom as ListDescription
  const [search, setSearch] = useSearchParams()
  const [filtering, setFiltering] = useState(false)
  const query = Object.fromEntries(search)
  const { data, error, reload } = usePage<Listed>(`resources/${resource.id}/actions/list`, query)
  const change = (values: Readonly<Record<string, string | undefined>>) => {
    const next = new URLSearchParams(search)
    next.delete('page')
    for (const [name, value] of Object.entries(values))
      value === undefined || value === '' ? next.delete(name) : next.set(name, value)
    setSearch(next, { replace: true })
  }
  const used = activeFilters(resource, search)
  const exported = new URLSearchParams([...search].filter(([name]) => name.startsWith('filters.')))
  return (
    <Page
      title={description.title}
      lead={
        data &&
        (data.meta.total > countCeiling
          ? `More than ${many(countCeiling, description.one)}`
          : many(data.meta.total, description.one, plural(description.one)))
      }
      actions={
        <a className="button plain" href={`/admin/api/resources/${resource.id}/actions/export?${exported}`} download>
          <Icon name="Download" size={15} />
          <span>Export CSV</span>
        </a>
      }
    >
      {error && <Pending error={error} retry={reload} />}
      <Card>
        <div className="filters">
          {description.searchable && (
            <SearchBox value={search.get('filters.q') ?? ''} onSearch={(text) => change({ 'filters.q': text })} />
          )}
          {resource.filterProperties.length > 0 && (
            <Button icon="Filter" aria-expanded={filtering} onClick={() => setFiltering(!filtering)}>
              Filter{used.length > 0 ? ` (${used.length})` : ''}
            </Button>
          )}
          {description.removable && (
            <select
              aria-label="Records that are gone at the source"
              value={search.get('filters.removed') ?? ''}
              onChange={(event) => change({ 'filters.removed': event.target.value })}
            >
              <option value="">Without those gone</option>
              <option value="all">With those gone</option>
              <option value="only">Only those gone</option>
            </select>
          )}
        </div>
        {used.length > 0 && (
          <ul className="used">
            {used.map((filter) => (
              <li key={filter.names.join()}>
                <button
                  type="button"
                  aria-label={`Take away the filter ${filter.label}`}
                  onClick={() => change(Object.fromEntries(filter.names.map((name) => [name, undefined])))}
                >
                  {filter.label}: <strong>{filter.text}</strong> <Icon name="X" size={13} />
                </button>
              </li>
            ))}
          </ul>
        )}
        {filtering && (
          <RecordFilters resource={resource} search={search} onApply={change} onClose={() => setFiltering(false)} />
        )}
        {data && (
          <RecordTable
            resource={resource}
            description={description}
            data={data}
            filtered={used.length > 0 || search.has('filters.q')}
            onSort={change}
          />
        )}
        {!data && !error && <Pending error={undefined} retry={reload} />}
        {data && (
          <Pager
            offset={(data.meta.page - 1) * data.meta.perPage}
            limit={data.meta.perPage}
            total={data.meta.total}
            ceiling={countCeiling}
            onPage={(page) => change({ page: String(page) })}
          />
        )}
      </Card>
    </Page>
  )
}

function SearchBox({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => onSearch(text.trim()), 350)
    return () => clearTimeout(timer)
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSearch(text.trim())
  }
  return (
    <search>
      <form className="search" onSubmit={submit}>
        <Icon name="Search" size={15} />
        <input
          type="search"
          aria-label="Search"
          placeholder="Search"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
    </search>
  )
}
