/** d, e and f: the worker as a process: its memory, its answer to the button, its start. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readSettings } from '../../config/settings.ts'
import { openHub } from '../../core/hub.ts'
import { type Bench, startVendor } from './lab.ts'

const key = '00'.repeat(32)

/** Peak resident megabytes of a first sync of so many records. */
export async function peakMemory(bench: Bench, plugin: string, records: number): Promise<number> {
  const vendor = await startVendor(`../../plugins/${plugin}/simulator.ts`, records, false)
  try {
    await bench.database.run(
      'truncate company_links, companies, configurations, sync_pages, stream_states, record_changes, withheld_changes cascade',
    )
    const child = fork(new URL('memory.ts', import.meta.url), [
      bench.database.url,
      plugin,
      JSON.stringify(vendor.settings),
    ])
    const [{ peakMb }] = (await once(child, 'message')) as [{ peakMb: number }]
    await once(child, 'exit')
    return peakMb
  } finally {
    vendor.stop()
  }
}

/** Milliseconds from `forceSync` to the vendor's first request, sorted. */
export async function reaction(bench: Bench, plugin: string, presses: number): Promise<number[]> {
  const vendor = await startVendor(`../../plugins/${plugin}/simulator.ts`, 50)
  const settings = readSettings({ DATABASE_URL: bench.database.url, TRIBUTARY_KEY: key, LOG_LEVEL: 'silent' })
  await bench.database.run("update connections set state = 'disconnected' where state <> 'disconnected'")
  const hub = await openHub(settings, pino({ level: 'silent' }))
  try {
    const { id } = await hub.connections.add(
      { connector: plugin, name: `bench ${Date.now()}`, settings: vendor.settings },
      { actor: 'system' },
    )
    await hub.connections.check(id)
    await hub.queue.start({ worker: true })
    const waits: number[] = []
    for (let press = 0; press < presses; press++) {
      await vendor.stats()
      const [before] = await hub.runs.list({ connectionId: id, limit: 1 })
      const pressed = performance.timeOrigin + performance.now()
      await hub.queue.forceSync(id, { streams: ['companyTypes', 'configurationTypes'] })
      for (;;) {
        const [run] = await hub.runs.list({ connectionId: id, limit: 1 })
        if (run?.finishedAt && run.id !== before?.id) break
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      const { starts } = await vendor.stats()
      waits.push((starts[0] ?? Number.NaN) - pressed)
    }
    await hub.queue.stop(5000)
    return waits.sort((a, b) => a - b)
  } finally {
    await hub.close()
    vendor.stop()
  }
}

export interface Start {
  readonly ms: number
  readonly residentMb: number
}

/** A worker process from `node` to "ready", with what it holds in memory then. `cache`: a compile cache folder. */
export async function startWorker(bench: Bench, cache: string | undefined): Promise<Start> {
  const began = performance.now()
  const child = spawn(process.execPath, [...process.execArgv, 'core/main.ts'], {
    cwd: new URL('../..', import.meta.url).pathname,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: bench.database.url,
      TRIBUTARY_KEY: key,
      TRIBUTARY_ROLES: 'worker',
      ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    if (text.includes('The worker is ready')) break
  }
  const ms = performance.now() - began
  if (!text.includes('The worker is ready')) throw new Error(`The worker did not start: ${text}`)
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  const residentMb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  child.stdout.resume()
  await ended
  return { ms, residentMb }
}

export async function starts(bench: Bench, rounds: number): Promise<{ plain: Start[]; cached: Start[] }> {
  const cache = await mkdtemp(join(tmpdir(), 'tributary-cache-'))
  try {
    const plain: Start[] = []
    const cached: Start[] = []
    await startWorker(bench, cache)
    for (let round = 0; round < rounds; round++) {
      plain.push(await startWorker(bench, undefined))
      cached.push(await startWorker(bench, cache))
    }
    return { plain, cached }
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
}
