/**
 * A connector for a vendor that does not exist, with one of everything the contract knows. It is right in all points;
 * the kit's own tests break it in one point at a time.
 */
import type { PermissionCheck, SourceConnector } from '../../../../core/connector/contract.ts'
import { id, isRow, list, required, text } from '../../../../core/connector/parse.ts'
import { tickets, webhooks, writeBack } from './beyond.ts'
import { get, type ToySettings } from './client.ts'
import { company, configuration, contacts, listStream, sites } from './streams.ts'

const rights = ['companies', 'configurations', 'write'] as const

export const toy: SourceConnector<ToySettings> = {
  contract: 1,
  id: 'toy',
  name: 'Toy PSA',
  kind: 'psa',
  docs: 'https://toy.example/docs',
  settings: {
    type: 'object',
    required: ['url', 'key'],
    properties: {
      url: { type: 'string', title: 'Address', format: 'uri', examples: ['https://toy.example'] },
      key: { type: 'string', title: 'API key', secret: true },
      board: { type: 'string', title: 'Board', choices: true },
      hookSecret: { type: 'string', title: 'Webhook secret', secret: true },
    },
  },
  hosts: ({ url }) => [new URL(url).host],
  limits: { concurrency: 3, windows: [{ requests: 10, seconds: 1 }], scope: 'connection' },
  permissions: rights.map((right) => ({
    id: right,
    capability: right,
    right: `Role: ${right}`,
    where: 'Toy > Roles',
    required: right === 'companies',
  })),
  async signIn(ctx) {
    const url = new URL('/token', ctx.settings.url).href
    const { body } = await ctx.http.request({
      method: 'POST',
      url,
      body: { key: ctx.settings.key },
      anonymous: true,
      repeatable: true,
    })
    const token = isRow(body) ? text(body.token) : undefined
    if (!token) throw ctx.error('vendor', 'Toy signed in without a token.')
    return {
      baseUrl: `${new URL(ctx.settings.url).origin}/`,
      headers: { authorization: `Bearer ${token}` },
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    }
  },
  async check(ctx) {
    const me = await get(ctx, 'me')
    const granted = new Set(list(me.rights) ?? [])
    return {
      account: required(text(me.account)),
      permissions: rights.map(
        (right): PermissionCheck => ({
          permission: right,
          state: granted.has(right) ? 'ok' : 'missing',
          message: `Grant ${right}.`,
        }),
      ),
    }
  },
  async choices(ctx) {
    const { items } = await get(ctx, 'boards')
    return (list(items) ?? [])
      .filter(isRow)
      .map((row) => ({ value: required(id(row.id)), label: required(text(row.name)) }))
  },
  streams: {
    companies: listStream<'companies'>('companies', company),
    sites,
    contacts,
    configurations: {
      ...listStream<'configurations'>('configurations', configuration),
      async customFields(ctx) {
        const { items } = await get(ctx, 'fields')
        return (list(items) ?? []).filter(isRow).map((row) => ({
          id: required(id(row.id)),
          title: required(text(row.title)),
          type: required(text(row.type)),
        }))
      },
    },
  },
  filters: ['companyTypes', 'configurationTypes'],
  tickets,
  writeBack,
  webhooks,
}
