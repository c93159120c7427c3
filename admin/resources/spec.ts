/** A record type as the panel browses it: plain data, from which the AdminJS resource and its options are made. */
import type { Model, ModelStatic } from 'sequelize'
import type { Capability } from '../../core/access/roles.ts'
import type { StreamName } from '../../core/connector/index.ts'

/** How a value is read, shown, filtered and exported. */
export type FieldKind =
  | 'text'
  | 'code'
  | 'number'
  | 'boolean'
  | 'day'
  | 'instant'
  | 'list'
  | 'json'
  | 'url'
  | 'choice'
  | 'reference'
  | 'lookup'
  | 'names'

export interface FieldSpec {
  /** Attribute of the model. */
  readonly name: string
  readonly label: string
  readonly kind: FieldKind
  readonly means?: string
  /** `reference`: the resource it points to. */
  readonly reference?: string
  /** `lookup`: the stream in whose records of the same connection the source id is found. */
  readonly stream?: StreamName
  /** `names`: what is read instead of a column; `$` stands for the row's table. */
  readonly sql?: string
  /** `choice`: all values, with what they mean. */
  readonly choices?: Readonly<Record<string, string>>
  /** Where the show page puts it. */
  readonly group: 'main' | 'place' | 'more' | 'record'
}

export interface ResourceSpec {
  /** In URLs. */
  readonly id: string
  readonly title: string
  /** One of them, within a sentence. */
  readonly one: string
  /** Heading in the navigation; without one it is reached by links only. */
  readonly section?: 'Records' | 'Microsoft 365' | 'Documentation' | 'Look-ups' | 'Hub' | 'History' | 'Administration'
  readonly icon: string
  readonly model: ModelStatic<Model>
  readonly capability: Capability
  /** The attribute that names a record. */
  readonly titleField: string
  readonly fields: readonly FieldSpec[]
  /** Columns of the list. */
  readonly list: readonly string[]
  readonly filters: readonly string[]
  /** Text attributes the search box looks into. */
  readonly search: readonly string[]
  readonly sort: { readonly by: string; readonly direction: 'asc' | 'desc' }
  /** Whose field history is in `record_changes`. */
  readonly stream?: StreamName
  /** A page of our own that shows one record better. */
  readonly page?: string
}

const capitals: Readonly<Record<string, string>> = {
  os: 'OS',
  mac: 'MAC',
  ip: 'IP',
  mfa: 'MFA',
  sku: 'SKU',
  ssl: 'SSL',
  url: 'URL',
  id: 'id',
}

/** `serialNumber` → "Serial number". */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z0-9])/g, '$1 $2')
    .toLowerCase()
    .split(' ')
    .map((word) => capitals[word] ?? word)
    .join(' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
