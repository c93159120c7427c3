/**
 * Who has how much: one client is far larger than the rest, many are tiny, prospects and vendors have
 * no hardware. Companies own ranges of positions, ids are those positions scattered; so every row
 * finds its company, and every company its rows, without a table of rows.
 */
import { Dice, Scatter } from './dice.ts'

export type Role = 'own' | 'client' | 'prospect' | 'vendor' | 'former'

const salt = { role: 1, sites: 2, rank: 3, siteIds: 4, contactIds: 5 } as const

/** Index of the last of the ascending `starts` that is not above `value`. */
function rangeOf(starts: Float64Array, value: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((starts[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

/** Running sums: entry `i` is what lies before `i`, the last entry is the total. */
function runningSums(count: number, amountOf: (index: number) => number): Float64Array {
  const sums = new Float64Array(count + 1)
  for (let i = 0; i < count; i++) sums[i + 1] = (sums[i] ?? 0) + amountOf(i)
  return sums
}

export class Population {
  readonly sites: number
  readonly #seed: number
  readonly #companies: number
  readonly #ranks: Scatter
  readonly #siteStarts: Float64Array
  readonly #siteIds: Scatter
  readonly #contactStarts: Float64Array
  readonly #contactIds: Scatter
  readonly #hardware: Float64Array

  constructor(seed: number, companies: number, contacts: number) {
    this.#seed = seed
    this.#companies = companies
    this.#ranks = new Scatter(companies, seed + salt.rank)
    this.#siteStarts = runningSums(companies, (index) => this.#siteCount(index + 1))
    this.sites = this.#siteStarts[companies] ?? 0
    this.#siteIds = new Scatter(this.sites, seed + salt.siteIds)
    this.#hardware = runningSums(companies, (index) => this.#weight(index + 1))
    // One contact in fifty belongs to nobody.
    const employed = contacts - Math.floor(contacts / 50)
    const people = runningSums(companies, (index) => this.#weight(index + 1) + 0.05 / companies)
    const share = employed / (people[companies] || 1)
    this.#contactStarts = people.map((sum) => Math.round(sum * share))
    this.#contactIds = new Scatter(contacts, seed + salt.contactIds)
  }

  roleOf(companyId: number): Role {
    if (companyId === 1) return 'own'
    if (companyId === 2) return 'client'
    const throwOf = new Dice(this.#seed, salt.role, companyId).next()
    if (throwOf < 0.76) return 'client'
    if (throwOf < 0.86) return 'prospect'
    return throwOf < 0.93 ? 'vendor' : 'former'
  }

  /** A company for a piece of hardware; large ones come often. */
  companyFor(dice: Dice): number {
    const total = this.#hardware[this.#companies] ?? 0
    return Math.min(this.#companies, rangeOf(this.#hardware, dice.next() * total) + 1)
  }

  companyOfSite(siteId: number): { readonly companyId: number; readonly primary: boolean } {
    const position = this.#siteIds.toPosition(siteId)
    const index = rangeOf(this.#siteStarts, position)
    return { companyId: index + 1, primary: position === this.#siteStarts[index] }
  }

  companyOfContact(contactId: number): { readonly companyId: number | null; readonly primary: boolean } {
    const position = this.#contactIds.toPosition(contactId)
    const index = rangeOf(this.#contactStarts, position)
    if (index >= this.#companies) return { companyId: null, primary: false }
    return { companyId: index + 1, primary: position === this.#contactStarts[index] }
  }

  /** One of the company's sites, or null if it has none. */
  siteFor(companyId: number, dice: Dice): number | null {
    return this.#oneOf(this.#siteStarts, this.#siteIds, companyId, dice)
  }

  /** One of the company's contacts, or null if it has none. */
  contactFor(companyId: number, dice: Dice): number | null {
    return this.#oneOf(this.#contactStarts, this.#contactIds, companyId, dice)
  }

  #oneOf(starts: Float64Array, ids: Scatter, companyId: number, dice: Dice): number | null {
    const start = starts[companyId - 1] ?? 0
    const count = (starts[companyId] ?? 0) - start
    return count === 0 ? null : ids.toId(start + dice.below(count))
  }

  #siteCount(companyId: number): number {
    if (companyId === 2) return 14
    const dice = new Dice(this.#seed, salt.sites, companyId)
    const role = this.roleOf(companyId)
    if (role === 'prospect' || role === 'vendor') return dice.chance(0.3) ? 0 : 1
    let count = 1
    while (count < 6 && dice.chance(0.5)) count++
    return count
  }

  #weight(companyId: number): number {
    if (companyId === 2) return 0.35
    const role = this.roleOf(companyId)
    if (role === 'prospect' || role === 'vendor') return 0
    const share = 1 / (this.#ranks.toPosition(companyId) + 2) / Math.log(this.#companies + 2)
    return role === 'client' ? share : share / 8
  }
}
