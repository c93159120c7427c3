/**
 * A worker process with a queue, for the fault tests: it syncs a source in memory and tells over IPC what happens.
 * `node test/faults/queue-worker.ts <database url> <connection id> <records> <generation> <pause ms per page>`
 * On the message `press` it asks for a sync, on `touch` it tells of a changed record.
 */
import { SyncQueue } from '../../core/queue/sync-queue.ts'
import { Database } from '../../core/store/database.ts'
import { attach, many } from '../core/sync/lab.ts'

const [url = '', connection = '0', records = '0', generation = '0', pause = '0'] = process.argv.slice(2)
const connectionId = Number(connection)
const database = new Database(url)
const here = attach(database, connectionId)
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
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const queue = new SyncQueue({
  database,
  engine: {
    run: async (request, options) => {
      process.send?.({ begun: request })
      const outcome = await here.engine.run(request, options)
      process.send?.({ outcome })
      return outcome
    },
  },
  scopeOf: () => 'connection',
  settings: { nightly: '02:00', timeZone: 'UTC', runLimitMinutes: 60, workerConcurrency: 4 },
  log: silent,
})
process.on('message', async (message) => {
  if (message === 'press') process.send?.({ answer: await queue.forceSync(connectionId) })
  if (message === 'touch') {
    await queue.touch(connectionId, [{ stream: 'configurations', sourceId: 'c0001' }])
    process.send?.({ answer: 'touched' })
  }
})
process.on('SIGTERM', async () => {
  await queue.stop(5000)
  await database.close()
  process.disconnect?.()
})
await queue.start({ worker: true })
process.send?.({ ready: true })
