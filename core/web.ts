/** The web role: loaded only where it is wanted, because the panel brings half of a browser's world with it. */
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { preparePanel } from '../admin/index.ts'
import type { Hub } from './hub.ts'
import { buildServer } from './server.ts'

/** Builds the web server of the hub; the caller listens and closes. */
export async function buildWeb(hub: Hub): Promise<FastifyInstance> {
  const { database, catalogue, connections, psaSwitch, runs, review, queue, mapping, audit, settings } = hub
  const panel = {
    database,
    bundleFolder: settings.panelDir ?? join(settings.dataDir, 'panel'),
    version: hub.version,
    publicUrl: settings.publicUrl,
    catalogue,
    connections,
    psaSwitch,
    runs,
    review,
    queue,
    mapping,
    audit,
  }
  return buildServer(hub, await preparePanel(panel))
}
