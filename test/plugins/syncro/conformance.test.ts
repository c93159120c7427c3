/** The battery every connector must pass, on Syncro. */
import { join } from 'node:path'
import t from 'tap'
import { checkPlugin, printSheet } from '../../../core/conformance/plugin-check.ts'

t.test('every rule of the conformance kit is kept', async (t) => {
  const sheet = await checkPlugin(join(import.meta.dirname, '../../../plugins/syncro'))
  t.comment(printSheet(sheet))
  t.same(
    sheet.rules.filter(({ outcome }) => outcome === 'fail').map(({ id, detail }) => `${id}: ${detail}`),
    [],
  )
  const passed = sheet.rules.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id)
  for (const id of [
    'reading.complete',
    'resuming.loops',
    'resuming.anywhere',
    'changes.since',
    'write-back.written',
    'tickets.list',
    'check.limited',
  ])
    t.ok(passed.includes(id), id)
})
