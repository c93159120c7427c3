/** What a command works with: the settings, and a hub that is open while the command runs. */
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { text as textOf } from 'node:stream/consumers'
import { type Logger, pino } from 'pino'
import { type HubSettings, readSettings } from '../../config/settings.ts'
import { Refusal } from '../access/refusal.ts'
import type { ConnectionView } from '../connections/connections.ts'
import type { Hub } from '../hub.ts'

export interface Session {
  readonly settings: HubSettings
  /** Silent, unless `LOG_LEVEL` asks for it: a command says itself what happens. */
  readonly log: Logger
}

/** Exit codes; 2 = the command line or a setting is wrong. */
export const done = 0
export const failed = 1
/** Nothing is wrong; try again later. */
export const later = 3

export function openSession(env: NodeJS.ProcessEnv): Session {
  const settings = readSettings(env)
  const level = env.LOG_LEVEL ? settings.logLevel : 'silent'
  return { settings, log: pino({ level }, pino.destination(2)) }
}

/** Aborts on Ctrl-C; from here on the command has to end by itself. A second one ends the process. */
export function interruptible(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort(new Refusal('Stopped.')))
  return stop.signal
}

/** Opens the hub for the command, beside one that may be running, and closes it behind it. */
export async function withHub<T>({ settings, log }: Session, work: (hub: Hub) => Promise<T>): Promise<T> {
  const { openHub } = await import('../hub.ts')
  const hub = await openHub(settings, log, { guest: true })
  try {
    return await work(hub)
  } finally {
    await hub.close()
  }
}

/** A connection by its number or its name. */
export async function connectionOf(hub: Hub, which: string): Promise<ConnectionView> {
  const all = await hub.connections.list()
  const found =
    all.find(({ id }) => String(id) === which) ?? all.find(({ name }) => name.toLowerCase() === which.toLowerCase())
  if (found) return found
  throw new Refusal(`There is no connection "${which}". \`tributary connection list\` shows them.`)
}

/** Settings of a connector from a JSON file; `-` is stdin. */
export async function readConfig(file: string): Promise<Readonly<Record<string, unknown>>> {
  const source = file === '-' ? 'stdin' : file
  let config: unknown
  try {
    config = JSON.parse(file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8'))
  } catch (error) {
    // The parser's own message quotes the text, and the text holds secrets.
    const why = error instanceof SyntaxError ? 'it is no JSON' : error instanceof Error ? error.message : String(error)
    throw new Refusal(`The settings could not be read from ${source}: ${why}.`)
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new Refusal(`${source} must hold one JSON object: {"field": "value", …}.`)
  return { ...config }
}

/** Who is at the keyboard, for the run list. */
export function operator(): string {
  try {
    return `command line (${userInfo().username})`
  } catch {
    return 'command line'
  }
}
