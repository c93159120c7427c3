/** Holds the field tables of a connector's README against what the connector makes of the vendor's data. */
import t from 'tap'
import type { Settings, SourceConnector } from '../../core/connector/contract.ts'
import { fieldsOf, type StreamName, streamNames } from '../../core/connector/records.ts'

/** Hub field → its cell, from the table under `### stream`. */
export function fieldTable(readme: string, stream: StreamName): Map<string, string> {
  const section = readme.split(`\n### ${stream}\n`)[1]?.split(/\n(?:#|<!--)/)[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|') && !/^\|\s*(hub|-)/.test(line))
  return new Map(
    rows.flatMap((line) => {
      const [, fields = '', meaning = ''] = line.split('|').map((cell) => cell.trim())
      return fields.split(', ').map((field): [string, string] => [field, meaning])
    }),
  )
}

/** `recordsOf` gives records in which every field that the connector knows is filled at least once. */
export function testFieldTables<S extends Settings>(
  connector: SourceConnector<S>,
  readme: string,
  recordsOf: (stream: StreamName) => Promise<readonly object[]>,
): void {
  for (const stream of streamNames.filter((name) => connector.streams[name])) {
    t.test(`the field table of ${stream} says what the mapping does`, async (t) => {
      const written = fieldTable(readme, stream)
      t.strictSame([...written.keys()].sort(), Object.keys(fieldsOf(stream)).sort(), 'every field, once')
      const records = await recordsOf(stream)
      const filled = new Set(
        records.flatMap((record) =>
          Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [name])),
        ),
      )
      t.strictSame(
        [...filled].sort(),
        [...written]
          .filter(([, meaning]) => !meaning.startsWith('–'))
          .map(([name]) => name)
          .sort(),
        'every field with a meaning is filled, every other is not',
      )
    })
  }
}

export function testSettingsExplained<S extends Settings>(connector: SourceConnector<S>, readme: string): void {
  t.test('every setting is explained', async (t) => {
    const { properties }: { properties: Readonly<Record<string, { readonly title: string }>> } = connector.settings
    for (const { title } of Object.values(properties)) t.ok(readme.includes(title), title)
  })
}
