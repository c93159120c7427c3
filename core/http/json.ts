/** Reads the JSON of vendors: exact integers, no `__proto__`, and a word on what is wrong with a broken one. */

/** `cut`: it ends in the middle, so the transfer broke off. `other`: it never was JSON (an HTML page, say). */
export class NotJson extends Error {
  readonly why: 'cut' | 'other'

  constructor(why: 'cut' | 'other') {
    super(why === 'cut' ? 'The JSON breaks off in the middle' : 'The text is not JSON')
    this.why = why
  }
}

/**
 * The value; an empty text is null. Integers beyond 2^53 come as strings, digit by digit as sent; `__proto__` keys are
 * left out. Throws `NotJson`.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return null
  try {
    return hasLongInteger(text) || PROTO_KEY.test(text) ? parseSlowly(text, exact) : JSON.parse(text)
  } catch {
    throw new NotJson(breaksOff(text) ? 'cut' : 'other')
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

// TypeScript's library does not know the reviver's third argument yet; Node has it since 21.
const parseSlowly = JSON.parse as (text: string, reviver: Reviver) => unknown

/** A reviver makes parsing five times slower, so only texts that need it go this way. */
const exact: Reviver = (key, value, { source }) => {
  if (key === '__proto__') return undefined
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value
  return /^-?\d+$/.test(source) ? source : value
}

/** The key however its letters are escaped. */
const PROTO_KEY = new RegExp(
  `"${[...'__proto__'].map((char) => `(?:${char}|\\\\u00${hex(char)})`).join('')}"\\s*:`.replaceAll('f', '[fF]'),
)

function hex(char: string): string {
  return char.charCodeAt(0).toString(16)
}

/** 2^53 has sixteen digits. */
const LONG = 16

/** A run of sixteen digits covers one of every sixteen places, so the others need no look: 0.2 ms a megabyte. */
function hasLongInteger(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text, at)) continue
    let start = at
    let end = at + 1
    while (isDigit(text, start - 1)) start--
    while (isDigit(text, end)) end++
    if (end - start >= LONG && isToken(text, start, end)) return true
    at = end - 1
  }
  return false
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/** Stands where a JSON number stands (or inside a text that looks so, which only costs time), and has no fraction. */
function isToken(text: string, start: number, end: number): boolean {
  const before = text[start - 1] === '-' ? start - 2 : start - 1
  return (before < 0 || ':[, \n\r\t'.includes(text.charAt(before))) && ',]} \n\r\t'.includes(text.charAt(end))
}

/** Something that was opened is never closed. */
function breaksOff(text: string): boolean {
  if (!'{['.includes(text.trimStart().charAt(0))) return false
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (quoted && char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (quoted) continue
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
  }
  return quoted || depth > 0
}
