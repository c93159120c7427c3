/** A vendor's limits: those of the connection as a whole, and those of each endpoint where the vendor counts them apart. */
import type { Limits } from '../connector/contract.ts'
import { Limiter, type Slot } from './limiter.ts'

const ID = /^(\d+|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})$/i

/** The endpoint an address belongs to: its path without ids, e.g. `v2/assets/#/notes`. */
export function endpointOf(url: string): string {
  const path = URL.parse(url)?.pathname ?? url.split('?', 1)[0] ?? ''
  return path
    .split('/')
    .filter((step) => step !== '')
    .map((step) => (ID.test(step) ? '#' : step))
    .join('/')
}

export class Throttle {
  readonly #limits: Limits
  readonly #longestWait: number
  readonly #whole: Limiter
  readonly #endpoints = new Map<string, Limiter>()

  /** `longestWait` in milliseconds: who would wait longer is refused with `TooLongToWait`. */
  constructor(limits: Limits, longestWait: number) {
    this.#limits = limits
    this.#longestWait = longestWait
    this.#whole = new Limiter(limits, longestWait)
  }

  /** Room at the endpoint first, then in the whole: who waits for an endpoint must not hold up the others. */
  async acquire(url: string, signal: AbortSignal, onWait?: (milliseconds: number) => void): Promise<Slot> {
    const endpoint = this.#endpoint(url)
    if (endpoint === undefined) return this.#whole.acquire(signal, onWait)
    const inner = await endpoint.acquire(signal, onWait)
    try {
      const outer = await this.#whole.acquire(signal, onWait)
      return {
        answered: () => {
          inner.answered()
          outer.answered()
        },
        release: () => {
          inner.release()
          outer.release()
        },
      }
    } catch (error) {
      inner.release()
      throw error
    }
  }

  /** What the vendor says about one endpoint holds for that one, if it counts them apart. */
  pause(url: string, milliseconds: number): void {
    const limiter = this.#endpoint(url) ?? this.#whole
    limiter.pause(milliseconds)
  }

  #endpoint(url: string): Limiter | undefined {
    const { perEndpoint = [], scope } = this.#limits
    if (perEndpoint.length === 0) return undefined
    const name = endpointOf(url)
    const known = this.#endpoints.get(name)
    if (known !== undefined) return known
    // Not spread out: a connector that fills such a window knows it and leaves room, and what is left is for live calls.
    const limits = { concurrency: Number.POSITIVE_INFINITY, windows: perEndpoint, scope }
    const limiter = new Limiter(limits, this.#longestWait, false)
    this.#endpoints.set(name, limiter)
    return limiter
  }
}
