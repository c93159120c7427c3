/**
 * Finds the hub's company for a source company: by id first, then by exact name. Never by similarity, and
 * never where more than one company or more than one source company comes into question.
 */
import type { Sql } from '../store/database.ts'

/**
 * How a link came to its company; `unlinked` = a person took it off, so it is not linked again by itself.
 */
export type MatchedBy = 'external-id' | 'earlier-connection' | 'name' | 'import' | 'person' | 'unlinked'

/** Upper and lower case and spaces do not count in a name. The index companies_plain_name has the same words. */
function plainName(column: string): string {
  return `lower(btrim(regexp_replace(${column}, '\\s+', ' ', 'g')))`
}

/**
 * The CTE `judged (link_id, company_id, how, sure)`: what each undecided link of connection $1 claims. A link
 * goes by its best key only, a company goes to the best key only, and one claim too many makes all unsure.
 *
 * On a first sync the tables have no statistics yet and the planner expects a handful of rows. So every join here
 * can go by an index; one between two CTEs became a loop of 20,000 times 20,000.
 */
export const judged = `
  me as (select id, kind, connector, account, predecessor_id from connections where id = $1),
  undecided as not materialized (
    select id, source_id, identifier, name from company_links
    where connection_id = $1 and removed_at is null and link_state in ('unmapped', 'ambiguous')
      and matched_by is distinct from 'unlinked'
  ),
  claims as (
    -- An external id is an id in a PSA; ids of other systems could only equal it by chance.
    select u.id as link_id, c.id as company_id, 1 as step, 'external-id' as how
    from undecided u join companies c on c.external_id = u.source_id join me on me.kind = 'psa'
    where c.removed_at is null
    union all
    select u.id, c.id, 1, 'external-id'
    from undecided u join companies c on c.external_id = u.identifier join me on me.kind = 'psa'
    where c.removed_at is null
    union all
    -- The same id means the same company only within the same account of the vendor.
    select u.id, c.id, 1, 'earlier-connection'
    from me
    join connections e on e.connector = me.connector and e.account = me.account and e.id <> me.id and e.state = 'disconnected'
    join undecided u on true
    join company_links l on l.connection_id = e.id and l.source_id = u.source_id
    join companies c on c.id = l.company_id and c.removed_at is null
    union all
    select u.id, c.id, 2, 'name'
    from undecided u join companies c on ${plainName('c.name')} = ${plainName('u.name')}
    where c.removed_at is null
    union all
    -- After a change of PSA: what the earlier one called the company.
    select u.id, c.id, 2, 'earlier-connection'
    from undecided u
    join company_links l on l.connection_id = (select predecessor_id from me) and ${plainName('l.name')} = ${plainName('u.name')}
    join companies c on c.id = l.company_id and c.removed_at is null
    where l.removed_at is null
  ),
  best as (
    select link_id, company_id, step, max(how) as how from (
      select *, min(step) over (partition by link_id) as first from claims
    ) ranked
    where step = first
    group by link_id, company_id, step
  ),
  judged as (
    select link_id, company_id, how,
      count(*) over (partition by link_id) = 1
        and count(*) over (partition by company_id, step) = 1
        and step = min(step) over (partition by company_id)
        and not exists (
          select from company_links l
          where l.connection_id = $1 and l.company_id = best.company_id and l.removed_at is null
        ) as sure
    from best
  )`

export interface Matched {
  /** Links that got their company. */
  readonly linked: readonly number[]
  readonly ambiguous: number
}

/** Links what is sure and marks what is ambiguous; what is already decided stays. */
export async function matchLinks(sql: Sql, connectionId: number): Promise<Matched> {
  await inheritIgnored(sql, connectionId)
  const { rows } = await sql.query<{ linked: number[]; ambiguous: number }>(
    `with ${judged},
     doubtful as (select distinct link_id from judged where not sure),
     linked as (
       update company_links l set company_id = j.company_id, link_state = 'linked', matched_by = j.how, updated_at = now()
       from judged j where j.sure and l.id = j.link_id
       returning l.id
     ),
     marked as (
       update company_links set link_state = 'ambiguous', updated_at = now()
       where id in (select link_id from doubtful) and link_state = 'unmapped'
     ),
     cleared as (
       update company_links set link_state = 'unmapped', updated_at = now()
       where connection_id = $1 and link_state = 'ambiguous' and not exists (select from judged where link_id = id)
     )
     select array(select id from linked) as linked, (select count(*) from doubtful) as ambiguous`,
    [connectionId],
  )
  return { linked: rows[0]?.linked ?? [], ambiguous: rows[0]?.ambiguous ?? 0 }
}

/** A company ignored in an earlier connection to the same account is not news, nor one of that name in the PSA before. */
async function inheritIgnored(sql: Sql, connectionId: number): Promise<void> {
  await sql.query(
    `update company_links l set link_state = 'ignored', matched_by = 'earlier-connection', updated_at = now()
     from connections me
     join connections e on e.connector = me.connector and e.account = me.account and e.id <> me.id and e.state = 'disconnected'
     join company_links old on old.connection_id = e.id and old.link_state = 'ignored'
     where me.id = $1 and l.connection_id = me.id and l.source_id = old.source_id and l.removed_at is null
       -- Untouched since it came: what a person has decided meanwhile stands.
       and l.link_state = 'unmapped' and l.updated_at = l.created_at`,
    [connectionId],
  )
  await sql.query(
    `update company_links l set link_state = 'ignored', matched_by = 'earlier-connection', updated_at = now()
     from connections me
     join company_links old on old.connection_id = me.predecessor_id and old.link_state = 'ignored' and old.removed_at is null
     where me.id = $1 and l.connection_id = me.id and ${plainName('l.name')} = ${plainName('old.name')} and l.removed_at is null
       and l.link_state = 'unmapped' and l.updated_at = l.created_at
       -- One of two namesakes is for a person to tell.
       and not exists (
         select from company_links twin
         where twin.connection_id in (me.id, me.predecessor_id) and twin.id not in (l.id, old.id) and twin.removed_at is null
           and ${plainName('twin.name')} = ${plainName('l.name')}
       )`,
    [connectionId],
  )
}
