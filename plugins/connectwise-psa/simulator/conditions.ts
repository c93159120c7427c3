/** The query language of `conditions`, `childConditions` and `customFieldConditions`. */
import { badParameter } from './refusals.ts'

export type Row = Readonly<Record<string, unknown>>

export type Predicate = (row: Row) => boolean

/** Reads what a condition compares; several values where the field lies inside a list. */
export interface Field {
  readonly read: (row: Row) => unknown
  readonly many?: true
}

/** Finds the field of a name as the caller wrote it, `undefined` if there is none. */
export type FindField = (name: string) => Field | undefined

type Literal =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'date'; readonly value: number }
  | { readonly kind: 'null' }

type Token =
  | { readonly kind: 'word' | 'sign'; readonly text: string }
  | { readonly kind: 'literal'; readonly literal: Literal }

type Test = (value: unknown) => boolean

const pattern =
  /\s*(?:(?<sign>[(),]|<=|>=|!=|=|<|>)|"(?<text>(?:[^"\\]|\\.)*)"|\[(?<date>[^\]]*)\]|(?<number>-?\d+(?:\.\d+)?)(?![\w.])|(?<word>[A-Za-z_][\w/]*))/y

class Syntax extends Error {}

function literalOf(groups: Readonly<Record<string, string | undefined>>): Literal | undefined {
  const { text, date, number, word } = groups
  // How a quote inside a text is written is not documented; a backslash is what clients use.
  if (text !== undefined) return { kind: 'text', value: text.replace(/\\(.)/g, '$1') }
  if (number !== undefined) return { kind: 'number', value: Number(number) }
  if (date !== undefined) {
    const value = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?$/.test(date) ? Date.parse(date) : Number.NaN
    if (Number.isNaN(value)) throw new Syntax(`'${date}' is no date`)
    return { kind: 'date', value }
  }
  const constant = word?.toLowerCase()
  if (constant === 'true' || constant === 'false') return { kind: 'boolean', value: constant === 'true' }
  return constant === 'null' ? { kind: 'null' } : undefined
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (text.slice(at).trim() !== '') {
    pattern.lastIndex = at
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) throw new Syntax(`unexpected text at position ${at}`)
    at = pattern.lastIndex
    const literal = literalOf(groups)
    if (literal !== undefined) tokens.push({ kind: 'literal', literal })
    else if (groups.sign !== undefined) tokens.push({ kind: 'sign', text: groups.sign })
    else tokens.push({ kind: 'word', text: groups.word ?? '' })
  }
  return tokens
}

/** SQL Server compares text without regard to case, and a comparison with nothing is never true. */
function equals(literal: Literal): Test {
  switch (literal.kind) {
    case 'null':
      return (value) => value === null || value === undefined
    case 'text': {
      const wanted = literal.value.toLowerCase()
      return (value) => typeof value === 'string' && value.toLowerCase() === wanted
    }
    case 'date':
      return (value) => typeof value === 'string' && Date.parse(value) === literal.value
    default:
      return (value) => value === literal.value
  }
}

function ordered(sign: string, literal: Literal): Test {
  if (literal.kind === 'null' || literal.kind === 'boolean')
    throw new Syntax(`'${sign}' needs a number, a date or a text`)
  const holds = (order: number) =>
    sign === '<' ? order < 0 : sign === '<=' ? order <= 0 : sign === '>' ? order > 0 : order >= 0
  if (literal.kind === 'text') {
    const wanted = literal.value.toLowerCase()
    return (value) =>
      typeof value === 'string' && holds(value.toLowerCase() < wanted ? -1 : value.toLowerCase() > wanted ? 1 : 0)
  }
  if (literal.kind === 'date') return (value) => typeof value === 'string' && holds(Date.parse(value) - literal.value)
  return (value) => typeof value === 'number' && holds(value - literal.value)
}

function textOf(operator: string, literal: Literal): string {
  if (literal.kind !== 'text') throw new Syntax(`'${operator}' needs a text in double quotes`)
  return literal.value
}

