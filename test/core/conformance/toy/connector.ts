/**
 * A connector for a vendor that does not exist, with one of everything the contract knows. It is right in all points;
 * the kit's own tests break it in one point at a time.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type {
  Context,
  Page,
  PermissionCheck,
  ReadContext,
  SourceConnector,
  Stream,
  Ticket,
  Writable,
  WritableField,
} from '../../../../core/connector/contract.ts'
import { ConnectorError } from '../../../../core/connector/errors.ts'
import {
  bool,
  date,
  id,
  instant,
  isRow,
  list,
  type Row,
  required,
  scalar,
  text,
} from '../../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../../core/connector/records.ts'

export type ToySettings = {
  readonly url: string
  readonly key: string
  readonly board?: string
  readonly hookSecret?: string
}
type Ctx = Context<ToySettings>
type ReadCtx = ReadContext<ToySettings>

export const pageSize = 45

function kindOf(error: unknown): string | undefined {
  return error instanceof ConnectorError ? error.kind : undefined
}

export async function get(
  ctx: Ctx,
  url: string,
  query: Record<string, string | number | undefined> = {},
): Promise<Row> {
  const { body } = await ctx.http.request({ url, query })
  if (!isRow(body)) throw ctx.error('vendor', `Toy answered ${url} with something that is no object.`)
  return body
}

export interface RowPage {
  readonly rows: readonly Row[]
  readonly next: number | undefined
}

/** The pages of a list behind the id `after`. */
export async function* pages(
  ctx: Ctx,
  url: string,
  after = 0,
  query: Record<string, string | undefined> = {},
): AsyncGenerator<RowPage> {
  let last = after
  for (;;) {
    const { items, next } = await get(ctx, url, { ...query, limit: pageSize, after: last })
    if (!Array.isArray(items)) throw ctx.error('vendor', `Toy answered ${url} without a list.`)
    const more = typeof next === 'number' ? next : undefined
    if (more !== undefined && more <= last) throw ctx.error('vendor', 'Toy sends the same page again and again.')
    yield { rows: items.filter(isRow), next: more }
    if (more === undefined) return
    last = more
  }
}

/** A stream over one list; the checkpoint is the last id. */
export function listStream<K extends StreamName>(
  url: string,
  record: (row: Row, ctx: ReadCtx) => RecordOf<K>,
): Stream<K, ToySettings> {
  return {
    deletes: 'by-absence',
    incremental: { overlapSeconds: 60 },
    async *read(ctx): AsyncGenerator<Page<K>> {
      const after = typeof ctx.checkpoint === 'number' ? ctx.checkpoint : 0
      for await (const { rows, next } of pages(ctx, url, after, narrowed(ctx, url))) {
        yield { records: rows.map((row) => record(row, ctx)), ...(next === undefined ? {} : { checkpoint: next }) }
      }
    },
    async readOne(ctx, sourceId) {
      try {
        return record(await get(ctx, `${url}/${encodeURIComponent(sourceId)}`), ctx)
      } catch (error) {
        if (kindOf(error) === 'not-found') return null
        throw error
      }
    },
  }
}

function narrowed(ctx: ReadCtx, url: string): Record<string, string | undefined> {
  const type = url === 'companies' ? ctx.filter.companyTypes : ctx.filter.configurationTypes
  return { since: ctx.since, type: type?.join(',') }
}

const common = (row: Row) => ({
  sourceId: required(id(row.id)),
  updatedAt: instant(row.updated),
  name: required(text(row.name)),
})

export const company = (row: Row): RecordOf<'companies'> => {
  const types = list(row.types)
  return {
    ...common(row),
    phone: text(row.phone),
    city: text(row.city),
    active: bool(row.active),
    typeIds: types === null ? null : types?.flatMap((type) => id(type) ?? []),
  }
}

const contact = (row: Row): RecordOf<'contacts'> => ({
  ...common(row),
  companyId: id(row.company),
  email: text(row.email),
})

export const configuration = (row: Row, ctx: ReadCtx): RecordOf<'configurations'> => ({
  ...common(row),
  companyId: id(row.company),
  typeId: id(row.type),
  active: bool(row.active),
  serialNumber: text(row.serial),
  manufacturer: text(row.maker),
  notes: text(row.notes),
  warrantyExpiration: date(row.warranty),
  ...(ctx.customFields.length === 0 ? {} : { customFields: chosen(row, ctx) }),
})

export function chosen(row: Row, ctx: ReadCtx): RecordOf<'configurations'>['customFields'] {
  const { fields } = row
  if (!isRow(fields)) return fields === null ? null : undefined
  return Object.fromEntries(ctx.customFields.map((name) => [name, scalar(fields[name]) ?? null]))
}

