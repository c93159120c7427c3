/** Types, statuses and markets of a source, mapped one by one to the hub's own. */
import { Refusal } from '../access/refusal.ts'
import type { ReportLine } from '../connector/index.ts'
import type { Database, Sql } from '../store/database.ts'
import { copyToCompanies } from './copy.ts'
import { type By, lockMapping, type Note } from './decision.ts'
import { type MappingKind, mappingTables } from './kinds.ts'
import { inheritMappings, type NamesTaken, takeDefaultStatus, takeNames } from './value-sync.ts'

export interface ValueMapping {
  readonly id: number
  readonly sourceId: string
  readonly name: string
  readonly url: string | null
  /** Null where the source does not say. */
  readonly active: boolean | null
  readonly isDefault: boolean | null
  readonly targetId: number | null
  readonly targetName: string | null
  readonly ignored: boolean
  /** Mapped, but gone at the source. */
  readonly stale: boolean
}

export interface ValueList {
  readonly rows: readonly ValueMapping[]
  /** Of all values, whatever was asked for. */
  readonly counts: Readonly<Record<'mapped' | 'unmapped' | 'ignored' | 'stale', number>>
}

export interface UnmappedCreated {
  /** Values the hub lacked. */
  readonly created: number
  /** Values of the hub of the same name. */
  readonly reused: number
  /** Source values that are mapped now. */
  readonly mapped: number
}

interface MappingRow {
  connection_id: number
  name: string
  target_id: number | null
}

export class ValueMappings {
  readonly #database: Database
  readonly #note: Note

  constructor(database: Database, note: Note) {
    this.#database = database
    this.#note = note
  }

