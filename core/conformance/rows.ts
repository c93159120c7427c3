/** Finds the vendor's rows behind a stream's records, so that rules can change one property and see what becomes of it. */
import { isRow, type Row } from '../connector/parse.ts'
import type { StreamName } from '../connector/records.ts'
import type { SimulatedAnswer, SimulatedRequest } from '../connector/simulator.ts'
import type { Lab } from './lab.ts'
import type { Reading } from './reading.ts'

export type Properties = Record<string, unknown>

/** Where a stream's rows come from. */
export interface RowSource {
  /** By source id: the row's properties as the vendor sent them. */
  readonly rows: ReadonlyMap<string, Readonly<Properties>>
  /** Property names without the id's. */
  readonly properties: readonly string[]
  /** Left out of at least one row: here a missing property may mean an empty one. */
  readonly optional: ReadonlySet<string>
  /** The answer with `change` applied to each row's properties; `list` sees each list of rows, to add or repeat. */
  altered(answer: SimulatedAnswer, request: SimulatedRequest, alter: Alteration): SimulatedAnswer
}

export interface Alteration {
  readonly row?: (properties: Properties, sourceId: string) => void
  readonly list?: (rows: Row[]) => readonly unknown[]
}

interface Seen {
  readonly place: string
  readonly lists: readonly (readonly Row[])[]
}

/** Lists of objects in a body, however deep the vendor wraps them. */
function listsIn(body: unknown, depth = 0): Row[][] {
  if (depth > 3) return []
  if (Array.isArray(body)) return body.length > 0 && body.every(isRow) ? [body] : []
  return isRow(body) ? Object.values(body).flatMap((value) => listsIn(value, depth + 1)) : []
}

/** The path with its ids struck out. */
function placeOf({ method, path }: SimulatedRequest, ids: ReadonlySet<string>): string {
  const steps = path.split('/').map((step) => (/^\d+$|^[\da-f-]{32,36}$/i.test(step) || ids.has(step) ? '#' : step))
  return `${method} ${steps.join('/')}`
}

/** JSON:API keeps the properties one level down. */
function propertiesOf(row: Row): Properties {
  // Both are fresh objects of a parsed copy, made to be changed.
  return (isRow(row.attributes) ? row.attributes : row) as Properties
}

/** Some vendors write each property with its label beside it. */
function isLabelled(value: unknown): value is Row & { readonly value: unknown } {
  return isRow(value) && 'value' in value && 'display_value' in value
}

/** The value of a property, without its label. */
function bare(value: unknown): unknown {
  return isLabelled(value) ? value.value : value
}

function bareOnes(properties: Properties): Properties {
  if (!Object.values(properties).some(isLabelled)) return properties
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, bare(value)]))
}

/** Lets `change` see the properties without labels; a text it sets becomes the label, too. */
function changeBare(properties: Properties, change: (properties: Properties) => void): void {
  const before = bareOnes(properties)
  const after = before === properties ? properties : { ...before }
  change(after)
  if (after === properties) return
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) delete properties[name]
  for (const [name, value] of Object.entries(after)) {
    if (Object.hasOwn(before, name) && before[name] === value) continue
    const labelled = properties[name]
    const written =
      isLabelled(labelled) && typeof value === 'string' ? { ...labelled, value, display_value: value } : value
    Object.defineProperty(properties, name, { value: written, enumerable: true, configurable: true, writable: true })
  }
}

/** A list may hold rows that are no records, e.g. deleted ones. */
function idKeyOf(rows: readonly Row[], ids: ReadonlySet<string>): string | undefined {
  return Object.keys(rows[0] ?? {}).find(
    (key) => rows.filter((row) => ids.has(String(bare(row[key])))).length * 2 >= rows.length,
  )
}

/** Numbers meet by chance (status 1, company 1); a text in common shows that row and record are the same thing. */
function tellsOf(row: Row, record: Readonly<Record<string, unknown>> | undefined): boolean {
  if (record === undefined) return false
  const texts = new Set(Object.values(record).filter((value) => typeof value === 'string' && value.length > 2))
  return Object.values(propertiesOf(row)).some((value) => texts.has(bare(value)))
}

/** Reads the stream once and finds its rows; undefined if they cannot be told, e.g. where ids are put together. */
export async function rowSourceOf(lab: Lab, stream: StreamName, whole: Reading): Promise<RowSource | undefined> {
  const ids = new Set(whole.records.keys())
  const parents = new Set(await lab.companies())
  const seen: Seen[] = []
  lab.answering = async (request, next) => {
    const answer = await next()
    const lists = listsIn(answer.status < 300 ? wire(answer.body) : undefined)
    seen.push({ place: placeOf(request, parents), lists })
    return answer
  }
  await lab.read(stream)
  lab.answering = undefined

  let best: { place: string; key: string; rows: Map<string, Properties> } | undefined
  for (const [place, answers] of Map.groupBy(seen, (answer) => answer.place)) {
    const all = answers.flatMap(({ lists }) => lists)
    for (const key of new Set(all.flatMap((rows) => idKeyOf(rows, ids) ?? []))) {
      const rows = all
        .filter((list) => idKeyOf(list, ids) === key)
        .flatMap((list) => list.filter((row) => ids.has(String(bare(row[key])))))
      const known = rows.filter((row) => {
        const record = whole.records.get(String(bare(row[key])))
        return tellsOf(row, record?.fields)
      })
      if (known.length * 2 < rows.length || known.length <= (best?.rows.size ?? 0)) continue
      best = { place, key, rows: new Map(rows.map((row) => [String(bare(row[key])), bareOnes(propertiesOf(row))])) }
    }
  }
  if (best === undefined || best.rows.size * 2 < ids.size) return undefined
  const { place, key, rows } = best
  const named = [...rows.values()].map((row) => new Set(Object.keys(row).filter((name) => row[name] !== undefined)))
  const properties = [...new Set(named.flatMap((names) => [...names]))].filter((name) => name !== key)
  return {
    rows,
    properties,
    optional: new Set(properties.filter((name) => named.some((names) => !names.has(name)))),
    altered: (answer, request, alter) => {
      if (answer.status >= 300 || placeOf(request, parents) !== place) return answer
      const body = wire(answer.body)
      return body === undefined
        ? answer
        : { ...answer, body: rebuilt(body, (list) => changedList(list, key, ids, alter)) }
    },
  }
}

/** The body as the connector gets it. A parsed copy, so that changes stay out of the simulator. */
function wire(body: unknown): unknown {
  if (body === undefined) return undefined
  try {
    return JSON.parse(typeof body === 'string' ? body : JSON.stringify(body))
  } catch {
    return undefined
  }
}

function rebuilt(body: unknown, change: (rows: Row[]) => readonly unknown[], depth = 0): unknown {
  if (depth > 3) return body
  if (Array.isArray(body)) return body.length > 0 && body.every(isRow) ? change(body) : body
  if (!isRow(body)) return body
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, rebuilt(value, change, depth + 1)]))
}

function changedList(rows: Row[], key: string, ids: ReadonlySet<string>, alter: Alteration): readonly unknown[] {
  if (idKeyOf(rows, ids) !== key) return rows
  for (const row of rows) {
    const id = String(bare(row[key]))
    if (alter.row) changeBare(propertiesOf(row), (properties) => alter.row?.(properties, id))
  }
  return alter.list?.(rows) ?? rows
}
