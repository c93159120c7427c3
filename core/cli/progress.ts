/** A run as it goes, on stderr: a terminal sees the numbers move, a file gets a line when a stream begins and ends. */
import type { StreamSummary } from '../sync/stream-run.ts'
import { table } from './output.ts'

const head = ['stream', '', 'received', 'new', 'changed', 'unchanged', 'back', 'gone', 'withheld', 'bad', 'skipped']

/** What a stream's run counted, of one under way or one that is stored. */
type Counts = Omit<StreamSummary, 'state'> & { readonly state: string }

export function streamTable(all: readonly Counts[]): string {
  return table(
    head,
    all.map((of) => [
      of.stream,
      of.state,
      of.received,
      of.created,
      of.updated,
      of.unchanged,
      of.restored,
      of.removed,
      of.withheld,
      of.rejected,
      of.skipped,
    ]),
  )
}

export class Progress {
  readonly #terminal = process.stderr.isTTY === true
  readonly #states = new Map<string, StreamSummary['state']>()
  #lines = 0

  show(summaries: readonly StreamSummary[]): void {
    if (this.#terminal) {
      const text = streamTable(summaries)
      // Up to where the last table began, and everything below goes.
      const back = this.#lines > 0 ? `\x1b[${this.#lines}A\x1b[J` : ''
      process.stderr.write(`${back}${text}\n`)
      this.#lines = text.split('\n').length
      return
    }
    for (const { stream, state, received, created, updated, removed } of summaries) {
      if (state === 'pending' || this.#states.get(stream) === state) continue
      this.#states.set(stream, state)
      const counts = `${received} received, ${created} new, ${updated} changed, ${removed} gone`
      process.stderr.write(`${stream}: ${state === 'running' ? 'begins' : `${state}, ${counts}`}\n`)
    }
  }
}
