/** Deleted records, where the instance keeps book of them and the user may read it. */
import type { Context } from '../../../core/connector/contract.ts'
import { ConnectorError } from '../../../core/connector/errors.ts'
import { isForbidden } from '../client.ts'
import { readAll } from '../paging.ts'
import { oneOf, plain } from '../query.ts'
import type { ServiceNowSettings } from '../settings.ts'
import { list } from '../table.ts'
import { rawOf } from '../values.ts'

type Ctx = Context<ServiceNowSettings>

/**
 * Ids from `sys_audit_delete` since the literal; `classes` are values of its `tablename`, which is the class the record
 * really had; `living` are the tables in which a record that was restored would be. None if the table cannot be read,
 * for not every table is audited either: what is gone shows by its absence in the next full pass anyway.
 */
export async function deletedSince(
  ctx: Ctx,
  classes: readonly string[],
  literal: string,
  living: ReadonlySet<string>,
): Promise<readonly string[]> {
  if (classes.length === 0) return []
  try {
    const ids = new Set<string>()
    for (const ofClass of oneOf(ctx, 'tablename', classes)) {
      const conditions = [...(ofClass ? [ofClass] : []), plain(`sys_created_on>=${literal}`, 'sys_created_on')]
      const { rows } = await readAll(ctx, { table: 'sys_audit_delete', columns: ['sys_id', 'documentkey'], conditions })
      for (const row of rows) ids.add(rawOf(row.documentkey) ?? '')
    }
    ids.delete('')
    for (const condition of oneOf(ctx, 'sys_id', [...ids])) {
      if (condition === undefined) continue
      for (const table of living) {
        const { rows: restored } = await list(
          ctx,
          { table, columns: ['sys_id'], conditions: [condition] },
          { limit: 1000 },
        )
        for (const row of restored) ids.delete(rawOf(row.sys_id) ?? '')
      }
    }
    return [...ids]
  } catch (error) {
    if (!isForbidden(error) && !(error instanceof ConnectorError && error.status === 400)) throw error
    return []
  }
}
