import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { connectWise } from '../../../plugins/connectwise-psa/connector.ts'
import { testFieldTables, testSettingsExplained } from '../readme.ts'
import { collect, vendor } from './vendor.ts'

const readme = readFileSync(join(import.meta.dirname, '../../../plugins/connectwise-psa/README.md'), 'utf8')

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

testFieldTables(connectWise, readme, async (stream) => {
  const read = connectWise.streams[stream]?.read({ ...ctx, companies: ['1'], customFields: ['7'] })
  return read ? ((await collect<{ records: readonly object[] }>(read))[0]?.records ?? []) : []
})

testSettingsExplained(connectWise, readme)

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
