/**
 * Webhooks in: `POST /hooks/:connectionId/:token`. The token, then the vendor's own proof over the bytes as
 * they came, then what to read again. Whatever is wrong, the answer is the same and takes the same time;
 * the log says which.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import type { Context, Settings, WebhookDelivery, WebhookHint, WebhookSource } from '../connector/index.ts'
import { type Vault, webhookTokenField } from '../secrets/vault.ts'
import { type Database, isDatabaseAway } from '../store/database.ts'

/** A connection, as far as a webhook needs it. */
export interface WebhookConnection {
  readonly webhooks: WebhookSource<Settings>
  readonly context: Context<Settings>
  /** Called once, whatever came of it. */
  close(): void
}

export interface WebhookParts {
  readonly database: Database
  readonly vault: Vault
  /** Undefined: no such connection, it is not active, or its connector takes no webhooks. */
  readonly open: (connectionId: number) => Promise<WebhookConnection | undefined>
  /** Has the records read again. */
  readonly enqueue: (connectionId: number, hints: readonly WebhookHint[]) => Promise<void>
}

const bodyLimit = 1024 * 1024
/** A refusal is answered no sooner than this many milliseconds after it came. */
const refusalTakes = 200
const kept = '7 days'
const sweepEvery = 60 * 60 * 1000

function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

function flat(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value].flat().join(', ')]))
}

export class Webhooks {
  readonly #parts: WebhookParts
  #sweptAt = 0

  constructor(parts: WebhookParts) {
    this.#parts = parts
  }

  /** True: proven and taken, or taken before. False: refused; the log says why. Throws when the database is away. */
  async accept(
    connectionId: string,
    token: string,
    delivery: WebhookDelivery,
    log: FastifyBaseLogger,
  ): Promise<boolean> {
    const id = /^[1-9]\d{0,14}$/.test(connectionId) ? Number(connectionId) : 0
    const expected = (await this.#parts.vault.read(id))[webhookTokenField]
    // Without a stored token the comparison is made all the same, and fails.
    const matches = same(token, expected ?? '') && expected !== undefined && expected !== ''
    if (!matches) return refused(log, id, expected === undefined ? 'no token is set' : 'the token is wrong')

    const read = await this.#examine(id, delivery).catch((error: unknown) => {
      // The vendor is to try again when the database is back.
      if (isDatabaseAway(error)) throw error
      log.warn({ err: error, connection: id }, 'webhook: the connector failed')
      return 'the connector failed'
    })
    if (typeof read === 'string') return refused(log, id, read)

    if (read.id !== undefined && !(await this.#isNew(id, read.id))) return true
    if (read.hints.length === 0) return true
    try {
      await this.#parts.enqueue(id, read.hints)
    } catch (error) {
      // The vendor will send it again; then it must be new again.
      if (read.id !== undefined) await this.#forget(id, read.id)
      throw error
    }
    return true
  }

  /** What to read again, or why the delivery is refused. */
  async #examine(
    id: number,
    delivery: WebhookDelivery,
  ): Promise<ReturnType<WebhookSource<Settings>['touched']> | string> {
    const connection = await this.#parts.open(id)
    if (connection === undefined) return 'the connection takes no webhooks'
    try {
      const { webhooks, context } = connection
      if ((await webhooks.verify(context, delivery)) !== true) return 'the vendor did not prove itself'
      return webhooks.touched(delivery)
    } finally {
      connection.close()
    }
  }

  async #isNew(connectionId: number, deliveryId: string): Promise<boolean> {
    if (Date.now() - this.#sweptAt > sweepEvery) {
      this.#sweptAt = Date.now()
      await this.#parts.database.run('delete from webhook_deliveries where received_at < now() - $1::interval', [kept])
    }
    const added = await this.#parts.database.run(
      'insert into webhook_deliveries (connection_id, delivery_id) values ($1, $2) on conflict do nothing',
      [connectionId, stored(deliveryId)],
    )
    return added > 0
  }

  async #forget(connectionId: number, deliveryId: string): Promise<void> {
    await this.#parts.database.run('delete from webhook_deliveries where connection_id = $1 and delivery_id = $2', [
      connectionId,
      stored(deliveryId),
    ])
  }
}

/** A vendor's id may be of any length and hold any character. */
function stored(deliveryId: string): string {
  return createHash('sha256').update(deliveryId).digest('base64url')
}

function refused(log: FastifyBaseLogger, connection: number, reason: string): false {
  log.info({ connection }, `webhook refused: ${reason}`)
  return false
}

/** Registers the route on an instance of its own: nothing here parses a body. */
export async function webhookRoutes(app: FastifyInstance, webhooks: Webhooks): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))

  const refuse = async (reply: FastifyReply) => {
    await sleep(Math.max(0, refusalTakes - reply.elapsedTime), undefined, { ref: false })
    // Fastify would close on a body that is too large; the sender, still writing, would not see the answer.
    reply.removeHeader('connection')
    return reply.code(401).send({ statusCode: 401, error: 'Unauthorized', message: 'This delivery was not accepted.' })
  }

  app.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
    // Too large, cut off, no length: the sender's fault. The rest is the hub's, which the root's handler tells.
    if (error.statusCode !== undefined && error.statusCode < 500) return refuse(reply)
    throw error
  })

  app.post<{ Params: { connectionId: string; token: string }; Querystring: Record<string, unknown> }>(
    '/hooks/:connectionId/:token',
    { bodyLimit },
    async (request, reply) => {
      const { connectionId, token } = request.params
      const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const delivery = { raw, headers: flat(request.headers), query: flat(request.query) }
      if (!(await webhooks.accept(connectionId, token, delivery, request.log))) return refuse(reply)
      return reply.code(202).send({ status: 'accepted' })
    },
  )
}
