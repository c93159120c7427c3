import type { SimulatedAnswer, Simulator, World } from '../../../../core/connector/index.ts'

const rights = new Map([
  ['Bearer acme-token-for-tests', ['customers']],
  ['Bearer acme-token-without-rights', []],
])
const refused = (status: number, message: string): SimulatedAnswer => ({ status, body: { message } })

export function simulate(world: World): Simulator {
  return {
    answer({ path, query, headers }) {
      const granted = rights.get(headers.authorization ?? '')
      if (granted === undefined) return refused(401, 'Unknown token.')
      if (path === '/api/me') return { status: 200, body: { account: 'acme-1', rights: granted } }
      if (path !== '/api/customers') return refused(404, 'No such path.')
      if (!granted.includes('customers')) return refused(403, 'The token lacks "Customers: read".')
      const [after, limit] = [Number(query.get('after')), Number(query.get('limit'))]
      const since = Date.parse(query.get('since') ?? '1970-01-01')
      const rows = [...world.companies.after(after)].filter((row) => Date.parse(row.updatedAt) >= since).slice(0, limit)
      return {
        status: 200,
        body: rows.map(({ id, name, phone, updatedAt }) => ({ id, name, phone, changed: updatedAt })),
      }
    },
    settings: (url) => ({ url, token: 'acme-token-for-tests' }),
    wrongSettings: (url) => ({ url, token: 'acme-token-that-is-wrong' }),
    limitedSettings: (url) => ({ settings: { url, token: 'acme-token-without-rights' }, missing: ['customers'] }),
    *expected(stream) {
      if (stream === 'companies') for (const { id } of world.companies.after(0)) yield String(id)
    },
  }
}
