/** Outgoing webhooks of Halo: they call the hub when a customer, user or asset changes. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context, WebhookDelivery, WebhookHint, WebhookSource } from '../../core/connector/contract.ts'
import { id, isRow, type Row, text } from '../../core/connector/parse.ts'
import { isForbidden, isNotFound } from './client.ts'
import { readList } from './paging.ts'
import type { HaloSettings } from './settings.ts'

type Ctx = Context<HaloSettings>

/** The names a delivery may have its record under. What Halo calls it is not documented. */
const streams = {
  client: 'companies',
  customer: 'companies',
  area: 'companies',
  user: 'contacts',
  users: 'contacts',
  asset: 'configurations',
  device: 'configurations',
} as const

type Name = keyof typeof streams

/** The webhook's name in Halo. */
const ours = 'Tributary'

/** The header the secret comes in. */
const header = 'Token'

/** "An own header with a secret". */
const headerAuthentication = 3

export const webhooks = {
  streams: ['companies', 'contacts', 'configurations'],

  // The API takes events by number only and has no list of the numbers; of those for customers, users and assets none is
  // documented.
  steps: [
    'In Halo open Configuration > Integrations > Webhooks and there "Tributary", which the hub has made.',
    'On its Events tab add the events of customers, users and assets: created, updated and deleted of each, as far as your Halo offers them. Without events Halo sends nothing.',
    'Leave address, method, authentication and secret as the hub set them, and save.',
  ],

  /** Makes the webhook and its secret right. */
  async register(ctx, url) {
    const [first, ...others] = await webhooksTo(ctx, url)
    for (const row of others) await remove(ctx, row)
    const known = first && text(first.id)
    // What is stored of the secret cannot be read, so it is set anew.
    const { body } = await ctx.http.request({
      method: 'POST',
      url: 'Webhook',
      body: [{ ...(known ? { id: known } : {}), ...definition(ctx.settings, url) }],
      // A twin that a lost answer left behind is removed above, the next time.
      repeatable: known !== undefined,
    })
    const answered: unknown = Array.isArray(body) ? body[0] : body
    const made = known ?? (isRow(answered) ? text(answered.id) : undefined)
    if (!made) throw ctx.error('vendor', 'Halo did not say which webhook it registered.')
    return [made]
  },

  async unregister(ctx, url) {
    for (const row of await webhooksTo(ctx, url)) await remove(ctx, row)
  },

  async verify(ctx, { headers }) {
    const expected = secretOf(ctx.settings)
    // Whether Halo sends the secret in the header of that name or as `Authorization: Token …` is not documented.
    const given = [headers[header.toLowerCase()], headers.authorization?.replace(/^(Token|Bearer)\s+/i, '')]
    return given.some((value) => value !== undefined && isEqual(value, expected))
  },

  touched(delivery) {
    const body = parsed(delivery)
    const message = body && (text(body.webhook_event_id) ?? text(body.message_id))
    return { ...(message ? { id: message } : {}), hints: body ? hintsIn(body) : [] }
  },
} satisfies WebhookSource<HaloSettings>

/** How far the hub's webhook has come, for the check. */
export async function webhookProgress(ctx: Ctx): Promise<string> {
  const made = (await readList(ctx, 'Webhook')).filter((row) => row.name === ours)
  if (made.length === 0) return 'Webhooks can be listed. Whether they can be added shows when they are switched on.'
  try {
    const events = await Promise.all(made.map((row) => readList(ctx, 'Notification', { webhook_id: id(row.id) ?? '' })))
    const count = events.flat().length
    if (count > 0) return `The webhook "${ours}" is there, with ${count} events.`
    return `The webhook "${ours}" has no events, so Halo sends nothing. In Halo open Configuration > Integrations > Webhooks > ${ours} > Events and add those of customers, users and assets.`
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error
    return `The webhook "${ours}" is there; its events cannot be seen from here.`
  }
}

function definition(settings: HaloSettings, url: string) {
  return {
    name: ours,
    url,
    type: 0,
    method: 0,
    content_type: 'application/json',
    authentication_type: headerAuthentication,
    authentication_header: header,
    basic_password: secretOf(settings),
    active: true,
    algorithm: 0,
  }
}

/** Made from the client secret, which it does not give away: nothing more to type, nothing more to keep. */
function secretOf({ clientSecret, clientId }: HaloSettings): string {
  return createHmac('sha256', clientSecret).update(`tributary webhook ${clientId}`).digest('hex')
}

async function webhooksTo(ctx: Ctx, url: string): Promise<readonly Row[]> {
  return (await readList(ctx, 'Webhook')).filter((row) => row.url === url)
}

async function remove(ctx: Ctx, row: Row): Promise<void> {
  const key = id(row.id)
  if (!key) return
  try {
    await ctx.http.request({ method: 'DELETE', url: `Webhook/${encodeURIComponent(key)}` })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function parsed(delivery: WebhookDelivery): Row | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(delivery.raw).toString('utf8'))
    return isRow(body) ? body : undefined
  } catch {
    return undefined
  }
}

/** A ticket brings its customer and user along; they did not change. */
function hintsIn(body: Row): readonly WebhookHint[] {
  if (isRow(body.ticket)) return []
  return Object.entries(body).flatMap(([name, value]) => {
    const row: unknown = Array.isArray(value) ? value[0] : value
    const sourceId = isRow(row) ? id(row.id) : undefined
    return isName(name) && sourceId && /^\d{1,10}$/.test(sourceId) ? [{ stream: streams[name], sourceId }] : []
  })
}

function isName(name: string): name is Name {
  return Object.hasOwn(streams, name)
}
