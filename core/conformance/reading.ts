/** One reading of a stream, taken down: pages, records as the hub would store them, and how it ended. */
import type { Page } from '../connector/contract.ts'
import type { Json, StreamName } from '../connector/records.ts'
import { type Prepared, preparer, type Rejected } from '../sync/prepare.ts'

export interface ReadPage {
  readonly page: Page<StreamName>
  /** As JSON at the moment it was handed over. */
  readonly checkpoint: string | undefined
  readonly ids: readonly string[]
  /** Requests the server had seen by then, since the reading began. */
  readonly requests: number
}

/** A record as the hub would store it. */
export class ReadRecord {
  /** Two records with the same hash are the same. */
  readonly hash: string
  readonly #json: string
  #fields: Readonly<Record<string, unknown>> | undefined

  constructor({ hash, json }: Prepared) {
    this.hash = hash
    this.#json = json
  }

  /** What was left out is left out. Parsed when it is asked for: readings are many. */
  get fields(): Readonly<Record<string, unknown>> {
    const fields: Readonly<Record<string, unknown>> = this.#fields ?? JSON.parse(this.#json)
    this.#fields = fields
    return fields
  }
}

export interface Reading {
  readonly pages: readonly ReadPage[]
  /** By source id; the last of duplicates. */
  readonly records: ReadonlyMap<string, ReadRecord>
  readonly rejected: readonly Rejected[]
  readonly removals: ReadonlySet<string>
  /** Of the last page that carried one. */
  readonly state: Json | undefined
  /** Requests the reading took. */
  readonly requests: number
  /** What it threw; undefined = it came to its end. */
  readonly failure: unknown
  /** It was stopped because it did not stop by itself. */
  readonly endless: boolean
}

export class Reader {
  readonly #stream: StreamName
  readonly #server: { readonly total: number }
  readonly #between: ((pages: number) => Promise<void> | void) | undefined

  constructor(
    stream: StreamName,
    server: { readonly total: number },
    between?: (pages: number) => Promise<void> | void,
  ) {
    this.#stream = stream
    this.#server = server
    this.#between = between
  }

  async read(source: AsyncIterable<Page<StreamName>>): Promise<Omit<Reading, 'endless'>> {
    const prepare = preparer(this.#stream)
    const start = this.#server.total
    const pages: ReadPage[] = []
    const records = new Map<string, ReadRecord>()
    const rejected: Rejected[] = []
    const removals = new Set<string>()
    let state: Json | undefined
    let failure: unknown
    try {
      for await (const page of source) {
        if (!Array.isArray(page?.records)) throw new TypeError('A page has no list of records.')
        const prepared = prepare(page)
        const checkpoint = page.checkpoint === undefined ? undefined : JSON.stringify(page.checkpoint)
        const ids = prepared.rows.map(({ sourceId }) => sourceId)
        pages.push({ page, checkpoint, ids, requests: this.#server.total - start })
        for (const row of prepared.rows) records.set(row.sourceId, new ReadRecord(row))
        for (const id of prepared.removals) removals.add(id)
        rejected.push(...prepared.rejected)
        if (page.state !== undefined) state = page.state
        await this.#between?.(pages.length)
      }
    } catch (error) {
      failure = error ?? new Error('It threw nothing at all.')
    }
    return { pages, records, rejected, removals, state, failure, requests: this.#server.total - start }
  }
}

/** Up to three examples, for sentences. */
export function some(items: Iterable<string>): string {
  const list = [...items]
  const shown = list.slice(0, 3).join(', ')
  return list.length > 3 ? `${shown} and ${list.length - 3} more` : shown
}

/** What a reading lost against a complete one; undefined = nothing. A value may be missing, but not become another. */
export function lossOf(
  whole: Reading,
  now: Reading,
  isExcused: (id: string) => boolean = () => false,
): string | undefined {
  const missing = [...whole.records.keys()].filter((id) => !now.records.has(id) && !isExcused(id))
  if (missing.length > 0) return `${missing.length} of ${whole.records.size} records are missing (${some(missing)})`
  for (const [id, record] of now.records) {
    const before = whole.records.get(id)
    if (before === undefined) return `record ${id} is not one of the source`
    if (before.hash === record.hash) continue
    const [old, fresh] = [before.fields, record.fields]
    for (const [name, value] of Object.entries(fresh)) {
      if (JSON.stringify(value) !== JSON.stringify(old[name])) {
        return `${name} of record ${id} became ${JSON.stringify(value)} instead of being left out`
      }
    }
  }
  return undefined
}

/** The difference between two readings that should be the same; undefined = none. */
export function differenceOf(one: Reading, other: Reading): string | undefined {
  const missing = [...one.records.keys()].filter((id) => !other.records.has(id))
  if (missing.length > 0) return `${missing.length} records are missing (${some(missing)})`
  const extra = [...other.records.keys()].filter((id) => !one.records.has(id))
  if (extra.length > 0) return `${extra.length} records are new (${some(extra)})`
  const changed = [...one.records].filter(([id, record]) => other.records.get(id)?.hash !== record.hash)
  const [first] = changed
  if (first === undefined) return undefined
  const [id, record] = first
  const after = other.records.get(id)
  const [old, fresh] = [record.fields, after?.fields ?? {}]
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
  const different = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]))
  return `${changed.length} records differ (${id}: ${some(different) || 'the order of its fields'})`
}
