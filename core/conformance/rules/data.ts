/** Hostile and odd data: one property of each row is changed, and its record is held against the one before. */
import { ConnectorError } from '../../connector/errors.ts'
import { isRow } from '../../connector/parse.ts'
import { type FieldKind, fieldsOf, type StreamName } from '../../connector/records.ts'
import type { Lab } from '../lab.ts'
import { differenceOf, type Reading } from '../reading.ts'
import { type Alteration, type Properties, type RowSource, rowSourceOf } from '../rows.ts'
import { messageOf, NotApplicable, type Rule, type Subject } from '../subject.ts'

/** Rows beyond these see the same properties again. */
const mostRounds = 6

interface Material {
  readonly lab: Lab
  readonly whole: Reading
  readonly source: RowSource
  readonly kinds: ReadonlyMap<string, FieldKind>
}

async function material(subject: Subject, lab: Lab, stream: StreamName): Promise<Material> {
  const whole = await subject.plain(lab, stream)
  const source = await rowSourceOf(lab, stream, whole)
  if (source === undefined) throw new NotApplicable("the vendor's rows cannot be told from its answers")
  return {
    lab,
    whole,
    source,
    kinds: new Map(Object.entries(fieldsOf(stream)).map(([name, { kind }]) => [name, kind])),
  }
}

async function altered({ lab, source }: Material, stream: StreamName, alteration: Alteration): Promise<Reading> {
  lab.answering = async (request, next) => source.altered(await next(), request, alteration)
  try {
    return await lab.read(stream)
  } finally {
    lab.answering = undefined
  }
}

/** What a changed property made of a field. `undefined` = left out, or the record with it. */
interface Effect {
  readonly id: string
  readonly property: string
  /** The property's value as the vendor sent it. */
  readonly sent: unknown
  readonly field: string
  readonly kind: FieldKind
  readonly before: unknown
  readonly after: unknown
}

/**
 * Changes a property of every row, another one in each, until all had their turn. `change` answers whether it changed
 * anything; `judge` answers what is wrong.
 */
async function eachProperty(
  stream: StreamName,
  from: Material,
  change: (properties: Properties, name: string) => boolean,
  judge: (effect: Effect) => string | undefined,
): Promise<void> {
  const { whole, source, kinds } = from
  const order = new Map([...source.rows.keys()].map((id, place) => [id, place]))
  const rounds = Math.min(mostRounds, Math.max(2, Math.ceil(source.properties.length / order.size)))
  for (let round = 0; round < rounds; round++) {
    const changed = new Map<string, string>()
    const reading = await altered(from, stream, {
      row: (properties, id) => {
        const place = order.get(id)
        const name = source.properties[((place ?? 0) + round * order.size + round) % source.properties.length]
        if (place === undefined || name === undefined) return
        if (change(properties, name)) changed.set(id, name)
      },
    })
    if (reading.failure !== undefined && !isVendors(reading.failure))
      throw new Error(
        `the reading fails with "${messageOf(reading.failure)}": read every property as if it could be anything.`,
      )
    if (reading.failure !== undefined) continue
    const rejected = new Set(reading.rejected.map(({ sourceId }) => sourceId))
    for (const [id, property] of changed) {
      const before = whole.records.get(id)
      const after = reading.records.get(id)
      if (before === undefined || rejected.has(id)) continue
      const sent = source.rows.get(id)?.[property]
      if (after === undefined) {
        if (isRow(sent) || Object.values(before.fields).includes(String(sent))) continue
        throw new Error(
          `record ${id} is dropped when ${property} is changed: yield it, the hub sets bad records aside itself.`,
        )
      }
      const [old, fresh] = [before.fields, after.fields]
      for (const field of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
        const kind = kinds.get(field)
        if (kind === undefined || JSON.stringify(old[field]) === JSON.stringify(fresh[field])) continue
        const problem = judge({ id, property, sent, field, kind, before: old[field], after: fresh[field] })
        if (problem !== undefined) throw new Error(`${problem} (${field} of record ${id}, from ${property}).`)
      }
    }
  }
}

function isVendors(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'vendor'
}

/** Made of that property alone, as far as one can see from outside. */
function isDirect({ sent, before }: Effect): boolean {
  if (before === undefined || before === null) return false
  return before === sent || String(before) === String(sent)
}

const madeUp = new Set<unknown>([false, 0, '', 'null', 'undefined', 'NaN', '[object Object]', 'false', 'Invalid Date'])

function perStream(id: string, promise: string, run: (stream: StreamName, from: Material) => Promise<void>): Rule {
  return {
    id,
    promise,
    async run(subject) {
      const lab = await subject.open()
      await subject.eachStream(async (stream) => run(stream, await material(subject, lab, stream)))
    },
  }
}

