/** Notices that a source's pages go in circles, however long the circle, without keeping them all. */
import type { Json } from '../connector/index.ts'
import type { PreparedPage } from './prepare.ts'

/**
 * Brent's algorithm: the page at each power of two is remembered, and every later one compared with it.
 * See R. P. Brent, "An improved Monte Carlo factorization algorithm", BIT 20 (1980), section 7.
 */
export class LoopDetector {
  #remembered: string | undefined
  #distance = 0
  #power = 1

  /** Whether this page was there before. Pages that say nothing about where they are do not count. */
  repeats(page: PreparedPage, checkpoint: Json | undefined): boolean {
    if (page.rows.length === 0 && checkpoint === undefined) return false
    const mark = JSON.stringify([checkpoint, page.rows.length, page.rows[0]?.hash, page.rows.at(-1)?.hash])
    if (mark === this.#remembered) return true
    if (++this.#distance === this.#power) {
      this.#remembered = mark
      this.#power *= 2
      this.#distance = 0
    }
    return false
  }
}
