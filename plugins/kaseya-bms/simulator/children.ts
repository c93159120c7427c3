import type { WorldRow, WorldTable } from '../../../core/connector/simulator.ts'

/** Ids of the rows that belong to a parent, so that one parent's rows are found without reading the whole table. */
export class Children<T extends WorldRow> {
  readonly #table: WorldTable<T>
  readonly #parentOf: (row: T) => number
  #ids = new Map<number, number[]>()
  #version = -1

  constructor(table: WorldTable<T>, parentOf: (row: T) => number) {
    this.#table = table
    this.#parentOf = parentOf
  }

  of(parentId: number): readonly T[] {
    if (this.#version !== this.#table.version) {
      this.#version = this.#table.version
      this.#ids = new Map()
      for (const row of this.#table.after(0)) {
        const parent = this.#parentOf(row)
        const ids = this.#ids.get(parent)
        if (ids) ids.push(row.id)
        else this.#ids.set(parent, [row.id])
      }
    }
    return (this.#ids.get(parentId) ?? []).flatMap((id) => this.#table.get(id) ?? [])
  }
}
