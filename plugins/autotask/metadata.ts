/** What Autotask tells about an entity's fields: which may be filtered, and the values of picklists. */
import type { Context } from '../../core/connector/contract.ts'
import { bool, id, integer, isRow, list, type Row, required, text } from '../../core/connector/parse.ts'
import { rowsIn } from './answers.ts'
import type { AutotaskSettings } from './settings.ts'

type Read<T> = T | null | undefined

/** One value of a picklist. Inactive ones are kept: old records hold them. */
export interface Picked {
  /** Sent as text here, while records hold the number. */
  readonly value: string
  readonly label: string
  readonly active: Read<boolean>
  readonly isDefault: Read<boolean>
  readonly sortOrder: Read<number>
}

/** The fields of an entity; names in any case. */
export class EntityFields {
  readonly #entity: string
  readonly #rows = new Map<string, Row>()

  constructor(entity: string, rows: readonly Row[]) {
    this.#entity = entity
    for (const row of rows) this.#rows.set(required(text(row.name)).toLowerCase(), row)
  }

  /** Whether a filter may name the field. */
  isQueryable(name: string): boolean {
    return bool(this.#rows.get(name.toLowerCase())?.isQueryable) === true
  }

  /** Whether Autotask says that the field may not be written. */
  isReadOnly(name: string): boolean {
    return bool(this.#rows.get(name.toLowerCase())?.isReadOnly) === true
  }

  /** The values of a picklist. Throws `vendor` if it is not described, so that it never passes for an empty one. */
  picklist(ctx: Context<AutotaskSettings>, name: string): readonly Picked[] {
    const values = list(this.#rows.get(name.toLowerCase())?.picklistValues)
    if (!values) throw ctx.error('vendor', `Autotask does not list the values of ${name} of ${this.#entity}.`)
    return pickedIn(values)
  }

  /** Label by value; empty where the field is not described. */
  labels(name: string): ReadonlyMap<string, string> {
    return labelsOf(pickedIn(list(this.#rows.get(name.toLowerCase())?.picklistValues) ?? []))
  }
}

export async function fieldsOf(ctx: Context<AutotaskSettings>, entity: string): Promise<EntityFields> {
  const { body } = await ctx.http.request({ url: `${entity}/entityInformation/fields` })
  return new EntityFields(entity, rowsIn(ctx, body, 'fields', `the fields of ${entity}`))
}

export function pickedIn(values: readonly unknown[]): readonly Picked[] {
  return values.filter(isRow).flatMap((row) => {
    const value = id(row.value)
    const label = text(row.label)
    if (!value) return []
    return [
      {
        value,
        label: label ?? '',
        active: bool(row.isActive),
        isDefault: bool(row.isDefaultValue),
        sortOrder: integer(row.sortOrder),
      },
    ]
  })
}

export function labelsOf(values: readonly Picked[]): ReadonlyMap<string, string> {
  return new Map(values.map(({ value, label }) => [value, label]))
}

/** The label of a record's value; null with it, not known where the picklist lacks it. */
export function labelOf(labels: ReadonlyMap<string, string>, value: unknown): Read<string> {
  const key = id(value)
  return key ? labels.get(key) : key
}
