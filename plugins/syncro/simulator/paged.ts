/** Numbered pages over ids, and indexes that are made anew when the world has changed. */
import type { SimulatedAnswer, WorldRow, WorldTable } from '../../../core/connector/simulator.ts'

export type Row = Readonly<Record<string, unknown>>

/** Ids of a list in its order, told by place so that a long list is not held in memory. */
export interface Ordered {
  readonly size: number
  at(place: number): number | undefined
}

export function ordered(ids: readonly number[]): Ordered {
  return { size: ids.length, at: (place) => ids[place] }
}

/** What `build` makes, until `version` answers something else. */
export function indexed<T>(version: () => number | string, build: () => T): () => T {
  let known: { readonly version: number | string; readonly value: T } | undefined
  return () => {
    const now = version()
    if (known?.version !== now) known = { version: now, value: build() }
    return known.value
  }
}

/** Ids of a table, newest first. A table nobody changed has all ids from 1 on, so nothing is built. */
export function newestFirst(table: WorldTable<WorldRow>): () => Ordered {
  return indexed(
    () => table.version,
    () => {
      if (table.version === 0) return { size: table.size, at: (place) => table.size - place }
      return ordered([...table.after(0)].map(({ id }) => id).reverse())
    },
  )
}

interface Meta {
  readonly total_pages: number
  readonly total_entries: number
  readonly per_page: number
  readonly page: number
}

export const fullMeta = ['total_pages', 'total_entries', 'per_page', 'page'] as const

export interface PageShape {
  readonly key: string
  readonly perPage: number
  /** What `meta` tells; lists differ in that, and without anything there is no `meta`. */
  readonly meta: readonly (keyof Meta)[]
}

export function page(
  ids: Ordered,
  number: number,
  write: (id: number) => Row | undefined,
  { key, perPage, meta }: PageShape,
): SimulatedAnswer {
  const rows: Row[] = []
  const start = (number - 1) * perPage
  for (let place = start; place < Math.min(start + perPage, ids.size); place++) {
    const id = ids.at(place)
    const row = id === undefined ? undefined : write(id)
    if (row) rows.push(row)
  }
  const all: Meta = {
    total_pages: Math.max(1, Math.ceil(ids.size / perPage)),
    total_entries: ids.size,
    per_page: perPage,
    page: number,
  }
  const told = Object.fromEntries(meta.map((name) => [name, all[name]]))
  return { status: 200, body: { [key]: rows, ...(meta.length === 0 ? {} : { meta: told }) } }
}

/** `page` of a query: what is no number is the first. */
export function pageNumber(query: URLSearchParams): number {
  const number = Number(query.get('page') ?? 1)
  return Number.isInteger(number) && number > 0 ? number : 1
}
