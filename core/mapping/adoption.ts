/**
 * After a change of PSA: a record of the new PSA that is the same thing as one of the old takes that one's row over,
 * with its id, history and everything that hangs on it. What has no counterpart stays with the old connection.
 */
import type { StreamName } from '../connector/index.ts'
import { columnsOf, tables } from '../store/columns.ts'
import type { Sql } from '../store/database.ts'

/** By what two records within one company are the same thing. */
const keys: Partial<Record<StreamName, string>> = {
  configurations: 'serial_normalized',
  contacts: "nullif(lower(btrim(email)), '')",
  sites: "nullif(lower(btrim(name)), '')",
}

const ofTheSource = new Set(['id', 'ids', 'instant'])

/**
 * CTE `pairs (old_id, new_id)`: records of connection $1 and those of disconnected PSAs whose rows they take over: the
 * same id in the same account of the vendor, else the same key within the same company, unambiguous on both sides.
 */
function pairsOf(stream: StreamName, key: string): string {
  const table = tables[stream]
  return `
    former as (
      select f.id, coalesce(f.connector = me.connector and f.account = me.account, false) as same_account
      from connections f join connections me on me.id = $1
      where f.kind = 'psa' and f.state = 'disconnected' and f.id <> me.id
    ), candidates as (
      select o.id as old_id, n.id as new_id, 1 as step
      from former f join ${table} o on o.connection_id = f.id
      join ${table} n on n.connection_id = $1 and n.source_id = o.source_id
      where f.same_account
      union all
      select o.id, n.id, 2
      from (select id, company_id, connection_id, ${key} as key from ${table} where connection_id in (select id from former)) o
      join (select id, company_id, ${key} as key from ${table} where connection_id = $1) n
        on n.company_id = o.company_id and n.key = o.key
    ), best as (
      select old_id, new_id, step, min(step) over (partition by old_id) as first_old, min(step) over (partition by new_id) as first_new
      from candidates
    ), pairs as materialized (
      select old_id, new_id from (
        select old_id, new_id, count(*) over (partition by old_id) as olds, count(*) over (partition by new_id) as news
        from best where step = first_old and step = first_new
      ) counted where olds = 1 and news = 1
    )`
}

/** How many records of the connection would take over a row, and how many rows of its predecessor nobody would. */
export async function adoptable(
  sql: Sql,
  connectionId: number,
  stream: 'configurations',
): Promise<{ readonly matched: number; readonly left: number }> {
  const { rows } = await sql.query<{ matched: number; left: number }>(
    `with ${pairsOf(stream, keys[stream] ?? 'null')}
     select (select count(*) from pairs) as matched, (
       select count(*) from ${tables[stream]} o join connections me on me.id = $1
       where o.connection_id = me.predecessor_id and o.removed_at is null and o.id not in (select old_id from pairs)
     ) as left`,
    [connectionId],
  )
  return rows[0] ?? { matched: 0, left: 0 }
}

/** Lets the connection's records take over the rows of disconnected PSAs. Answers how many did. */
export async function adopt(sql: Sql, connectionId: number, stream: StreamName): Promise<number> {
  const key = keys[stream]
  if (key === undefined) return 0
  const former = await sql.query(
    `select 1 from connections f join connections me on me.id = $1
     where f.kind = 'psa' and f.state = 'disconnected' and f.id <> me.id and me.kind = 'psa' limit 1`,
    [connectionId],
  )
  if (former.rowCount === 0) return 0
  const table = tables[stream]
  const assignments = columnsOf(stream).map(({ name, kind }) =>
    // What the new PSA leaves empty the old one may have known.
    ofTheSource.has(kind) || name === 'source_url' ? `${name} = n.${name}` : `${name} = coalesce(n.${name}, o.${name})`,
  )
  const { rowCount } = await sql.query(
    `with ${pairsOf(stream, key)}, gone as (
       delete from ${table} n using pairs p where n.id = p.new_id returning n.*, p.old_id
     ), moved as (
       update ${table} o set connection_id = n.connection_id, company_id = n.company_id, content_hash = n.content_hash,
         removed_at = n.removed_at, updated_at = now(), ${assignments.join(', ')}
       from gone n where o.id = n.old_id returning o.id
     ), rewritten as (
       update record_changes c set record_id = p.old_id from pairs p where c.stream = $2 and c.record_id = p.new_id
     ), asked as (
       update withheld_changes w set record_id = p.old_id from pairs p where w.stream = $2 and w.record_id = p.new_id
     ), sent as (
       update writebacks b set record_id = p.old_id from pairs p where b.stream = $2 and b.record_id = p.new_id
     ), told as (
       insert into record_changes (stream, record_id, field, before, after)
       select $2, o.id, 'connection_id', to_jsonb(o.connection_id), to_jsonb($1::bigint) from ${table} o join pairs p on p.old_id = o.id
     )
     select 1 from moved`,
    [connectionId, stream],
  )
  return rowCount ?? 0
}

/**
 * After a change of PSA: source values are mapped, or ignored, as the old PSA's of the same name were; others get the
 * hub's value of their name.
 */
export async function mapByName(sql: Sql, connectionId: number, mappings: string, targets: string): Promise<void> {
  await sql.query(
    `update ${mappings} m set target_id = o.target_id, ignored = o.ignored, updated_at = now()
     from (
       select lower(btrim(old.name)) as name, min(old.target_id) as target_id, bool_and(old.ignored) as ignored
       from connections me join ${mappings} old on old.connection_id = me.predecessor_id
       where me.id = $1 and (old.target_id is not null or old.ignored)
       group by 1 having count(distinct coalesce(old.target_id, 0)) = 1
     ) o
     where m.connection_id = $1 and m.target_id is null and not m.ignored and lower(btrim(m.name)) = o.name
       -- Untouched since it came: what a person has decided meanwhile stands.
       and m.updated_at = m.created_at`,
    [connectionId],
  )
  await sql.query(
    `update ${mappings} m set target_id = t.id, updated_at = now()
     from ${targets} t, connections me
     where m.connection_id = $1 and me.id = $1 and me.predecessor_id is not null and m.target_id is null and not m.ignored
       and lower(btrim(t.name)) = lower(btrim(m.name))`,
    [connectionId],
  )
}
