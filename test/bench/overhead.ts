/** f: what the contract and the validation cost per record, on pages of a real connector. */
import { hash } from 'node:crypto'
import { createReadContext } from '../../core/connections/context.ts'
import type { Page, StreamName } from '../../core/connector/index.ts'
import { HttpClients } from '../../core/http/clients.ts'
import { preparer } from '../../core/sync/prepare.ts'
import { type Bench, connectorOf, median, startVendor, subject } from './lab.ts'

/** Microseconds per record: all of it, and without what any change detection needs (serialise and hash). */
export async function overhead(
  bench: Bench,
  plugin: string,
  rounds: number,
): Promise<{ prepare: number; serialiseAndHash: number }> {
  const vendor = await startVendor(`../../plugins/${plugin}/simulator.ts`, 5000)
  const connector = await connectorOf(plugin)
  const clients = new HttpClients({ log: { debug() {}, info() {}, warn() {} }, userAgent: 'tributary-bench' })
  try {
    const on = await subject(bench.database, connector, vendor.settings)
    await on.close()
    const signal = new AbortController().signal
    const http = clients
      .open({ key: 'overhead', connector, settings: vendor.settings })
      .http({ signal, report: () => {} })
    const context = createReadContext(
      { connector, settings: vendor.settings, http, signal, report: () => {} },
      { filter: {}, customFields: [], companies: [] },
    )
    const pages: Page<StreamName>[] = []
    for await (const page of connector.streams.configurations?.read(context) ?? []) pages.push(page)
    const records = pages.reduce((sum, page) => sum + page.records.length, 0)
    const perRecord = (work: () => void): number => {
      const times: number[] = []
      for (let round = 0; round < rounds * 4; round++) {
        const start = performance.now()
        work()
        times.push(((performance.now() - start) * 1000) / records)
      }
      return median(times)
    }
    const prepare = preparer('configurations')
    return {
      prepare: perRecord(() => {
        for (const page of pages) prepare(page)
      }),
      serialiseAndHash: perRecord(() => {
        for (const page of pages) for (const record of page.records) hash('sha1', JSON.stringify(record))
      }),
    }
  } finally {
    await clients.close()
    vendor.stop()
  }
}
