/** What the database refuses, as sentences. */
import pg from 'pg'
import { Refusal } from '../access/refusal.ts'
import type { Database } from '../store/database.ts'

/** Whether the error is the refusal of this unique index. */
export function violated(error: unknown, index: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === index
}

/** Runs `work`; a connection the database refuses becomes a `Refusal` that says why. */
export async function refusing<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (violated(error, 'connections_one_psa')) {
      const psa = await database.row<{ name: string }>(
        "select name from connections where kind = 'psa' and state <> 'disconnected'",
      )
      throw new Refusal(
        `Only one PSA can be connected at a time; disconnect "${psa?.name}" first. Its data and mappings stay.`,
      )
    }
    if (violated(error, 'connections_name')) throw new Refusal('Another connection has this name; choose another one.')
    if (violated(error, 'connections_account'))
      throw new Refusal('Another connection to this account is connected; disconnect it first.')
    throw error
  }
}