const nulls = perStream(
  'data.null',
  'What the vendor sends as null stays null: never "not sent", never false, 0 or an empty text.',
  async (stream, from) => {
    const change = (properties: Properties, name: string) => {
      if (properties[name] === null || properties[name] === undefined) return false
      properties[name] = null
      return true
    }
    await eachProperty(stream, from, change, (effect) => {
      if (madeUp.has(effect.after)) return `null becomes ${JSON.stringify(effect.after)}`
      return effect.after === undefined && isDirect(effect)
        ? 'null becomes "not sent", so the old value would stay'
        : undefined
    })
  },
)

const missing = perStream(
  'data.missing',
  'What the vendor does not send stays unsaid: never null, false, 0 or an empty text.',
  async (stream, from) => {
    const change = (properties: Properties, name: string) => {
      if (properties[name] === undefined) return false
      delete properties[name]
      return true
    }
    await eachProperty(stream, from, change, (effect) => {
      if (madeUp.has(effect.after)) return `a property that is not sent becomes ${JSON.stringify(effect.after)}`
      // Where the vendor itself leaves a property out of some rows, that may be its way to say "empty".
      const excused = from.source.optional.has(effect.property)
      return effect.after === null && !excused && isDirect(effect)
        ? 'a property that is not sent becomes null, which would erase what is stored'
        : undefined
    })
  },
)

const emptyTexts = perStream(
  'data.empty',
  'An empty text means empty: it clears the field and breaks nothing.',
  async (stream, from) => {
    const change = (properties: Properties, name: string) => {
      if (typeof properties[name] !== 'string' || properties[name] === '') return false
      properties[name] = ''
      return true
    }
    await eachProperty(stream, from, change, (effect) => {
      if (effect.after === false || effect.after === 0) return `an empty text becomes ${JSON.stringify(effect.after)}`
      return effect.after === undefined && isDirect(effect) && effect.kind === 'text'
        ? 'an empty text becomes "not sent", so the old value would stay'
        : undefined
    })
  },
)

const oddTypes = perStream(
  'data.types',
  'A property of another type than usual costs at most its own field or record.',
  async (stream, from) => {
    const change = (properties: Properties, name: string) => {
      const value = properties[name]
      if (value === undefined) return false
      properties[name] = typeof value === 'object' && value !== null ? 'odd' : { odd: [null, 1] }
      return true
    }
    await eachProperty(stream, from, change, ({ after, kind }) =>
      kind !== 'json' && typeof after === 'string' && /\[object |NaN|undefined|Invalid Date/.test(after)
        ? `an odd type becomes the text ${JSON.stringify(after)}`
        : undefined,
    )
  },
)

const oddText = 'Ünïcödé 月見 🦊\u200b \u202eabc "q" \\ <b>&amp;</b> \t%20+=SUM(1)'

const unicode = perStream(
  'data.unicode',
  'Texts arrive letter by letter as the vendor sent them.',
  async (stream, from) => {
    const change = (properties: Properties, name: string) => {
      if (typeof properties[name] !== 'string' || properties[name] === '') return false
      properties[name] = oddText
      return true
    }
    await eachProperty(stream, from, change, (effect) =>
      effect.kind === 'text' && effect.field !== 'url' && effect.before === effect.sent && effect.after !== oddText
        ? `a text arrives as ${JSON.stringify(effect.after)}`
        : undefined,
    )
  },
)

const unknown = perStream(
  'data.unknown',
  'Properties nobody knows yet change nothing, whatever they are called.',
  async (stream, from) => {
    const reading = await altered(from, stream, {
      row: (properties) => {
        for (const name of ['zzKit', '__proto__', 'constructor', 'toString', '🦊 key'])
          Object.defineProperty(properties, name, { value: { polluted: true }, enumerable: true, configurable: true })
      },
    })
    if (reading.failure !== undefined) throw new Error(`the reading fails: ${messageOf(reading.failure)}`)
    const loose = [...from.kinds].filter(([, kind]) => kind === 'json')
    const difference = loose.length > 0 ? undefined : differenceOf(from.whole, reading)
    if (difference !== undefined) throw new Error(`with unknown properties ${difference}.`)
    if (Reflect.get({}, 'polluted') !== undefined)
      throw new Error('a property named __proto__ changed all objects of the process.')
  },
)

const duplicates = perStream(
  'data.duplicates',
  'A record that comes twice in a page breaks nothing.',
  async (stream, from) => {
    const reading = await altered(from, stream, { list: (rows) => rows.flatMap((row) => [row, row]) })
    if (reading.failure !== undefined) throw new Error(`the reading fails: ${messageOf(reading.failure)}`)
    const difference = differenceOf(from.whole, reading)
    if (difference !== undefined) throw new Error(`with every row twice ${difference}.`)
  },
)

export const dataRules: readonly Rule[] = [nulls, missing, emptyTexts, oddTypes, unicode, unknown, duplicates]
