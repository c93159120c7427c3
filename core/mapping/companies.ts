/** Which company of the hub a source company is: what people decide, and what follows from it. */
import { Refusal } from '../access/refusal.ts'
import type { ReportLine } from '../connector/index.ts'
import type { Database, Sql } from '../store/database.ts'
import { companyStreams, placeChildren, requireFullPass } from './children.ts'
import { copyToCompanies } from './copy.ts'
import { type By, lockMapping, type Note } from './decision.ts'
import { matchLinks } from './match.ts'
import { importable } from './preview.ts'

export interface ImportResult {
  /** Matched with a company the hub had already. */
  readonly linked: number
  readonly created: number
}

interface Link {
  id: number
  connection_id: number
  name: string
  company_id: number | null
}

export class CompanyMappings {
  readonly #database: Database
  readonly #note: Note

  constructor(database: Database, note: Note) {
    this.#database = database
    this.#note = note
  }

  /**
   * Creates companies, in the integration group, for the given links or for all that pass the import filter;
   * matches first, so that a company the hub has is linked, not made again. Passes over what is linked,
   * ignored, ambiguous or gone at the source.
   */
  async import(connectionId: number, links: readonly number[] | 'all-passing', by: By): Promise<ImportResult> {
    return this.#database.transaction(async (sql) => {
      await lockMapping(sql)
      const result = await this.#import(sql, connectionId, links)
      const chosen = links === 'all-passing' ? links : links.length
      const detail = { chosen, ...result }
      await this.#note({ ...by, action: 'company.import', target: `connection ${connectionId}`, detail }, sql)
      return result
    })
  }

  /** Links a source company to one of the hub's, whatever it was linked to before; settles an ambiguous one. */
  async link(linkId: number, companyId: number, by: By): Promise<void> {
    await this.#decide(linkId, by, 'company.link', companyId, async (sql, link) => {
      const { rowCount } = await sql.query('select from companies where id = $1 and removed_at is null', [companyId])
      if (rowCount === 0) throw new Refusal('This company is not there any more.')
      await setLinks(sql, [link.id], { state: 'linked', by: 'person', companyId })
      await follow(sql, link.connection_id, [link.id])
    })
  }

  /** Settles a source company, ambiguous or not, by a company of its own in the hub. */
  async linkToNew(linkId: number, by: By): Promise<void> {
    await this.#decide(linkId, by, 'company.create', undefined, async (sql, link) => {
      if (link.company_id !== null) throw new Refusal(`"${link.name}" is linked already; unlink it first.`)
      await createCompanies(sql, [link.id], 'person')
      await follow(sql, link.connection_id, [link.id])
    })
  }

  /** Takes the source company off its company. It is not linked again by itself. */
  async unlink(linkId: number, by: By): Promise<void> {
    await this.#decide(linkId, by, 'company.unlink', undefined, async (sql, link) => {
      await setLinks(sql, [link.id], { state: 'unmapped', by: 'unlinked', companyId: null })
      await placeChildren(sql, link.connection_id, [link.id])
    })
  }

  /** Ignored companies are neither matched nor imported, and nothing of theirs is read; a link they had ends. */
  async ignore(linkIds: readonly number[], ignored: boolean, by: By): Promise<void> {
    await this.#database.transaction(async (sql) => {
      await lockMapping(sql)
      const { rows } = await sql.query<{ connection_id: number; ids: number[] }>(
        `select connection_id, array_agg(id order by id) as ids from company_links
         where id = any($1) and (link_state = 'ignored') <> $2 group by connection_id`,
        [linkIds, ignored],
      )
      for (const { connection_id: connectionId, ids } of rows) {
        await setLinks(sql, ids, {
          state: ignored ? 'ignored' : 'unmapped',
          by: ignored ? 'person' : null,
          companyId: null,
        })
        await placeChildren(sql, connectionId, ids)
        const action = ignored ? 'company.ignore' : 'company.heed'
        await this.#note({ ...by, action, target: `connection ${connectionId}`, detail: { links: ids } }, sql)
        if (!ignored) await this.#match(sql, connectionId)
      }
    })
  }

  /** After the companies were read: matches, imports if all are wanted, and copies. For the run log. */
  async afterSync(connectionId: number, sql: Sql, importAll: boolean): Promise<readonly ReportLine[]> {
    await lockMapping(sql)
    const { linked, ambiguous } = await this.#match(sql, connectionId)
    const created = importAll ? (await this.#import(sql, connectionId, 'all-passing')).created : 0
    const updated = await copyToCompanies(sql, { connectionId })
    const lines: ReportLine[] = []
    if (linked > 0)
      lines.push({
        level: 'info',
        code: 'companies-linked',
        message: `${count(linked)} linked to a company of the hub.`,
      })
    if (created > 0) lines.push({ level: 'info', code: 'companies-imported', message: `${count(created)} imported.` })
    if (updated > 0)
      lines.push({ level: 'info', code: 'companies-updated', message: `${count(updated)} of the hub changed.` })
    if (ambiguous > 0) {
      const message = `${count(ambiguous)} could be more than one of the hub's, or share one; decide on the mapping page.`
      lines.push({ level: 'warning', code: 'companies-ambiguous', message })
    }
    return lines
  }

  async #match(sql: Sql, connectionId: number): Promise<{ linked: number; ambiguous: number }> {
    const { linked, ambiguous } = await matchLinks(sql, connectionId)
    await follow(sql, connectionId, linked)
    return { linked: linked.length, ambiguous }
  }

  async #import(sql: Sql, connectionId: number, links: readonly number[] | 'all-passing'): Promise<ImportResult> {
    const { linked } = await this.#match(sql, connectionId)
    const chosen = await importable(sql, connectionId, links)
    await createCompanies(sql, chosen, 'import')
    await follow(sql, connectionId, chosen)
    return { linked, created: chosen.length }
  }

  async #decide(
    linkId: number,
    by: By,
    action: string,
    companyId: number | undefined,
    work: (sql: Sql, link: Link) => Promise<void>,
  ): Promise<void> {
    await this.#database.transaction(async (sql) => {
      await lockMapping(sql)
      const { rows } = await sql.query<Link>(
        'select id, connection_id, name, company_id from company_links where id = $1 for update',
        [linkId],
      )
      const link = rows[0]
      if (link === undefined) throw new Refusal('This source company is not there any more.')
      await work(sql, link)
      const detail = { link: linkId, name: link.name, company: companyId ?? link.company_id }
      await this.#note({ ...by, action, target: `connection ${link.connection_id}`, detail }, sql)
    })
  }
}

