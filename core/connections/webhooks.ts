/** Webhooks of a connection: an address nobody can guess, registered at the vendor. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../access/refusal.ts'
import type { Settings, WebhookSource } from '../connector/index.ts'
import { within } from './limit.ts'
import { type ConnectionParts, type OpenConnection, openConnection } from './open.ts'
import { type ConnectionRow, loadConnection } from './rows.ts'

/** The vault's field; no setting of a connector can have this name (they have no hyphens). */
const tokenField = 'webhook-token'
const limitMs = 30_000

/** Registers, or registers again what is missing. `publicUrl`: the hub's address as the vendor sees it. */
export async function registerWebhooks(
  parts: ConnectionParts,
  id: number,
  publicUrl: string,
): Promise<readonly string[]> {
  const base = publicUrl.replace(/\/+$/, '')
  const before = await loadConnection(parts.database.pool, id)
  if (before.state === 'disconnected') throw new Refusal(`${before.name} is disconnected.`)
  if (before.webhookUrl !== null && before.webhookUrl !== base) await unregisterWebhooks(parts, before)
  const secrets = await parts.vault.read(id)
  const token = secrets[tokenField] ?? randomBytes(32).toString('base64url')
  return withWebhooks(parts, before, async (open, webhooks, signal) => {
    // Stored first: a delivery may come before the answer, and a registration must never be forgotten.
    await parts.database.transaction(async (sql) => {
      await parts.vault.write(id, { [tokenField]: token }, sql)
      await sql.query('update connections set webhook_url = $2 where id = $1', [id, base])
    })
    signal.throwIfAborted()
    const ids = await webhooks.register(open.context(), addressOf(base, id, token))
    await parts.database.run('update connections set webhook_ids = $2 where id = $1', [id, ids])
    return ids
  })
}

/** Takes the registrations away at the vendor, then forgets the address. */
export async function unregisterWebhooks(parts: ConnectionParts, row: ConnectionRow): Promise<void> {
  const { [tokenField]: token } = await parts.vault.read(row.id)
  const base = row.webhookUrl
  if (base !== null && token !== undefined) {
    await withWebhooks(parts, row, (open, webhooks) =>
      webhooks.unregister(open.context(), addressOf(base, row.id, token)),
    )
  }
  await parts.database.transaction(async (sql) => {
    await parts.vault.write(row.id, { [tokenField]: null }, sql)
    await sql.query("update connections set webhook_ids = '{}', webhook_url = null where id = $1", [row.id])
  })
}

/** Whether a delivery came to the connection's own address. Takes the same time for all answers. */
export async function isWebhookToken(parts: ConnectionParts, id: number, given: string): Promise<boolean> {
  const { [tokenField]: token } = await parts.vault.read(id)
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token ?? randomBytes(32).toString('base64url')))
}

function addressOf(base: string, id: number, token: string): string {
  return `${base}/hooks/${id}/${token}`
}

async function withWebhooks<T>(
  parts: ConnectionParts,
  row: ConnectionRow,
  work: (open: OpenConnection, webhooks: WebhookSource<Settings>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = `${row.name} did not answer within ${limitMs / 1000} seconds. Try again later.`
  return within(limitMs, late, async (signal) => {
    const open = await openConnection(parts, row, { signal })
    try {
      const webhooks = open.connector.kind === 'warranty' ? undefined : open.connector.webhooks
      if (webhooks === undefined) throw new Refusal(`${open.connector.name} has no webhooks.`)
      return await work(open, webhooks, signal)
    } finally {
      open.close()
    }
  })
}
