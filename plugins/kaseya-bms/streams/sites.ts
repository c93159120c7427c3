import type { Page, Stream } from '../../../core/connector/contract.ts'
import { bool, isRow, list, type Row, required, text } from '../../../core/connector/parse.ts'
import type { RecordOf } from '../../../core/connector/records.ts'
import type { KaseyaSettings } from '../settings.ts'
import { accountsPath } from './companies.ts'
import { addressOf, reference, updatedAt } from './fields.ts'
import { chosenPages, recordPages } from './reading.ts'

/** Not incremental: whether a changed location touches its account's `modifiedOn` is not known. */
export const sites: Stream<'sites', KaseyaSettings> = {
  deletes: 'by-absence',

  read(ctx): AsyncGenerator<Page<'sites'>> {
    return recordPages(chosenPages(ctx, accountsPath), (account) => {
      const locations = list(account.locations)
      if (locations === undefined) {
        throw ctx.error('vendor', 'Kaseya BMS lists accounts without their locations; sites cannot be read.')
      }
      return (locations ?? []).filter(isRow).map((location) => site(location, account))
    })
  },
}

function site(row: Row, account: Row): RecordOf<'sites'> {
  return {
    sourceId: required(reference(row.id)),
    updatedAt: updatedAt(row),
    companyId: required(reference(account.id)),
    name: required(text(row.locationName)),
    active: bool(row.isActive),
    primary: bool(row.isMain),
    ...addressOf(row),
  }
}