async function setLinks(
  sql: Sql,
  ids: readonly number[],
  to: { state: 'linked' | 'unmapped' | 'ignored'; by: 'person' | 'unlinked' | null; companyId: number | null },
): Promise<void> {
  await sql.query(
    'update company_links set link_state = $2, matched_by = $3, company_id = $4, updated_at = now() where id = any($1)',
    [ids, to.state, to.by, to.companyId],
  )
}

/** A company of its own for every link, by name; everything else is copied like any change at the source. */
async function createCompanies(sql: Sql, linkIds: readonly number[], by: 'import' | 'person'): Promise<void> {
  if (linkIds.length === 0) return
  await sql.query(
    `with chosen as materialized (
       select id as link_id, btrim(name) as name, nextval(pg_get_serial_sequence('companies', 'id')) as company_id
       from company_links where id = any($1)
     ),
     made as (
       insert into companies (id, name, group_id) overriding system value
       select company_id, name, (select id from groups where is_integration_group) from chosen
     )
     update company_links l set company_id = c.company_id, link_state = 'linked', matched_by = $2, updated_at = now()
     from chosen c where l.id = c.link_id`,
    [linkIds, by],
  )
}

/** What newly linked companies bring: their records find the company, what was passed over is read, and their fields are copied. */
async function follow(sql: Sql, connectionId: number, linkIds: readonly number[]): Promise<void> {
  if (linkIds.length === 0) return
  await placeChildren(sql, connectionId, linkIds)
  await requireFullPass(sql, connectionId, companyStreams)
  const { rows } = await sql.query<{ company_id: number }>(
    'select distinct company_id from company_links where id = any($1) and company_id is not null',
    [linkIds],
  )
  await copyToCompanies(sql, { connectionId, companyIds: rows.map((row) => row.company_id) })
}

function count(companies: number): string {
  return companies === 1 ? '1 company' : `${companies} companies`
}
