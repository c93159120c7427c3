/** a and b: a first sync and one that finds nothing changed, against the plain ways, in one process. */
import type { Settings, SourceConnector, StreamName } from '../../core/connector/index.ts'
import { copyFloor, type Fetch, fetchOnly, type Shape, sequelizeFloor } from './floors.ts'
import { type Bench, type BulkRequest, median, type Subject, subject, timed, type Vendor, walBytes } from './lab.ts'

export interface Throughput {
  readonly records: number
  readonly bytesPerRecord: number
  /** Milliseconds, all rounds. */
  readonly first: Record<'engine' | 'sequelize' | 'copy' | 'fetch', number[]>
  readonly again: Record<'engine' | 'sequelize' | 'fetch', number[]>
  readonly wal: { engine: number; sequelize: number }
  readonly written: number
}

function recordsOf(body: unknown): Record<string, unknown>[] {
  if (Array.isArray(body)) return body
  const found = Object.values(Object(body)).find(Array.isArray)
  if (found === undefined) throw new Error('A page without a list.')
  return found
}

export function plainFetch(requests: readonly BulkRequest[]): { pages: Fetch; bytes: () => number } {
  let bytes = 0
  return {
    bytes: () => bytes,
    pages: async (each) => {
      bytes = 0
      for (const { url, method, headers, body } of requests) {
        const answer = await fetch(url, { method, headers, ...(method === 'GET' ? {} : { body }) })
        const text = await answer.text()
        bytes += text.length
        await each(recordsOf(JSON.parse(text)))
      }
    },
  }
}

/** One full pass of one stream, to its end. */
export async function run(on: Subject, stream: StreamName = 'configurations'): Promise<void> {
  const result = await on.engine.run(
    { connectionId: on.connectionId, mode: 'apply', pass: 'full', trigger: 'force', streams: [stream] },
    { signal: new AbortController().signal, limitMinutes: 60 },
  )
  if ('busy' in result || result.state !== 'succeeded') throw new Error(`The run ended ${JSON.stringify(result)}`)
}

/**
 * Details that a connector reads in rotation are all there after some passes; what is measured is a night after that.
 * A rotation that never ends (Kaseya BMS) has its share in every pass.
 */
async function settle(on: Subject, vendor: Vendor, pages: number): Promise<void> {
  for (let pass = 0; pass < 10; pass++) {
    await vendor.stats()
    await run(on)
    if ((await vendor.stats()).starts.length < 2 * pages) return
  }
}

/** Companies first, so that the configurations have where to go; then the tables are empty again. */
async function prepared(bench: Bench, connector: SourceConnector<Settings>, vendor: Vendor): Promise<Subject> {
  await bench.database.run(
    'truncate company_links, companies, configurations, sync_runs, sync_pages, stream_states, record_changes, withheld_changes cascade',
  )
  const on = await subject(bench.database, connector, vendor.settings)
  await run(on, 'companies')
  return on
}

export async function throughput(
  bench: Bench,
  connector: SourceConnector<Settings>,
  vendor: Vendor,
  shape: Shape,
  rounds: number,
): Promise<Throughput> {
  const { database } = bench
  // Warm-up: the tape is filled, the code compiled.
  const warm = await prepared(bench, connector, vendor)
  await vendor.forget()
  await run(warm)
  await warm.close()
  const requests = await vendor.bulk()
  const plain = plainFetch(requests)
  const first: Throughput['first'] = { engine: [], sequelize: [], copy: [], fetch: [] }
  const again: Throughput['again'] = { engine: [], sequelize: [], fetch: [] }
  const wal = { engine: 0, sequelize: 0 }
  let written = 0
  let records = 0
  for (let round = 0; round < rounds; round++) {
    first.fetch.push(await timed(() => fetchOnly(plain.pages)))
    const on = await prepared(bench, connector, vendor)
    first.engine.push(await timed(() => run(on)))
    records = (await database.row<{ count: number }>('select count(*) from configurations'))?.count ?? 0
    await settle(on, vendor, requests.length)
    const before = await database.row<{ sum: string }>(
      'select sum(xmin::text::bigint)::text as sum from configurations',
    )
    let elapsed = 0
    wal.engine = await walBytes(database, async () => {
      elapsed = await timed(() => run(on))
    })
    again.engine.push(elapsed)
    const after = await database.row<{ sum: string }>('select sum(xmin::text::bigint)::text as sum from configurations')
    if (before?.sum !== after?.sum) written++
    await on.close()

    const sequelize = await sequelizeFloor(database, plain.pages, shape)
    first.sequelize.push(await timed(() => sequelize.run()))
    wal.sequelize = await walBytes(database, async () => {
      elapsed = await timed(() => sequelize.run())
    })
    again.sequelize.push(elapsed)
    await sequelize.close()

    first.copy.push(await timed(() => copyFloor(database, plain.pages, shape)))
    again.fetch.push(await timed(() => fetchOnly(plain.pages)))
    await database.run('drop table floor_sequelize, floor_copy')
    await database.run('checkpoint')
  }
  return { records, bytesPerRecord: Math.round(plain.bytes() / records), first, again, wal, written }
}

export function ratios(of: Throughput) {
  const m = (values: number[]) => median(values)
  return {
    a1: m(of.first.sequelize) / m(of.first.engine),
    a2: m(of.first.engine) / m(of.first.copy),
    b1: m(of.again.sequelize) / m(of.again.engine),
    b2: m(of.again.engine) / m(of.again.fetch),
    b3: of.wal.engine / of.wal.sequelize,
  }
}
