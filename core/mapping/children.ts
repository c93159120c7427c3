/** What belongs to a company follows its link: sites, contacts, configurations and the like. */
import { type StreamName, streamNames, streams } from '../connector/index.ts'
import { tables } from '../store/columns.ts'
import type { Sql } from '../store/database.ts'

/** The streams whose records name a company. */
export const companyStreams: readonly StreamName[] = streamNames.filter((stream) =>
  (streams[stream].after as readonly StreamName[]).includes('companies'),
)

/** Gives the stored records of the links' companies the company the link has now, or none. */
export async function placeChildren(sql: Sql, connectionId: number, linkIds: readonly number[]): Promise<void> {
  if (linkIds.length === 0) return
  for (const stream of companyStreams) {
    await sql.query(
      `update ${tables[stream]} t set company_id = l.company_id, updated_at = now()
       from company_links l
       where l.id = any($2) and l.connection_id = $1 and t.connection_id = $1 and t.company_source_id = l.source_id
         and t.company_id is distinct from l.company_id`,
      [connectionId, linkIds],
    )
  }
}

/**
 * The next pass of the streams is a full one, from its beginning. A pass under way loses its place in the
 * state, so it cannot declare itself complete for a selection that is out of date.
 */
export async function requireFullPass(sql: Sql, connectionId: number, names: readonly StreamName[]): Promise<void> {
  await sql.query(
    `update stream_states set full_required = true, pass_id = null, pass = null, checkpoint = null
     where connection_id = $1 and stream = any($2)`,
    [connectionId, names],
  )
}
