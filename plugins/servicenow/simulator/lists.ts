/** Lists and records: fields, display values, counts and pages. */
import type { SimulatedAnswer, SimulatedRequest } from '../../../core/connector/simulator.ts'
import { type Parsed, parseQuery, type Reader, shifted } from './queries.ts'
import { badParameter } from './refusals.ts'
import { type Cell, idBelow, type Row, sysId, type Table, valueIn, walk } from './rows.ts'

/** What the user may not see, although it is there. */
export interface Veil {
  readonly hidesRow: (table: string, id: number) => boolean
  readonly hidesColumn: (table: string, column: string) => boolean
}

export interface Asker extends Reader {
  readonly veil: Veil
}

const moments = new Set(['sys_updated_on', 'sys_created_on', 'install_date', 'opened_at', 'closed_at'])
const defaultLimit = 10_000

interface Count {
  readonly version: number
  readonly total: number
  /** By the id of a row, how many fitting rows there are up to it. */
  readonly ranks: Map<number, number>
}

export class Lists {
  readonly #counts = new Map<string, Count>()

  list(table: Table, request: SimulatedRequest, asker: Asker): SimulatedAnswer {
    const { query } = request
    const parsed = parseQuery(table, query.get('sysparm_query') ?? '', asker)
    const limit = numberOf(query, 'sysparm_limit', defaultLimit)
    const offset = numberOf(query, 'sysparm_offset', 0)
    if (limit === 0) throw badParameter('sysparm_limit must be positive')
    const fits = (row: Row) =>
      parsed.test(row) && (parsed.exactly === undefined || valueIn(row.cell('sys_id') ?? '') === parsed.exactly)
    const window = this.#window(table, parsed, fits, offset, limit)
    // Counted and cut first; only then ACLs take rows away.
    const visible = window.rows.filter((row) => !asker.veil.hidesRow(table.name, row.id))
    const write = writer(table, request, asker)
    const headers: Record<string, string> = {}
    if (query.get('sysparm_no_count') !== 'true') headers['x-total-count'] = String(window.total)
    const links = pageLinks(request, offset, limit, window.total)
    if (links !== '') headers.link = links
    return { status: 200, headers, body: { result: visible.map(write) } }
  }

  record(table: Table, row: Row, request: SimulatedRequest, asker: Asker): SimulatedAnswer {
    return { status: 200, body: { result: writer(table, request, asker)(row) } }
  }

  #window(table: Table, parsed: Parsed, fits: (row: Row) => boolean, offset: number, limit: number) {
    if (parsed.exactly !== undefined) {
      const row = table.get(idBelow(parsed.exactly))
      const rows = row && fits(row) ? [row] : []
      return { rows: rows.slice(offset, offset + limit), total: rows.length }
    }
    const after = parsed.above === undefined ? 0 : idBelow(parsed.above)
    const sorted = parsed.order.length > 0 && parsed.order[0]?.column !== 'sys_id'
    if (sorted) {
      const rows = [...table.rows(after)].filter(fits).sort(comparing(parsed.order))
      return { rows: rows.slice(offset, offset + limit), total: rows.length }
    }
    const count = this.#count(table, parsed.key, fits)
    const rank = after === 0 ? 0 : (count.ranks.get(after) ?? countUpTo(table, fits, after))
    const rows: Row[] = []
    let place = 0
    for (const row of table.rows(after)) {
      if (!fits(row)) continue
      if (place++ < offset) continue
      rows.push(row)
      count.ranks.set(row.id, rank + place)
      if (rows.length === limit) break
    }
    return { rows, total: count.total - rank }
  }

  #count(table: Table, key: string, fits: (row: Row) => boolean): Count {
    const place = `${table.name} ${key}`
    const known = this.#counts.get(place)
    if (known?.version === table.version()) return known
    if (this.#counts.size > 64) this.#counts.clear()
    let total = 0
    if (key === '[]' && table.size) total = table.size()
    else for (const row of table.rows(0)) if (fits(row)) total++
    const count: Count = { version: table.version(), total, ranks: new Map() }
    this.#counts.set(place, count)
    return count
  }
}

function countUpTo(table: Table, fits: (row: Row) => boolean, last: number): number {
  let count = 0
  for (const row of table.rows(0)) {
    if (row.id > last) break
    if (fits(row)) count++
  }
  return count
}

function comparing(order: Parsed['order']): (one: Row, other: Row) => number {
  return (one, other) => {
    for (const { column, down } of order) {
      const [first, second] = [one, other].map((row) => valueIn(row.cell(column) ?? ''))
      if (first !== second) return ((first ?? '') < (second ?? '') ? -1 : 1) * (down ? -1 : 1)
    }
    return one.id - other.id
  }
}

function numberOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name)
  if (text === null || text === '') return otherwise
  if (!/^\d+$/.test(text)) throw badParameter(`${name} must be a non-negative integer`)
  return Number(text)
}

/** Without names every column; of names those the table has and the user may read. */
function writer(table: Table, { query, origin }: SimulatedRequest, { veil, zoneMinutes }: Asker): (row: Row) => object {
  const mode = query.get('sysparm_display_value') ?? 'false'
  const links = query.get('sysparm_exclude_reference_link') !== 'true'
  const named = query.get('sysparm_fields')
  const columns = (named ? named.split(',').map((name) => name.trim()) : table.columns).filter(
    (column) => !veil.hidesColumn(table.name, column),
  )
  const shown = (column: string, cell: Cell): string | null => {
    const value = typeof cell === 'string' ? cell : cell.label
    return value && moments.has(column.slice(column.lastIndexOf('.') + 1)) ? shifted(value, zoneMinutes) : value
  }
  const linkOf = (cell: Exclude<Cell, string>) => `${origin}/api/now/table/${cell.table}/${cell.value}`
  const field = (column: string, cell: Cell): unknown => {
    const refers = typeof cell !== 'string' && cell.table !== undefined && cell.value !== ''
    if (mode === 'all') {
      const both = { display_value: shown(column, cell), value: valueIn(cell) }
      return refers && links ? { ...both, link: linkOf(cell) } : both
    }
    if (mode === 'true') {
      const label = shown(column, cell) ?? ''
      return refers && links ? { display_value: label, link: linkOf(cell) } : label
    }
    return refers && links ? { link: linkOf(cell), value: cell.value } : valueIn(cell)
  }
  return (row) => {
    const result: Record<string, unknown> = {}
    for (const column of columns) {
      const cell = walk(row, column)
      if (cell !== undefined) result[column] = field(column, cell)
    }
    return result
  }
}

/** Absolute, separated by commas, without a space before `rel`. */
function pageLinks({ origin, path, query }: SimulatedRequest, offset: number, limit: number, total: number): string {
  if (query.get('sysparm_suppress_pagination_header') === 'true') return ''
  const link = (start: number, rel: string) => {
    const own = new URLSearchParams(query)
    own.set('sysparm_offset', String(start))
    return `<${origin}${path}?${own}>;rel="${rel}"`
  }
  const links = [link(0, 'first')]
  if (offset > 0) links.push(link(Math.max(0, offset - limit), 'prev'))
  if (offset + limit < total) links.push(link(offset + limit, 'next'))
  links.push(link(Math.max(0, Math.floor((total - 1) / limit) * limit), 'last'))
  return links.join(',')
}

/** The row a path names, unless the user may not see it. */
export function rowAt(table: Table, id: string, base: string, { veil }: Asker): Row | undefined {
  const row = table.get(idBelow(id))
  return row && sysId(base, row.id) === id && !veil.hidesRow(table.name, row.id) ? row : undefined
}
