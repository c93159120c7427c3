/** Where a record's values come from: its changes, the records its source ids mean, what hangs on a company. */
import { type StreamName, streamNames, streams } from '../../core/connector/index.ts'
import { tables } from '../../core/store/columns.ts'
import type { Database } from '../../core/store/database.ts'
import { attributeOf } from '../../core/store/models/index.ts'
import type { ResourceSpec } from './spec.ts'

const newestChanges = 200
const relatedCeiling = 10_000

export interface FieldChange {
  readonly id: number
  /** Attribute. */
  readonly field: string
  readonly label: string
  readonly before: string | null
  readonly after: string | null
  readonly at: Date
  readonly runId: number | null
  readonly trigger: string | null
  readonly requestedBy: string | null
}

export interface Origin {
  readonly changes: readonly FieldChange[]
  /** Run that brought the record. */
  readonly createdBy: { readonly runId: number; readonly at: Date } | null
  /** Attribute of a source id → the record it means. */
  readonly meant: Readonly<Record<string, { readonly resource: string; readonly id: number }>>
  readonly related: readonly { readonly resource: string; readonly title: string; readonly count: number }[]
  readonly sources: readonly {
    readonly id: number
    readonly connection: string
    readonly name: string
    readonly url: string | null
    readonly matchedBy: string | null
  }[]
}

/** What can be said of record `id` beyond its own fields. */
export async function originOf(
  database: Database,
  specs: readonly ResourceSpec[],
  spec: ResourceSpec,
  id: number,
): Promise<Origin> {
  const [changes, createdBy, meant, related, sources] = await Promise.all([
    spec.stream ? changesOf(database, spec, spec.stream, id) : [],
    spec.stream ? creationOf(database, spec.stream, id) : null,
    spec.stream ? meantBy(database, specs, spec, spec.stream, id) : {},
    spec.id === 'companies' ? relatedTo(database, specs, id) : [],
    spec.id === 'companies' ? sourcesOf(database, id) : [],
  ])
  return { changes, createdBy, meant, related, sources }
}

async function changesOf(database: Database, spec: ResourceSpec, stream: StreamName, id: number) {
  const rows = await database.rows<Omit<FieldChange, 'label'>>(
    `select c.id, c.field, left(c.before #>> '{}', 2000) as before, left(c.after #>> '{}', 2000) as after, c.at, c.run_id as "runId",
       r.trigger, r.requested_by as "requestedBy"
     from record_changes c left join sync_runs r on r.id = c.run_id
     where c.stream = $1 and c.record_id = $2 order by c.id desc limit ${newestChanges}`,
    [stream, id],
  )
  return rows.map((row) => {
    const field = attributeOf(row.field)
    return { ...row, field, label: spec.fields.find(({ name }) => name === field)?.label ?? row.field }
  })
}

async function creationOf(database: Database, stream: StreamName, id: number): Promise<Origin['createdBy']> {
  const row = await database.row<{ runId: number | null; at: Date }>(
    `select created_run_id as "runId", created_at as at from ${tables[stream]} where id = $1`,
    [id],
  )
  return row && row.runId !== null ? { runId: row.runId, at: row.at } : null
}

async function meantBy(
  database: Database,
  specs: readonly ResourceSpec[],
  spec: ResourceSpec,
  stream: StreamName,
  id: number,
): Promise<Origin['meant']> {
  const entries = await Promise.all(
    spec.fields.map(async (field) => {
      const column = spec.model.getAttributes()[field.name]?.field
      const resource = specs.find((each) => each.stream === field.stream)
      if (!field.stream || !column || !resource) return []
      const row = await database.row<{ id: number }>(
        `select r.id from ${tables[stream]} t
         join ${tables[field.stream]} r on r.connection_id = t.connection_id and r.source_id = t.${column} where t.id = $1`,
        [id],
      )
      return row ? [[field.name, { resource: resource.id, id: row.id }] as const] : []
    }),
  )
  return Object.fromEntries(entries.flat())
}

async function relatedTo(
  database: Database,
  specs: readonly ResourceSpec[],
  companyId: number,
): Promise<Origin['related']> {
  const offered = streamNames.flatMap((stream) => {
    const spec = specs.find((each) => each.stream === stream)
    return spec && spec.section !== 'Look-ups' && stream !== 'companies' ? [{ stream, spec }] : []
  })
  const counts = await Promise.all(
    offered.map(async ({ stream, spec }) => {
      const row = await database.row<{ count: number }>(
        `select count(*) as count from (
           select 1 from ${tables[stream]} where company_id = $1 and removed_at is null limit ${relatedCeiling}) few`,
        [companyId],
      )
      return { resource: spec.id, title: streams[stream].title, count: row?.count ?? 0 }
    }),
  )
  return counts.filter(({ count }) => count > 0)
}

function sourcesOf(database: Database, companyId: number): Promise<Origin['sources']> {
  return database.rows<Origin['sources'][number]>(
    `select l.id, c.name as connection, l.name, l.source_url as url, l.matched_by as "matchedBy"
     from company_links l join connections c on c.id = l.connection_id
     where l.company_id = $1 and l.removed_at is null order by c.name, l.name`,
    [companyId],
  )
}
