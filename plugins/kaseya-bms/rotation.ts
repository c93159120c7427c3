/**
 * Which records have their details read this time. The list of assets says nothing of warranty, dates or changes, that
 * of contacts nothing of custom fields; one detail is one call, and calls are few. So it is kept in mind when each was
 * read last, and the most urgent come first: those never read, those whose line in the list changed, those whose
 * warranty ends soon, then the longest unread.
 */

import { isRow } from '../../core/connector/parse.ts'
import type { Json } from '../../core/connector/records.ts'

/** Details a rotation reads within an hour; the rest of the vendor's 1,500 is for live calls. */
export const detailsPerHour = 1_200
/** Where another rotation calls the same endpoint. */
export const detailsBesideOthers = 200

const minute = 60_000
const day = 1_440 * minute
/** So old a detail may be before it is read again: a nightly pass, somewhat early, finds it old enough. */
const freshMinutes = 20 * 60
/** Warranties that end within these many days, or did lately, are where a change matters. */
const soonDays = { before: 30, after: 90 }

const never = 0
const rank = { never: 0, changed: 1, soon: 2, old: 3 } as const
/** More than any number of minutes: the rank counts first, the age second. */
const rankStep = 2 ** 32

interface Known {
  /** Minutes since 1970; 0 = never. */
  readAt: number
  /** Days since 1970; 0 = not known. */
  warranty: number
  /** Of its line in the list when the detail was read. */
  mark: number
  /** Of its line now; `undefined` = the list has not shown it. */
  line: number | undefined
  /** The hub keeps it, so its detail counts. */
  wanted: boolean
}

interface Candidate<T> {
  readonly id: number
  readonly urgency: number
  readonly row: T
}

export interface Selection {
  /** Which records are listed. */
  readonly list: string
  /** What is read of each. */
  readonly fields: string
}

/** Of the records that the hub keeps. */
export interface Standing {
  readonly records: number
  readonly neverRead: number
  /** Days, of the detail that was read longest ago; 0 = none. */
  readonly oldestDays: number
}

/** `T` is the row of the list, kept while it waits for its detail. */
export class Rotation<T> {
  /** How many details may be read now. */
  readonly budget: number
  readonly #known = new Map<number, Known>()
  readonly #selection: Selection
  readonly #now: number
  /** Most urgent first, never more than the budget. */
  readonly #waiting: Candidate<T>[] = []
  /** How many of those wait because a warranty ends soon. */
  #soon = 0
  #comparable = false

