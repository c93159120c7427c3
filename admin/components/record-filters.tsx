/** The filters of a list, made from what the record type offers. */
import type { BasePropertyJSON, ResourceJSON } from 'adminjs'
import { type FormEvent, useEffect, useState } from 'react'
import { read } from './client.ts'
import { Button } from './ui.tsx'
import { calendarDay } from './words.ts'

interface UsedFilter {
  readonly names: readonly string[]
  readonly label: string
  readonly text: string
}

/** The filters in the address, in words. */
export function activeFilters(resource: ResourceJSON, search: URLSearchParams): readonly UsedFilter[] {
  return resource.filterProperties.flatMap((property): UsedFilter[] => {
    const name = `filters.${property.propertyPath}`
    const [from, to] = [search.get(`${name}~~from`), search.get(`${name}~~to`)]
    if (from || to)
      return [
        {
          names: [`${name}~~from`, `${name}~~to`],
          label: property.custom.label,
          text: `${from ? calendarDay(from) : '…'} – ${to ? calendarDay(to) : '…'}`,
        },
      ]
    const value = search.get(name)
    if (!value) return []
    const offered = property.availableValues?.find((choice) => choice.value === value)?.label
    const named = search.get(`shown.${property.propertyPath}`)
    const text =
      value === 'none' ? 'empty' : (named ?? offered ?? (value === 'true' ? 'yes' : value === 'false' ? 'no' : value))
    return [{ names: [name, `shown.${property.propertyPath}`], label: property.custom.label, text }]
  })
}

export function RecordFilters({
  resource,
  search,
  onApply,
  onClose,
}: {
  resource: ResourceJSON
  search: URLSearchParams
  onApply: (values: Readonly<Record<string, string | undefined>>) => void
  onClose: () => void
}) {
  const [values, setValues] = useState<Readonly<Record<string, string | undefined>>>(() => Object.fromEntries(search))
  const set = (name: string, value: string) => setValues((before) => ({ ...before, [name]: value }))
  const apply = (event: FormEvent) => {
    event.preventDefault()
    onApply(Object.fromEntries(Object.entries(values).filter(([name]) => /^(filters|shown)\./.test(name))))
    onClose()
  }
  return (
    <form className="filter-form" onSubmit={apply}>
      <div className="grid">
        {resource.filterProperties.map((property) => (
          <FilterField key={property.propertyPath} property={property} values={values} set={set} />
        ))}
      </div>
      <div className="actions">
        <Button type="submit" look="main">
          Apply
        </Button>
        <Button onClick={onClose}>Close</Button>
      </div>
    </form>
  )
}

function FilterField({
  property,
  values,
  set,
}: {
  property: BasePropertyJSON
  values: Readonly<Record<string, string | undefined>>
  set: (name: string, value: string) => void
}) {
  const name = `filters.${property.propertyPath}`
  const { kind, label, means } = property.custom
  const id = `filter-${property.propertyPath}`
  if (kind === 'day' || kind === 'instant')
    return (
      <fieldset className="field">
        <legend>{label}</legend>
        <div className="pair">
          <input
            type="date"
            aria-label={`${label} from`}
            value={values[`${name}~~from`] ?? ''}
            onChange={(event) => set(`${name}~~from`, event.target.value)}
          />
          <input
            type="date"
            aria-label={`${label} to`}
            value={values[`${name}~~to`] ?? ''}
            onChange={(event) => set(`${name}~~to`, event.target.value)}
          />
        </div>
      </fieldset>
    )
  return (
    <div className="field">
      <label htmlFor={id} title={means || undefined}>
        {label}
      </label>
      {kind === 'reference' && property.reference ? (
        <ReferenceFilter id={id} property={property} values={values} set={set} />
      ) : kind === 'boolean' ? (
        <select id={id} value={values[name] ?? ''} onChange={(event) => set(name, event.target.value)}>
          <option value="">Any</option>
          <option value="true">Yes</option>
          <option value="false">No</option>
          <option value="none">Not known</option>
        </select>
      ) : property.availableValues ? (
        <select id={id} value={values[name] ?? ''} onChange={(event) => set(name, event.target.value)}>
          <option value="">Any</option>
          {property.availableValues.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          value={values[name] ?? ''}
          placeholder={kind === 'number' ? 'equals' : 'contains'}
          onChange={(event) => set(name, event.target.value)}
        />
      )}
    </div>
  )
}

/** Records of another type, found by name; the list knows them by id. */
function ReferenceFilter({
  id,
  property,
  values,
  set,
}: {
  id: string
  property: BasePropertyJSON
  values: Readonly<Record<string, string | undefined>>
  set: (name: string, value: string) => void
}) {
  const name = `filters.${property.propertyPath}`
  const shown = `shown.${property.propertyPath}`
  const [text, setText] = useState(values[shown] ?? (values[name] === 'none' ? '(none)' : (values[name] ?? '')))
  const [found, setFound] = useState<readonly { id: string; title: string }[]>([])
  useEffect(() => {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      const path =
        `resources/${property.reference}/actions/search/${encodeURIComponent(text === '(none)' ? '' : text)}`.replace(
          /\/$/,
          '',
        )
      read<{ records: readonly { id: string; title: string }[] }>(path, { perPage: 20 }, abort.signal).then(
        ({ records }) => setFound(records),
        () => {},
      )
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text, property.reference])
  const choose = (typed: string) => {
    setText(typed)
    const exact = found.find(({ title }) => title === typed)
    set(name, typed === '(none)' ? 'none' : exact ? exact.id : /^\d+$/.test(typed) ? typed : '')
    set(shown, exact ? exact.title : '')
  }
  return (
    <>
      <input
        id={id}
        list={`${id}-list`}
        value={text}
        placeholder="Type to find"
        autoComplete="off"
        onChange={(event) => choose(event.target.value)}
      />
      <datalist id={`${id}-list`}>
        <option value="(none)" />
        {found.map((record) => (
          <option key={record.id} value={record.title} />
        ))}
      </datalist>
    </>
  )
}
