/** `/health/live`: the process answers. `/health/ready`: it can do its work, or why not. For monitors; no names, no addresses. */
import type { FastifyInstance } from 'fastify'
import { type Database, isDatabaseAway } from '../store/database.ts'
import { pendingMigrations } from '../store/migrate.ts'

const patience = 3000

/** Why the hub cannot work at the moment; empty when it can. */
async function obstacles(database: Database): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<string[]>((resolve) => {
    timer = setTimeout(resolve, patience, ['PostgreSQL does not answer in time.'])
  })
  const asked = pendingMigrations(database).then(
    (pending) => (pending.length === 0 ? [] : [`Migrations are pending: ${pending.join(', ')}.`]),
    (error: unknown) => [isDatabaseAway(error) ? 'PostgreSQL is not reachable.' : 'The database cannot be read.'],
  )
  try {
    return await Promise.race([asked, tooLong])
  } finally {
    clearTimeout(timer)
  }
}

export function health(app: FastifyInstance, database: Database): void {
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    const reasons = await obstacles(database)
    if (reasons.length === 0) return { status: 'ready' }
    return reply.code(503).send({ status: 'not ready', reasons })
  })
}
