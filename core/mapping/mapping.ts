/** What follows a stream that was read, where the hub maps what it brought. */
import type { ReportLine, StreamName } from '../connector/index.ts'
import type { Sql } from '../store/database.ts'
import type { CompanyMappings } from './companies.ts'
import { isMappingKind } from './kinds.ts'
import type { ValueMappings } from './values.ts'

export class Mapping {
  readonly values: ValueMappings
  readonly companies: CompanyMappings

  constructor(values: ValueMappings, companies: CompanyMappings) {
    this.values = values
    this.companies = companies
  }

  /**
   * Called in the transaction that closes the stream's pass, or after single records were read again. Safe to
   * repeat: what is in order is not written. Answers what the run log should tell.
   */
  async afterStream(
    connectionId: number,
    stream: StreamName,
    sql: Sql,
    run: { readonly importAll: boolean },
  ): Promise<readonly ReportLine[]> {
    if (stream === 'companies') return this.companies.afterSync(connectionId, sql, run.importAll)
    if (isMappingKind(stream)) return this.values.afterSync(connectionId, stream, sql)
    return []
  }
}
