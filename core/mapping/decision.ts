/** A person's decision: who makes it, and how it is noted. */
import type { AuditEntry } from '../access/audit.ts'
import type { Sql } from '../store/database.ts'

/** Who decides, and from where. */
export type By = Pick<AuditEntry, 'actor' | 'address'>

/** Notes a decision in the audit log, in the same transaction as the decision itself. */
export type Note = (entry: AuditEntry, sql: Sql) => Promise<void>

/**
 * Mapping is decided by one at a time, person or sync, until the transaction ends: two at once could link
 * two source companies to one of the hub's, or create a value twice.
 */
export async function lockMapping(sql: Sql): Promise<void> {
  // Any constant will do; it only has to differ from the other advisory locks of the hub.
  await sql.query('select pg_advisory_xact_lock(8214003)')
}
