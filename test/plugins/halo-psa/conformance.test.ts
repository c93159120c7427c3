import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import { printSheet } from '../../../core/conformance/plugin-check.ts'
import type { World } from '../../../core/connector/simulator.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { simulate } from '../../../plugins/halo-psa/simulator.ts'

/** Enough for three pages; the notes of each are a request of their own, and the battery reads them a hundred times. */
const enough = 60

function smaller(world: World) {
  for (let id = world.configurations.lastId; id > enough; id--) world.configurations.remove(id)
  return simulate(world)
}

const sheet = await conform(haloPsa, { simulate: smaller }, { folder: 'plugins/halo-psa' })
const idle = sheet.rules.filter(({ outcome }) => outcome === 'not-applicable').map(({ id }) => id)

t.notOk(
  sheet.rules.some(({ outcome }) => outcome === 'fail'),
  printSheet(sheet),
)
t.same(
  idle.filter((id) => !id.startsWith('warranty.')),
  ['changes.deletes'],
  'every other promise is tried: a list that no longer takes three pages would not be',
)
