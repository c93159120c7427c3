/** A database of its own and the command line on it. */
import type { Test } from 'tap'
import type { Database } from '../../../core/store/database.ts'
import { testDatabase } from '../../database.ts'
import { type Told, tributary } from './tributary.ts'

export const key = 'ab'.repeat(32)

export async function installation(t: Test): Promise<{
  database: Database
  environment: Record<string, string>
  run: (...args: string[]) => Promise<Told>
}> {
  const database = await testDatabase(t)
  const environment = { DATABASE_URL: database.url, TRIBUTARY_KEY: key }
  return { database, environment, run: (...args) => tributary(args, environment) }
}
