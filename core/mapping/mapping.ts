/** What follows a stream that was read, where the hub maps what it brought. */
import type { ReportLine, StreamName } from '../connector/index.ts'
import type { Sql } from '../store/database.ts'
import { adopt, mapByName } from './adoption.ts'
import type { CompanyMappings } from './companies.ts'
import { isMappingKind, mappingTables } from './kinds.ts'
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
    if (isMappingKind(stream)) {
      const { mappings, targets } = mappingTables[stream]
      await mapByName(sql, connectionId, mappings, targets)
      return this.values.afterSync(connectionId, stream, sql)
    }
    const adopted = await adopt(sql, connectionId, stream)
    if (adopted === 0) return []
    const message = `${adopted} records go on where those of an earlier PSA left off, with their history.`
    return [{ level: 'info', code: 'adopted', message }]
  }
}
