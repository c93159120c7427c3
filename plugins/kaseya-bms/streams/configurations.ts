import type { Page, ReadContext, ReportLine, Stream } from '../../../core/connector/contract.ts'
import { integer, isRow, type Row } from '../../../core/connector/parse.ts'
import type { Json, RecordOf } from '../../../core/connector/records.ts'
import { idNumber } from '../client.ts'
import { assetFields, assetValues, type Chosen, chosenAssetFields } from '../custom-fields.ts'
import { Rotation, type Selection } from '../rotation.ts'
import type { KaseyaSettings } from '../settings.ts'
import { assetsPath, detailed, detailOf, listed } from './assets.ts'
import { reference } from './fields.ts'
import { chosenAssets, chosenPages, isChosen } from './reading.ts'

type Ctx = ReadContext<KaseyaSettings>
type Configuration = RecordOf<'configurations'>

/** A page is one transaction of the hub: a thousand lines, or fifty details, for those take their time. */
const perListPage = 1_000
const perPage = 50
/** Assets that the list left out are asked for one by one, up to so many. */
const mostMissing = 50

/**
 * First the list: what gets no detail this time is handed out at once with what the list says. Then the details, whole
 * records, most urgent first. A restart goes on among the details; the list is read anew then, for the rotation only.
 */
export const configurations: Stream<'configurations', KaseyaSettings> = {
  deletes: 'by-absence',
  customFields: assetFields,

  async *read(ctx): AsyncGenerator<Page<'configurations'>> {
    const rotation = new Rotation<Row>(ctx.state, selectionOf(ctx), Date.now())
    const resumed = remainingOf(ctx.checkpoint)
    const rows = new Map<number, Row>()
    let waiting: Configuration[] = []
    for await (const page of list(ctx, rotation, resumed, rows)) {
      if (resumed !== undefined) continue
      waiting.push(...page.map(listed))
      if (waiting.length < perListPage) continue
      yield { records: waiting }
      waiting = []
    }
    if (waiting.length > 0) yield { records: waiting }
    if (resumed === undefined) for (const { id, row } of rotation.chosen) rows.set(id, row)
    yield* details(ctx, rotation, rows)
    const found = await leftOut(ctx, rotation)
    ctx.report(standing(rotation, rows.size))
    yield { records: found, state: rotation.state() }
  },

  async readOne(ctx, sourceId) {
    const row = await detailOf(ctx, idNumber(ctx, sourceId))
    if (row === null || !isChosen(chosenAssets(ctx.filter), row)) return null
    return withCustomFields(ctx, row, await chosenAssetFields(ctx))
  },
}

/** How complete the details are, and how old. */
function standing(rotation: Rotation<Row>, now: number): ReportLine {
  const { assets, neverRead, oldestDays } = rotation.standing()
  const read = `${assets - neverRead} of ${assets} hardware assets have been read in detail, ${now} of them now; the oldest detail is ${oldestDays === 0 ? 'less than a day' : `${oldestDays} days`} old.`
  if (neverRead === 0) return { level: 'info', code: 'details', message: read }
  const waiting = `${neverRead} wait for the next syncs: until then the hub has no warranty, dates, maker, site and operating system of them.`
  return { level: 'warning', code: 'details', message: `${read} ${waiting}` }
}

/** Yields, page by page, the rows that get no detail. On a restart, keeps the rows that still wait for theirs. */
async function* list(
  ctx: Ctx,
  rotation: Rotation<Row>,
  resumed: ReadonlySet<number> | undefined,
  rows: Map<number, Row>,
): AsyncGenerator<readonly Row[]> {
  const companies = new Set(ctx.companies)
  for await (const page of chosenPages(ctx, assetsPath, chosenAssets(ctx.filter))) {
    const without: Row[] = []
    for (const row of page.rows) {
      const id = integer(row.id)
      if (typeof id !== 'number' || id < 1 || id > 0xffffffff) {
        without.push(row)
        continue
      }
      const company = reference(row.accountId)
      const wanted = typeof company !== 'string' || companies.has(company)
      const out = rotation.note(id, lineOf(row), row, wanted)
      if (out !== undefined) without.push(out)
      if (resumed?.has(id)) rows.set(id, row)
    }
    yield without
  }
}

