/** The connectors that are loaded, by id, and the plugins that could not be. */
import type { Connector, ConnectorHost } from '../connector/index.ts'
import { problemsOf } from './manifest.ts'

export interface BrokenPlugin {
  /** The folder or package it came from. */
  readonly source: string
  readonly message: string
}

/** Plugins add themselves through `add`. */
export class Catalogue {
  readonly #connectors = new Map<string, Connector>()
  readonly #broken: BrokenPlugin[] = []
  /** What a plugin's `index.ts` is handed. */
  readonly host: ConnectorHost = { connectors: { add: (connector) => this.add(connector) } }

  /** Throws what is wrong with the manifest, all of it, for the plugin's author. */
  add(connector: Connector): void {
    const problems = problemsOf(connector)
    if (problems.length > 0) throw new Error(`The manifest does not fit the contract:\n${problems.join('\n')}`)
    if (this.#connectors.has(connector.id)) throw new Error(`There is a connector "${connector.id}" already.`)
    this.#connectors.set(connector.id, connector)
  }

  /** Notes a plugin that failed to load; the hub goes on without it. */
  addBroken(source: string, error: unknown): void {
    this.#broken.push({ source, message: error instanceof Error ? error.message : String(error) })
  }

  get(id: string): Connector | undefined {
    return this.#connectors.get(id)
  }

  /** By name. */
  all(): readonly Connector[] {
    return [...this.#connectors.values()].sort((a, b) => a.name.localeCompare(b.name))
  }

  get broken(): readonly BrokenPlugin[] {
    return this.#broken
  }
}
