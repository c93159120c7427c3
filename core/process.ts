/** A hub at work: its roles started and, when the time comes, stopped in order. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { HubSettings } from '../config/settings.ts'
import { paths } from './access/paths.ts'
import { type Hub, openHub } from './hub.ts'

export interface RunningHub {
  readonly hub: Hub
  /** Where the panel is, as a browser on this machine sees it; undefined without the web role. */
  readonly address: string | undefined
  /** Commits the pages in hand, hands the runs back, closes everything. Safe to call twice. */
  stop(): Promise<void>
}

/** Runs get so long to commit the page in hand when the process stops. */
const graceMs = 20_000

/** Starts the roles the settings name. */
export async function startProcess(settings: HubSettings, log: Logger): Promise<RunningHub> {
  if (settings.roles.includes('web')) await tryPort(settings)
  const hub = await openHub(settings, log)
  let web: FastifyInstance | undefined
  let stopping: Promise<void> | undefined
  const stop = async () => {
    await web?.close()
    await hub.queue.stop(graceMs)
    await hub.close()
  }
  try {
    const worker = settings.roles.includes('worker')
    await hub.queue.start({ worker })
    if (worker) log.info({ connectors: hub.catalogue.all().map(({ id }) => id) }, 'The worker is ready.')
    let address: string | undefined
    if (settings.roles.includes('web')) {
      const { buildWeb } = await import('./web.ts')
      web = await buildWeb(hub)
      await web.listen({ host: settings.host, port: settings.port })
      address = settings.publicUrl ?? localAddress(web, settings.host)
      log.info(`The panel is at ${address}${paths.panel}.`)
      await offerFirstAdmin(hub, address)
    }
    return {
      hub,
      address,
      stop: () => {
        stopping ??= stop()
        return stopping
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Before anything is started: a second start by mistake leaves the first hub, and its PostgreSQL, alone. */
async function tryPort({ host, port }: HubSettings): Promise<void> {
  const server = createServer().listen({ host, port })
  await once(server, 'listening').catch((cause: unknown) => {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    throw taken ? new Error(`Port ${port} is in use already. Set PORT to another one.`, { cause }) : cause
  })
  server.close()
  await once(server, 'close')
}

function localAddress(web: FastifyInstance, host: string): string {
  const bound = web.server.address()
  const port = typeof bound === 'object' ? bound?.port : undefined
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** Until there is an admin, each start prints a link that makes one. */
async function offerFirstAdmin(hub: Hub, address: string): Promise<void> {
  const token = await hub.links.firstAdmin()
  if (token !== undefined)
    hub.log.warn(`There is no admin yet. Make one at ${address}${paths.firstAdmin(token)} (works once, within a day).`)
}
