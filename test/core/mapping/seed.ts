/** Rows as the engine leaves them behind, for the tests of the mapping. */
import { hash } from 'node:crypto'
import type { AuditEntry } from '../../../core/access/audit.ts'
import type { Json, StreamName } from '../../../core/connector/index.ts'
import { CompanyMappings } from '../../../core/mapping/companies.ts'
import { type MappingKind, mappingTables } from '../../../core/mapping/kinds.ts'
import { Mapping } from '../../../core/mapping/mapping.ts'
import { ValueMappings } from '../../../core/mapping/values.ts'
import { tables } from '../../../core/store/columns.ts'
import type { Database } from '../../../core/store/database.ts'

export const by = { actor: 'cli' } as const

export class Seed {
  readonly database: Database
  readonly audit: AuditEntry[] = []
  readonly mapping: Mapping
  #names = 0

  constructor(database: Database) {
    this.database = database
    const note = async (entry: AuditEntry) => {
      this.audit.push(entry)
    }
    this.mapping = new Mapping(new ValueMappings(database, note), new CompanyMappings(database, note))
  }

  get companies() {
    return this.mapping.companies
  }

  get values() {
    return this.mapping.values
  }

  /** Inserts a row and answers its id. */
  async insert(table: string, row: Readonly<Record<string, unknown>>): Promise<number> {
    const names = Object.keys(row)
    const found = await this.database.row<{ id: number }>(
      `insert into ${table} (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
      Object.values(row),
    )
    if (found === undefined) throw new Error('Not inserted.')
    return found.id
  }

  async connection(row: { kind?: string; connector?: string; account?: string; filter?: Json } = {}): Promise<number> {
    const kind = row.kind ?? 'documentation'
    return this.insert('connections', {
      connector: row.connector ?? kind,
      kind,
      name: `Connection ${++this.#names}`,
      settings: {},
      filter: JSON.stringify(row.filter ?? {}),
      account: row.account ?? `account ${this.#names}`,
    })
  }

  async disconnect(connectionId: number): Promise<void> {
    await this.database.run("update connections set state = 'disconnected' where id = $1", [connectionId])
  }

  /** A record as the page writer stores it. */
  async record(stream: StreamName, connectionId: number, sourceId: string, row: Record<string, unknown> = {}) {
    const content_hash = hash('md5', JSON.stringify(row))
    return this.insert(tables[stream], {
      connection_id: connectionId,
      source_id: sourceId,
      name: sourceId,
      content_hash,
      ...row,
    })
  }

  async company(name: string, row: Record<string, unknown> = {}): Promise<number> {
    return this.insert('companies', { name, ...row })
  }

  async target(kind: MappingKind, name: string): Promise<number> {
    return this.insert(mappingTables[kind].targets, { name })
  }

  /** What the engine does at the end of a stream; answers the codes of the lines for the run log. */
  async after(connectionId: number, stream: StreamName, importAll = false): Promise<string[]> {
    const lines = await this.database.transaction((sql) =>
      this.mapping.afterStream(connectionId, stream, sql, { importAll }),
    )
    return lines.map((line) => line.code)
  }

  async linkState(
    linkId: number,
  ): Promise<{ link_state: string; matched_by: string | null; company_id: number | null }> {
    const [row] = await this.database.rows<{
      link_state: string
      matched_by: string | null
      company_id: number | null
    }>('select link_state, matched_by, company_id from company_links where id = $1', [linkId])
    if (row === undefined) throw new Error('No such link.')
    return row
  }

  async names(table: string): Promise<string[]> {
    const rows = await this.database.rows<{ name: string }>(`select name from ${table} order by name`)
    return rows.map((row) => row.name)
  }

  /** The state of every row of the tables the mapping writes, to see that nothing was written. */
  async versions(): Promise<string> {
    const parts: string[] = []
    for (const table of [
      'companies',
      'company_links',
      'company_types',
      'company_statuses',
      'markets',
      'companies_company_types',
      'companies_markets',
      'company_type_mappings',
      'company_status_mappings',
      'market_mappings',
      'sites',
      'contacts',
      'configurations',
    ]) {
      const rows = await this.database.rows<{ version: string }>(
        `select string_agg(ctid::text || xmin::text, ' ' order by ctid) as version from ${table}`,
      )
      parts.push(`${table}: ${rows[0]?.version}`)
    }
    return parts.join('\n')
  }
}
