/** Tables of the simulated instance: rows made on demand, each column a function of what lies behind the row. */
import type { WorldRow, WorldTable } from '../../../core/connector/simulator.ts'

/** A column's value; with a label where people see something else, and the row it refers to. */
export type Cell =
  | string
  | {
      readonly value: string
      readonly label: string | null
      readonly to?: () => Row | undefined
      readonly table?: string
    }

export interface Row {
  readonly id: number
  /** Undefined = the table has no such column. */
  cell(column: string): Cell | undefined
}

export interface Table {
  readonly name: string
  readonly columns: readonly string[]
  /** Rows with an id above `after`, ascending, which is the order of their sys_ids, too. */
  rows(after: number): Iterable<Row>
  get(id: number): Row | undefined
  /** Changes whenever the rows do. */
  version(): number
  /** Known without counting. */
  size?(): number
  /** Sets columns; those it does not know are ignored. */
  write?(id: number, values: Readonly<Record<string, string>>): void
  add?(values: Readonly<Record<string, string>>): Row
  remove?(id: number): void
}

export interface Source<T> {
  after(id: number): Iterable<T>
  get(id: number): T | undefined
  version(): number
  size?(): number
}

export type Columns<T> = Readonly<Record<string, (item: T) => Cell>>

export interface Plan<T> {
  readonly name: string
  /** Table whose records these are at bottom: a child has the ids of its parent. */
  readonly base: string
  readonly source: Source<T>
  readonly columns: Columns<T>
  readonly write?: (item: T, values: Readonly<Record<string, string>>) => void
}

const spread = 23_505

/** 32 hexadecimal digits; they ascend with the id, and end alike within a table as a data set's do. */
export function sysId(base: string, id: number): string {
  return (
    Math.round(id * spread)
      .toString(16)
      .padStart(12, '0') + tailOf(base)
  )
}

/** The id behind a sys_id of the table, or the highest below a text that is none. */
export function idBelow(text: string): number {
  const number = Number.parseInt(text.slice(0, 12).padEnd(12, '0'), 16)
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : Math.floor(number / spread)
}

const tails = new Map<string, string>()

function tailOf(base: string): string {
  const known = tails.get(base)
  if (known) return known
  let hash = 0x811c9dc5
  let tail = ''
  for (let round = 0; tail.length < 20; round++) {
    for (const letter of `${base}${round}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0
    tail += hash.toString(16).padStart(8, '0')
  }
  tails.set(base, tail.slice(0, 20))
  return tail.slice(0, 20)
}

export function valueIn(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.value
}

/** `assigned_to.company`: the column of the row a column refers to. */
export function walk(row: Row, path: string): Cell | undefined {
  const dot = path.indexOf('.')
  if (dot === -1) return row.cell(path)
  const cell = row.cell(path.slice(0, dot))
  if (cell === undefined || typeof cell === 'string' || cell.table === undefined)
    return cell === undefined ? undefined : ''
  const target = cell.to?.()
  return target === undefined ? '' : walk(target, path.slice(dot + 1))
}

export function tableOf<T extends { readonly id: number }>({ name, base, source, columns, write }: Plan<T>): Table {
  const all: Columns<T> = { sys_id: (item) => sysId(base, item.id), ...columns }
  const known = new Map(Object.entries(all))
  const rowOf = (item: T): Row => ({ id: item.id, cell: (column) => known.get(column)?.(item) })
  return {
    name,
    columns: [...known.keys()],
    *rows(after) {
      for (const item of source.after(after)) yield rowOf(item)
    },
    get(id) {
      const item = source.get(id)
      return item && rowOf(item)
    },
    version: source.version,
    ...(source.size ? { size: source.size } : {}),
    ...(write
      ? {
          write(id, values) {
            const item = source.get(id)
            if (item) write(item, values)
          },
        }
      : {}),
  }
}

/** A world's table as it is. */
export function ofWorld<T extends WorldRow>(table: WorldTable<T>): Source<T> {
  return {
    after: (id) => table.after(id),
    get: (id) => table.get(id),
    version: () => table.version,
    size: () => table.size,
  }
}

export function filtered<T>({ after, get, version }: Source<T>, keep: (item: T) => boolean): Source<T> {
  return {
    *after(id) {
      for (const item of after(id)) if (keep(item)) yield item
    },
    get(id) {
      const item = get(id)
      return item !== undefined && keep(item) ? item : undefined
    },
    version,
  }
}

export function ofList<T extends { readonly id: number }>(
  items: () => readonly T[],
  version: () => number = () => 0,
): Source<T> {
  return {
    after: (id) => items().filter((item) => item.id > id),
    get: (id) => items().find((item) => item.id === id),
    version,
    size: () => items().length,
  }
}

/** Sources whose ids follow one another. */
export function joined<T extends { readonly id: number }>(first: Source<T>, ...more: readonly Source<T>[]): Source<T> {
  const sources = [first, ...more]
  return {
    *after(id) {
      for (const source of sources) yield* source.after(id)
    },
    get: (id) => sources.map((source) => source.get(id)).find((item) => item !== undefined),
    version: () => sources.reduce((sum, source) => sum + source.version(), 0),
  }
}

/**
 * Makes references to rows of another table; an empty one, and one whose record is gone, has no label. Keeps some,
 * because thousands of rows point to the same few.
 */
export function referencesTo(table: () => Table, base: string): (id: number | null | undefined) => Cell {
  const nothing: Cell = { value: '', label: null, table: base }
  const kept = new Map<number, Cell>()
  let version = -1
  return (id) => {
    if (id === null || id === undefined) return nothing
    const now = table().version()
    if (version !== now || kept.size > 20_000) {
      kept.clear()
      version = now
    }
    const known = kept.get(id)
    if (known) return known
    const to = () => table().get(id)
    const name = to()?.cell('name')
    const made: Cell = { value: sysId(base, id), label: name === undefined ? '' : valueIn(name), to, table: base }
    kept.set(id, made)
    return made
  }
}

/** `2026-05-30 06:00:00` */
export function moment(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)}`
}

export const text = (value: string | null | undefined): string => value ?? ''
export const flag = (value: boolean | null | undefined): string =>
  value === null || value === undefined ? '' : String(value)
export const choice = (value: string, label: string | null | undefined): Cell => ({ value, label: label ?? null })
