/** What a browser sent, read field by field; anything unexpected is refused with a sentence. */
import { Problem } from '../problem.ts'

export class Input {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: unknown) {
    this.#values = typeof values === 'object' && values !== null && !Array.isArray(values) ? { ...values } : {}
  }

  has(name: string): boolean {
    const value = this.#values[name]
    return value !== undefined && value !== null && value !== ''
  }

  /** It was sent, be it empty. */
  named(name: string): boolean {
    return Object.hasOwn(this.#values, name)
  }

  /** A positive whole number, as number or text. */
  id(name: string): number {
    const value = Number(this.#values[name])
    if (!this.has(name) || !Number.isSafeInteger(value) || value < 1) throw new Problem(400, `${name} must be an id.`)
    return value
  }

  optionalId(name: string): number | undefined {
    return this.has(name) ? this.id(name) : undefined
  }

  ids(name: string): readonly number[] {
    const value = this.#values[name]
    if (!Array.isArray(value) || value.length === 0 || value.length > 10_000)
      throw new Problem(400, `${name} must be a list of ids.`)
    return value.map((id) => new Input({ id }).id('id'))
  }

  text(name: string, longest = 1000): string {
    const value = this.#values[name]
    if (typeof value !== 'string' || value.trim() === '' || value.length > longest)
      throw new Problem(400, `${name} must be a text of 1 to ${longest} characters.`)
    return value.trim()
  }

  optionalText(name: string, longest = 1000): string | undefined {
    return this.has(name) ? this.text(name, longest) : undefined
  }

  flag(name: string): boolean {
    const value = this.#values[name]
    if (value === undefined || value === false || value === 'false') return false
    if (value === true || value === 'true') return true
    throw new Problem(400, `${name} must be true or false.`)
  }

  number(name: string, least: number, most: number): number {
    const value = Number(this.#values[name])
    if (!this.has(name) || !(value >= least && value <= most))
      throw new Problem(400, `${name} must be ${least} to ${most}.`)
    return value
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const found = values.find((value) => value === this.#values[name])
    if (found === undefined) throw new Problem(400, `${name} must be one of ${values.join(', ')}.`)
    return found
  }

  optionalOneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    return this.has(name) ? this.oneOf(name, values) : undefined
  }

  object(name: string): Readonly<Record<string, unknown>> {
    const value = this.#values[name]
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Problem(400, `${name} must be an object.`)
    return { ...value }
  }

  input(name: string): Input {
    return new Input(this.object(name))
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name]
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
      throw new Problem(400, `${name} must be a list of texts.`)
    return value
  }
}
