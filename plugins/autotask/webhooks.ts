/** Webhooks: Autotask calls the hub when a company, contact or configuration item changes. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context, WebhookDelivery, WebhookHint, WebhookSource } from '../../core/connector/contract.ts'
import { id, integer, isRow, type Row, text } from '../../core/connector/parse.ts'
import type { StreamName } from '../../core/connector/records.ts'
import { camelCased, rowsIn } from './answers.ts'
import { isForbidden, isNotFound, isNotServed } from './client.ts'
import { fieldsOf } from './metadata.ts'
import { idNumber, readAll } from './paging.ts'
import type { AutotaskSettings } from './settings.ts'

type Ctx = Context<AutotaskSettings>

interface Hook {
  readonly stream: StreamName
  /** The collection is `{of}Webhooks`, its children's `{of}WebhookFields` and so on. */
  readonly of: string
  /** Changes of these are called out. */
  readonly fields: readonly string[]
}

const hooks: readonly Hook[] = [
  {
    stream: 'companies',
    of: 'Company',
    fields:
      'companyName companyNumber companyType marketSegmentID isActive webAddress phone address1 address2 city state postalCode countryID'.split(
        ' ',
      ),
  },
  {
    stream: 'contacts',
    of: 'Contact',
    fields:
      'firstName lastName title isActive emailAddress phone mobilePhone addressLine city state zipCode countryID companyLocationID primaryContact'.split(
        ' ',
      ),
  },
  {
    stream: 'configurations',
    of: 'ConfigurationItem',
    fields:
      'referenceTitle referenceNumber serialNumber configurationItemType productID isActive installDate warrantyExpirationDate companyLocationID contactID notes'.split(
        ' ',
      ),
  },
]

/** How deliveries name the entity is documented for none of them but the company. */
const streamOf: ReadonlyMap<string, StreamName> = new Map([
  ['account', 'companies'],
  ['company', 'companies'],
  ['companies', 'companies'],
  ['contact', 'contacts'],
  ['contacts', 'contacts'],
  ['installedproduct', 'configurations'],
  ['configurationitem', 'configurations'],
  ['configurationitems', 'configurations'],
])

