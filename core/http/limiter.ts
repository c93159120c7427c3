/** Holds a connection (or all connections of a vendor) to the vendor's limits. */
import type { Limits } from '../connector/contract.ts'

/** Leave to send one request. */
export interface Slot {
  /** The answer begins: the vendor has counted the request by now. */
  answered(): void
  /** The request is over; the next one may take its place. */
  release(): void
}

/** Rejects a request that would have to wait longer than a worker should be held. */
export class TooLongToWait extends Error {
  readonly milliseconds: number

  constructor(milliseconds: number) {
    super(`The limit leaves no room for ${Math.ceil(milliseconds / 1000)} s`)
    this.milliseconds = milliseconds
  }
}

interface Waiter {
  readonly go: (slot: Slot) => void
  readonly fail: (error: unknown) => void
  onWait: ((milliseconds: number) => void) | undefined
}

interface Window {
  readonly requests: number
  readonly milliseconds: number
  readonly paced: boolean
  /** Number of the oldest answer that is still inside the window. */
  head: number
}

/**
 * A window longer than the first would stall for long once it is used up, so its second half is spread over what remains
 * of it. A daily quota is not: its pace would be hours for what fits into minutes.
 */
const PACED_MS = { above: 10_000, upTo: 3_600_000 }

/** Waits shorter than this are nobody's news. */
const WORTH_TELLING_MS = 1000

/**
 * First come, first served; at most `concurrency` requests in flight; and in no stretch of time as long as a
 * window more requests than the window allows, as the *vendor* counts them. The vendor sees a request some time
 * between its start and its answer, so it takes up room from its start until a whole window after its answer. That is
 * exact however slow connections and answers are, and costs at most concurrency ÷ (requests + concurrency) of the rate:
 * where answers are slower than that, the concurrency is the tighter limit.
 */
export class Limiter {
  readonly #concurrency: number
  readonly #windows: readonly Window[]
  readonly #longestWait: number
  /** When answer number n came, at n modulo length. */
  readonly #answers: Float64Array
  readonly #queue: Waiter[] = []
  #answered = 0
  #unanswered = 0
  #active = 0
  #lastStart = 0
  #pausedUntil = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * `longestWait` in milliseconds: who would wait longer is refused with `TooLongToWait`. Without `pace` long windows
   * are used up as they come.
   */
  constructor(limits: Limits, longestWait: number, pace = true) {
    this.#concurrency = limits.concurrency
    this.#windows = limits.windows.map(({ requests, seconds }) => {
      const milliseconds = seconds * 1000
      const paced = pace && milliseconds > PACED_MS.above && milliseconds <= PACED_MS.upTo
      return { requests, milliseconds, paced, head: 0 }
    })
    this.#longestWait = longestWait
    this.#answers = new Float64Array(Math.max(1, ...this.#windows.map((window) => window.requests)))
  }

  /** Waits for room. `onWait` hears once if that takes a second or more. Rejects with the signal's reason on abort. */
  acquire(signal: AbortSignal, onWait?: (milliseconds: number) => void): Promise<Slot> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1)
        reject(signal.reason)
        this.#pump()
      }
      const waiter: Waiter = {
        go: (slot) => {
          signal.removeEventListener('abort', abort)
          resolve(slot)
        },
        fail: (error) => {
          signal.removeEventListener('abort', abort)
          reject(error)
        },
        onWait,
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#queue.push(waiter)
      this.#pump()
    })
  }

  /** No request starts for so many milliseconds. A pause is never shortened. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + milliseconds)
    this.#pump()
  }

  #pump(): void {
    clearTimeout(this.#timer)
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const now = performance.now()
      const wait = this.#wait(now)
      // All of a window is in flight: the next answer calls again.
      if (wait === Number.POSITIVE_INFINITY) return
      if (wait > this.#longestWait) {
        for (const waiter of this.#queue.splice(0)) waiter.fail(new TooLongToWait(wait))
        return
      }
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait))
        if (wait >= WORTH_TELLING_MS) {
          next.onWait?.(wait)
          next.onWait = undefined
        }
        return
      }
      if (this.#active >= this.#concurrency) return
      this.#queue.shift()
      next.go(this.#start(now))
    }
  }

  #start(now: number): Slot {
    this.#lastStart = now
    this.#active++
    this.#unanswered++
    let answered = false
    let released = false
    const answer = () => {
      if (answered) return
      answered = true
      this.#unanswered--
      this.#answers[this.#answered++ % this.#answers.length] = performance.now()
    }
    return {
      answered: () => {
        answer()
        this.#pump()
      },
      release: () => {
        answer()
        if (released) return
        released = true
        this.#active--
        this.#pump()
      },
    }
  }

  /** Milliseconds until a request may start as far as time is concerned; infinite = not before an answer. */
  #wait(now: number): number {
    let at = this.#pausedUntil
    for (const window of this.#windows) {
      while (window.head < this.#answered && this.#answerAt(window.head) + window.milliseconds <= now) window.head++
      const left = window.requests - this.#unanswered - (this.#answered - window.head)
      const oldest = window.head < this.#answered ? this.#answerAt(window.head) : undefined
      if (left <= 0) at = Math.max(at, (oldest ?? Number.POSITIVE_INFINITY) + window.milliseconds)
      else if (window.paced && left <= window.requests / 2) {
        const opens = (oldest ?? now) + window.milliseconds
        at = Math.max(at, this.#lastStart + (opens - this.#lastStart) / left)
      }
    }
    return at - now
  }

  #answerAt(number: number): number {
    return this.#answers[number % this.#answers.length] ?? 0
  }
}
