/** What the hub may write into a source, as the panel shows it. */

import { fieldWords } from '../../core/connections/capabilities.ts'
import type { Catalogue } from '../../core/connections/catalogue.ts'
import type { Connector, Permission, WritableField } from '../../core/connector/index.ts'

export interface WriteBackState {
  readonly fields: readonly { readonly field: WritableField; readonly title: string }[]
  /** Those of the vendor's rights that it takes. */
  readonly permissions: readonly Permission[]
  /** A connector is loaded that asks a maker; without one there is nothing to write. */
  readonly makers: boolean
}

/** Null: this connector takes no changes. */
export function writeBackOf(catalogue: Catalogue, connector: Connector | undefined): WriteBackState | null {
  const writable = connector && connector.kind !== 'warranty' ? connector.writeBack : undefined
  if (connector === undefined || writable === undefined) return null
  return {
    fields: writable.configurations.fields.map((field) => ({ field, title: titleOf(field) })),
    // Optional for the connection as a whole, needed for this.
    permissions: connector.permissions
      .filter(({ capability }) => /\bwrite-back\b/i.test(capability))
      .map((permission) => ({ ...permission, required: true })),
    makers: catalogue.all().some(({ kind }) => kind === 'warranty'),
  }
}

function titleOf(field: WritableField): string {
  const words = fieldWords[field]
  return words.charAt(0).toUpperCase() + words.slice(1)
}
