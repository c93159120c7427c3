/** A record laid over its stored row: what changes, field by field. A field the record does not have stays as it is. */
import { isDeepStrictEqual } from 'node:util'
import type { FieldKind, StreamName } from '../connector/index.ts'
import { columnsOf, toColumns } from '../store/columns.ts'
import type { Row, StoredRow } from '../store/page-writer.ts'

export interface Change {
  readonly recordId: number
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

export interface Merged {
  /** The whole row as it is to be. */
  readonly row: Readonly<Record<string, unknown>>
  /** For the change log. */
  readonly changes: readonly Change[]
  /** Whether it differs from what is stored at all, logged or not. */
  readonly differs: boolean
}

/** Fields that change without the record changing for its reader; written, not logged. */
const unlogged: ReadonlySet<string> = new Set(['source_updated_at', 'source_url', 'source_id'])

function same(kind: FieldKind, before: unknown, after: unknown): boolean {
  if (before === after) return true
  if (kind === 'instant' && typeof before === 'string' && typeof after === 'string')
    return Date.parse(before) === Date.parse(after)
  return isDeepStrictEqual(before, after)
}

/** Answers the function that lays records of `stream` over stored rows. */
export function merger(stream: StreamName): (before: StoredRow, record: Row) => Merged {
  const kinds: ReadonlyMap<string, FieldKind> = new Map(columnsOf(stream).map((column) => [column.name, column.kind]))
  return (before, record) => {
    const after = toColumns(stream, JSON.parse(record.json))
    // Companies get their company from the mapping, not from here.
    const companyId = stream === 'companies' ? before.company_id : record.companyId
    const changes: Change[] = []
    let differs = before.company_id !== companyId
    for (const [field, value] of Object.entries(after)) {
      if (same(kinds.get(field) ?? 'json', before[field], value)) continue
      differs = true
      if (!unlogged.has(field))
        changes.push({ recordId: before.id, field, before: before[field] ?? null, after: value })
    }
    // A row that was removed comes back.
    if (before.removed_at !== null) {
      differs = true
      changes.push({ recordId: before.id, field: 'removed_at', before: before.removed_at, after: null })
    }
    return { row: { ...before, ...after, company_id: companyId, content_hash: record.hash }, changes, differs }
  }
}
