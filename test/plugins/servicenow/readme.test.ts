import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { serviceNow } from '../../../plugins/servicenow/connector.ts'
import { testFieldTables, testSettingsExplained } from '../readme.ts'
import { simulated, small } from './simulated.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../plugins/servicenow/README.md'), 'utf8')

const one = await simulated(t, small)
const columns = { companies: ['u_type'], contacts: ['u_department'], configurations: ['u_asset_owner'] }

testFieldTables(serviceNow, readme, async (stream) => {
  const customFields = Object.entries(columns).find(([name]) => name === stream)?.[1] ?? []
  // Accounts have a number, which plain companies do not.
  const own = stream === 'companies' ? { customerTable: 'customer_account' as const } : {}
  return one.records(stream, { customFields }, one.settings(own))
})

testSettingsExplained(serviceNow, readme)

t.test('the rights of the manifest are those of the table', async (t) => {
  const table = readme.split('<!-- rights:')[1]?.split('<!-- end of rights -->')[0] ?? ''
  const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { id, right } of serviceNow.permissions) {
    t.ok(
      rows.some(([, first, , third]) => first === id && third === right),
      id,
    )
  }
})
