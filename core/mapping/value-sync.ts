/** What follows when the source's types, statuses or markets were read: names and flags flow into the hub's own. */
import type { Sql } from '../store/database.ts'
import { type MappingKind, mappingTables } from './kinds.ts'

export interface NamesTaken {
  readonly renamed: readonly { readonly id: number; readonly before: string; readonly after: string }[]
  /** The hub has another value of that name; both are left as they are. */
  readonly conflicts: readonly { readonly id: number; readonly name: string; readonly wanted: string }[]
}

/**
 * The source's name wins, the PSA's before others': where exactly one source value stands behind a value of
 * the hub, the hub's takes its name.
 */
export async function takeNames(sql: Sql, kind: MappingKind): Promise<NamesTaken> {
  const { mappings, targets } = mappingTables[kind]
  const { rows } = await sql.query<{ id: number; name: string; wanted: string; taken: boolean }>(
    `with voices as (
       select m.target_id, btrim(m.name) as name, c.kind = 'psa' as psa
       from ${mappings} m join connections c on c.id = m.connection_id
       where m.target_id is not null and m.removed_at is null and c.state <> 'disconnected' and btrim(m.name) <> ''
     ),
     wishes as (
       select target_id, min(name) as wanted
       from (select *, bool_or(psa) over (partition by target_id) as has_psa from voices) v
       where psa = has_psa
       group by target_id
       having count(*) = 1
     )
     select t.id, t.name, w.wanted,
       exists (select from ${targets} o where lower(o.name) = lower(w.wanted) and o.id <> t.id)
         or row_number() over (partition by lower(w.wanted) order by t.id) > 1 as taken
     from wishes w join ${targets} t on t.id = w.target_id
     where t.name <> w.wanted`,
  )
  const free = rows.filter((row) => !row.taken)
  await sql.query(
    `update ${targets} t set name = w.name, updated_at = now()
     from unnest($1::bigint[], $2::text[]) as w(id, name) where t.id = w.id`,
    [free.map((row) => row.id), free.map((row) => row.wanted)],
  )
  return {
    renamed: free.map(({ id, name, wanted }) => ({ id, before: name, after: wanted })),
    conflicts: rows.filter((row) => row.taken).map(({ id, name, wanted }) => ({ id, name, wanted })),
  }
}

/** The status new companies get is the PSA's. */
export async function takeDefaultStatus(sql: Sql): Promise<void> {
  await sql.query(
    `update company_statuses t set is_default = s.is_default, updated_at = now()
     from (
       select m.target_id, bool_or(m.is_default) as is_default
       from company_status_mappings m join connections c on c.id = m.connection_id
       where m.target_id is not null and m.removed_at is null and c.kind = 'psa' and c.state <> 'disconnected'
       group by m.target_id
     ) s
     where t.id = s.target_id and s.is_default is not null and t.is_default <> s.is_default`,
  )
}

/** Connected again to the same account, a value is mapped as it was before. Number of values taken over. */
export async function inheritMappings(sql: Sql, connectionId: number, kind: MappingKind): Promise<number> {
  const { mappings } = mappingTables[kind]
  const { rowCount } = await sql.query(
    `update ${mappings} m set target_id = o.target_id, ignored = o.ignored, updated_at = now()
     from (
       select distinct on (old.source_id) old.source_id, old.target_id, old.ignored
       from connections me
       join connections e on e.connector = me.connector and e.account = me.account and e.id <> me.id and e.state = 'disconnected'
       join ${mappings} old on old.connection_id = e.id and (old.target_id is not null or old.ignored)
       where me.id = $1
       order by old.source_id, e.id desc
     ) o
     where m.connection_id = $1 and m.source_id = o.source_id and m.removed_at is null
       -- Untouched since it came: what a person has decided meanwhile stands.
       and m.target_id is null and not m.ignored and m.updated_at = m.created_at`,
    [connectionId],
  )
  return rowCount ?? 0
}
