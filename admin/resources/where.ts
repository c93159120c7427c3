/** What the panel filters by, turned into conditions. Only what a record type offers is accepted. */
import type { Filter } from 'adminjs'
import { Op, type WhereOptions } from 'sequelize'
import { Problem } from '../problem.ts'
import type { FieldSpec, ResourceSpec } from './spec.ts'

/** Records without a value. */
const none = 'none'

/** Part of a text, in any case; `%` and `_` mean themselves. */
function contains(text: string): { [Op.iLike]: string } {
  return { [Op.iLike]: `%${text.replace(/[\\%_]/g, '\\$&')}%` }
}

function number(field: FieldSpec, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value))
    throw new Problem(400, `${field.label} must be a whole number.`)
  return value
}

function moment(field: FieldSpec, text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new Problem(400, `${field.label}: ${JSON.stringify(text)} is no date.`)
  return text
}

function range(field: FieldSpec, value: object): object {
  const from = 'from' in value && typeof value.from === 'string' && value.from !== '' ? value.from : undefined
  const to = 'to' in value && typeof value.to === 'string' && value.to !== '' ? value.to : undefined
  return {
    ...(from !== undefined && { [Op.gte]: moment(field, from) }),
    // Up to the end of the day that was named.
    ...(to !== undefined &&
      (field.kind === 'instant' && /^\d{4}-\d\d-\d\d$/.test(to)
        ? { [Op.lte]: `${moment(field, to)}T23:59:59.999Z` }
        : { [Op.lte]: moment(field, to) })),
  }
}

function condition(field: FieldSpec, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && (field.kind === 'day' || field.kind === 'instant'))
    return range(field, value)
  if (typeof value !== 'string') throw new Problem(400, `${field.label} cannot be filtered like that.`)
  if (value === none) return { [Op.is]: null }
  switch (field.kind) {
    case 'boolean':
      return value === 'true'
    case 'choice':
      return value
    case 'day':
    case 'instant':
      return moment(field, value)
    default:
      return contains(value)
  }
}

/**
 * The conditions of a list. Beside its fields a record type knows `q` (the search box) and `removed`
 * (`only`, `all`; else removed records stay out). Anything else is refused with a `Problem`.
 */
export function whereOf(spec: ResourceSpec, filter: Filter | undefined): WhereOptions {
  const conditions: WhereOptions[] = []
  let removed = 'hide'
  for (const { path, value } of Object.values(filter?.filters ?? {})) {
    if (value === '' || value === undefined || value === null) continue
    if (path === 'removed') removed = String(value)
    else if (path === 'q') conditions.push(search(spec, String(value)))
    else {
      // By its title a record is found where another one points to it.
      const offered = spec.filters.includes(path) || path === spec.titleField
      const field = offered ? spec.fields.find(({ name }) => name === path) : undefined
      if (!field) throw new Problem(400, `${spec.title} cannot be filtered by ${JSON.stringify(path)}.`)
      const whole = isWhole(spec, path) && value !== none
      conditions.push({ [path]: whole ? number(field, String(value)) : condition(field, value) })
    }
  }
  if (removed !== 'all' && isRemovable(spec))
    conditions.push({ removedAt: removed === 'only' ? { [Op.not]: null } : null })
  return { [Op.and]: conditions }
}

/** Whether records of this type stay, marked, when they are gone at the source. */
export function isRemovable(spec: ResourceSpec): boolean {
  return spec.fields.some(({ name }) => name === 'removedAt')
}

function isWhole(spec: ResourceSpec, name: string): boolean {
  const type = spec.model.getAttributes()[name]?.type
  return typeof type === 'object' && type.key === 'BIGINT'
}

function search(spec: ResourceSpec, text: string): WhereOptions {
  const trimmed = text.trim()
  const fields: WhereOptions[] = spec.search.map((name) => ({ [name]: contains(trimmed) }))
  // A number may be meant as an id.
  if (/^\d{1,15}$/.test(trimmed)) fields.push({ id: Number(trimmed) })
  return fields.length > 0 ? { [Op.or]: fields } : { id: null }
}
