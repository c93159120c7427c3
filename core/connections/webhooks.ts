/** Webhooks of a connection: an address nobody can guess, registered at the vendor. */
import { randomBytes } from 'node:crypto'
import { Refusal } from '../access/refusal.ts'
import { ConnectorError, type Settings, type WebhookSource } from '../connector/index.ts'
import { webhookTokenField } from '../secrets/vault.ts'
import { within } from './limit.ts'
import { type ConnectionParts, type OpenConnection, openConnection } from './open.ts'
import { type ConnectionRow, loadConnection } from './rows.ts'

const limitMs = 30_000

/** What came of turning webhooks on. */
export interface WebhooksOn {
  /** The vendor's ids of the registrations; none where an admin enters the address. */
  readonly ids: readonly string[]
  /** To be entered at the vendor, where it has no registration. Told this once: turning them on again makes another. */
  readonly address: string | null
  /** What the connector reported. */
  readonly notes: readonly string[]
}

/**
 * Turns webhooks on, or registers again what is missing. `publicUrl`: the hub's address as the vendor sees it.
 * Throws a `Refusal` without it, or where the connector has none.
 */
export async function turnOnWebhooks(
  parts: ConnectionParts,
  id: number,
  publicUrl: string | undefined,
): Promise<WebhooksOn> {
  if (publicUrl === undefined)
    throw new Refusal('Set TRIBUTARY_PUBLIC_URL to the address under which the vendor reaches this hub first.')
  const base = publicUrl.replace(/\/+$/, '')
  const before = await loadConnection(parts.database.pool, id)
  if (before.state === 'disconnected') throw new Refusal(`${before.name} is disconnected.`)
  const left =
    before.webhookUrl === null || before.webhookUrl === base ? undefined : await turnOffWebhooks(parts, before)
  const secrets = await parts.vault.read(id)
  return withWebhooks(parts, before, async ({ open, webhooks, signal, notes }) => {
    const byHand = webhooks.register === undefined
    const known = byHand ? undefined : secrets[webhookTokenField]
    const token = known ?? randomBytes(32).toString('base64url')
    // Stored first: a delivery may come before the answer, and a registration must never be forgotten.
    await parts.database.transaction(async (sql) => {
      await parts.vault.write(id, { [webhookTokenField]: token }, sql)
      await sql.query('update connections set webhook_url = $2 where id = $1', [id, base])
    })
    signal.throwIfAborted()
    const address = addressOf(base, id, token)
    const ids = (await webhooks.register?.(open.context(), address)) ?? []
    await parts.database.run('update connections set webhook_ids = $2 where id = $1', [id, ids])
    return {
      ids,
      address: byHand ? address : null,
      notes: left === undefined ? notes : [left, ...notes],
    }
  })
}

/** Takes the registrations away at the vendor and forgets the address. Answers a sentence if something was left there. */
export async function turnOffWebhooks(parts: ConnectionParts, row: ConnectionRow): Promise<string | undefined> {
  const { [webhookTokenField]: token } = await parts.vault.read(row.id)
  const base = row.webhookUrl
  const left =
    base === null || token === undefined ? undefined : await unregister(parts, row, addressOf(base, row.id, token))
  await parts.database.transaction(async (sql) => {
    await parts.vault.write(row.id, { [webhookTokenField]: null }, sql)
    await sql.query("update connections set webhook_ids = '{}', webhook_url = null where id = $1", [row.id])
  })
  return left
}

async function unregister(parts: ConnectionParts, row: ConnectionRow, address: string): Promise<string | undefined> {
  try {
    return await withWebhooks(parts, row, async ({ open, webhooks }) => {
      if (webhooks.unregister === undefined) return `Delete the webhook in ${open.connector.name} too.`
      await webhooks.unregister(open.context(), address)
      return undefined
    })
  } catch (error) {
    const why = error instanceof ConnectorError ? error.admin : String(error)
    return `The webhooks could not be taken away at the vendor; delete them there. (${why})`
  }
}

function addressOf(base: string, id: number, token: string): string {
  return `${base}/hooks/${id}/${token}`
}

interface Work {
  readonly open: OpenConnection
  readonly webhooks: WebhookSource<Settings>
  readonly signal: AbortSignal
  readonly notes: readonly string[]
}

async function withWebhooks<T>(parts: ConnectionParts, row: ConnectionRow, work: (on: Work) => Promise<T>): Promise<T> {
  const late = `${row.name} did not answer within ${limitMs / 1000} seconds. Try again later.`
  return within(limitMs, late, async (signal) => {
    const notes: string[] = []
    const open = await openConnection(parts, row, { signal, report: ({ message }) => notes.push(message) })
    try {
      const webhooks = open.connector.kind === 'warranty' ? undefined : open.connector.webhooks
      if (webhooks === undefined) throw new Refusal(`${open.connector.name} has no webhooks.`)
      return await work({ open, webhooks, signal, notes })
    } finally {
      open.close()
    }
  })
}
