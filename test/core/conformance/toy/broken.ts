/** Ways to break the toy connector in one point, and to see which promises it then breaks. */
import type { Test } from 'tap'
import { conform } from '../../../../core/conformance/kit.ts'
import type {
  Connector,
  HttpAnswer,
  HttpRequest,
  Page,
  ReadContext,
  SourceConnector,
  Stream,
} from '../../../../core/connector/contract.ts'
import type { RecordOf, StreamName } from '../../../../core/connector/records.ts'
import type { SimulatorModule } from '../../../../core/connector/simulator.ts'
import type { ToySettings } from './client.ts'
import { toy } from './connector.ts'
import * as toySimulator from './simulator.ts'

export type Toy = SourceConnector<ToySettings>
export type ReadCtx = ReadContext<ToySettings>

export function having(parts: Partial<Toy>): Toy {
  return { ...toy, ...parts }
}

/** The toy with another `stream`. */
export function withStream<K extends StreamName>(
  name: K,
  change: (stream: Stream<K, ToySettings>) => Partial<Stream<K, ToySettings>>,
): Toy {
  const stream: Stream<K, ToySettings> | undefined = toy.streams[name]
  if (stream === undefined) throw new Error(`The toy has no ${name}.`)
  return having({ streams: { ...toy.streams, [name]: { ...stream, ...change(stream) } } })
}

/** The toy whose reading of `stream` gets a changed context. */
export function reading<K extends StreamName>(name: K, change: (ctx: ReadCtx) => ReadCtx): Toy {
  return withStream(name, (stream) => ({ read: (ctx) => stream.read(change(ctx)) }))
}

/** The toy whose pages of `stream` go through `change`. */
export function paging<K extends StreamName>(
  name: K,
  change: (pages: AsyncIterable<Page<K>>, ctx: ReadCtx) => AsyncIterable<Page<K>>,
): Toy {
  return withStream(name, (stream) => ({ read: (ctx) => change(stream.read(ctx), ctx) }))
}

/** The toy whose records of `stream` go through `change`. */
export function recording<K extends StreamName>(name: K, change: (record: RecordOf<K>) => object): Toy {
  // What comes out need not be a record any more: that is the point.
  const changed = (record: RecordOf<K>) => change(record) as RecordOf<K>
  return withStream(name, (stream) => ({
    async *read(ctx) {
      for await (const page of stream.read(ctx)) yield { ...page, records: page.records.map(changed) }
    },
    readOne: async (ctx, id) => {
      const record = await stream.readOne?.(ctx, id)
      return record ? changed(record) : null
    },
  }))
}

/** A context whose requests go through `change`. */
export function asking<C extends { readonly http: ReadCtx['http'] }>(
  ctx: C,
  change: (request: HttpRequest, send: (request: HttpRequest) => Promise<HttpAnswer>) => Promise<HttpAnswer>,
): C {
  return { ...ctx, http: { request: (request) => change(request, (other) => ctx.http.request(other)) } }
}

/** The toy whose vendor's rows in `stream` go through `change` before the connector reads them. */
export function rows(name: StreamName, change: (row: Record<string, unknown>) => void): Toy {
  return reading(name, (ctx) =>
    asking(ctx, async (request, send) => {
      const answer = await send(request)
      const body: { items?: Record<string, unknown>[] } = structuredClone(Object(answer.body))
      for (const row of body.items ?? []) change(row)
      return { ...answer, body }
    }),
  )
}

/**
 * Runs the promise's own group, the plain readings and the manners; exactly `ids` must fail. `detail` is part of what
 * the sheet says about the first.
 */
export async function breaks(
  t: Test,
  connector: Connector,
  ids: readonly string[],
  detail: string | RegExp = /./,
  simulator: SimulatorModule | undefined = toySimulator,
): Promise<void> {
  const groups = ids.map((id) => id.split('.')[0] ?? '')
  const only = [...groups, 'reading.complete', 'reading.valid', 'reading.stable', 'manners', 'simulator']
  const { rules } = await conform(connector, simulator, { only })
  const failed = rules.filter(({ outcome }) => outcome === 'fail')
  t.strictSame(
    failed.map(({ id }) => id).sort(),
    [...ids].sort(),
    failed.map(({ id, detail }) => `${id}: ${detail}`).join('\n'),
  )
  t.match(failed.find(({ id }) => id === ids[0])?.detail ?? '', detail)
}
