/** What the toy connector does beyond streams: tickets, write-back, webhooks. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type {
  Ticket,
  TicketSource,
  WebhookSource,
  Writable,
  WritableField,
  WriteBack,
} from '../../../../core/connector/contract.ts'
import { bool, date, id, isRow, list, type Row, required, text } from '../../../../core/connector/parse.ts'
import { type Ctx, get, kindOf, type ToySettings } from './client.ts'

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

export const tickets: TicketSource<ToySettings> = {
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
}

export const writeBack: WriteBack<ToySettings> = {
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
}

export const webhooks: WebhookSource<ToySettings> = {
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
}
