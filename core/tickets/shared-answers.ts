/** The same question asked by many at once, or again within seconds, is put to the vendor once. */

interface Asked {
  readonly answer: Promise<unknown>
  /** When it is too old to be given again; unset while it is on its way. */
  until: number | undefined
}

export class SharedAnswers {
  readonly #keepMs: number
  readonly #asked = new Map<string, Asked>()

  /** An answer is given again for `keepMs` after it came; a failure never. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  /** `key` names the question and everything the answer depends on. */
  async ask<T>(key: string, question: () => Promise<T>): Promise<T> {
    this.#forget()
    const known = this.#asked.get(key)
    // The key says which question it is, and so which type its answer has.
    if (known !== undefined) return known.answer as Promise<T>
    const answer = question()
    const asked: Asked = { answer, until: undefined }
    this.#asked.set(key, asked)
    try {
      const given = await answer
      asked.until = performance.now() + this.#keepMs
      return given
    } catch (error) {
      this.#asked.delete(key)
      throw error
    }
  }

  #forget(): void {
    const now = performance.now()
    for (const [key, { until }] of this.#asked) if (until !== undefined && until <= now) this.#asked.delete(key)
  }
}
