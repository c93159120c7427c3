import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import { printSheet } from '../../../core/conformance/plugin-check.ts'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import * as simulator from '../../../plugins/servicenow/simulator.ts'

const sheet = await conform(serviceNow, simulator, { folder: 'plugins/servicenow' })
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
