import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import { printSheet } from '../../../core/conformance/plugin-check.ts'
import { autotask } from '../../../plugins/autotask/connector.ts'
import * as simulator from '../../../plugins/autotask/simulator.ts'

const sheet = await conform(autotask, simulator, { folder: 'plugins/autotask' })
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
