/** Masks secrets in any text on its way to people, logs or the database. */
import type { ReportLine, SettingField, Settings } from '../connector/contract.ts'

const MASK = '[hidden]'

/** Below this length a value is found by chance in any text, and masking it would say more than it hides. */
const SHORTEST = 4

/** Fragments of encoded forms are held to more characters, for the same reason. */
const SHORTEST_FRAGMENT = 6

/** How many sessions back are still masked: an error may come home after the session was renewed. */
const SESSIONS_KEPT = 4

/** Header names whose values are no secrets and would mask half of every log. */
const harmless = new Set(['accept', 'accept-language', 'content-type', 'user-agent', 'prefer', 'consistencylevel'])

/** Knows the secrets of one connection and masks them. */
export class Redactor {
  readonly #fixed: readonly string[]
  readonly #sessions: (readonly string[])[] = []
  #pattern: RegExp | undefined

  constructor(secrets: Iterable<string>) {
    this.#fixed = [...secrets]
    this.#compile()
  }

  /** From now on masks the secrets in these session headers, too. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    const values = Object.entries(headers).flatMap(([name, value]) =>
      harmless.has(name.toLowerCase()) ? [] : [value, ...value.split(' ').slice(1)],
    )
    this.#sessions.push(values)
    if (this.#sessions.length > SESSIONS_KEPT) this.#sessions.shift()
    this.#compile()
  }

  /** The text without any known secret, in whichever form: as it is, base64, URL-encoded, JSON-escaped. */
  readonly redact = (text: string): string => {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, MASK)
  }

  #compile(): void {
    const forms = new Set([...this.#fixed, ...this.#sessions.flat()].flatMap(formsOf))
    // Longest first: a secret that contains another must not leave its tail behind.
    const ordered = [...forms].sort((a, b) => b.length - a.length)
    this.#pattern = ordered.length === 0 ? undefined : new RegExp(ordered.map(literal).join('|'), 'g')
  }
}

/** A line for the run log without secrets. */
export function redactLine(line: ReportLine, redact: (text: string) => string): ReportLine {
  const { message, sourceId } = line
  return { ...line, message: redact(message), ...(sourceId === undefined ? {} : { sourceId: redact(sourceId) }) }
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** The values of the settings marked `secret`. */
export function secretsOf(fields: Readonly<Record<string, SettingField>>, settings: Settings): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (!field.secret) return []
    const value = settings[name]
    return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string')
  })
}

function formsOf(secret: string): string[] {
  if (secret.length < SHORTEST) return []
  const encoded = encodeURIComponent(secret)
  const form = new URLSearchParams({ v: secret }).toString().slice(2)
  const json = JSON.stringify(secret).slice(1, -1)
  return [
    secret,
    ...[encoded, form].flatMap((text) => [text, text.replace(/%../g, (hex) => hex.toLowerCase())]),
    json,
    json.replaceAll('/', '\\/'),
    ...base64Forms(secret),
  ]
}

/** Base64 of a text around the secret ("user:secret") shows it shifted by 0, 1 or 2 bytes: the part that is its alone. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const forms: string[] = []
  for (const shift of [0, 1, 2]) {
    const base64 = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    const part = base64.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
    if (part.length < SHORTEST_FRAGMENT) continue
    const url = part.replaceAll('+', '-').replaceAll('/', '_')
    forms.push(part, url, encodeURIComponent(part))
  }
  return forms
}
