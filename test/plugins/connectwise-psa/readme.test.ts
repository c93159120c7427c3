import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fieldsOf, type StreamName, streamNames } from '../../../core/connector/records.ts'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { collect, vendor } from './vendor.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../plugins/connectwise-psa/README.md'), 'utf8')

/** Hub field → its cell, from the table under `### stream`. */
function table(stream: StreamName): Map<string, string> {
  const section = readme.split(`\n### ${stream}\n`)[1]?.split(/\n(?:#|<!--)/)[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|') && !/^\|\s*(hub|-)/.test(line))
  return new Map(
    rows.flatMap((line) => {
      const [, fields = '', meaning = ''] = line.split('|').map((cell) => cell.trim())
      return fields.split(', ').map((field): [string, string] => [field, meaning])
    }),
  )
}

const ref = { id: 1, identifier: 'x', name: 'x' }
/** A row with every property that any stream reads. */
const row = {
  ...Object.fromEntries(
    'identifier name description website phoneNumber addressLine1 addressLine2 city state zip firstName lastName title color serialNumber modelNumber tagNumber manufacturerPartNumber osType osInfo macAddress ipAddress notes'
      .split(' ')
      .map((name) => [name, 'x']),
  ),
  ...Object.fromEntries(
    'status market country company site contact type manufacturer board stateReference'
      .split(' ')
      .map((name) => [name, ref]),
  ),
  ...Object.fromEntries(
    'inactiveFlag defaultFlag primaryAddressFlag activeFlag closedFlag closedStatus inactive'
      .split(' ')
      .map((name) => [name, true]),
  ),
  ...Object.fromEntries(
    'purchaseDate installationDate warrantyExpirationDate'.split(' ').map((name) => [name, '2026-01-01T00:00:00Z']),
  ),
  id: 1,
  sortOrder: 1,
  types: [ref],
  customFields: [{ id: 7, type: 'Text', value: 'x' }],
  communicationItems: [
    { communicationType: 'Email', value: 'x' },
    { communicationType: 'Phone', value: 'x', type: { id: 2, name: 'Mobile' } },
  ],
  _info: { lastUpdated: '2026-01-01T00:00:00Z' },
}

const { ctx } = vendor(({ path }) => ({ body: path.endsWith('/count') ? { count: 1 } : [row] }))

for (const stream of streamNames.filter((name) => connectWise.streams[name])) {
  t.test(`the field table of ${stream} says what the mapping does`, async (t) => {
    const written = table(stream)
    t.strictSame([...written.keys()].sort(), Object.keys(fieldsOf(stream)).sort(), 'every field, once')
    const read = connectWise.streams[stream]?.read({ ...ctx, companies: ['1'], customFields: ['7'] })
    const record = read && (await collect<{ records: readonly object[] }>(read))[0]?.records[0]
    const mapped = Object.entries(record ?? {}).filter(([, value]) => value !== undefined)
    t.strictSame(
      mapped.map(([name]) => name).sort(),
      [...written]
        .filter(([, meaning]) => !meaning.startsWith('–'))
        .map(([name]) => name)
        .sort(),
      'every field with a meaning is filled, every other is not',
    )
  })
}

t.test('the rights of the manifest are those of the table', async (t) => {
  const rights = readme.split('\n### Rights\n')[1]?.split('\n## ')[0] ?? ''
  const cells = rights.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  for (const { right } of connectWise.permissions) {
    const [module = '', permission = ''] = right.split(':')[0]?.split(' > ') ?? []
    t.ok(
      cells.some(([, first, second]) => first === module && second === permission),
      right,
    )
  }
})

t.test('every setting is explained', async (t) => {
  for (const { title } of Object.values(connectWise.settings.properties)) t.ok(readme.includes(title), title)
})