const contacts: Stream<'contacts', ToySettings> = {
  ...listStream<'contacts'>('contacts', contact),
  deletes: 'reported',
  async *read(ctx) {
    yield* listStream<'contacts'>('contacts', contact).read(ctx)
    if (ctx.since === undefined) return
    const { ids } = await get(ctx, 'contacts-deleted')
    yield { records: [], removals: (list(ids) ?? []).flatMap((one) => id(one) ?? []) }
  },
}

const sites: Stream<'sites', ToySettings> = {
  deletes: 'by-absence',
  async *read(ctx) {
    for await (const records of ctx.ahead(ctx.companies, (company) => sitesOf(ctx, company))) yield { records }
  },
}

async function sitesOf(ctx: Ctx, companyId: string): Promise<RecordOf<'sites'>[]> {
  const { items } = await get(ctx, `companies/${companyId}/sites`)
  if (!Array.isArray(items)) throw ctx.error('vendor', 'Toy answered the sites without a list.')
  return items.filter(isRow).map((row) => ({ ...common(row), companyId }))
}

const rights = ['companies', 'configurations', 'write'] as const

const fields = ['warrantyExpiration', 'manufacturer'] as const satisfies readonly WritableField[]

async function heldBy(ctx: Ctx, sourceId: string): Promise<Writable> {
  const row = await get(ctx, `configurations/${sourceId}`)
  return { warrantyExpiration: date(row.warranty) ?? null, manufacturer: text(row.maker) ?? null }
}

const ticket = (row: Row): Ticket => ({
  sourceId: required(id(row.id)),
  summary: required(text(row.summary)),
  closed: bool(row.closed) ?? null,
})

const hooks = ['companies', 'configurations'] as const

export function signature(raw: Uint8Array, secret: string): string {
  return createHmac('sha256', secret).update(raw).digest('hex')
}

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
  tickets: {
    async list(ctx, { companyId, closed, limit }) {
      const query = { company: companyId, limit, ...(closed === undefined ? {} : { closed: String(closed) }) }
      const { items } = await get(ctx, 'tickets', query)
      if (!Array.isArray(items)) throw ctx.error('vendor', 'Toy answered the tickets without a list.')
      return items.filter(isRow).map(ticket)
    },
    async get(ctx, sourceId) {
      const row = await get(ctx, `tickets/${sourceId}`)
      const notes = (list(row.notes) ?? []).filter(isRow)
      return {
        ...ticket(row),
        notes: notes.map((note) => ({
          sourceId: required(id(note.id)),
          text: required(text(note.text)),
          kind: 'note',
          internal: bool(note.internal) !== false,
        })),
      }
    },
  },
  writeBack: {
    configurations: {
      fields,
      async write(ctx, sourceId, change, expected) {
        try {
          const current = await heldBy(ctx, sourceId)
          const wanted = fields.filter((field) => change[field] !== undefined && change[field] !== current[field])
          if (wanted.length === 0) return { outcome: 'unchanged', current }
          if (wanted.some((field) => expected[field] !== undefined && expected[field] !== current[field]))
            return { outcome: 'conflict', current }
          const body = Object.fromEntries(wanted.map((field) => [field, change[field]]))
          await ctx.http.request({ method: 'PATCH', url: `configurations/${sourceId}`, body, repeatable: true })
          return { outcome: 'written', current: await heldBy(ctx, sourceId) }
        } catch (error) {
          if (kindOf(error) === 'not-found') return { outcome: 'not-found', current: {} }
          throw error
        }
      },
    },
  },
  webhooks: {
    streams: hooks,
    async register(ctx, url) {
      const known = (list((await get(ctx, 'hooks')).items) ?? []).filter(isRow).filter((row) => row.url === url)
      const ids: string[] = []
      for (const stream of hooks) {
        const found = known.find((row) => row.stream === stream)
        const { body } = found
          ? { body: found }
          : await ctx.http.request({ method: 'POST', url: 'hooks', body: { url, stream } })
        ids.push(isRow(body) ? required(id(body.id)) : '')
      }
      return ids
    },
    async unregister(ctx, url) {
      for (const row of (list((await get(ctx, 'hooks')).items) ?? []).filter(isRow)) {
        if (row.url === url) await ctx.http.request({ method: 'DELETE', url: `hooks/${row.id}` })
      }
    },
    async verify(ctx, { raw, headers }) {
      const secret = ctx.settings.hookSecret
      const given = Buffer.from(headers['x-toy-signature'] ?? '')
      if (!secret) return false
      const expected = Buffer.from(signature(raw, secret))
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
    touched({ raw }) {
      const body: unknown = JSON.parse(Buffer.from(raw).toString())
      if (!isRow(body)) return { hints: [] }
      const stream = hooks.find((one) => one === body.stream)
      return { id: required(id(body.delivery)), hints: stream ? [{ stream, sourceId: required(id(body.record)) }] : [] }
    },
  },
}
