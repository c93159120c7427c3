/**
 * Loads the connectors. Our own come through @fastify/autoload; those of third parties are imported
 * each by itself, so that a broken one is listed with its message and never keeps the hub from starting.
 */
import { stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import autoload from '@fastify/autoload'
import fastify from 'fastify'
import type { Connector, ConnectorHost } from './connector/index.ts'

export interface ConnectorRegistry {
  /** Throws a sentence if the connector cannot be taken. */
  add(connector: Connector): void
  readonly broken: { readonly source: string; readonly message: string }[]
}

const ownPlugins = resolve(import.meta.dirname, '../plugins')

declare module 'fastify' {
  interface FastifyInstance {
    connectors: ConnectorHost['connectors']
  }
}

/** Loads our own connectors and those named in `plugins` (folders or npm packages) into the registry. */
export async function loadConnectors(registry: ConnectorRegistry, plugins: readonly string[]): Promise<void> {
  const app = fastify()
  app.decorate('connectors', registry)
  await app.register(autoload, { dir: ownPlugins, maxDepth: 1, encapsulate: false })
  await app.ready()
  await app.close()
  for (const plugin of plugins) {
    try {
      await register(await entryOf(plugin), registry)
    } catch (error) {
      registry.broken.push({ source: plugin, message: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** Runs the default export of a plugin's entry file. */
export async function register(entry: string, registry: ConnectorHost['connectors']): Promise<void> {
  const module: { default?: unknown } = await import(entry)
  if (typeof module.default !== 'function')
    throw new Error(`${entry} has no default export; it should be "async (app) => app.connectors.add(connector)".`)
  const outcome: unknown = module.default({
    connectors: { add: (connector: Connector) => registry.add(connector) },
  } satisfies ConnectorHost)
  const patience = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`${entry} did not finish registering within 10 seconds.`)), 10_000).unref()
  })
  await Promise.race([outcome, patience])
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
