/** Which rows of a table are ticked. */
import { useState } from 'react'

export interface Selection {
  readonly ids: readonly number[]
  has(id: number): boolean
  tick(ids: readonly number[], on: boolean): void
  clear(): void
}

export function useSelection(): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  return {
    ids: [...chosen],
    has: (id) => chosen.has(id),
    tick: (ids, on) =>
      setChosen((before) => {
        const next = new Set(before)
        for (const id of ids) {
          if (on) next.add(id)
          else next.delete(id)
        }
        return next
      }),
    clear: () => setChosen(new Set()),
  }
}
