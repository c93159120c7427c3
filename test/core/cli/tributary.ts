/** The command line as people meet it: a process with arguments, an environment, two streams and an exit code. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { type SimulatorServer, serveSimulator } from '../../../core/conformance/server.ts'
import { createWorld } from '../../../core/conformance/world.ts'
import type { Settings, Simulator } from '../../../core/connector/index.ts'
import { simulate } from '../conformance/toy/simulator.ts'

const root = new URL('../../..', import.meta.url).pathname

export interface Told {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A plugin folder. */
export const toyFolder = dirname(new URL('toy/index.ts', import.meta.url).pathname)

type Environment = Readonly<Record<string, string>>

export function start(args: readonly string[], env: Environment = {}): ChildProcess {
  return spawn(process.execPath, [join(root, 'core/cli.ts'), ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: join(tmpdir(), 'tributary-test-compiled'),
      TRIBUTARY_PLUGINS: toyFolder,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

export async function tributary(args: readonly string[], env: Environment = {}, input = ''): Promise<Told> {
  const child = start(args, env)
  child.stdin?.end(input)
  const [out, err, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'exit'),
  ])
  return { code, out, err }
}

export interface ToyVendor {
  readonly simulator: Simulator<Settings>
  readonly server: SimulatorServer
  /** A file with settings that work. */
  readonly config: string
  file(settings: unknown): Promise<string>
}

/** The toy's vendor, served on this machine, and files with settings for it. */
export async function toyVendor(t: Test, latencyMs = 0): Promise<ToyVendor> {
  const simulator: Simulator<Settings> = simulate(
    createWorld({ companies: 12, configurations: 300, contacts: 60, tickets: 10 }),
  )
  const server = await serveSimulator(simulator, { latencyMs })
  const folder = await mkdtemp(join(tmpdir(), 'tributary-cli-'))
  t.teardown(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })
  let count = 0
  const file = async (settings: unknown) => {
    const path = join(folder, `settings-${++count}.json`)
    await writeFile(path, typeof settings === 'string' ? settings : JSON.stringify(settings))
    return path
  }
  return { simulator, server, config: await file(simulator.settings(server.origin)), file }
}