  /** Sorted by name. `unmapped`: neither mapped nor ignored; `stale`: mapped, but gone at the source. */
  async list(
    connectionId: number,
    kind: MappingKind,
    only: { readonly unmapped?: boolean; readonly stale?: boolean } = {},
  ): Promise<ValueList> {
    const { mappings, targets } = mappingTables[kind]
    // Markets have no such flags in the contract.
    const flag = (column: string) => (kind === 'markets' ? 'null::boolean' : `m.${column}`)
    const rows = await this.#database.rows<ValueMapping>(
      `select m.id, m.source_id as "sourceId", m.name, m.source_url as url, ${flag('active')} as active, ${flag('is_default')} as "isDefault",
         m.target_id as "targetId", t.name as "targetName", m.ignored, m.removed_at is not null as stale
       from ${mappings} m left join ${targets} t on t.id = m.target_id
       where m.connection_id = $1 and (m.removed_at is null or m.target_id is not null)
       order by lower(m.name), m.id`,
      [connectionId],
    )
    const counts = { mapped: 0, unmapped: 0, ignored: 0, stale: 0 }
    for (const row of rows) counts[stateOf(row)]++
    const wanted = only.unmapped ? 'unmapped' : only.stale ? 'stale' : undefined
    return { rows: wanted === undefined ? rows : rows.filter((row) => stateOf(row) === wanted), counts }
  }

  /**
   * Maps a source value to one of the hub's (several may share one), or to none. The companies that have it at
   * the source follow at once. Refuses what does not exist.
   */
  async map(kind: MappingKind, mappingId: number, targetId: number | null, by: By): Promise<NamesTaken> {
    const { mappings, targets, one } = mappingTables[kind]
    return this.#decide(kind, mappingId, async (sql, mapping) => {
      const target = await sql.query<{ name: string }>(`select name from ${targets} where id = $1`, [targetId])
      if (targetId !== null && target.rowCount === 0) throw new Refusal(`This ${one} is not there any more.`)
      await sql.query(`update ${mappings} set target_id = $2, ignored = false, updated_at = now() where id = $1`, [
        mappingId,
        targetId,
      ])
      const detail = { kind, value: mapping.name, target: target.rows[0]?.name ?? null }
      await this.#note({ ...by, action: 'mapping.map', target: `connection ${mapping.connection_id}`, detail }, sql)
      const names = await takeNames(sql, kind)
      if (kind === 'companyStatuses') await takeDefaultStatus(sql)
      const former = targetId === null ? null : mapping.target_id
      await copyToCompanies(sql, {
        connectionId: mapping.connection_id,
        ...(former !== null && { formerTarget: { kind, id: former } }),
      })
      return names
    })
  }

  /** An ignored value is mapped to nothing, and that is not an open question. */
  async ignore(kind: MappingKind, mappingId: number, ignored: boolean, by: By): Promise<void> {
    await this.#decide(kind, mappingId, async (sql, mapping) => {
      await sql.query(
        `update ${mappingTables[kind].mappings} set ignored = $2, target_id = case when $2 then null else target_id end, updated_at = now()
         where id = $1`,
        [mappingId, ignored],
      )
      const action = ignored ? 'mapping.ignore' : 'mapping.heed'
      const detail = { kind, value: mapping.name }
      await this.#note({ ...by, action, target: `connection ${mapping.connection_id}`, detail }, sql)
    })
  }

  /**
   * Gives the hub every value of the source it lacks and maps them; one of the same name (in any case) is used
   * as it is. Done twice it changes nothing.
   */
  async createUnmapped(connectionId: number, kind: MappingKind, by: By): Promise<UnmappedCreated> {
    const { mappings, targets } = mappingTables[kind]
    return this.#database.transaction(async (sql) => {
      await lockMapping(sql)
      const { rowCount: created } = await sql.query(
        `insert into ${targets} (name)
         select distinct on (lower(btrim(name))) btrim(name) from ${mappings}
         where connection_id = $1 and removed_at is null and target_id is null and not ignored and btrim(name) <> ''
         order by lower(btrim(name)), id
         on conflict ((lower(name))) do nothing`,
        [connectionId],
      )
      const { rows } = await sql.query<{ target_id: number }>(
        `update ${mappings} m set target_id = t.id, updated_at = now()
         from ${targets} t
         where m.connection_id = $1 and m.removed_at is null and m.target_id is null and not m.ignored
           and lower(t.name) = lower(btrim(m.name))
         returning m.target_id`,
        [connectionId],
      )
      const result = {
        created: created ?? 0,
        reused: new Set(rows.map((row) => row.target_id)).size - (created ?? 0),
        mapped: rows.length,
      }
      if (result.mapped === 0) return result
      const detail = { kind, ...result }
      await this.#note({ ...by, action: 'mapping.create', target: `connection ${connectionId}`, detail }, sql)
      await takeNames(sql, kind)
      if (kind === 'companyStatuses') await takeDefaultStatus(sql)
      await copyToCompanies(sql, { connectionId })
      return result
    })
  }

  /** After the stream was read: the source's names flow in. Answers what the run log should tell. */
  async afterSync(connectionId: number, kind: MappingKind, sql: Sql): Promise<readonly ReportLine[]> {
    await lockMapping(sql)
    const inherited = await inheritMappings(sql, connectionId, kind)
    const { renamed, conflicts } = await takeNames(sql, kind)
    if (kind === 'companyStatuses') await takeDefaultStatus(sql)
    if (inherited > 0) await copyToCompanies(sql, { connectionId })
    const { one } = mappingTables[kind]
    return [
      ...renamed.map(({ before, after }): ReportLine => {
        return {
          level: 'info',
          code: 'value-renamed',
          message: `The ${one} "${before}" is called "${after}" now, as at the source.`,
        }
      }),
      ...conflicts.map(({ name, wanted }): ReportLine => {
        const message = `The ${one} "${name}" is called "${wanted}" at the source, but another ${one} has that name. Map both to one of them.`
        return { level: 'warning', code: 'name-taken', message }
      }),
    ]
  }

  async #decide<T>(
    kind: MappingKind,
    mappingId: number,
    work: (sql: Sql, mapping: MappingRow) => Promise<T>,
  ): Promise<T> {
    const { mappings, one } = mappingTables[kind]
    return this.#database.transaction(async (sql) => {
      await lockMapping(sql)
      const { rows } = await sql.query<MappingRow>(
        `select connection_id, name, target_id from ${mappings} where id = $1 for update`,
        [mappingId],
      )
      if (rows[0] === undefined) throw new Refusal(`This ${one} of the source is not there any more.`)
      return work(sql, rows[0])
    })
  }
}

function stateOf(row: ValueMapping): keyof ValueList['counts'] {
  if (row.stale) return 'stale'
  if (row.targetId !== null) return 'mapped'
  return row.ignored ? 'ignored' : 'unmapped'
}
