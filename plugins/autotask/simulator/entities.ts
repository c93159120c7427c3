/** What the simulator knows of an entity: its fields as Autotask describes them, and its rows. */
import type { WorldRow, WorldTable } from '../../../core/connector/simulator.ts'
import { complaint } from './refusals.ts'

export type Row = Readonly<Record<string, unknown>>

export interface PicklistValue {
  readonly value: string
  readonly label: string
  readonly isActive?: boolean
  readonly isDefaultValue?: boolean
  readonly sortOrder?: number
  readonly isSystem?: boolean
}

export interface FieldSpec {
  readonly name: string
  readonly dataType: 'long' | 'integer' | 'string' | 'boolean' | 'datetime' | 'decimal'
  readonly required: boolean
  readonly readOnly: boolean
  readonly queryable: boolean
  readonly picklist: boolean
}

/**
 * Fields from a list of words: `name:type` with the marks `*` required, `-` read-only, `!` not for filters and `#`
 * picklist, e.g. `companyType:integer*#`.
 */
export function fieldSpecs(words: string): ReadonlyMap<string, FieldSpec> {
  const specs = words
    .trim()
    .split(/\s+/)
    .map((word): [string, FieldSpec] => {
      const [name = '', typed = ''] = word.split(':')
      const [type = 'string'] = /^[a-z]+/.exec(typed) ?? []
      const dataType = (['long', 'integer', 'boolean', 'datetime', 'decimal'] as const).find((one) => one === type)
      return [
        name.toLowerCase(),
        {
          name,
          dataType: dataType ?? 'string',
          required: typed.includes('*'),
          readOnly: typed.includes('-'),
          queryable: !typed.includes('!'),
          picklist: typed.includes('#'),
        },
      ]
    })
  return new Map(specs)
}

export interface UdfSpec {
  readonly name: string
  readonly type: 'Text' | 'Number' | 'Date' | 'List'
  readonly options?: readonly string[]
}

/** The ids of the connector's permissions. */
export type Right =
  | 'companies'
  | 'locations'
  | 'contacts'
  | 'configurations'
  | 'products'
  | 'tickets'
  | 'resources'
  | 'configurations-edit'
  | 'webhooks'

export interface Entity {
  readonly name: string
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, FieldSpec>
  readonly udfs: readonly UdfSpec[]
  readonly picklists: () => Readonly<Record<string, readonly PicklistValue[]>>
  /** Who lacks it may not read; undefined = everybody may. */
  readonly right: Right | undefined
  /** May be changed by those who have this right. */
  readonly editRight?: Right | undefined
  /** Rows from the id on, ascending. */
  rows(from: number): Iterable<Row>
  get(id: number): Row | undefined
  size(): number
}

export const noPicklists = () => ({})

/** An entity whose rows are those of a table of the world, written by `write`. */
export function ofTable<T extends WorldRow>(
  own: Omit<Entity, 'rows' | 'get' | 'size'>,
  table: WorldTable<T>,
  write: (row: T) => Row,
): Entity {
  return {
    ...own,
    *rows(from) {
      for (const row of table.after(from - 1)) yield write(row)
    },
    get(id) {
      const row = table.get(id)
      return row && write(row)
    },
    size: () => table.size,
  }
}

/** An entity of few rows that stand ready. */
export function ofRows(own: Omit<Entity, 'rows' | 'get' | 'size'>, all: () => readonly Row[]): Entity {
  const sorted = () => [...all()].sort((one, other) => Number(one.id) - Number(other.id))
  return {
    ...own,
    rows: (from) => sorted().filter((row) => Number(row.id) >= from),
    get: (id) => all().find((row) => row.id === id),
    size: () => all().length,
  }
}

/** The field a filter, a list of wanted fields or a body names, in any case. */
export function fieldOf(entity: Entity, name: string): FieldSpec | undefined {
  return entity.fields.get(name.toLowerCase())
}

export function knownField(entity: Entity, name: string): FieldSpec {
  const field = fieldOf(entity, name)
  if (field === undefined) throw complaint(`Unable to find ${name} in the ${entity.name} Entity.`)
  return field
}
