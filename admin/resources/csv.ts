/** A list as CSV, as spreadsheets read it: streamed, bounded, and with no cell that a spreadsheet would run. */
import type { Filter } from 'adminjs'
import type { PanelResource } from './resource.ts'

/** An export stops here and says so in its last line. */
export const exportCeiling = 200_000

/**
 * One cell. A text that starts like a formula gets an apostrophe in front, which spreadsheets take as
 * "text follows" (OWASP, CSV Injection).
 */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const raw = value instanceof Date ? value.toISOString() : String(value)
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(raw) ? `'${raw}` : raw
  return /[",\r\n;]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The lines of the export, in chunks. */
export async function* csv(resource: PanelResource, filter: Filter): AsyncGenerator<string> {
  const fields = resource.spec.fields
  // Excel takes a file without a byte order mark for the local 8-bit code page.
  yield `\uFEFF${['Id', ...fields.map(({ label }) => label)].map(cell).join(',')}\r\n`
  let count = 0
  for await (const rows of resource.all(filter)) {
    yield rows.map((row) => `${[row.id, ...fields.map(({ name }) => row[name])].map(cell).join(',')}\r\n`).join('')
    count += rows.length
    if (count >= exportCeiling) {
      yield `The export stops after ${count} rows; narrow it with a filter.\r\n`
      return
    }
  }
}
