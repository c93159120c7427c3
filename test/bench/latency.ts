/** c: how much of the vendor's latency is hidden, and that the declared rate is kept while it is. */
import { type Bench, connectorOf, startVendor, subject, timed } from './lab.ts'
import { pagedConnector } from './paged.ts'
import { plainFetch, run } from './throughput.ts'

const latencyMs = 100
const pages = 200

export interface Hidden {
  readonly inFlight: number
  /** Ideal time ÷ time taken. */
  readonly shares: number[]
  /** The most requests the vendor saw in any second, and what was declared. */
  readonly worstSecond: number
  readonly declared: number
}

/** The most starts within any window of a second. */
function busiest(starts: readonly number[]): number {
  let first = 0
  let most = 0
  for (const [index, at] of starts.entries()) {
    while (at - (starts[first] ?? at) >= 1000) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}

export async function inParallel(bench: Bench, inFlight: number, rounds: number): Promise<Hidden> {
  const vendor = await startVendor('paged.ts', pages * 250)
  try {
    const shares: number[] = []
    let worstSecond = 0
    const connector = pagedConnector(inFlight, pages)
    for (let round = 0; round <= rounds; round++) {
      await bench.database.run('truncate configurations, sync_pages, stream_states, record_changes, withheld_changes')
      await vendor.latency(round === 0 ? 0 : latencyMs)
      await vendor.stats()
      const on = await subject(bench.database, connector, vendor.settings)
      const took = await timed(() => run(on))
      await on.close()
      const { starts } = await vendor.stats()
      // Round 0 fills the tape and warms the code.
      if (round === 0) continue
      shares.push(((pages / inFlight) * latencyMs) / took)
      worstSecond = Math.max(worstSecond, busiest(starts))
    }
    return { inFlight, shares, worstSecond, declared: inFlight * 15 }
  } finally {
    vendor.stop()
  }
}

/** Strictly one page after the other: the whole sync against nothing but the fetching of the same pages. */
export async function inSequence(
  bench: Bench,
  plugin: string,
  records: number,
  rounds: number,
): Promise<{ engine: number[]; fetch: number[] }> {
  const vendor = await startVendor(`../../plugins/${plugin}/simulator.ts`, records)
  const connector = await connectorOf(plugin)
  try {
    const engine: number[] = []
    const fetch: number[] = []
    for (let round = 0; round <= rounds; round++) {
      await bench.database.run(
        'truncate company_links, companies, configurations, sync_pages, stream_states, record_changes, withheld_changes cascade',
      )
      const on = await subject(bench.database, connector, vendor.settings)
      await vendor.latency(0)
      await run(on, 'companies')
      if (round === 0) await vendor.forget()
      else await vendor.latency(latencyMs)
      await vendor.stats()
      const took = await timed(() => run(on))
      await on.close()
      const { starts } = await vendor.stats()
      if (round === 0) continue
      engine.push(took)
      const pages = await vendor.bulk()
      const plain = plainFetch(pages)
      // Signing in and asking for the total are requests as well: the plain side is charged their latency.
      const others = (starts.length - pages.length) * latencyMs
      fetch.push(others + (await timed(() => plain.pages(async () => {}))))
    }
    return { engine, fetch }
  } finally {
    vendor.stop()
  }
}
