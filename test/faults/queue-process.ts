/** A worker process as the fault tests hold it: everything it told, in order. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Test } from 'tap'
import type { Database } from '../../core/store/database.ts'

type Told = Readonly<Record<string, unknown>>

export class QueueProcess {
  readonly child: ChildProcess
  readonly told: Told[] = []
  readonly #exit: Promise<unknown[]>

  constructor(
    t: Test,
    database: Database,
    work: { connectionId: number; records: number; generation?: number; pause?: number },
  ) {
    const { connectionId, records, generation = 1, pause = 0 } = work
    const args = [database.url, connectionId, records, generation, pause].map(String)
    this.child = fork(new URL('queue-worker.ts', import.meta.url), args)
    this.child.on('message', (message) => this.told.push(message as Told))
    this.#exit = once(this.child, 'exit')
    t.teardown(() => this.child.kill('SIGKILL'))
  }

  /** The first message with `key`, or the one after `skip` such. */
  async hears<T>(key: string, skip = 0): Promise<T> {
    for (;;) {
      const found = this.told.filter((message) => key in message)[skip]
      if (found) return found[key] as T
      const [next] = await Promise.race([once(this.child, 'message'), this.#exit.then(() => [undefined])])
      if (next === undefined) throw new Error(`The worker ended without telling its ${key}.`)
    }
  }

  /** Sends `press` or `touch`; answers what it answers. */
  async ask(what: 'press' | 'touch', count = 0): Promise<string> {
    this.child.send(what)
    return this.hears<string>('answer', count)
  }

  /** Ends it with the signal and answers its exit code. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<unknown> {
    this.child.kill(signal)
    const [code] = await this.#exit
    return code
  }
}
