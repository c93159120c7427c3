/** A Rate Limit Rule: so many requests in a window of the clock, then 429 until the next one begins. */
import { rateExceeded } from './refusals.ts'

export class RateRule {
  readonly #requests: number
  readonly #windowMs: number
  #window = 0
  #counted = 0

  constructor({ requests, seconds }: { readonly requests: number; readonly seconds: number }) {
    this.#requests = requests
    this.#windowMs = seconds * 1000
  }

  /** Throws the refusal where the window is used up. */
  count(): void {
    const now = Date.now()
    const window = Math.floor(now / this.#windowMs)
    if (window !== this.#window) this.#counted = 0
    this.#window = window
    if (++this.#counted <= this.#requests) return
    throw rateExceeded(this.#requests, Math.ceil(((window + 1) * this.#windowMs) / 1000), now)
  }
}
