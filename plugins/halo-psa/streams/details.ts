/** Which assets are asked for one by one, for the notes and the stamp that only their details have. */
import { createHash } from 'node:crypto'
import type { ReadContext } from '../../../core/connector/contract.ts'
import { id, integer, isRow, type Row, text } from '../../../core/connector/parse.ts'
import type { Json } from '../../../core/connector/records.ts'
import { assets, pages } from '../paging.ts'
import type { HaloSettings } from '../settings.ts'
import { companyRef } from './fields.ts'
import { everything, filtersByChange, overlapSeconds } from './reading.ts'

type Ctx = ReadContext<HaloSettings>

/** So many are read with any pass: with the lists they fit into five minutes of Halo's quota. */
const atOnce = 150
/** Where there are more, somebody who waits for a first or an incremental pass gets none; each other pass reads its part of a week's round. */
const passesPerRound = 7

/** Passes read type by type, each by ascending id. */
interface Place {
  readonly type: number
  readonly id: number
}

const beginning: Place = { type: 0, id: 0 }

/** Behind all types that are listed. */
export const unlistedType = Number.MAX_SAFE_INTEGER

/**
 * A round leads through all assets, if need be over several passes. The rounds after a whole one ask only for what
 * changed since it began, where Halo can tell; until the hub is to keep other assets or fields of them than before.
 */
export class Details {
  readonly #ctx: Ctx
  readonly #selection: string
  readonly #companies: ReadonlySet<string>
  /** When the last whole round began; `undefined` = this one is to be whole. */
  readonly #since: string | undefined
  readonly #changed: ReadonlySet<string> | undefined
  readonly #began: string
  readonly #from: Place
  /** The selection changed while the round was under way: another whole one is to follow. */
  readonly #isStale: boolean
  #reached: Place
  #left: number
  /** Something was due beyond the share. */
  #more: boolean

  constructor(ctx: Ctx, announced: number, changed: ReadonlySet<string> | undefined) {
    const [state, checkpoint] = [rowOf(ctx.state), rowOf(ctx.checkpoint)]
    const isAwaited = ctx.since !== undefined || ctx.state === undefined
    this.#ctx = ctx
    this.#selection = selectionOf(ctx)
    this.#companies = new Set(ctx.companies)
    this.#since = wholeSince(ctx)
    this.#changed = changed
    this.#began = text(checkpoint.began) || text(state.began) || new Date().toISOString()
    this.#from = isAwaited ? beginning : place(state.type, state.id)
    this.#isStale = state.stale === true || (state.selection !== this.#selection && isBehind(this.#from, beginning))
    this.#reached = ctx.checkpoint === undefined ? this.#from : place(checkpoint.reachedType, checkpoint.reachedId)
    this.#left = integer(checkpoint.left) ?? (isAwaited && announced > atOnce ? 0 : shareOf(announced))
    this.#more = checkpoint.more === true
  }

  /** Whether the detail of an asset is to be read; asked once for each, in the order of the pass. */
  isDue(type: number, row: Row): boolean {
    const here = place(type, Number(id(row.id)))
    const company = companyRef(row.client_id)
    // What the hub does not keep costs no request.
    if (typeof company === 'string' && !this.#companies.has(company)) return false
    if (!isBehind(here, this.#from) || this.#changed?.has(String(id(row.id))) === false) return false
    // A row that comes twice counts once.
    if (here.type === this.#reached.type && here.id === this.#reached.id) return true
    if (this.#left === 0) {
      this.#more = true
      return false
    }
    this.#left--
    this.#reached = here
    return true
  }

  get checkpoint() {
    const { type, id } = this.#reached
    return { began: this.#began, left: this.#left, more: this.#more, reachedType: type, reachedId: id }
  }

  /** The pass is over: what the next one is to know. */
  end(): Json {
    if (this.#more) {
      this.#ctx.report({
        level: 'info',
        code: 'asset-notes',
        message: `Halo hands out the notes of assets one asset at a time. Not all were read this time; the nightly syncs go on, and after ${passesPerRound} of them all are there.`,
      })
    }
    if (this.#ctx.since !== undefined) return this.#ctx.state ?? null
    const selection = this.#selection
    if (!this.#more) return this.#isStale ? { selection } : { selection, since: this.#began }
    return {
      selection,
      ...(this.#since === undefined ? {} : { since: this.#since }),
      ...(this.#isStale ? { stale: true } : {}),
      began: this.#began,
      ...this.#reached,
    }
  }
}

/** Reads what is needed to tell which details a pass of `announced` assets is to read. */
export async function detailsOf(ctx: Ctx, announced: number): Promise<Details> {
  const since = ctx.since === undefined ? wholeSince(ctx) : undefined
  if (since === undefined || !(await filtersByChange(ctx, assets, everything)))
    return new Details(ctx, announced, undefined)
  const from = new Date(Date.parse(since) - overlapSeconds * 1000).toISOString()
  const changed = new Set<string>()
  for await (const { rows } of pages(ctx, assets, { ...everything, lastupdatefromdate: from })) {
    for (const row of rows) changed.add(String(id(row.id)))
  }
  return new Details(ctx, announced, changed)
}

/** When the last whole round over the same selection began. */
function wholeSince(ctx: Ctx): string | undefined {
  const { since, selection } = rowOf(ctx.state)
  const found = selection === selectionOf(ctx) ? text(since) : undefined
  return found && !Number.isNaN(Date.parse(found)) ? found : undefined
}

/** What the hub keeps: of which assets, and of them what. */
export function selectionOf({ filter, customFields, companies }: Ctx): string {
  const { configurationTypes, configurationStatuses } = filter
  const all = JSON.stringify([configurationTypes, configurationStatuses, customFields, companies])
  return createHash('sha256').update(all).digest('base64url')
}

/** How many of so many a pass reads. */
export function shareOf(announced: number): number {
  return Math.max(atOnce, Math.ceil(announced / passesPerRound))
}

function place(type: unknown, id: unknown): Place {
  return { type: integer(type) ?? beginning.type, id: integer(id) ?? beginning.id }
}

function isBehind(one: Place, other: Place): boolean {
  return one.type === other.type ? one.id > other.id : one.type > other.type
}

function rowOf(value: unknown): Row {
  return isRow(value) ? value : {}
}
