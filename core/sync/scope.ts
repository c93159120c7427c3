/** Which company a record belongs to, and whether that company is imported. Kept in memory for a run. */
import type { Database } from '../store/database.ts'

interface Link {
  readonly companyId: number | null
  readonly imported: boolean
}

export type Placement = { readonly companyId: number | null } | 'skip'

export class Scope {
  readonly #database: Database
  readonly #connectionId: number
  readonly #ownCompany: number | null
  /** In a dry run with "import all", companies count as imported that would be. */
  readonly #assumeImported: boolean
  #links = new Map<string, Link>()

  constructor(database: Database, connection: { id: number; companyId: number | null }, assumeImported: boolean) {
    this.#database = database
    this.#connectionId = connection.id
    this.#ownCompany = connection.companyId
    this.#assumeImported = assumeImported
  }

  async load(): Promise<void> {
    const rows = await this.#database.rows<{ source_id: string; company_id: number | null; link_state: string }>(
      'select source_id, company_id, link_state from company_links where connection_id = $1 and removed_at is null',
      [this.#connectionId],
    )
    this.#links = new Map(
      rows.map((row) => [
        row.source_id,
        {
          companyId: row.company_id,
          imported: row.company_id !== null || (this.#assumeImported && row.link_state === 'unmapped'),
        },
      ]),
    )
  }

  /** A dry run has no stored links for companies it sees for the first time. */
  assume(sourceIds: readonly string[]): void {
    if (!this.#assumeImported) return
    for (const sourceId of sourceIds)
      if (!this.#links.has(sourceId)) this.#links.set(sourceId, { companyId: null, imported: true })
  }

  /** Source ids of the imported companies, in an order that a restart finds again. */
  companies(): readonly string[] {
    const ids = [...this.#links].flatMap(([sourceId, link]) => (link.imported ? sourceId : []))
    return ids.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  }

  place(companySourceId: string | undefined): Placement {
    if (companySourceId === undefined) return { companyId: this.#ownCompany }
    const link = this.#links.get(companySourceId)
    return link?.imported ? { companyId: link.companyId } : 'skip'
  }
}
