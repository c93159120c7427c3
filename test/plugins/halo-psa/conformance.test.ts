import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import { printSheet } from '../../../core/conformance/plugin-check.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import * as simulator from '../../../plugins/halo-psa/simulator.ts'

const sheet = await conform(haloPsa, simulator, { folder: 'plugins/halo-psa' })
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
