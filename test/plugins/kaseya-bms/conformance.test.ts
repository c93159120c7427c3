import t from 'tap'
import { conform } from '../../../core/conformance/kit.ts'
import { printSheet } from '../../../core/conformance/plugin-check.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import * as simulator from '../../../plugins/kaseya-bms/simulator.ts'

const sheet = await conform(kaseyaBms, simulator, { folder: 'plugins/kaseya-bms' })
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
