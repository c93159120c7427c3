/**
 * Copies what the sources say to the hub's companies: set-based, only rows that differ, and an empty field at
 * the source never empties the hub's. With several sources to one company the PSA speaks first.
 */
import type { Sql } from '../store/database.ts'
import { type MappingKind, mappingTables } from './kinds.ts'

export interface CopyRange {
  readonly connectionId: number
  /** Only these companies; else all that the connection speaks of. */
  readonly companyIds?: readonly number[]
  /** A target that was just taken from a mapping: it goes from the companies as if it were still mapped. */
  readonly formerTarget?: { readonly kind: MappingKind; readonly id: number }
}

/**
 * CTE `ranked`: the links that speak for the companies of connection $1 (of those in $2), the first to be heard as
 * rank 1. It is read once per statement: joins between CTEs are loops where the planner knows nothing of the tables.
 */
const ranked = `
  ranked as (
    select l.*, row_number() over (
      partition by l.company_id order by (c.kind = 'psa') desc, (l.active is false), l.id
    ) as rank
    from company_links l join connections c on c.id = l.connection_id
    where l.removed_at is null and c.state <> 'disconnected' and l.company_id in (
      select company_id from company_links
      where connection_id = $1 and company_id is not null and ($2::bigint[] is null or company_id = any($2))
    )
  )`

/** Number of companies whose name, address, status, types or markets changed. */
export async function copyToCompanies(sql: Sql, range: CopyRange): Promise<number> {
  const changed = new Set(await copyFields(sql, range))
  for (const kind of ['companyTypes', 'markets'] as const)
    for (const id of await copyValues(sql, range, kind)) changed.add(id)
  for (const id of await copyPrimaryMarket(sql, range)) changed.add(id)
  return changed.size
}

async function copyFields(sql: Sql, range: CopyRange): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `with ${ranked},
     placed as (
       select *, min(rank) filter (where num_nonnulls(address_line1, address_line2, city, state, postal_code, country) > 0)
         over (partition by company_id) as address_rank
       from ranked
     ),
     said as (
       select r.company_id,
         (array_agg(btrim(r.name) order by rank))[1] as name,
         (array_agg(r.website order by rank) filter (where r.website is not null))[1] as website,
         (array_agg(r.phone order by rank) filter (where r.phone is not null))[1] as phone,
         (array_agg(m.target_id order by rank) filter (where m.target_id is not null))[1] as status_id,
         max(address_line1) filter (where rank = address_rank) as address_line1,
         max(address_line2) filter (where rank = address_rank) as address_line2,
         max(city) filter (where rank = address_rank) as city,
         max(state) filter (where rank = address_rank) as state,
         max(postal_code) filter (where rank = address_rank) as postal_code,
         max(country) filter (where rank = address_rank) as country
       from placed r
       left join company_status_mappings m on m.connection_id = r.connection_id and m.source_id = r.status_source_id
       group by r.company_id
     ),
     -- With a street an address is one value: its empty lines are empty. Without, it only adds.
     final as (
       select c.id, s.name, coalesce(s.website, c.website) as website, coalesce(s.phone, c.phone) as phone,
         coalesce(s.status_id, c.status_id) as status_id,
         coalesce(s.address_line1, c.address_line1) as address_line1,
         case when s.address_line1 is null then coalesce(s.address_line2, c.address_line2) else s.address_line2 end as address_line2,
         case when s.address_line1 is null then coalesce(s.city, c.city) else s.city end as city,
         case when s.address_line1 is null then coalesce(s.state, c.state) else s.state end as state,
         case when s.address_line1 is null then coalesce(s.postal_code, c.postal_code) else s.postal_code end as postal_code,
         case when s.address_line1 is null then coalesce(s.country, c.country) else s.country end as country
       from said s join companies c on c.id = s.company_id
     )
     update companies c
     set name = f.name, website = f.website, phone = f.phone, status_id = f.status_id, address_line1 = f.address_line1,
       address_line2 = f.address_line2, city = f.city, state = f.state, postal_code = f.postal_code, country = f.country,
       updated_at = now()
     from final f
     where c.id = f.id
       and (c.name, c.website, c.phone, c.status_id, c.address_line1, c.address_line2, c.city, c.state, c.postal_code, c.country)
         is distinct from
         (f.name, f.website, f.phone, f.status_id, f.address_line1, f.address_line2, f.city, f.state, f.postal_code, f.country)
     returning c.id`,
    [range.connectionId, range.companyIds ?? null],
  )
  return rows.map((row) => row.id)
}

