import type { Page, ReadContext, Stream } from '../../../core/connector/contract.ts'
import { type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import { askRow, idNumber, isNotFound } from '../client.ts'
import type { KaseyaSettings } from '../settings.ts'
import { addressOf, mainLocation, reference, statusOf, updatedAt } from './fields.ts'
import { changed, chosenCompanies, chosenPages, isChosen, overlapSeconds, recordPages } from './reading.ts'

export const accountsPath = 'v2/crm/accounts/summary'

type Ctx = ReadContext<KaseyaSettings>

/** No checkpoints: pages are numbered, and what lies on which changes while nobody reads. */
export const companies: Stream<'companies', KaseyaSettings> = {
  deletes: 'by-absence',
  incremental: { overlapSeconds },

  read(ctx: Ctx): AsyncGenerator<Page<'companies'>> {
    const accounts = chosenPages(ctx, accountsPath, chosenCompanies(ctx.filter), changed(ctx.since))
    return recordPages(accounts, (row) => [company(row)])
  },

  async readOne(ctx, sourceId) {
    const row = await account(ctx, sourceId)
    return row && isChosen(chosenCompanies(ctx.filter), row) ? company(row) : null
  },
}

/** An account with its locations; `null` if it is gone. */
export async function account(ctx: Ctx, sourceId: string): Promise<Row | null> {
  try {
    return await askRow(ctx, { url: `${accountsPath}/${idNumber(ctx, sourceId)}` })
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/** An account has one type, and no address or number of its own: those of its main location stand for them. */
function company(row: Row): RecordOf<'companies'> {
  return {
    sourceId: required(reference(row.id)),
    updatedAt: updatedAt(row),
    name: required(text(row.accountName)),
    identifier: text(row.accountCode),
    website: text(row.website),
    ...statusOf(row),
    typeIds: alone(reference(row.accountTypeId)),
    types: alone(text(row.accountType)),
    ...addressOf(mainLocation(row)),
  }
}

function alone(value: string | null | undefined): readonly string[] | null | undefined {
  return typeof value === 'string' ? [value] : value
}