  /** `state` is what the last complete pass left; `now` is in milliseconds. */
  constructor(state: Json | undefined, selection: Selection, now: number, perHour: number = detailsPerHour) {
    this.#selection = selection
    this.#now = Math.floor(now / minute)
    this.#restore(state)
    let lately = 0
    for (const { readAt } of this.#known.values()) if (readAt > this.#now - 60 && readAt <= this.#now) lately++
    this.budget = Math.max(0, perHour - lately)
  }

  /**
   * Notes a record the list shows. `wanted`: the hub keeps it, so its detail counts. Answers what is not going to get a
   * detail this time: the row itself, or one that had to make room for it.
   */
  note(id: number, line: string, row: T, wanted: boolean): T | undefined {
    const known = this.#known.get(id) ?? { readAt: never, warranty: 0, mark: 0, line: undefined, wanted }
    known.line = markOf(line)
    known.wanted = wanted
    // What the hub does not keep has to be read anew should it ever.
    if (!wanted) known.readAt = never
    this.#known.set(id, known)
    const urgency = wanted ? this.#urgency(known) : undefined
    return urgency === undefined ? row : this.#queue({ id, urgency, row })
  }

  /** Those whose details are to be read, most urgent first. */
  get chosen(): readonly Candidate<T>[] {
    return this.#waiting
  }

  /** Records of the last pass that the list does not show any more. Empty if that pass was about something else. */
  get missing(): readonly number[] {
    const missing: number[] = []
    if (this.#comparable) for (const [id, { line }] of this.#known) if (line === undefined) missing.push(id)
    return missing
  }

  /** The detail was read; `warranty` is the day it ends, `undefined` = as before. */
  read(id: number, warranty?: string | null): void {
    const known = this.#known.get(id)
    if (known === undefined) return
    known.readAt = this.#now
    known.mark = known.line ?? known.mark
    if (warranty !== undefined) known.warranty = warranty === null ? 0 : Math.floor(Date.parse(warranty) / day) || 0
  }

  /** It is there although the list left it out. */
  found(id: number): void {
    const known = this.#known.get(id)
    if (known === undefined) return
    known.line = known.mark
    known.wanted = true
  }

  standing(): Standing {
    let records = 0
    let neverRead = 0
    let oldest = this.#now
    for (const { readAt, line, wanted } of this.#known.values()) {
      if (line === undefined || !wanted) continue
      records++
      if (readAt === never) neverRead++
      else oldest = Math.min(oldest, readAt)
    }
    return { records, neverRead, oldestDays: Math.floor((this.#now - oldest) / 1_440) }
  }

  /** Four whole numbers a record, as base64: 100,000 assets take two megabytes. */
  state(): Json {
    const numbers = new Uint32Array(this.#known.size * 4)
    let end = 0
    for (const [id, { readAt, warranty, mark, line }] of this.#known) {
      if (line === undefined) continue
      numbers.set([id, readAt, warranty, mark], end)
      end += 4
    }
    return { ...this.#selection, known: Buffer.from(numbers.buffer, 0, end * 4).toString('base64') }
  }

  #restore(state: Json | undefined): void {
    if (!isRow(state) || typeof state.known !== 'string') return
    const same = state.fields === this.#selection.fields
    // A copy, so that it begins where four-byte numbers may.
    const bytes = Uint8Array.from(Buffer.from(state.known, 'base64'))
    const numbers = new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / 16) * 4)
    for (let at = 0; at < numbers.length; at += 4) {
      const [id = 0, readAt = 0, warranty = 0, mark = 0] = numbers.subarray(at, at + 4)
      this.#known.set(id, { readAt: same ? readAt : never, warranty, mark, line: undefined, wanted: false })
    }
    this.#comparable = state.list === this.#selection.list
  }

  /** The lower the sooner; `undefined` = not now. */
  #urgency({ readAt, warranty, mark, line }: Known): number | undefined {
    if (readAt === never) return rank.never
    if (mark !== line) return rank.changed * rankStep
    // A clock that was set back must not keep details from being read.
    if (readAt <= this.#now && readAt > this.#now - freshMinutes) return undefined
    const days = warranty - Math.floor((this.#now * minute) / day)
    const soon = warranty > 0 && days >= -soonDays.before && days <= soonDays.after
    return (soon ? rank.soon : rank.old) * rankStep + readAt
  }

  /** Answers the one that falls out at the end, if there are too many now. */
  #queue(candidate: Candidate<T>): T | undefined {
    this.#insert(candidate)
    if (isSoon(candidate)) this.#soon++
    // With half of the calls left to the others these have their turn, too.
    if (this.#soon > Math.ceil(this.budget / 2)) {
      const [last] = this.#waiting.splice(this.#placeBehind(rank.old * rankStep - 1) - 1, 1)
      if (last !== undefined) this.#insert({ ...last, urgency: last.urgency + (rank.old - rank.soon) * rankStep })
      this.#soon--
    }
    if (this.#waiting.length <= this.budget) return undefined
    const out = this.#waiting.pop()
    if (out !== undefined && isSoon(out)) this.#soon--
    return out?.row
  }

  #insert(candidate: Candidate<T>): void {
    this.#waiting.splice(this.#placeBehind(candidate.urgency), 0, candidate)
  }

  /** The place behind all that are as urgent. */
  #placeBehind(urgency: number): number {
    let [low, high] = [0, this.#waiting.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#waiting[middle]?.urgency ?? 0) <= urgency) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isSoon({ urgency }: Candidate<unknown>): boolean {
  return Math.floor(urgency / rankStep) === rank.soon
}

/** FNV-1a, 32 bits: two lines that differ have the same mark once in four thousand million. */
function markOf(line: string): number {
  let hash = 0x811c9dc5
  for (let place = 0; place < line.length; place++) {
    hash ^= line.charCodeAt(place)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}
