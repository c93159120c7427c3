/**
 * d: one first sync in a process of its own, which tells its peak resident memory.
 * `node test/bench/memory.ts <database url> <plugin> <simulator settings as JSON>`
 */
import { Database } from '../../core/store/database.ts'
import { connectorOf, subject } from './lab.ts'
import { run } from './throughput.ts'

const [url = '', plugin = '', settings = '{}'] = process.argv.slice(2)
const database = new Database(url)
const on = await subject(database, await connectorOf(plugin), JSON.parse(settings))
await run(on, 'companies')
await run(on)
await on.close()
await database.close()
// Kilobytes on Linux.
process.send?.({ peakMb: process.resourceUsage().maxRSS / 1024 })
process.disconnect?.()
