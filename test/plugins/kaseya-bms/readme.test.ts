import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { streamNames } from '../../../core/connector/records.ts'
import { kaseyaBms } from '../../../plugins/kaseya-bms/connector.ts'
import { detailsPerHour } from '../../../plugins/kaseya-bms/rotation.ts'
import { testFieldTables, testSettingsExplained } from '../readme.ts'
import { simulated } from './simulated.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../plugins/kaseya-bms/README.md'), 'utf8')
const all = await simulated(t, { companies: 20, contacts: 40, configurations: 60, tickets: 1 })

const chosen = new Map<string, readonly string[]>([
  ['configurations', ['501']],
  ['contacts', ['602']],
])
testFieldTables(kaseyaBms, readme, (stream) => all.records(stream, { customFields: chosen.get(stream) ?? [] }))
testSettingsExplained(kaseyaBms, readme)

t.test('the rights of the manifest are those of the table', async (t) => {
  const rights = readme.split('\n### Rights\n')[1]?.split('\n## ')[0] ?? ''
  const cells = rights.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { right } of kaseyaBms.permissions) {
    const [name, level] = right.split(': ')
    t.ok(
      cells.some(([, first, view, modify]) => first === name && (level === 'View' ? view : modify) === 'yes'),
      right,
    )
  }
})

t.test('every stream has its table, and the numbers are those of the code', async (t) => {
  for (const stream of streamNames)
    t.equal(readme.includes(`\n### ${stream}\n`), kaseyaBms.streams[stream] !== undefined, stream)
  t.ok(readme.includes(`up to ${detailsPerHour.toLocaleString('en')} assets an hour`))
  t.ok(readme.includes(`${kaseyaBms.limits.perEndpoint?.[0]?.requests.toLocaleString('en')}, of which`))
})
