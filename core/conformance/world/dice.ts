/** Deterministic chance: every row gets its own dice, so rows can be made in any order and give the same. */

export type Choices<T> = readonly [T, ...T[]]

function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}

/** Throws (mulberry32) for one row: `seed` is the world's, `salt` the table's, `id` the row's. */
export class Dice {
  #state: number

  constructor(seed: number, salt: number, id: number) {
    this.#state = mix(mix(mix(0x2545f491, seed), salt), id)
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let value = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  pick<T>(choices: Choices<T>): T {
    const picked = choices[this.below(choices.length)]
    return picked === undefined ? choices[0] : picked
  }

  /** `length` characters out of `alphabet`. */
  text(alphabet: string, length: number): string {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[this.below(alphabet.length)] ?? ''
    return text
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}

/** The `x` with `factor * x ≡ 1 (mod size)`. */
function inverse(factor: number, size: number): number {
  let [rest, next, x, nextX] = [size, factor, 0, 1]
  while (next !== 0) {
    const times = Math.floor(rest / next)
    ;[rest, next] = [next, rest - times * next]
    ;[x, nextX] = [nextX, x - times * nextX]
  }
  return ((x % size) + size) % size
}

/** A one-to-one scattering of the positions 0…size-1 over the ids 1…size, both ways without a table. */
export class Scatter {
  readonly #size: number
  readonly #factor: number
  readonly #back: number
  readonly #shift: number

  constructor(size: number, seed: number) {
    this.#size = Math.max(1, size)
    let factor = Math.max(1, Math.floor(this.#size * 0.618))
    while (divisor(this.#size, factor) !== 1) factor++
    this.#factor = factor
    this.#back = inverse(factor, this.#size)
    this.#shift = new Dice(seed, 7, size).below(this.#size)
  }

  toId(position: number): number {
    return ((position * this.#factor + this.#shift) % this.#size) + 1
  }

  toPosition(id: number): number {
    return ((id - 1 - this.#shift + this.#size) * this.#back) % this.#size
  }
}
