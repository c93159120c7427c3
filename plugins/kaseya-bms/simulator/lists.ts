/** Numbered pages of a table, without keeping its rows. */
import type { WorldRow, WorldTable } from '../../../core/connector/simulator.ts'

/** Where the last page of a list ended, so that page n+1 need not count n pages. */
interface Place {
  page: number
  after: number
  total?: number
}

export interface Wanted<T> {
  /** Names list and conditions. */
  readonly key: string
  readonly matches: (row: T) => boolean
  readonly page: number
  readonly size: number
}

export class Lists {
  readonly #places = new Map<string, Place>()

  page<T extends WorldRow>(table: WorldTable<T>, { key, matches, page, size }: Wanted<T>): readonly T[] {
    const place = this.#place(table, key, size)
    const known = place.page === page - 1
    let skip = known ? 0 : (page - 1) * size
    const rows: T[] = []
    for (const row of table.after(known ? place.after : 0)) {
      if (!matches(row)) continue
      if (skip > 0) {
        skip--
        continue
      }
      rows.push(row)
      if (rows.length === size) break
    }
    const last = rows.at(-1)
    if (last) Object.assign(place, { page, after: last.id })
    return rows
  }

  count<T extends WorldRow>(table: WorldTable<T>, { key, matches, size }: Wanted<T>): number {
    const place = this.#place(table, key, size)
    if (place.total === undefined) {
      let total = 0
      for (const row of table.after(0)) if (matches(row)) total++
      place.total = total
    }
    return place.total
  }

  #place(table: WorldTable<WorldRow>, key: string, size: number): Place {
    const name = `${key} ${size} ${table.version}`
    const known = this.#places.get(name)
    if (known) return known
    if (this.#places.size >= 32) this.#places.clear()
    const place: Place = { page: 0, after: 0 }
    this.#places.set(name, place)
    return place
  }
}