async function* details(
  ctx: Ctx,
  rotation: Rotation<Row>,
  rows: ReadonlyMap<number, Row>,
): AsyncGenerator<Page<'configurations'>> {
  const chosen = await chosenAssetFields(ctx)
  const remaining = new Set(rows.keys())
  let records: Configuration[] = []
  for await (const { id, record, isRead } of ctx.ahead(rows, (entry) => whole(ctx, entry, chosen))) {
    records.push(record)
    remaining.delete(id)
    if (isRead) rotation.read(id, record.warrantyExpiration)
    if (records.length < perPage && remaining.size > 0) continue
    yield { records, checkpoint: checkpointOf(remaining) }
    records = []
  }
}

/** The detail where it says something; what the list says where it is gone, for the list decides what is there. */
async function whole(ctx: Ctx, [id, row]: readonly [number, Row], chosen: Chosen | undefined) {
  const detail = await detailOf(ctx, id)
  const line = listed(row)
  if (detail === null) return { id, record: line, isRead: false }
  const record = await withCustomFields(ctx, detail, chosen)
  const said: Readonly<Record<string, unknown>> = record
  const unsaid = Object.entries(line).filter(([field]) => said[field] === undefined || said[field] === '')
  return { id, record: { ...record, ...Object.fromEntries(unsaid), sourceId: line.sourceId }, isRead: true }
}

async function withCustomFields(ctx: Ctx, row: Row, chosen: Chosen | undefined): Promise<Configuration> {
  const record = detailed(row)
  return chosen ? { ...record, customFields: await assetValues(ctx, record.sourceId, chosen) } : record
}

/** A record on the way from one page to another while the list is read is in none of them: asked for, it is there. */
async function leftOut(ctx: Ctx, rotation: Rotation<Row>): Promise<readonly Configuration[]> {
  const missing = rotation.missing.slice(0, mostMissing)
  const records: Configuration[] = []
  for await (const row of ctx.ahead(missing, (id) => detailOf(ctx, id))) {
    if (row === null || !isChosen(chosenAssets(ctx.filter), row)) continue
    const record = detailed(row)
    records.push(record)
    rotation.found(Number(record.sourceId))
    rotation.read(Number(record.sourceId), record.warrantyExpiration)
  }
  return records
}

/** What of the list's line tells that somebody changed the asset. */
function lineOf(row: Row): string {
  const { assetName, serialNumber, categoryId, accountId, contactId, locationName, isActive } = row
  return JSON.stringify([assetName, serialNumber, categoryId, accountId, contactId, locationName, isActive])
}

function selectionOf({ filter, customFields }: Ctx): Selection {
  return {
    assets: JSON.stringify([filter.configurationTypes ?? [], filter.configurationStatuses ?? []]),
    fields: JSON.stringify(customFields),
  }
}

/** Ids that still wait, ascending, each as the step from the one before in base 36: 1,200 take 7 kB at most. */
function checkpointOf(remaining: ReadonlySet<number>): Json {
  let last = 0
  const steps = [...remaining]
    .sort((one, other) => one - other)
    .map((id) => {
      const step = (id - last).toString(36)
      last = id
      return step
    })
  return { details: steps.join(' ') }
}

function remainingOf(checkpoint: Json | undefined): ReadonlySet<number> | undefined {
  if (!isRow(checkpoint) || typeof checkpoint.details !== 'string') return undefined
  let last = 0
  const ids = checkpoint.details
    .split(' ')
    .filter((step) => step !== '')
    .map((step) => {
      last += Number.parseInt(step, 36)
      return last
    })
  return new Set(ids)
}
