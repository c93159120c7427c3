/** What the command line prints: results on stdout, everything else on stderr. */
import { once } from 'node:events'

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Like `say`, but waits while the reader at the other end of the pipe is slow. */
export async function pour(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain')
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2))
}

/** Columns under their headings; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => String(row[column]).length)))
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

/** `2026-08-01 09:00:00`, UTC. */
export function moment(at: Date | null): string {
  return at === null ? '' : at.toISOString().replace('T', ' ').slice(0, 19)
}
