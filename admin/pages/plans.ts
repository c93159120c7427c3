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
  readonly timer: NodeJS.Timeout
  plan: SwitchPlan | undefined
  failure: { readonly error: unknown } | undefined
  /** It is being carried out. */
  taken: boolean
}

/** What nobody asked about for this long is given up. */
const keptMs = 15 * 60_000

export class Plans {
  readonly #psaSwitch: PsaSwitch
  readonly #kept = new Map<string, Kept>()

  constructor(psaSwitch: PsaSwitch) {
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
      timer: setTimeout(() => this.#forget(id), keptMs).unref(),
      plan: undefined,
      failure: undefined,
      taken: false,
    }
    this.#kept.set(id, kept)
    this.#psaSwitch.plan(wish, reading.signal).then(
      (plan) => {
        kept.plan = plan
      },
      (error: unknown) => {
        kept.failure = { error }
      },
    )
    return id
  }

  /** Undefined while it is being made. Throws what went wrong with it. */
  look(id: string, by: By): SwitchPlan | undefined {
    const { plan, failure, timer } = this.#of(id, by)
    timer.refresh()
    if (failure) {
      this.#forget(id)
      throw failure.error
    }
    if (plan && !plan.check.ok) this.#forget(id)
    return plan
  }

  /** Hands out a finished plan to be carried out, once; after a failure it can be tried again. */
  async carryOut<T>(id: string, by: By, work: (plan: SwitchPlan, wish: NewConnection) => Promise<T>): Promise<T> {
    const kept = this.#of(id, by)
    if (kept.plan === undefined || kept.taken)
      throw new Problem(409, 'This plan is not ready, or was confirmed already.')
    kept.taken = true
    try {
      const result = await work(kept.plan, kept.wish)
      this.#forget(id)
      return result
    } finally {
      kept.taken = false
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
      throw new Problem(404, 'This plan is not there any more. Nothing was changed; make it again.')
    return kept
  }

  #forget(id: string): void {
    const kept = this.#kept.get(id)
    if (kept === undefined) return
    this.#kept.delete(id)
    clearTimeout(kept.timer)
    kept.reading.abort()
  }
}
