/**
 * Loads the connectors: our own through @fastify/autoload, those of third parties by import; each by itself, so that
 * a broken one is listed with its message and never keeps the hub from starting.
 */
import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import autoload from '@fastify/autoload'
import fastify from 'fastify'
import { Catalogue } from './connections/catalogue.ts'
import type { ConnectorHost } from './connector/index.ts'

const ownPlugins = resolve(import.meta.dirname, '../plugins')

declare module 'fastify' {
  interface FastifyInstance {
    connectors: ConnectorHost['connectors']
  }
}

/** Our own connectors and those named in `plugins` (folders or npm packages). */
export async function loadCatalogue(plugins: readonly string[]): Promise<Catalogue> {
  const catalogue = new Catalogue()
  const folders = await readdir(ownPlugins, { withFileTypes: true })
  for (const folder of folders.filter((entry) => entry.isDirectory())) {
    await autoloaded(join(ownPlugins, folder.name), catalogue).catch((error) => catalogue.addBroken(folder.name, error))
  }
  for (const plugin of plugins) {
    await entryOf(plugin)
      .then((entry) => register(entry, catalogue.host))
      .catch((error) => catalogue.addBroken(plugin, error))
  }
  return catalogue
}

/** An instance for each folder: one plugin that throws makes all of its instance fail. */
async function autoloaded(dir: string, catalogue: Catalogue): Promise<void> {
  const app = fastify()
  app.decorate('connectors', catalogue.host.connectors)
  try {
    await app.register(autoload, { dir, encapsulate: false })
    await app.ready()
  } finally {
    await app.close()
  }
}

/** Runs the default export of a plugin's entry file; a plugin that does not come back is given up. */
export async function register(entry: string, host: ConnectorHost): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${entry} did not finish registering within 10 seconds.`)), 10_000)
  })
  const work = async () => {
    const module: { default?: unknown } = await import(entry)
    if (typeof module.default !== 'function') {
      throw new Error(`${entry} has no default export; it should be "async (app) => app.connectors.add(connector)".`)
    }
    await module.default(host)
  }
  await Promise.race([work(), patience]).finally(() => clearTimeout(timer))
}

/** A folder's index.ts or index.js as a URL; anything else is the name of an npm package. */
export async function entryOf(plugin: string): Promise<string> {
  if (!isAbsolute(plugin) && !plugin.startsWith('.')) return plugin
  const folder = resolve(plugin)
  for (const file of ['index.ts', 'index.js', 'index.mjs']) {
    const found = await stat(join(folder, file)).catch(() => undefined)
    if (found?.isFile()) return pathToFileURL(join(folder, file)).href
  }
  throw new Error(`${folder} has no index.ts or index.js.`)
}
