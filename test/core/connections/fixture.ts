/** Connections over a real database, a real vault, and connectors that do what a test tells them. */
import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { AuditEntry } from '../../../core/access/audit.ts'
import { Catalogue } from '../../../core/connections/catalogue.ts'
import { Connections } from '../../../core/connections/connections.ts'
import type { Connector, SourceConnector, WarrantyConnector } from '../../../core/connector/index.ts'
import { HttpClients } from '../../../core/http/clients.ts'
import { CompanyMappings } from '../../../core/mapping/companies.ts'
import { Mapping } from '../../../core/mapping/mapping.ts'
import { ValueMappings } from '../../../core/mapping/values.ts'
import { Vault } from '../../../core/secrets/vault.ts'
import type { Database } from '../../../core/store/database.ts'
import { SyncEngine } from '../../../core/sync/engine.ts'
import { testDatabase } from '../../database.ts'

export const by = { actor: 'cli' } as const

export type AcmeSettings = {
  readonly url: string
  readonly token: string
  readonly backupToken?: string
  readonly board?: string
  readonly region: string
  readonly pages?: number
}

/** A PSA that answers from here; `overrides` say how. */
export function acme(overrides: Partial<SourceConnector<AcmeSettings>> = {}): SourceConnector<AcmeSettings> {
  return {
    contract: 1,
    id: 'acme',
    name: 'Acme PSA',
    kind: 'psa',
    docs: 'https://docs.acme.example/',
    settings: {
      type: 'object',
      required: ['url', 'token', 'region'],
      properties: {
        url: { type: 'string', title: 'Address', format: 'uri' },
        token: { type: 'string', title: 'API token', secret: true, minLength: 8 },
        backupToken: { type: 'string', title: 'Second token', secret: true },
        board: { type: 'string', title: 'Board', choices: true },
        region: { type: 'string', title: 'Region', enum: ['eu', 'us'], default: 'eu' },
        pages: { type: 'integer', title: 'Pages', minimum: 1, maximum: 9 },
      },
    },
    hosts: (settings) => [new URL(settings.url).host, 'login.acme.example'],
    limits: { concurrency: 2, windows: [], scope: 'connection' },
    permissions: [
      { id: 'read', capability: 'everything', right: 'Read all', where: 'Roles', required: true },
      { id: 'write', capability: 'write-back', right: 'Write all', where: 'Roles', required: false },
    ],
    signIn: async () => ({ baseUrl: 'http://127.0.0.1/', headers: {} }),
    check: async (ctx) => ({
      account: new URL(ctx.settings.url).hostname,
      accountName: 'Acme account',
      permissions: [{ permission: 'read', state: 'ok', message: 'Reads.' }],
    }),
    choices: async (ctx) => [{ value: '1', label: `Board of ${ctx.settings.token.length}` }],
    streams: {
      companies: { deletes: 'by-absence', read: async function* () {} },
      configurations: {
        deletes: 'by-absence',
        read: async function* () {},
        customFields: async () => [{ id: '7', title: 'Colour', type: 'text' }],
      },
    },
    writeBack: {
      configurations: { fields: ['warrantyExpiration'], write: async () => ({ outcome: 'written', current: {} }) },
    },
    ...overrides,
  }
}

export const settings = { url: 'https://acme.example', token: 'top-secret-1' }

/** A documentation tool and a tenant connector beside the PSA, with the same answers. */
export function variant(
  id: string,
  kind: 'psa' | 'documentation' | 'identity',
  overrides: Partial<SourceConnector<AcmeSettings>> = {},
) {
  return acme({ id, name: `${id} by Acme`, kind, ...overrides })
}

export function warranties(): WarrantyConnector<AcmeSettings> {
  const { streams: _, writeBack: __, ...base } = acme()
  return { ...base, id: 'maker', name: 'Maker', kind: 'warranty', makers: ['Maker'], lookup: async function* () {} }
}

export async function bench(t: Test, connectors: readonly Connector[]) {
  const database = await testDatabase(t)
  const vault = new Vault(database, randomBytes(32))
  await vault.open()
  const catalogue = new Catalogue()
  for (const connector of connectors) catalogue.add(connector)
  const clients = new HttpClients({ log: { debug() {}, info() {}, warn() {} }, userAgent: 'test' })
  t.teardown(() => clients.close())
  const audit: AuditEntry[] = []
  const connections = new Connections({ database, vault, catalogue, clients }, async (entry) => {
    audit.push(entry)
  })
  return { database, vault, catalogue, clients, connections, audit }
}

const unnoted = async () => {}

/** The mapping and the engine over connections, wired as the hub wires them. */
export function syncing(database: Database, connections: Connections) {
  const mapping = new Mapping(new ValueMappings(database, unnoted), new CompanyMappings(database, unnoted))
  const engine = new SyncEngine({
    database,
    open: (id, options) => connections.openSource(id, options),
    afterStream: (...given) => mapping.afterStream(...given),
    needsSignIn: (id, admin) => connections.needsSignIn(id, admin),
  })
  return { mapping, engine }
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It was not rejected.')
    },
    (error: unknown) => error,
  )
}
