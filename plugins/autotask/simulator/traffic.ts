/** The hourly threshold of a database, and the three threads of each kind of record. */
import { thresholdReached, tooManyThreads } from './refusals.ts'

const threshold = 10_000
const minutes = 60
const maxThreads = 3

export class Traffic {
  usedElsewhere: number
  /** When the requests of the hour came, oldest first. */
  #times: number[] = []
  readonly #threads = new Map<string, number>()

  constructor(usedElsewhere: number) {
    this.usedElsewhere = usedElsewhere
  }

  count(): void {
    this.#times.push(Date.now())
  }

  information() {
    return {
      externalRequestThreshold: threshold,
      requestThresholdTimeframe: minutes,
      currentTimeframeRequestCount: this.#used(),
    }
  }

  assertRoom(): void {
    if (this.#used() > threshold) throw thresholdReached()
  }

  /** Answers what to call when the request is over. */
  enter(endpoint: string): () => void {
    const running = this.#threads.get(endpoint) ?? 0
    if (running >= maxThreads) throw tooManyThreads()
    this.#threads.set(endpoint, running + 1)
    return () => this.#threads.set(endpoint, (this.#threads.get(endpoint) ?? 1) - 1)
  }

  #used(): number {
    const oldest = Date.now() - minutes * 60_000
    const gone = this.#times.findIndex((time) => time >= oldest)
    if (gone > 0) this.#times = this.#times.slice(gone)
    return this.#times.length + this.usedElsewhere
  }
}
