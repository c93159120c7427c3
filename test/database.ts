/** A migrated database of its own for one test file; dropped when the file passes, kept for a look when it fails. */
import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { Database } from '../core/store/database.ts'
import { startCluster } from './setup/cluster.ts'

export async function testDatabase(t: Test): Promise<Database> {
  const { url } = await startCluster()
  const name = `test_${randomBytes(6).toString('hex')}`
  const server = new Database(url.replace(/tributary$/, 'postgres'), { max: 1 })
  await server.run(`create database ${name} template tributary`)
  const database = new Database(url.replace(/tributary$/, name))
  t.teardown(async () => {
    await database.close()
    if (t.passing()) await server.run(`drop database ${name} with (force)`)
    await server.close()
  })
  return database
}
