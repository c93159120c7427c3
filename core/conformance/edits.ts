/** Changes to the world, as people at the source would make them. */
import type { StreamName } from '../connector/records.ts'
import type { World, WorldRow, WorldTable } from '../connector/simulator.ts'
import type { Lab } from './lab.ts'

/** After everything else that happened in the world, and not in the future of any machine that runs this. */
export const editedAt = '2026-07-15T10:00:00Z'

/** The tables whose rows come and go in daily life. */
function edited(world: World): readonly WorldTable<WorldRow>[] {
  // Rows are copied and renamed here, whatever else they hold.
  return [world.configurations, world.contacts, world.sites, world.companies] as unknown as WorldTable<WorldRow>[]
}

type Copy = (row: WorldRow, id: number, updatedAt: string) => WorldRow

const renamed: Copy = (row, id, updatedAt) => {
  const name = 'firstName' in row ? 'firstName' : 'name'
  return { ...row, id, updatedAt, [name]: `Renamed №${id}` }
}

/** A row in each table that nothing refers to, so that it can go later without changing another. Answers their ids. */
export function addLoose(lab: Lab): readonly number[] {
  return edited(lab.world).map((table) => {
    const [first] = table.after(0)
    if (first === undefined) return 0
    const id = table.lastId + 1
    table.put(renamed(first, id, first.updatedAt))
    return id
  })
}

/** In each table one row changes, one is new and the loose one goes. */
export function editAll(lab: Lab, loose: readonly number[]): void {
  for (const [place, table] of edited(lab.world).entries()) {
    const rows = [...table.after(0)]
    const changed = rows[Math.floor(rows.length / 2)]
    if (changed === undefined) continue
    table.put(renamed(changed, changed.id, editedAt))
    table.put(renamed(changed, table.lastId + 1, editedAt))
    table.remove(loose[place] ?? 0)
  }
  lab.forgetCompanies()
}

/** Removes a row the stream is made of and answers its source id; undefined if no row is. */
export function removeOne(lab: Lab, stream: StreamName): string | undefined {
  const before = new Set(lab.simulator.expected(stream))
  for (const table of edited(lab.world)) {
    const rows = [...table.after(0)]
    for (const row of rows.slice(-5)) {
      table.remove(row.id)
      const after = new Set(lab.simulator.expected(stream))
      const gone = [...before].find((id) => !after.has(id))
      if (gone !== undefined) return gone
      table.put(row)
    }
  }
  return undefined
}
