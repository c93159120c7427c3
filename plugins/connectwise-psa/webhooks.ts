/** Callbacks: ConnectWise calls the hub when a company, contact or configuration changes. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Context, WebhookDelivery, WebhookHint, WebhookSource } from '../../core/connector/contract.ts'
import { ConnectorError } from '../../core/connector/errors.ts'
import { bool, id, isRow, object, type Row, text } from '../../core/connector/parse.ts'
import { isNotFound, isRefused } from './client.ts'
import { readAll } from './paging.ts'
import type { ConnectWiseSettings } from './settings.ts'
import { hostsOf, siteOf } from './site.ts'

const path = 'system/callbacks'

/** Callback type → stream. */
const streams = { company: 'companies', contact: 'contacts', configuration: 'configurations' } as const

type CallbackType = keyof typeof streams
const types = Object.keys(streams).filter(isCallbackType)

export const webhooks = {
  streams: Object.values(streams),

  async register(ctx, url) {
    const target = callbackUrl(url)
    const existing = await callbacksTo(ctx, url)
    const ids: string[] = []
    for (const type of types) {
      const ours = existing.filter((row) => row.type === type)
      const good = ours.find(isComplete)
      // One that ConnectWise switched off (three days of failures) or that echoes the hub's own writes.
      for (const row of ours) if (row !== good) await remove(ctx, row)
      ids.push(good ? (id(good.id) ?? '') : await create(ctx, type, target))
    }
    return ids
  },

  async unregister(ctx, url) {
    for (const row of await callbacksTo(ctx, url)) await remove(ctx, row)
  },

  verify,

  touched(delivery) {
    const payload = parsed(delivery)
    const type = text(payload?.Type)?.toLowerCase()
    const sourceId = id(payload?.ID)
    const message = text(payload?.MessageId)
    const hints: readonly WebhookHint[] =
      type && isCallbackType(type) && sourceId ? [{ stream: streams[type], sourceId }] : []
    return { ...(message ? { id: message } : {}), hints }
  },
} satisfies WebhookSource<ConnectWiseSettings>

function isCallbackType(type: string): type is CallbackType {
  return Object.hasOwn(streams, type)
}

/** ConnectWise writes the record's id and `&action=…` right behind the address. */
function callbackUrl(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}recordId=`
}

async function callbacksTo(ctx: Context<ConnectWiseSettings>, url: string): Promise<readonly Row[]> {
  const target = callbackUrl(url)
  return (await readAll(ctx, path)).filter((row) => row.url === target || row.url === url)
}

function isComplete(row: Row): boolean {
  return (
    text(row.url)?.endsWith('recordId=') === true &&
    row.level === 'owner' &&
    bool(row.inactiveFlag) !== true &&
    bool(row.isSelfSuppressedFlag) === true
  )
}

async function create(ctx: Context<ConnectWiseSettings>, type: CallbackType, url: string): Promise<string> {
  const body = {
    id: 0,
    description: 'Tributary',
    url,
    objectId: 1,
    type,
    level: 'owner',
    memberId: 0,
    payloadVersion: '3.0.0',
    inactiveFlag: false,
    isSelfSuppressedFlag: true,
  }
  try {
    const answer = await ctx.http.request({ method: 'POST', url: path, body })
    const made = id(object(answer.body)?.id)
    if (made) return made
  } catch (error) {
    // "A matching callback entry already exists": made by a request whose answer got lost.
    const twin = isRefused(error)
      ? (await readAll(ctx, path)).find((row) => row.url === url && row.type === type)
      : undefined
    const made = id(twin?.id)
    if (made) return made
    throw error
  }
  throw ctx.error('vendor', 'ConnectWise did not say which callback it registered.')
}

async function remove(ctx: Context<ConnectWiseSettings>, row: Row): Promise<void> {
  const number = id(row.id)
  if (!number) return
  try {
    await ctx.http.request({ method: 'DELETE', url: `${path}/${number}` })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** Signing keys by address: one per registration, asked again whenever a signature does not match. */
const keys = new Map<string, string>()
const keysKept = 100

/**
 * `x-content-signature` is the base64 HMAC-SHA256 of the raw body under SHA-256(signing key). The delivery names
 * the key's address itself, so everything about it is checked first: the host, that it is the signing-key page and
 * nothing a stranger could upload there, and the company, since every tenant of the cloud can sign for its own.
 */
async function verify(ctx: Context<ConnectWiseSettings>, delivery: WebhookDelivery): Promise<boolean> {
  const signature = delivery.headers['x-content-signature']?.trim()
  const url = keyUrl(ctx.settings, text(object(parsed(delivery)?.Metadata)?.key_url))
  if (!signature || url === undefined) return false
  const known = keys.get(url)
  if (known !== undefined && isSignedWith(known, delivery.raw, signature)) return true
  const key = await signingKey(ctx, url)
  if (key === undefined || key === known || !isSignedWith(key, delivery.raw, signature)) return false
  if (keys.size >= keysKept) keys.clear()
  keys.set(url, key)
  return true
}

function parsed(delivery: WebhookDelivery): Row | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(delivery.raw).toString('utf8'))
    return isRow(body) ? body : undefined
  } catch {
    return undefined
  }
}

/** The address if it is this connection's signing-key page: `/{codebase}/system/callbackkey/index.rails?companyName=…&id=…`. */
function keyUrl(settings: ConnectWiseSettings, named: string | null | undefined): string | undefined {
  const url = named ? URL.parse(named) : null
  const site = siteOf(settings.site)
  if (!url || !site || url.protocol !== site.protocol || url.username || url.password) return undefined
  if (!hostsOf(settings).includes(url.host)) return undefined
  // Recorded with a double slash behind the codebase.
  const steps = url.pathname.split('/').filter((step) => step !== '')
  if (steps.slice(1).join('/') !== 'system/callbackkey/index.rails') return undefined
  const companies = url.searchParams.getAll('companyName')
  const ours = companies.length === 1 && companies[0]?.toLowerCase() === settings.companyId.toLowerCase()
  return ours ? url.href : undefined
}

/** Whether the page wants the keys is not documented: first without them, then with. */
async function signingKey(ctx: Context<ConnectWiseSettings>, url: string): Promise<string | undefined> {
  let body: unknown
  try {
    body = (await ctx.http.request({ url, anonymous: true })).body
  } catch (error) {
    if (!(error instanceof ConnectorError) || (error.kind !== 'auth' && error.kind !== 'permission')) throw error
    body = (await ctx.http.request({ url })).body
  }
  return text(object(body)?.signing_key) ?? undefined
}

function isSignedWith(key: string, raw: Uint8Array, signature: string): boolean {
  const hash = createHash('sha256').update(key).digest()
  const expected = Buffer.from(createHmac('sha256', hash).update(raw).digest('base64'))
  // As text: a base64 reader overlooks what does not belong there.
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
