/**
 * A worker process for the fault tests: one sync run of a source in memory, told over IPC what happens.
 * `node test/faults/worker.ts <database url> <connection id> <records> <generation> <pause ms per page>`
 */
import { Database } from '../../core/store/database.ts'
import { attach, many } from '../core/sync/lab.ts'

const [url = '', connectionId = '0', records = '0', generation = '0', pause = '0'] = process.argv.slice(2)
const database = new Database(url)
const here = attach(database, Number(connectionId))
here.put('companies', { sourceId: 'A', name: 'Alpha' })
here.put(
  'configurations',
  ...many(Number(records), (n) => ({ companyId: 'A', serialNumber: `S${n}`, notes: `generation ${generation}` })),
)
here.source.beforePage = async (stream, number) => {
  if (stream === 'configurations') process.send?.({ page: number })
  await new Promise((resolve) => setTimeout(resolve, Number(pause)))
  return undefined
}
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort(new Error('SIGTERM')))
const result = await here.run({}, stop.signal)
process.send?.({
  result,
  checkpoints: here.source.reads
    .filter(({ stream }) => stream === 'configurations')
    .map(({ checkpoint }) => checkpoint ?? null),
})
await database.close()
process.disconnect?.()
