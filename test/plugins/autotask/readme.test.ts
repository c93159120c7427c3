import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { autotask } from '../../../plugins/autotask/connector.ts'
import { testFieldTables, testSettingsExplained } from '../readme.ts'
import { simulated } from './simulated.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../plugins/autotask/README.md'), 'utf8')
const size = { companies: 30, contacts: 60, configurations: 200, tickets: 1 }

const { records } = await simulated(t, size)

testFieldTables(autotask, readme, (stream) => {
  const customFields = { contacts: ['Department'], configurations: ['Rack units'], companies: ['none'] }
  return records(stream, { customFields: Object.entries(customFields).find(([name]) => name === stream)?.[1] ?? [] })
})

testSettingsExplained(autotask, readme)

t.test('the rights of the manifest are those of the table', async (t) => {
  const rights = readme.split('\n### Rights\n')[1]?.split('\n## ')[0] ?? ''
  const rows = rights.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { right } of autotask.permissions) {
    const [place = '', level = ''] = right.split(': ')
    const [area, name] = place.includes(' > ') ? place.split(' > ') : ['', place]
    t.ok(
      rows.some(([, first, second, third]) => first === area && second === name && third?.includes(level)),
      right,
    )
  }
})
