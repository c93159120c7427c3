import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import { printSheet } from '../../../core/conformance/plugin-check.ts'
import type { World } from '../../../core/connector/simulator.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import { simulate } from '../../../plugins/kaseya-bms/simulator.ts'

/** Three pages of details: each is a request of its own, and the battery reads them a hundred times. */
const enough = 120

function smaller(world: World) {
  for (let id = world.configurations.lastId; id > enough; id--) world.configurations.remove(id)
  return simulate(world)
}

const sheet = await conform(kaseyaBms, { simulate: smaller }, { folder: 'plugins/kaseya-bms' })
const idle = sheet.rules.filter(({ outcome }) => outcome === 'not-applicable').map(({ id }) => id)

t.notOk(
  sheet.rules.some(({ outcome }) => outcome === 'fail'),
  printSheet(sheet),
)
t.same(
  idle.filter((id) => !id.startsWith('warranty.')),
  ['settings.choices', 'changes.deletes', 'webhooks.register', 'webhooks.verify', 'webhooks.touched'],
  'every other promise is tried: a list that no longer takes three pages would not be',
)
