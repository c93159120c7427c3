import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { streamNames } from '../../../core/connector/records.ts'
import { haloPsa } from '../../../plugins/halo-psa/connector.ts'
import { testFieldTables, testSettingsExplained } from '../readme.ts'
import { simulated } from './simulated.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../plugins/halo-psa/README.md'), 'utf8')
const one = await simulated(t, { companies: 30, contacts: 60, configurations: 60, tickets: 1 })
const chosen = { companies: ['182'], contacts: ['300'], configurations: ['400'] }

testFieldTables(haloPsa, readme, async (stream) =>
  one.records(stream, { customFields: Object.entries(chosen).find(([name]) => name === stream)?.[1] ?? [] }),
)
testSettingsExplained(haloPsa, readme)

t.test('the permissions and roles of the manifest are those of the table', async (t) => {
  const table = readme.split('\n### Permissions\n')[1]?.split('\n## ')[0] ?? ''
  for (const { right } of haloPsa.permissions) {
    const [, scope = '?', level = ''] = /Permission (\S+); agent role: ([\w ]+)/.exec(right) ?? []
    t.ok(table.includes(`\`${scope}\``), scope)
    t.ok(table.includes(level.trim()), level)
  }
})

t.test('every stream has its table', async (t) => {
  for (const stream of streamNames)
    t.equal(readme.includes(`\n### ${stream}\n`), haloPsa.streams[stream] !== undefined, stream)
})
