/** A vendor whose pages can be asked for by number, several at once; for the bench of latency hiding. */
import type { RecordOf, SimulatorModule, SourceConnector } from '../../core/connector/index.ts'

type PagedSettings = { readonly url: string }

const pageSize = 250

interface PagedRow {
  readonly id: number
  readonly name: string
  readonly serialNumber: string | null
}

/** `concurrency` pages in flight, within a declared rate that does not slow it down. */
export function pagedConnector(concurrency: number, pages: number): SourceConnector<PagedSettings> {
  return {
    contract: 1,
    id: `paged-${concurrency}`,
    name: 'Paged',
    kind: 'psa',
    docs: 'https://paged.example',
    settings: {
      type: 'object',
      required: ['url'],
      properties: { url: { type: 'string', title: 'Address', format: 'uri' } },
    },
    hosts: ({ url }) => [new URL(url).host],
    limits: { concurrency, windows: [{ requests: concurrency * 15, seconds: 1 }], scope: 'connection' },
    permissions: [],
    signIn: async ({ settings }) => ({ baseUrl: `${settings.url}/`, headers: {} }),
    check: async () => ({ account: 'paged', permissions: [] }),
    streams: {
      configurations: {
        deletes: 'by-absence',
        async *read(ctx) {
          const numbers = Array.from({ length: pages }, (_, index) => index)
          const first = typeof ctx.checkpoint === 'number' ? ctx.checkpoint + 1 : 0
          let number = first - 1
          for await (const { body } of ctx.ahead(numbers.slice(first), (page) =>
            ctx.http.request({ url: 'configurations', query: { page } }),
          )) {
            number++
            const rows = body as readonly PagedRow[]
            const records = rows.map(
              (row): RecordOf<'configurations'> => ({
                sourceId: String(row.id),
                name: row.name,
                serialNumber: row.serialNumber,
              }),
            )
            yield { records, checkpoint: number }
          }
        },
      },
    },
  }
}

export const simulate: SimulatorModule<PagedSettings>['simulate'] = (world) => ({
  answer({ query }) {
    const first = Number(query.get('page')) * pageSize
    const rows: PagedRow[] = []
    for (const { id, name, serialNumber } of world.configurations.after(first)) {
      rows.push({ id, name, serialNumber })
      if (rows.length === pageSize) break
    }
    return { status: 200, body: rows }
  },
  settings: (url) => ({ url }),
  wrongSettings: (url) => ({ url }),
  limitedSettings: (url) => ({ settings: { url }, missing: [] }),
  expected: () => [],
})
