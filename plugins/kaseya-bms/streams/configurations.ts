import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { type Row, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { idNumber } from '../client.ts'
import { type Chosen, chosenFields, fieldsOf, valuesOf } from '../custom-fields.ts'
import { Rotation } from '../rotation.ts'
import type { KaseyaSettings } from '../settings.ts'
import { assetsPath, detailed, detailOf, listed } from './assets.ts'
import { inTurn, standing, type Whole } from './in-turn.ts'
import { chosenAssets, chosenPages, isChosen } from './reading.ts'

type Ctx = ReadContext<KaseyaSettings>
type Configuration = RecordOf<'configurations'>

/** Assets that the list left out are asked for one by one, up to so many. */
const mostMissing = 50

/** What only the detail says of how an asset is used, e.g. "In Use"; too late known to be the status that filters. */
const stateField = { id: 'state', title: 'State', type: 'text' } as const

export const configurations: Stream<'configurations', KaseyaSettings> = {
  deletes: 'by-absence',

  async customFields(ctx) {
    return [stateField, ...(await fieldsOf(ctx, ctx.settings.assetModule))]
  },

  async *read(ctx): AsyncGenerator<Page<'configurations'>> {
    const { configurationTypes = [], configurationStatuses = [] } = ctx.filter
    const selection = {
      list: JSON.stringify([configurationTypes, configurationStatuses]),
      fields: JSON.stringify(ctx.customFields),
    }
    const rotation = new Rotation<Row>(ctx.state, selection, Date.now())
    const chosen = await chosenFields(ctx, ctx.settings.assetModule)
    const lists = chosenPages(ctx, assetsPath, chosenAssets(ctx.filter))
    const { read, partial } = yield* inTurn<'configurations'>(ctx, {
      rotation,
      lists,
      lineOf,
      listed,
      whole: (id, row) => whole(ctx, id, row, chosen),
    })
    const left = await leftOut(ctx, rotation)
    ctx.report(
      standing(
        { rotation, read },
        { records: 'hardware assets', how: 'in detail', lacks: 'warranty, dates, maker, site and operating system' },
      ),
    )
    const lack = partial ?? left.partial
    yield { records: left.records, state: rotation.state(), ...(lack === undefined ? {} : { partial: lack }) }
  },

  async readOne(ctx, sourceId) {
    const row = await detailOf(ctx, idNumber(ctx, sourceId))
    if (row === null || !isChosen(chosenAssets(ctx.filter), row)) return null
    return withCustomFields(ctx, row, await chosenFields(ctx, ctx.settings.assetModule))
  },
}

/** The detail where it says something; what the list says where it is gone, for the list decides what is there. */
async function whole(ctx: Ctx, id: number, row: Row, chosen: Chosen | undefined): Promise<Whole<'configurations'>> {
  const detail = await detailOf(ctx, id)
  const line = listed(row)
  if (detail === null) return { record: line, isRead: false }
  const record = await withCustomFields(ctx, detail, chosen)
  const said: Readonly<Record<string, unknown>> = record
  const unsaid = Object.entries(line).filter(([field]) => said[field] === undefined || said[field] === '')
  return {
    record: { ...record, ...Object.fromEntries(unsaid), sourceId: line.sourceId },
    isRead: true,
    warranty: record.warrantyExpiration,
  }
}

async function withCustomFields(ctx: Ctx, row: Row, chosen: Chosen | undefined): Promise<Configuration> {
  const record = detailed(row)
  if (ctx.customFields.length === 0) return record
  const state = ctx.customFields.includes(stateField.id) ? text(row.state) : undefined
  const values = chosen ? await valuesOf(ctx, chosen, record.sourceId) : {}
  if (values === undefined) return record
  return { ...record, customFields: { ...(state === undefined ? {} : { [stateField.id]: state }), ...values } }
}

/** A record on the way from one page to another while the list is read is in none of them: asked for, it is there. */
async function leftOut(
  ctx: Ctx,
  rotation: Rotation<Row>,
): Promise<{ readonly records: readonly Configuration[]; readonly partial?: string }> {
  const { missing } = rotation
  const asked = missing.slice(0, mostMissing)
  const records: Configuration[] = []
  for await (const row of ctx.ahead(asked, (id) => detailOf(ctx, id))) {
    if (row === null || !isChosen(chosenAssets(ctx.filter), row)) continue
    const record = detailed(row)
    records.push(record)
    rotation.found(Number(record.sourceId))
    rotation.read(Number(record.sourceId), record.warrantyExpiration)
  }
  if (records.length === 0 || missing.length === asked.length) return { records }
  // Remembered, so that the next pass misses them as well.
  for (const id of missing.slice(mostMissing)) rotation.found(id)
  const partial = `The list of hardware assets leaves out ${missing.length} that it had last time. Of ${asked.length} that were asked for by number ${records.length} are still in Kaseya BMS, so none of the others counts as removed.`
  return { records, partial }
}

/** What of the list's line tells that somebody changed the asset. */
function lineOf(row: Row): string {
  const { assetName, serialNumber, categoryId, accountId, contactId, locationName, isActive } = row
  return JSON.stringify([assetName, serialNumber, categoryId, accountId, contactId, locationName, isActive])
}
