/** Lists: `pageinate`, a cap on the page size, active and inactive, what changed since. */
import type { SimulatedAnswer, WorldRow, WorldTable } from '../../../core/connector/simulator.ts'

export type Row = Readonly<Record<string, unknown>>
export type Query = URLSearchParams

/** One list of the API. */
export interface Source {
  /** The property its rows are in. */
  readonly name: string
  /** Ids of the rows a query asks for, ascending. */
  ids(query: Query): readonly number[]
  row(id: number, query: Query): Row
}

/** Nobody gets more at once. */
export const mostRows = 100

export function answerList(source: Source, query: Query): SimulatedAnswer {
  const ids = source.ids(query)
  const ordered = query.get('orderdesc') === 'true' ? ids.toReversed() : ids
  const rows = (from: number, count: number) => ordered.slice(from, from + count).map((id) => source.row(id, query))
  if (query.get('pageinate') !== 'true') {
    return { status: 200, body: { record_count: ids.length, [source.name]: rows(0, numberIn(query, 'count', 50)) } }
  }
  const size = Math.min(mostRows, Math.max(1, numberIn(query, 'page_size', 50)))
  const page = Math.max(1, numberIn(query, 'page_no', 1))
  return {
    status: 200,
    body: { page_no: page, page_size: size, record_count: ids.length, [source.name]: rows((page - 1) * size, size) },
  }
}

export function numberIn(query: Query, name: string, otherwise: number): number {
  const value = Number(query.get(name) ?? '')
  return query.has(name) && Number.isInteger(value) ? value : otherwise
}

/** Active rows only, unless the query asks for others. */
export function isShown(active: boolean, query: Query): boolean {
  return active ? query.get('includeactive') !== 'false' : query.get('includeinactive') === 'true'
}

/** The instant of `lastupdatefromdate`, in the world's form; `undefined` if there is none. */
export function sinceIn(query: Query): string | undefined {
  const time = Date.parse(query.get('lastupdatefromdate') ?? '')
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** Parameters that only choose a part of a list. */
const paging = new Set(['page_no', 'page_size', 'pageinate', 'count', 'order', 'orderdesc'])

/**
 * Ids of a table's rows by query, kept until the table changes: a page of a list costs its own rows only. What is kept
 * are numbers; rows are made when they are sent.
 */
export class Ids<T extends WorldRow> {
  readonly #table: WorldTable<T>
  readonly #groupOf: ((row: T) => number) | undefined
  readonly #found = new Map<string, readonly number[]>()
  #groups: Map<number, number[]> | undefined
  #version = -1

  /** `groupOf`: what most queries ask for one of; all groups are found in one go. */
  constructor(table: WorldTable<T>, groupOf?: (row: T) => number) {
    this.#table = table
    this.#groupOf = groupOf
  }

  matching(query: Query, group: number | undefined, fits: (row: T) => boolean): readonly number[] {
    if (this.#version !== this.#table.version) {
      this.#version = this.#table.version
      this.#found.clear()
      this.#groups = undefined
    }
    const key = [...query].filter(([name]) => !paging.has(name)).join('&')
    const known = this.#found.get(key)
    if (known !== undefined) return known
    if (this.#found.size >= 64) this.#found.clear()
    const found = group === undefined ? this.#all(fits) : this.#inGroup(group, fits)
    this.#found.set(key, found)
    return found
  }

  #all(fits: (row: T) => boolean): number[] {
    const ids: number[] = []
    for (const row of this.#table.after(0)) if (fits(row)) ids.push(row.id)
    return ids
  }

  #inGroup(group: number, fits: (row: T) => boolean): number[] {
    const groupOf = this.#groupOf
    if (groupOf === undefined) return this.#all(fits)
    this.#groups ??= this.#grouped(groupOf)
    return (this.#groups.get(group) ?? []).filter((id) => {
      const row = this.#table.get(id)
      return row !== undefined && fits(row)
    })
  }

  #grouped(groupOf: (row: T) => number): Map<number, number[]> {
    const groups = new Map<number, number[]>()
    for (const row of this.#table.after(0)) {
      const key = groupOf(row)
      const ids = groups.get(key)
      if (ids) ids.push(row.id)
      else groups.set(key, [row.id])
    }
    return groups
  }
}
