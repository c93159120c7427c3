/** The streams of the toy connector. */
import type { Page, Stream } from '../../../../core/connector/contract.ts'
import {
  bool,
  date,
  id,
  instant,
  isRow,
  list,
  type Row,
  required,
  scalar,
  text,
} from '../../../../core/connector/parse.ts'
import type { RecordOf, StreamName } from '../../../../core/connector/records.ts'
import { type Ctx, get, kindOf, pages, type ReadCtx, type ToySettings } from './client.ts'

/** A stream over one list; the checkpoint is the last id. */
export function listStream<K extends StreamName>(
  url: string,
  record: (row: Row, ctx: ReadCtx) => RecordOf<K>,
): Stream<K, ToySettings> {
  return {
    deletes: 'by-absence',
    incremental: { overlapSeconds: 60 },
    async *read(ctx): AsyncGenerator<Page<K>> {
      const after = typeof ctx.checkpoint === 'number' ? ctx.checkpoint : 0
      for await (const { rows, next } of pages(ctx, url, after, narrowed(ctx, url))) {
        yield { records: rows.map((row) => record(row, ctx)), ...(next === undefined ? {} : { checkpoint: next }) }
      }
    },
    async readOne(ctx, sourceId) {
      try {
        return record(await get(ctx, `${url}/${encodeURIComponent(sourceId)}`), ctx)
      } catch (error) {
        if (kindOf(error) === 'not-found') return null
        throw error
      }
    },
  }
}

function narrowed(ctx: ReadCtx, url: string): Record<string, string | undefined> {
  const type = url === 'companies' ? ctx.filter.companyTypes : ctx.filter.configurationTypes
  return { since: ctx.since, type: type?.join(',') }
}

const common = (row: Row) => ({
  sourceId: required(id(row.id)),
  updatedAt: instant(row.updated),
  name: required(text(row.name)),
})

export const company = (row: Row): RecordOf<'companies'> => {
  const types = list(row.types)
  return {
    ...common(row),
    phone: text(row.phone),
    city: text(row.city),
    active: bool(row.active),
    typeIds: types === null ? null : types?.flatMap((type) => id(type) ?? []),
  }
}

const contact = (row: Row): RecordOf<'contacts'> => ({
  ...common(row),
  companyId: id(row.company),
  email: text(row.email),
})

export const configuration = (row: Row, ctx: ReadCtx): RecordOf<'configurations'> => ({
  ...common(row),
  companyId: id(row.company),
  typeId: id(row.type),
  active: bool(row.active),
  serialNumber: text(row.serial),
  manufacturer: text(row.maker),
  notes: text(row.notes),
  warrantyExpiration: date(row.warranty),
  ...(ctx.customFields.length === 0 ? {} : { customFields: chosen(row, ctx) }),
})

export function chosen(row: Row, ctx: ReadCtx): RecordOf<'configurations'>['customFields'] {
  const { fields } = row
  if (!isRow(fields)) return fields === null ? null : undefined
  return Object.fromEntries(ctx.customFields.map((name) => [name, scalar(fields[name]) ?? null]))
}

export const contacts: Stream<'contacts', ToySettings> = {
  ...listStream<'contacts'>('contacts', contact),
  deletes: 'reported',
  async *read(ctx) {
    yield* listStream<'contacts'>('contacts', contact).read(ctx)
    if (ctx.since === undefined) return
    const { ids } = await get(ctx, 'contacts-deleted')
    yield { records: [], removals: (list(ids) ?? []).flatMap((one) => id(one) ?? []) }
  },
}

export const sites: Stream<'sites', ToySettings> = {
  deletes: 'by-absence',
  async *read(ctx) {
    for await (const records of ctx.ahead(ctx.companies, (company) => sitesOf(ctx, company))) yield { records }
  },
}

async function sitesOf(ctx: Ctx, companyId: string): Promise<RecordOf<'sites'>[]> {
  const { items } = await get(ctx, `companies/${companyId}/sites`)
  if (!Array.isArray(items)) throw ctx.error('vendor', 'Toy answered the sites without a list.')
  return items.filter(isRow).map((row) => ({ ...common(row), companyId }))
}
