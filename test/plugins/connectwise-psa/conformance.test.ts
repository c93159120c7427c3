import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import { printSheet } from '../../../core/conformance/plugin-check.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import * as simulator from '../../../plugins/connectwise-psa/simulator.ts'

const sheet = await conform(connectWise, simulator, { folder: 'plugins/connectwise-psa' })
const idle = sheet.rules.filter(({ outcome }) => outcome === 'not-applicable').map(({ id }) => id)

t.notOk(
  sheet.rules.some(({ outcome }) => outcome === 'fail'),
  printSheet(sheet),
)
t.same(
  idle.filter((id) => !id.startsWith('warranty.')),
  ['settings.choices', 'changes.deletes'],
  'every other promise is tried: a list that no longer takes three pages would not be',
)
