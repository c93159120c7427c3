/** The mapping page: all source companies of a connection in one table. */
import { Refusal } from '../access/refusal.ts'
import type { Database } from '../store/database.ts'
import { judged, type MatchedBy } from './match.ts'
import type { Candidate } from './preview.ts'

export type LinkFilter = 'all' | 'unmapped' | 'linked' | 'ignored' | 'ambiguous' | 'removed'

export interface LinkQuery {
  readonly filter?: LinkFilter
  /** Part of the name or the identifier, in any case; or the whole source id. */
  readonly search?: string
  /** `next` of the page before. */
  readonly after?: string
  /** 1 to 200; 50 unless told. */
  readonly limit?: number
}

export interface SourceCompany {
  readonly id: number
  readonly sourceId: string
  readonly name: string
  readonly identifier: string | null
  readonly url: string | null
  readonly status: string | null
  readonly types: readonly string[] | null
  readonly active: boolean | null
  readonly state: 'unmapped' | 'linked' | 'ignored' | 'ambiguous'
  readonly matchedBy: MatchedBy | null
  readonly companyId: number | null
  readonly companyName: string | null
  /** Gone at the source; the company of the hub stays. */
  readonly removed: boolean
  /** Companies of the hub an ambiguous one could be. */
  readonly candidates: readonly Candidate[]
}

export interface SourceCompanyPage {
  readonly rows: readonly SourceCompany[]
  readonly next: string | undefined
  /** Of the whole connection, whatever was asked for. `removed` ones are in no other count but `all`. */
  readonly counts: Readonly<Record<LinkFilter, number>>
}

const conditions: Record<LinkFilter, string> = {
  all: 'true',
  unmapped: "l.removed_at is null and l.link_state = 'unmapped'",
  linked: "l.removed_at is null and l.link_state = 'linked'",
  ignored: "l.removed_at is null and l.link_state = 'ignored'",
  ambiguous: "l.removed_at is null and l.link_state = 'ambiguous'",
  removed: 'l.removed_at is not null',
}

/** A page of the connection's source companies, by name. */
export async function listSourceCompanies(
  database: Database,
  connectionId: number,
  query: LinkQuery = {},
): Promise<SourceCompanyPage> {
  const limit = Math.min(Math.max(query.limit ?? 50, 1), 200)
  const after = query.after === undefined ? undefined : readCursor(query.after)
  const search = query.search?.trim() || undefined
  const rows = await database.rows<Omit<SourceCompany, 'candidates'> & { key: string }>(
    `select l.id, l.source_id as "sourceId", l.name, l.identifier, l.source_url as url, l.status, l.types, l.active,
       l.link_state as state, l.matched_by as "matchedBy", l.company_id as "companyId", c.name as "companyName",
       l.removed_at is not null as removed, lower(l.name) as key
     from company_links l left join companies c on c.id = l.company_id
     where l.connection_id = $1 and ${conditions[query.filter ?? 'all']}
       and ($2::text is null or l.name ilike $2 or l.identifier ilike $2 or l.source_id = $3)
       and ($4::text is null or (lower(l.name), l.id) > ($4, $5::bigint))
     order by lower(l.name), l.id
     limit $6`,
    [
      connectionId,
      search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`,
      search ?? null,
      after?.key ?? null,
      after?.id ?? null,
      limit + 1,
    ],
  )
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const [counts, candidates] = await Promise.all([
    countLinks(database, connectionId),
    page.some((row) => row.state === 'ambiguous')
      ? findCandidates(database, connectionId)
      : new Map<number, Candidate[]>(),
  ])
  return {
    rows: page.map(({ key: _, ...row }) => ({ ...row, candidates: candidates.get(row.id) ?? [] })),
    next: last && writeCursor(last),
    counts,
  }
}

async function countLinks(database: Database, connectionId: number): Promise<Record<LinkFilter, number>> {
  const columns = Object.entries(conditions).map(([name, where]) => `count(*) filter (where ${where}) as "${name}"`)
  const counts = await database.row<Record<LinkFilter, number>>(
    `select ${columns.join(', ')} from company_links l where connection_id = $1`,
    [connectionId],
  )
  return counts ?? { all: 0, unmapped: 0, linked: 0, ignored: 0, ambiguous: 0, removed: 0 }
}

async function findCandidates(database: Database, connectionId: number): Promise<Map<number, Candidate[]>> {
  const rows = await database.rows<Candidate & { link_id: number }>(
    `with ${judged}
     select j.link_id, c.id as "companyId", c.name, j.how from judged j join companies c on c.id = j.company_id
     where not j.sure order by c.name, c.id`,
    [connectionId],
  )
  return new Map(
    [...Map.groupBy(rows, (row) => row.link_id)].map(([linkId, found]) => [
      linkId,
      found.map(({ companyId, name, how }) => ({ companyId, name, how })),
    ]),
  )
}

function writeCursor(row: { key: string; id: number }): string {
  return Buffer.from(JSON.stringify([row.key, row.id])).toString('base64url')
}

function readCursor(text: string): { key: string; id: number } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(parsed)) {
      const [key, id]: unknown[] = parsed
      if (typeof key === 'string' && Number.isSafeInteger(id)) return { key, id: Number(id) }
    }
  } catch {
    // Falls through to the sentence below.
  }
  throw new Refusal('This is not the end of a page; start again from the first one.')
}