export const webhooks = {
  streams: hooks.map(({ stream }) => stream),

  async register(ctx, url) {
    const user = await apiUser(ctx)
    const ids: string[] = []
    for (const hook of hooks) {
      try {
        ids.push(await registered(ctx, hook, url, user))
      } catch (error) {
        if (!isNotFound(error)) throw error
        ctx.report({
          level: 'warning',
          code: 'webhooks',
          message: `This Autotask has no webhooks for ${hook.stream}; they are read by the schedule.`,
        })
      }
    }
    return ids
  },

  async unregister(ctx, url) {
    for (const hook of hooks) {
      try {
        for (const row of await pointingTo(ctx, hook, url)) await remove(ctx, hook, row)
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }
  },

  async verify(ctx, delivery) {
    return isSigned(delivery, secretKey(ctx.settings))
  },

  touched(delivery) {
    const payload = parsed(delivery)
    const stream = streamOf.get(text(payload?.entityType)?.toLowerCase() ?? '')
    const sourceId = id(payload?.id)
    const hints: readonly WebhookHint[] = stream && sourceId ? [{ stream, sourceId }] : []
    // Whether the guid names the delivery or the webhook is not documented; together they name one delivery.
    const parts = [payload?.guid, payload?.entityType, payload?.id, payload?.sequenceNumber, payload?.eventTime]
    const name = parts.map((part) => id(part) ?? '').join('/')
    return { ...(payload?.guid === undefined ? {} : { id: name }), hints }
  },
} satisfies WebhookSource<AutotaskSettings>

/** Made from the connection's own secret, so there is nothing to store; a new secret takes a new registration. */
function secretKey({ secret }: AutotaskSettings): string {
  return createHmac('sha256', secret).update('tributary webhooks').digest('base64url')
}

function isSigned({ headers, raw }: WebhookDelivery, key: string): boolean {
  const given = Buffer.from(headers['x-hook-signature'] ?? '')
  const expected = Buffer.from(`sha1=${createHmac('sha1', key).update(raw).digest('base64')}`)
  // As text: a base64 reader overlooks what does not belong there.
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function parsed({ raw }: WebhookDelivery): Row | undefined {
  try {
    const body = camelCased(JSON.parse(Buffer.from(raw).toString('utf8')))
    return isRow(body) ? body : undefined
  } catch {
    return undefined
  }
}

async function pointingTo(ctx: Ctx, { of }: Hook, url: string): Promise<readonly Row[]> {
  return (await readAll(ctx, { entity: `${of}Webhooks` })).filter((row) => row.webhookUrl === url)
}

/** The API user as a resource: its own changes need not come back. */
async function apiUser(ctx: Ctx): Promise<number | undefined> {
  try {
    const filter = [{ op: 'eq', field: 'userName', value: ctx.settings.userName }] as const
    const [row] = await readAll(ctx, { entity: 'Resources', fields: ['userName'], filter })
    return integer(row?.id) ?? undefined
  } catch (error) {
    if (!isForbidden(error)) throw error
    return undefined
  }
}

async function registered(ctx: Ctx, hook: Hook, url: string, user: number | undefined): Promise<string> {
  const entity = `${hook.of}Webhooks`
  const [good, ...others] = await pointingTo(ctx, hook, url)
  for (const row of others) await remove(ctx, hook, row)
  const wanted = {
    name: 'Tributary',
    isActive: true,
    webhookUrl: url,
    deactivationUrl: url,
    secretKey: secretKey(ctx.settings),
    isSubscribedToCreateEvents: true,
    isSubscribedToUpdateEvents: true,
    isSubscribedToDeleteEvents: true,
    sendThresholdExceededNotification: false,
    ...(user === undefined ? {} : { ownerResourceID: user }),
  }
  const kept = good && (await switchedOn(ctx, hook, good, wanted)) ? id(good.id) : undefined
  const webhook = kept ?? (await made(ctx, entity, wanted))
  await subscribe(ctx, hook, webhook)
  if (user !== undefined) await exclude(ctx, hook, webhook, user)
  return webhook
}

/** Autotask switches a webhook off that fails too often, and its secret may be of an older connection. */
async function switchedOn(ctx: Ctx, hook: Hook, row: Row, wanted: object): Promise<boolean> {
  try {
    const body = { ...wanted, id: row.id }
    await ctx.http.request({ method: 'PATCH', url: `${hook.of}Webhooks`, body, repeatable: true })
    return true
  } catch (error) {
    if (!isNotServed(error)) throw error
    await remove(ctx, hook, row)
    return false
  }
}

async function made(ctx: Ctx, entity: string, body: object): Promise<string> {
  const answer = camelCased((await ctx.http.request({ method: 'POST', url: entity, body })).body)
  const made = isRow(answer) ? id(answer.itemId) : undefined
  if (made) return made
  throw ctx.error('vendor', `Autotask did not say which of the ${entity} it registered.`)
}

/** What hangs on a webhook: its fields, its excluded resources. */
async function children(ctx: Ctx, url: string): Promise<readonly Row[]> {
  return rowsIn(ctx, (await ctx.http.request({ url })).body, 'items', url)
}

/** Without a subscribed field a webhook never gets ready. One after another: three at a time are refused. */
async function subscribe(ctx: Ctx, { of, fields }: Hook, webhook: string): Promise<void> {
  const webhookID = idNumber(ctx, webhook)
  const url = `${of}Webhooks/${webhookID}/Fields`
  const subscribed = new Set((await children(ctx, url)).map((row) => id(row.fieldID)))
  const offered = (await fieldsOf(ctx, `${of}WebhookFields`)).picklist(ctx, 'fieldID')
  const usable = offered.filter(({ active }) => active !== false)
  const named = usable.filter(({ label }) => fields.some((field) => squeezed(field) === squeezed(label)))
  // Labels may be in the tenant's words; then the first ones must do, as long as there is one.
  for (const { value } of named.length > 0 ? named : usable.slice(0, fields.length)) {
    if (subscribed.has(value)) continue
    const body = { webhookID, fieldID: Number(value), isSubscribedField: true, isDisplayAlwaysField: false }
    await ctx.http.request({ method: 'POST', url, body })
  }
}

async function exclude(ctx: Ctx, { of }: Hook, webhook: string, resourceID: number): Promise<void> {
  const webhookID = idNumber(ctx, webhook)
  const url = `${of}Webhooks/${webhookID}/ExcludedResources`
  if ((await children(ctx, url)).some((row) => row.resourceID === resourceID)) return
  await ctx.http.request({ method: 'POST', url, body: { webhookID, resourceID } })
}

function squeezed(label: string): string {
  return label.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

async function remove(ctx: Ctx, { of }: Hook, row: Row): Promise<void> {
  const number = id(row.id)
  if (!number) return
  try {
    await ctx.http.request({ method: 'DELETE', url: `${of}Webhooks/${number}` })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
