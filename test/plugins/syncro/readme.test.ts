import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { streamNames } from '../../../core/connector/records.ts'
import { syncro } from '../../../plugins/syncro/connector.ts'
import { testFieldTables, testSettingsExplained } from '../readme.ts'
import { simulated } from './simulated.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../plugins/syncro/README.md'), 'utf8')
const one = await simulated(t, { companies: 30, contacts: 120, configurations: 120, tickets: 1 })
const chosen = new Map([
  ['companies', ['Website']],
  ['contacts', ['Department']],
  ['configurations', ['Asset owner']],
])

testFieldTables(syncro, readme, async (stream) =>
  one.records(stream, { companies: one.companies, customFields: chosen.get(stream) ?? [] }),
)
testSettingsExplained(syncro, readme)

t.test('the permissions of the manifest are those of the table', async (t) => {
  const table = readme.split('\n### Permissions\n')[1]?.split('\n## ')[0] ?? ''
  const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  t.strictSame(
    cells.flatMap(([, right = '', capability = '']) => (right.includes(' - ') ? [[right, capability]] : [])),
    syncro.permissions.map(({ right, capability }) => [right, capability]),
  )
})

t.test('every stream has its table', async (t) => {
  for (const stream of streamNames)
    t.equal(readme.includes(`\n### ${stream}\n`), syncro.streams[stream] !== undefined, stream)
})