const lists = {
  companyTypes: { sourceIds: 'type_source_ids', table: 'companies_company_types', column: 'company_type_id' },
  markets: { sourceIds: 'market_source_ids', table: 'companies_markets', column: 'market_id' },
} as const

/**
 * CTEs `speaker`: the one link per company that says which values it has; `known`: the hub's values the
 * speaker's connection knows of. Values it does not know were given in the hub and stay.
 */
function speakers(kind: keyof typeof lists): string {
  return `
    ${ranked},
    speaker as (
      select distinct on (company_id) company_id, connection_id, ${lists[kind].sourceIds} as source_ids
      from ranked where ${lists[kind].sourceIds} is not null
      order by company_id, rank
    ),
    known as (
      select connection_id, target_id from ${mappingTables[kind].mappings} where target_id is not null
      union
      select $1, $3::bigint where $3::bigint is not null
    )`
}

function parameters(range: CopyRange, kind: keyof typeof lists): unknown[] {
  const former = range.formerTarget?.kind === kind ? range.formerTarget.id : null
  return [range.connectionId, range.companyIds ?? null, former]
}

async function copyValues(sql: Sql, range: CopyRange, kind: keyof typeof lists): Promise<number[]> {
  const { table, column } = lists[kind]
  const { rows } = await sql.query<{ id: number }>(
    `with ${speakers(kind)},
     wanted as (
       select s.company_id, m.target_id
       from speaker s cross join unnest(s.source_ids) as v(source_id)
       join ${mappingTables[kind].mappings} m on m.connection_id = s.connection_id and m.source_id = v.source_id
       where m.target_id is not null
     ),
     held as (
       select x.company_id, x.${column} as target_id
       from speaker s join ${table} x on x.company_id = s.company_id
       where (s.connection_id, x.${column}) in (select connection_id, target_id from known)
     ),
     taken as (
       delete from ${table} x using (select * from held except select * from wanted) d
       where x.company_id = d.company_id and x.${column} = d.target_id
       returning x.company_id
     ),
     given as (
       insert into ${table} (company_id, ${column})
       select * from wanted except select * from held
       returning company_id
     )
     select company_id as id from taken union select company_id from given`,
    parameters(range, kind),
  )
  return rows.map((row) => row.id)
}

/** The first market at the source is the primary one; one the source took away is not kept as primary. */
async function copyPrimaryMarket(sql: Sql, range: CopyRange): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `with ${speakers('markets')},
     primaries as (
       select s.company_id, s.connection_id,
         (array_agg(m.target_id order by v.position) filter (where m.target_id is not null))[1] as market_id
       from speaker s
       left join unnest(s.source_ids) with ordinality as v(source_id, position) on true
       left join market_mappings m on m.connection_id = s.connection_id and m.source_id = v.source_id
       group by s.company_id, s.connection_id
     )
     update companies c set primary_market_id = p.market_id, updated_at = now()
     from primaries p
     where c.id = p.company_id and c.primary_market_id is distinct from p.market_id
       and (p.market_id is not null or (p.connection_id, c.primary_market_id) in (select connection_id, target_id from known))
     returning c.id`,
    parameters(range, 'markets'),
  )
  return rows.map((row) => row.id)
}
