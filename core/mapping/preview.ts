/** What an import would do, and which source companies it takes: the same rule for both. */
import type { Database, Sql } from '../store/database.ts'
import { judged, type MatchedBy } from './match.ts'

/**
 * Links of connection $1 an import may take; $2 = chosen link ids, or null for all that pass the connection's
 * filter (then without those a person unlinked: they were not forgotten but decided).
 */
const open = `
  open as (
    select l.id, l.name
    from company_links l join connections c on c.id = l.connection_id
    where l.connection_id = $1 and l.removed_at is null and l.link_state in ('unmapped', 'ambiguous')
      and case when $2::bigint[] is not null then l.id = any($2)
        else l.matched_by is distinct from 'unlinked'
          and (coalesce(jsonb_array_length(c.filter -> 'companyTypes'), 0) = 0
            or coalesce(c.filter -> 'companyTypes' ?| l.type_source_ids, false))
          and (coalesce(jsonb_array_length(c.filter -> 'companyStatuses'), 0) = 0
            or coalesce(c.filter -> 'companyStatuses' ? l.status_source_id, false))
        end
  )`

type Links = readonly number[] | 'all-passing'

const parameters = (connectionId: number, links: Links) => [connectionId, links === 'all-passing' ? null : links]

/** After matching: the links a company is to be made for. */
export async function importable(sql: Sql, connectionId: number, links: Links): Promise<readonly number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `with ${open} select o.id from open o join company_links l on l.id = o.id where l.link_state = 'unmapped' order by o.id`,
    parameters(connectionId, links),
  )
  return rows.map((row) => row.id)
}

export interface Candidate {
  readonly companyId: number
  readonly name: string
  readonly how: MatchedBy
}

export interface ImportPreview {
  readonly link: readonly { readonly linkId: number; readonly name: string; readonly company: Candidate }[]
  readonly create: readonly { readonly linkId: number; readonly name: string }[]
  readonly ambiguous: readonly {
    readonly linkId: number
    readonly name: string
    readonly candidates: readonly Candidate[]
  }[]
}

/** What `import` would do with the same links, without doing it. Sorted by name. */
export async function previewImport(database: Database, connectionId: number, links: Links): Promise<ImportPreview> {
  const rows = await database.rows<{ linkId: number; name: string; sure: boolean | null; candidates: Candidate[] }>(
    // Put side by side and grouped, not joined: see `judged` for what a join of two CTEs can cost.
    `with ${open}, ${judged}
     select j.link_id as "linkId", max(j.name) as name, bool_and(j.sure) as sure,
       coalesce(jsonb_agg(jsonb_build_object('companyId', c.id, 'name', c.name, 'how', j.how) order by c.name, c.id)
         filter (where c.id is not null), '[]') as candidates
     from (
       select id as link_id, name, null::bigint as company_id, null as how, null::boolean as sure from open
       union all
       select link_id, null, company_id, how, sure from judged
     ) j left join companies c on c.id = j.company_id
     group by j.link_id
     having max(j.name) is not null
     order by lower(max(j.name)), j.link_id`,
    parameters(connectionId, links),
  )
  const preview = { link: [], create: [], ambiguous: [] } as {
    -readonly [K in keyof ImportPreview]: ImportPreview[K][number][]
  }
  for (const { linkId, name, sure, candidates } of rows) {
    const company = candidates[0]
    if (company === undefined) preview.create.push({ linkId, name })
    else if (sure) preview.link.push({ linkId, name, company })
    else preview.ambiguous.push({ linkId, name, candidates })
  }
  return preview
}
