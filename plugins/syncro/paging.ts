/** Reading Syncro's numbered pages whole, although rows move between them while they are read. */
import type { Context } from '../../core/connector/contract.ts'
import { id, integer, isRow, object, type Row } from '../../core/connector/parse.ts'
import type { Scalar } from '../../core/connector/records.ts'
import type { SyncroSettings } from './settings.ts'

/** A list and how to ask for it. */
export interface List {
  readonly path: string
  /** The property that wraps the rows. */
  readonly key: string
  readonly query?: Readonly<Record<string, Scalar>>
}

export interface Fetched {
  readonly number: number
  readonly rows: readonly Row[]
  readonly ids: readonly unknown[]
  /** Rows of the whole list, if announced. */
  readonly total: number | undefined
  /** Number of the last page, if announced. */
  readonly last: number | undefined
}

/** Behind which page a restart may go on: only while the list is still the one that was read. Flat JSON. */
export type Place = {
  readonly page: number
  readonly total: number | null
  /** Different rows up to here. */
  readonly count: number
  /** What the page held. */
  readonly mark: string
}

export interface RowPage {
  /** Rows that did not come before in this pass. */
  readonly rows: readonly Row[]
  readonly total: number | undefined
  readonly place: Place | undefined
  /** On the last one: why the list is not whole. */
  readonly partial?: string
}

/** Times a list is read before it is given up: the first, and again whenever rows moved meanwhile. */
const mostRounds = 3

/**
 * Yields every row of the list once. Pages go by number and in an order that Syncro does not promise, so a row that is
 * added, deleted or touched meanwhile pushes others over the edge of a page. That shows: the announced total changes, or
 * fewer different rows come than announced. Then the list is read again, and what had slipped through is yielded. A
 * list that does not hold still or turns in circles ends in an error; one that stays short is partial.
 */
export async function* pages(
  ctx: Context<SyncroSettings>,
  list: List,
  from: Place | undefined,
): AsyncGenerator<RowPage> {
  /** Ids of the rounds before: what they brought is not handed out again. */
  const earlier = new Set<unknown>()
  let resumed = from && (await sameAsBefore(ctx, list, from))
  for (let round = 1; ; round++) {
    const pass = new Round(resumed)
    for (let page = (resumed?.place.page ?? 0) + 1; !pass.isOver; page++) {
      const fetched = await fetchPage(ctx, list, page)
      const rows = pass.add(ctx, list, fetched).filter((row) => !earlier.has(idOf(row)))
      const place = round === 1 ? pass.place(fetched) : undefined
      if (rows.length > 0 || place) yield { rows, total: round === 1 ? fetched.total : undefined, place }
    }
    if (pass.isSound) return
    if (round === mostRounds) {
      yield { rows: [], total: undefined, place: undefined, partial: pass.partial(ctx, list) }
      return
    }
    for (const one of pass.seen) earlier.add(one)
    ctx.report({ level: 'info', code: 'read-again', message: `${list.path} changed while it was read; reading again.` })
    resumed = undefined
  }
}

interface Resumed {
  readonly place: Place
  readonly fetched: Fetched
}

/** The page as the checkpoint saw it; undefined = the list is another one by now. */
async function sameAsBefore(ctx: Context<SyncroSettings>, list: List, place: Place): Promise<Resumed | undefined> {
  const fetched = await fetchPage(ctx, list, place.page)
  const same = markOf(fetched.ids) === place.mark && (fetched.total ?? null) === place.total
  return same ? { place, fetched } : undefined
}

/** One reading of a list from its first page, or from behind a place, to its last. */
class Round {
  readonly #seen: Set<unknown>
  /** Different rows on the pages before those. */
  readonly #before: number
  #total: number | undefined
  #previous: string | undefined
  #steady = true
  #repeats = false
  isOver: boolean

