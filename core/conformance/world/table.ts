import type { WorldRow, WorldTable } from '../../connector/simulator.ts'

/** Where `id` is, or would have to be inserted, in ascending `ids`. */
function placeOf(ids: readonly number[], id: number): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? 0) < id) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * A table whose first `count` rows are made on demand by `make` (1…count); what is put or removed
 * afterwards is kept on top. Memory grows with the changes, not with the rows.
 */
export class LazyTable<T extends WorldRow> implements WorldTable<T> {
  readonly #count: number
  readonly #make: (id: number) => T
  readonly #put = new Map<number, T>()
  readonly #removed = new Set<number>()
  /** Ids above `count` that are there, ascending. */
  readonly #added: number[] = []
  #lastId: number
  #version = 0

  constructor(count: number, make: (id: number) => T) {
    this.#count = count
    this.#make = make
    this.#lastId = count
  }

  get size(): number {
    return this.#count - this.#removed.size + this.#added.length
  }

  get lastId(): number {
    return this.#lastId
  }

  get version(): number {
    return this.#version
  }

  get(id: number): T | undefined {
    const row = this.#put.get(id)
    if (row !== undefined) return row
    const made = Number.isInteger(id) && id >= 1 && id <= this.#count && !this.#removed.has(id)
    return made ? this.#make(id) : undefined
  }

  *after(afterId: number): Generator<T> {
    for (let id = Math.max(0, Math.floor(afterId)) + 1; id <= this.#count; id++) {
      const row = this.get(id)
      if (row !== undefined) yield row
    }
    // By id and not by index: rows may be added or removed while somebody iterates.
    let last = Math.max(afterId, this.#count)
    for (;;) {
      const id = this.#added[placeOf(this.#added, last + 1)]
      if (id === undefined) return
      last = id
      const row = this.#put.get(id)
      if (row !== undefined) yield row
    }
  }

  put(row: T): void {
    const { id } = row
    if (!Number.isInteger(id) || id < 1) throw new RangeError(`A row's id is an integer from 1 on, not ${id}`)
    if (id <= this.#count) this.#removed.delete(id)
    else if (!this.#put.has(id)) this.#added.splice(placeOf(this.#added, id), 0, id)
    this.#put.set(id, row)
    this.#lastId = Math.max(this.#lastId, id)
    this.#version++
  }

  remove(id: number): void {
    if (this.get(id) === undefined) return
    this.#put.delete(id)
    if (id <= this.#count) this.#removed.add(id)
    else this.#added.splice(placeOf(this.#added, id), 1)
    this.#version++
  }
}

/** A table of the given rows, whose ids are their places. */
export function tableOf<T extends WorldRow>(rows: readonly T[]): LazyTable<T> {
  return new LazyTable(rows.length, (id) => {
    const row = rows[id - 1]
    if (row === undefined) throw new RangeError(`No row ${id}`)
    return row
  })
}