function like(wanted: string): Test {
  const parts = wanted.split(/[*%]/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`, 'is')
  return (value) => typeof value === 'string' && expression.test(value)
}

function contains(wanted: string): Test {
  const part = wanted.toLowerCase()
  return (value) => typeof value === 'string' && value.toLowerCase().includes(part)
}

/** Recursive descent over `or`, `and`, `not`, parentheses and comparisons. */
class Parser {
  readonly #tokens: readonly Token[]
  readonly #find: FindField
  #at = 0

  constructor(tokens: readonly Token[], find: FindField) {
    this.#tokens = tokens
    this.#find = find
  }

  all(): Predicate {
    const predicate = this.#or()
    if (this.#at < this.#tokens.length) throw new Syntax('something follows the end of the condition')
    return predicate
  }

  #or(): Predicate {
    let left = this.#and()
    while (this.#takeWord('or')) {
      const [one, other] = [left, this.#and()]
      left = (row) => one(row) || other(row)
    }
    return left
  }

  #and(): Predicate {
    let left = this.#unary()
    while (this.#takeWord('and')) {
      const [one, other] = [left, this.#unary()]
      left = (row) => one(row) && other(row)
    }
    return left
  }

  #unary(): Predicate {
    if (this.#takeWord('not')) {
      const inner = this.#unary()
      return (row) => !inner(row)
    }
    if (!this.#takeSign('(')) return this.#comparison()
    const inner = this.#or()
    this.#expectSign(')')
    return inner
  }

  #comparison(): Predicate {
    const name = this.#word()
    const field = this.#find(name)
    if (field === undefined) throw new Syntax(`there is no field '${name}'`)
    const { read, many } = field
    const negated = this.#takeWord('not')
    const test = this.#test()
    const decide: Test = negated ? (value) => value !== null && value !== undefined && !test(value) : test
    if (!many) return (row) => decide(read(row))
    return (row) => {
      const values = read(row)
      return Array.isArray(values) && values.some(decide)
    }
  }

  #test(): Test {
    for (const sign of ['<', '<=', '>', '>=']) if (this.#takeSign(sign)) return ordered(sign, this.#literal())
    if (this.#takeSign('=')) return equals(this.#literal())
    if (this.#takeSign('!=')) {
      const literal = this.#literal()
      const same = equals(literal)
      if (literal.kind === 'null') return (value) => !same(value)
      return (value) => value !== null && value !== undefined && !same(value)
    }
    if (this.#takeWord('like')) return like(textOf('like', this.#literal()))
    if (this.#takeWord('contains')) return contains(textOf('contains', this.#literal()))
    if (!this.#takeWord('in')) throw new Syntax('a comparison is missing')
    this.#expectSign('(')
    const tests = [equals(this.#literal())]
    while (this.#takeSign(',')) tests.push(equals(this.#literal()))
    this.#expectSign(')')
    return (value) => tests.some((test) => test(value))
  }

  #takeSign(sign: string): boolean {
    const token = this.#tokens[this.#at]
    const found = token?.kind === 'sign' && token.text === sign
    if (found) this.#at++
    return found
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw new Syntax(`'${sign}' is missing`)
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at]
    const found = token?.kind === 'word' && token.text.toLowerCase() === word
    if (found) this.#at++
    return found
  }

  #word(): string {
    const token = this.#tokens[this.#at++]
    if (token?.kind !== 'word') throw new Syntax('a field is missing')
    return token.text
  }

  #literal(): Literal {
    const token = this.#tokens[this.#at++]
    if (token?.kind !== 'literal') throw new Syntax('a value is missing')
    return token.literal
  }
}

/** Reads a condition; `parameter` names it in the refusal (400) of one that cannot be read. */
export function parseConditions(parameter: string, text: string, find: FindField): Predicate {
  try {
    return new Parser(tokensOf(text), find).all()
  } catch (error) {
    if (error instanceof Syntax) throw badParameter(parameter, `Cannot read '${text}': ${error.message}`)
    throw error
  }
}
