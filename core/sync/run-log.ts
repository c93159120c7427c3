/** The run log: what an admin reads. Lines are kept in memory and stored in bulk; never without bound. */
import type { ReportLine, StreamName } from '../connector/index.ts'
import type { Database } from '../store/database.ts'

/** So many lines of one code and stream are told one by one; the rest is counted. */
const linesPerCode = 200

interface Line extends ReportLine {
  readonly stream: StreamName | undefined
  readonly at: Date
}

export class RunLog {
  readonly #database: Database
  readonly #runId: number
  readonly #told = new Map<string, number>()
  #lines: Line[] = []

  constructor(database: Database, runId: number) {
    this.#database = database
    this.#runId = runId
  }

  add(line: ReportLine, stream?: StreamName): void {
    const key = `${stream ?? ''} ${line.code}`
    const told = (this.#told.get(key) ?? 0) + 1
    this.#told.set(key, told)
    if (told < linesPerCode) this.#lines.push({ ...line, stream, at: new Date() })
    else if (told === linesPerCode) {
      this.#lines.push({
        ...line,
        message: `${line.message} (further lines of this kind are counted, not shown)`,
        stream,
        at: new Date(),
      })
    }
  }

  /** Stores what has come since the last call. */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return
    const lines = this.#lines
    this.#lines = []
    const rows = lines.map((line) => ({
      ...line,
      source_id: line.sourceId,
      message: storable(line.message),
      stream: line.stream,
    }))
    await this.#database.run(
      `insert into sync_log (run_id, stream, level, code, message, source_id, at)
       select $1, stream, level, code, message, source_id, at
       from jsonb_to_recordset($2::jsonb) as r(stream text, level text, code text, message text, source_id text, at timestamptz)`,
      [this.#runId, JSON.stringify(rows)],
    )
  }
}

function storable(text: string): string {
  return text.replaceAll('\u0000', '�').toWellFormed()
}
