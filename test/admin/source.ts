/** A PSA in memory, for tests of the panel's pages: what it has, and when it may go on, the test decides. */
import { ConnectorError, type RecordOf, type SourceConnector } from '../../core/connector/index.ts'

export type SourceSettings = { readonly url: string; readonly token: string }

export interface Source {
  readonly connector: SourceConnector<SourceSettings>
  companies: RecordOf<'companies'>[]
  contacts: RecordOf<'contacts'>[]
  markets: RecordOf<'markets'>[]
  /** Awaited before each page leaves. */
  gate: () => Promise<void>
}

const good = 'the-right-token'
export const goodSettings: SourceSettings = { url: 'https://acme.example', token: good }

/** `id` also makes its name, its hosts and its account; one that differs is another vendor. */
export function source(id = 'acme'): Source {
  const title = `${id.charAt(0).toUpperCase()}${id.slice(1)}`
  const stream = <K extends 'companies' | 'contacts' | 'markets'>(name: K) => ({
    deletes: 'by-absence' as const,
    async *read() {
      await self.gate()
      // The arrays are named like the streams.
      const records = self[name] as unknown as RecordOf<K>[]
      yield { records, total: records.length }
    },
  })
  const self: Source = {
    companies: [],
    contacts: [],
    markets: [],
    gate: async () => {},
    connector: {
      contract: 1,
      id,
      name: `${title} PSA`,
      kind: 'psa',
      docs: 'https://docs.acme.example/',
      settings: {
        type: 'object',
        required: ['url', 'token'],
        properties: {
          url: { type: 'string', title: 'Address', format: 'uri', examples: ['https://acme.example'] },
          token: { type: 'string', title: 'API token', secret: true, minLength: 8 },
        },
      },
      hosts: (settings) => [new URL(settings.url).host],
      limits: { concurrency: 2, windows: [], scope: 'connection' },
      permissions: [
        { id: 'read', capability: 'records', right: 'Records: Read All', where: 'System > Roles', required: true },
        { id: 'write', capability: 'write-back', right: 'Records: Edit All', where: 'System > Roles', required: false },
      ],
      signIn: async () => ({ baseUrl: 'https://acme.example/', headers: {} }),
      check: async ({ settings }) => {
        if (settings.token !== good) throw new ConnectorError('auth', 'The token is not accepted. Make a new one.')
        return {
          account: `${id}-1`,
          accountName: `${title} simulator`,
          permissions: [
            { permission: 'read', state: 'ok', message: 'Readable.' },
            { permission: 'write', state: 'missing', message: 'The role may not edit.' },
          ],
        }
      },
      streams: { companies: stream('companies'), contacts: stream('contacts'), markets: stream('markets') },
    },
  }
  return self
}

export const company = (id: number, name = `Company ${id}`): RecordOf<'companies'> => ({ sourceId: `c${id}`, name })
export const contact = (id: number, companyId = 1): RecordOf<'contacts'> => ({
  sourceId: `p${id}`,
  companyId: `c${companyId}`,
  name: `Person ${id}`,
  url: `https://acme.example/people/${id}`,
})
