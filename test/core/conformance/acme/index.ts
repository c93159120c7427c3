import type { ConnectorHost, RecordOf, SourceConnector, Stream } from '../../../../core/connector/index.ts'

type Settings = { readonly url: string; readonly token: string }
type Customer = { readonly id: number; readonly name: string; readonly phone?: string | null; readonly changed: string }

// One place says which of Acme's properties becomes which field; what Acme leaves out stays undefined.
const company = ({ id, name, phone, changed }: Customer): RecordOf<'companies'> => {
  return { sourceId: String(id), name, phone, updatedAt: changed }
}

const companies: Stream<'companies', Settings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds: 300 },
  async *read(ctx) {
    for (let after = Number(ctx.checkpoint ?? 0); ; ) {
      const { body } = await ctx.http.request({ url: 'customers', query: { after, since: ctx.since, limit: 10 } })
      if (!Array.isArray(body)) throw ctx.error('vendor', 'Acme answered the customers with something that is no list.')
      const customers: readonly Customer[] = body
      const last = customers.at(-1)?.id
      if (last === undefined) return
      if (last <= after) throw ctx.error('vendor', 'Acme sends the same customers again and again.')
      after = last
      yield { records: customers.map(company), checkpoint: after }
    }
  },
}

export const acme: SourceConnector<Settings> = {
  contract: 1,
  id: 'acme',
  name: 'Acme CRM',
  kind: 'psa',
  docs: 'https://docs.acme.example/api',
  settings: {
    type: 'object',
    required: ['url', 'token'],
    properties: {
      url: { type: 'string', title: 'Address', format: 'uri', examples: ['https://crm.acme.example'] },
      token: { type: 'string', title: 'API token', description: 'Acme > Profile > Tokens > New.', secret: true },
    },
  },
  hosts: ({ url }) => [new URL(url).host],
  limits: { concurrency: 2, windows: [{ requests: 100, seconds: 60 }], scope: 'connection' },
  permissions: [
    {
      id: 'customers',
      capability: 'companies',
      right: 'Customers: read',
      where: 'Acme > Profile > Tokens',
      required: true,
    },
  ],
  signIn: async ({ settings }) => ({
    baseUrl: new URL('/api/', settings.url).href,
    headers: { authorization: `Bearer ${settings.token}` },
  }),
  async check(ctx) {
    const me = Object((await ctx.http.request({ url: 'me' })).body)
    const state = Array.isArray(me.rights) && me.rights.includes('customers') ? 'ok' : 'missing'
    const message = state === 'ok' ? '' : 'Tick "Customers: read" in the token.'
    return { account: String(me.account), permissions: [{ permission: 'customers', state, message }] }
  },
  streams: { companies },
}

export default async (app: ConnectorHost) => app.connectors.add(acme)