  constructor(resumed: Resumed | undefined) {
    this.#seen = new Set(resumed?.fetched.ids)
    this.#before = resumed ? resumed.place.count - this.#seen.size : 0
    this.#total = resumed?.fetched.total
    this.#previous = resumed?.place.mark
    this.isOver = resumed !== undefined && isLast(resumed.fetched)
  }

  /** Answers the rows that did not come before in this round. */
  add(ctx: Context<SyncroSettings>, list: List, page: Fetched): readonly Row[] {
    const mark = markOf(page.ids)
    if (page.ids.length > 0 && mark === this.#previous) {
      throw ctx.error('vendor', `Syncro sends the same page of ${list.path} again and again.`)
    }
    if (this.#previous === undefined) this.#total = page.total
    else if (page.total !== this.#total) this.#steady = false
    this.#previous = mark
    const different = new Set(page.ids).size
    const fresh = page.rows.filter((row) => {
      const known = this.#seen.size
      return this.#seen.add(idOf(row)).size > known
    })
    if (fresh.length < different) this.#repeats = true
    // Without an announced end, a page without anything new is the only sign that there will be none.
    this.isOver = isLast(page) || (page.last === undefined && fresh.length === 0)
    return fresh
  }

  get seen(): ReadonlySet<unknown> {
    return this.#seen
  }

  get #count(): number {
    return this.#before + this.#seen.size
  }

  get isSound(): boolean {
    if (!this.#steady) return false
    return this.#total === undefined ? !this.#repeats : this.#count === this.#total
  }

  place({ number, ids, total }: Fetched): Place | undefined {
    if (!this.#steady || ids.length === 0) return undefined
    return { page: number, total: total ?? null, count: this.#count, mark: markOf(ids) }
  }

  /** Why the list stays short, for the admin; throws where what came says too little about it. */
  partial(ctx: Context<SyncroSettings>, { path }: List): string {
    const log = `${path}: ${this.#count} different rows, ${this.#total ?? 'no'} announced`
    if (!this.#steady)
      throw ctx.error(
        'transient',
        `The list ${path} of Syncro kept changing while it was read. The hub tries later.`,
        log,
      )
    if (this.#repeats)
      throw ctx.error(
        'vendor',
        `Syncro does not hand out the list ${path} completely (${log}). Nothing was removed.`,
        log,
      )
    return `Syncro announces ${this.#total ?? 'more'} records of ${path} and shows ${this.#count}; the others are not counted as removed. See that the security group of the token's user is not limited to some customers ("Select Customers").`
  }
}

function isLast({ number, last, rows }: Fetched): boolean {
  return last === undefined ? rows.length === 0 : number >= last
}

/** A row without an id is like no other. Numbers stay numbers: all ids of a list are kept in mind. */
function idOf(row: Row): unknown {
  return typeof row.id === 'number' ? row.id : (id(row.id) ?? row)
}

/** Tells two pages apart without keeping their rows. */
function markOf(ids: readonly unknown[]): string {
  const sum = ids.reduce<number>((total, one) => total + (Number(one) || 0), 0)
  return `${ids.length} ${String(ids[0])} ${String(ids.at(-1))} ${sum}`
}

export async function fetchPage(
  ctx: Context<SyncroSettings>,
  { path, key, query }: List,
  number: number,
): Promise<Fetched> {
  const { body } = await ctx.http.request({ url: path, query: { ...query, page: number } })
  const rows = isRow(body) ? body[key] : undefined
  if (!Array.isArray(rows) || !rows.every(isRow)) {
    throw ctx.error('vendor', `Syncro answered ${path} with something else than a list.`)
  }
  const meta = object(isRow(body) ? body.meta : undefined)
  if (typeof integer(meta?.page) === 'number' && integer(meta?.page) !== number) {
    throw ctx.error('vendor', `Syncro was asked for page ${number} of ${path} and sent another.`)
  }
  return {
    number,
    rows,
    ids: rows.map(idOf),
    total: integer(meta?.total_entries) ?? undefined,
    last: integer(meta?.total_pages) ?? undefined,
  }
}
