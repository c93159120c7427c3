/**
 * Plans of a switch, while they are made and until they are decided on. Reading a whole PSA may take longer than a
 * request lives, so the browser asks again. They are kept in memory only, with the secrets they were made with: what
 * is confirmed is what was planned, and the browser need not keep them.
 */
import { randomUUID } from 'node:crypto'
import type { PsaSwitch, SwitchPlan } from '../../core/connections/psa-switch.ts'
import type { NewConnection } from '../../core/connections/setup.ts'
import { Problem } from '../problem.ts'
import type { By } from './page.ts'

interface Kept {
  readonly user: number
  readonly wish: NewConnection
  readonly reading: AbortController
  /** Records, so far. */
  read: number
  timer: NodeJS.Timeout
  plan: SwitchPlan | undefined
  failure: { readonly error: unknown } | undefined
  /** It is being carried out. */
  taken: boolean
}

/** How far a plan is. */
export interface Look {
  /** Undefined while it is being made. */
  readonly plan: SwitchPlan | undefined
  readonly read: number
}

/** A reading nobody asks about any more is ended: the page was closed. A browser asks once a minute from the background. */
const readingMs = 3 * 60_000
/** How long there is to decide. */
const readyMs = 60 * 60_000

export class Plans {
  readonly #psaSwitch: Pick<PsaSwitch, 'plan'>
  readonly #kept = new Map<string, Kept>()

  constructor(psaSwitch: Pick<PsaSwitch, 'plan'>) {
    this.#psaSwitch = psaSwitch
  }

  /** Begins a plan and answers its id. A person has one at a time: the one before is given up. */
  start(wish: NewConnection, { actor }: By): string {
    for (const [id, { user, taken }] of this.#kept) if (user === actor.id && !taken) this.#forget(id)
    const id = randomUUID()
    const reading = new AbortController()
    const kept: Kept = {
      user: actor.id,
      wish,
      reading,
      read: 0,
      timer: this.#later(id, readingMs),
      plan: undefined,
      failure: undefined,
      taken: false,
    }
    this.#kept.set(id, kept)
    const onRead = (records: number) => {
      kept.read += records
    }
    this.#psaSwitch.plan(wish, reading.signal, onRead).then(
      (plan) => {
        kept.plan = plan
      },
      (error: unknown) => {
        kept.failure = { error }
      },
    )
    return id
  }

  /** Throws what went wrong with it. */
  look(id: string, by: By): Look {
    const kept = this.#of(id, by)
    const { plan, failure } = kept
    if (!kept.taken) {
      clearTimeout(kept.timer)
      kept.timer = this.#later(id, plan ? readyMs : readingMs)
    }
    if (failure) {
      this.#forget(id)
      throw failure.error
    }
    if (plan && !plan.check.ok) this.#forget(id)
    return { plan, read: kept.read }
  }

  /** Hands out a finished plan to be carried out, once; after a failure it can be tried again. */
  async carryOut<T>(id: string, by: By, work: (plan: SwitchPlan, wish: NewConnection) => Promise<T>): Promise<T> {
    const kept = this.#of(id, by)
    if (kept.plan === undefined || kept.taken)
      throw new Problem(409, 'This plan is not ready, or was confirmed already.')
    clearTimeout(kept.timer)
    kept.taken = true
    try {
      const result = await work(kept.plan, kept.wish)
      this.#forget(id)
      return result
    } catch (error) {
      kept.taken = false
      kept.timer = this.#later(id, readyMs)
      throw error
    }
  }

  /** Gives a plan up; one that is gone is fine. */
  drop(id: string, { actor }: By): void {
    const kept = this.#kept.get(id)
    if (kept?.user === actor.id && !kept.taken) this.#forget(id)
  }

  #of(id: string, { actor }: By): Kept {
    const kept = this.#kept.get(id)
    if (kept?.user !== actor.id)
      throw new Problem(
        404,
        'This plan is not there any more; make it again. The list of connections says which PSA is connected.',
      )
    return kept
  }

  #later(id: string, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#forget(id), ms).unref()
  }

  #forget(id: string): void {
    const kept = this.#kept.get(id)
    if (kept === undefined) return
    this.#kept.delete(id)
    clearTimeout(kept.timer)
    kept.reading.abort()
  }
}
