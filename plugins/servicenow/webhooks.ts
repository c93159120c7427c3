/**
 * ServiceNow has no webhooks of its own. The recipe in README.md makes some: business rules that tell every address
 * in a small table of what changed, signed with a shared secret. Here that table is kept, and the signature checked.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context, WebhookDelivery, WebhookHint, WebhookSource } from '../../core/connector/contract.ts'
import { isRow, type Row, text } from '../../core/connector/parse.ts'
import { isNoTable, isNotFound } from './client.ts'
import { readAll } from './paging.ts'
import { equals } from './query.ts'
import type { ServiceNowSettings } from './settings.ts'
import { resultOf } from './table.ts'
import { rawOf } from './values.ts'

type Ctx = Context<ServiceNowSettings>

/** The recipe's table; its one column is `u_url`. */
export const hookTable = 'u_tributary_hook'

const secretProperty = 'tributary.hook.secret'
/** Where the recipe puts its business rules. */
const tables = {
  companies: 'core_company',
  sites: 'cmn_location',
  contacts: 'sys_user',
  configurations: 'cmdb_ci_hardware',
}
const streams = ['companies', 'sites', 'contacts', 'configurations'] as const
const signatureHeader = 'x-tributary-signature'

export const webhooks = {
  streams,

  steps: [
    `Once: System Definition > Tables > New, label "Tributary hook", name ${hookTable}, with one column "URL" (u_url, String, 500). Under Controls create a role for it and give it to the integration user.`,
    `Once: sys_properties.list > New, name ${secretProperty}, type password2, 32 random characters or more; enter the same as "Webhook secret" in the settings of this connection.`,
    'Once: System Definition > Script Includes > New, name TributaryHook, with the script from "Webhooks" in the README of this connector.',
    ...Object.entries(tables).map(
      ([stream, table]) =>
        `Once: System Definition > Business Rules > New on ${table}: Advanced, When: async, on Insert, Update and Delete, with the script: new TributaryHook().tell('${stream}', current)`,
    ),
    'The hub enters its address in the table by itself. To try it, change a company in ServiceNow: it changes in the hub within a minute.',
  ],

  async register(ctx, url) {
    if (!ctx.settings.webhookSecret) {
      throw ctx.error('config', 'Enter the webhook secret of the recipe (the connector\'s README, "Webhooks") first.')
    }
    const [first, ...twins] = await hooksTo(ctx, url)
    for (const row of twins) await remove(ctx, row)
    if (first) return [rawOf(first.sys_id) ?? '']
    const answer = await ctx.http.request({ method: 'POST', url: `table/${hookTable}`, body: { u_url: url } })
    const id = rawOf(resultOf(ctx, hookTable, answer.body).sys_id)
    if (id) return [id]
    throw ctx.error('vendor', 'ServiceNow did not say which address it noted.')
  },

  async unregister(ctx, url) {
    for (const row of await hooksTo(ctx, url)) await remove(ctx, row)
  },

  async verify(ctx, { raw, headers }) {
    const { webhookSecret: secret } = ctx.settings
    const signature = headers[signatureHeader]?.trim()
    if (!secret || !signature) return false
    const expected = Buffer.from(createHmac('sha256', secret).update(raw).digest('base64'))
    // As text: a base64 reader overlooks what does not belong there.
    const given = Buffer.from(signature)
    return given.length === expected.length && timingSafeEqual(given, expected)
  },

  touched(delivery) {
    const payload = parsed(delivery)
    const id = text(payload?.id)
    const sourceId = text(payload?.sys_id)
    const stream = streams.find((name) => name === payload?.stream)
    const hints: readonly WebhookHint[] = stream && sourceId ? [{ stream, sourceId }] : []
    return { ...(id ? { id } : {}), hints }
  },
} satisfies WebhookSource<ServiceNowSettings>

async function hooksTo(ctx: Ctx, url: string): Promise<readonly Row[]> {
  try {
    const question = { table: hookTable, columns: ['sys_id'], conditions: [equals(ctx, 'u_url', url)] }
    return (await readAll(ctx, question)).rows
  } catch (error) {
    if (!isNoTable(error)) throw error
    throw ctx.error(
      'config',
      `ServiceNow has no webhooks of its own, and the table ${hookTable} of the recipe is not there. Follow "Webhooks" in the connector's README.`,
    )
  }
}

async function remove(ctx: Ctx, row: Row): Promise<void> {
  const id = rawOf(row.sys_id)
  if (!id) return
  try {
    await ctx.http.request({ method: 'DELETE', url: `table/${hookTable}/${id}` })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

function parsed(delivery: WebhookDelivery): Row | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(delivery.raw).toString('utf8'))
    return isRow(body) ? body : undefined
  } catch {
    return undefined
  }
}
