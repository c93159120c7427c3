/** The connection to PostgreSQL: one pool for SQL. */
import pg from 'pg'

// count(*) and bigint ids are well below 2^53 here; strings would only breed conversions.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
// A calendar day stays the text it is; a Date would move it with the time zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

export type Sql = Pick<pg.PoolClient, 'query'>

const minimumVersion = 150000

export class Database {
  readonly url: string
  readonly pool: pg.Pool

  constructor(url: string, options: { max?: number; applicationName?: string } = {}) {
    this.url = url
    this.pool = new pg.Pool({
      connectionString: url,
      max: options.max ?? 10,
      application_name: options.applicationName ?? 'tributary',
      connectionTimeoutMillis: 10_000,
      // Instants leave the database as they went in, whatever the server's zone is. Named statements are planned
      // each time: a plan made while a table was empty would be kept while it fills (20,000 rows: 75 s instead of 1.5).
      // A process frozen in the middle of a transaction must not keep its locks for ever: the server ends its session.
      options: '-c timezone=UTC -c plan_cache_mode=force_custom_plan -c idle_in_transaction_session_timeout=60s',
    })
    // An idle connection that dies (a restart of PostgreSQL) is replaced at the next query.
    this.pool.on('error', () => {})
    // One that dies in use fails its next query; the event alone must not end the process.
    this.pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** Throws a plain sentence if the server is older than what the SQL here needs. */
  async checkVersion(): Promise<void> {
    const { rows } = await this.pool.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    )
    const version = rows[0]?.version ?? 0
    if (version < minimumVersion)
      throw new Error(`PostgreSQL 15 or newer is needed; DATABASE_URL points to ${version / 10000}.`)
  }

  /** Rows of one statement. `Row` is what the statement selects. */
  async rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows
  }

  /** The first row, or undefined. */
  async row<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(text, values))[0]
  }

  /** Number of rows a statement touched. */
  async run(text: string, values: unknown[] = []): Promise<number> {
    return (await this.pool.query(text, values)).rowCount ?? 0
  }

  /** All or nothing; a deadlock or serialization failure (40P01, 40001) is tried again, three times at most. */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.pool.connect()
      let broken: Error | undefined
      try {
        await client.query('begin')
        const result = await work(client)
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch((rollbackError: Error) => {
          broken = rollbackError
        })
        if (attempt >= 3 || !isRetryable(error)) throw error
      } finally {
        client.release(broken)
      }
    }
  }

  /** Does `work` and takes it all back: what it answers is what would come of it. */
  async rehearse<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.pool.connect()
    let broken: Error | undefined
    try {
      await client.query('begin')
      return await work(client)
    } finally {
      await client.query('rollback').catch((error: Error) => {
        broken = error
      })
      client.release(broken)
    }
  }

  async close(): Promise<void> {
    await this.pool.end()
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001')
}

/** Whether the database itself is away or refuses work for now; the caller may wait and try again. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) {
    // 57P0x: shutting down, crashed, starting up; 53300: too many connections; 25006: read-only; 08xxx: connection.
    return /^(57P0[123]|53300|25006|08\w{3})$/.test(error.code ?? '')
  }
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return (
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      error.message,
    )
  )
}
